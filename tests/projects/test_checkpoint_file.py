"""The checkpoint beside a project file: which of the two a training continues from."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flowviz.errors import FileError
from flowviz.projects import (
    Project,
    check_no_checkpoint,
    checkpoint_path,
    discard_checkpoint,
    latest_state,
    save_checkpoint,
    save_project,
)
from flowviz.specs import TextSpec, TrainingSpec
from tests.projects.examples import whole_project

PROJECT = whole_project()


def at_step(step: int, **changes: Any) -> Project:
    assert PROJECT.checkpoint is not None
    return replace(PROJECT, checkpoint=replace(PROJECT.checkpoint, step=step), **changes)


def latest_step(path: Path, output: Path) -> int:
    found, at = latest_state(path, output)
    assert found.checkpoint is not None
    assert at.exists()
    return found.checkpoint.step


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "i.flowviz"


def make_older(path: Path) -> None:
    os.utime(path, (1, 1))


def test_without_checkpoint_it_is_the_project(path: Path) -> None:
    save_project(at_step(100), path)
    assert latest_step(path, path) == 100
    check_no_checkpoint(path)


@pytest.mark.parametrize("name", ["i.flowviz", "other.flowviz"])  # of the output
def test_checkpoint_ahead_of_the_project_is_found(name: str, path: Path) -> None:
    output = path.with_name(name)
    save_project(at_step(100), path)
    save_checkpoint(at_step(200, training=PROJECT.training.model_copy(update={"seconds": 9.0})), output)
    assert latest_step(path, output) == 200


def test_checkpoint_is_found_without_the_project_and_by_its_own_name(path: Path) -> None:
    save_checkpoint(at_step(200), path)
    assert latest_step(path, path) == 200
    assert latest_step(checkpoint_path(path), path) == 200
    with pytest.raises(FileError, match=r"i\.checkpoint\.flowviz is the checkpoint of an interrupted training"):
        check_no_checkpoint(path)
    discard_checkpoint(path)
    check_no_checkpoint(path)


def test_checkpoint_that_the_project_has_overtaken_is_ignored(path: Path) -> None:
    save_checkpoint(at_step(200), path)
    save_project(at_step(200), path)
    make_older(checkpoint_path(path))
    assert latest_state(path, path)[1] == path


@pytest.mark.parametrize(
    "other", [{"target": TextSpec(text="other")}, {"training": TrainingSpec(seconds=2.5, learning_rate=0.1)}]
)
def test_checkpoint_of_another_training_is_refused(other: dict[str, Any], path: Path) -> None:
    save_project(at_step(100), path)
    save_checkpoint(at_step(200, **other), path)
    with pytest.raises(FileError, match="has changed since"):
        latest_state(path, path)


def test_name_that_is_too_long_for_a_checkpoint_has_none(tmp_path: Path) -> None:
    path = tmp_path / f"{240 * 'a'}.flowviz"
    save_project(at_step(100), path)
    assert latest_state(path, tmp_path / "i.flowviz")[1] == path
    with pytest.raises(FileError, match="cannot be"):
        latest_state(tmp_path / f"{300 * 'a'}.flowviz", path)


def test_suggested_command_quotes_paths_with_spaces(tmp_path: Path) -> None:
    path = tmp_path / "my words.flowviz"
    save_project(at_step(100), path)
    save_checkpoint(at_step(200, target=TextSpec(text="other")), path)
    with pytest.raises(FileError) as refused:
        check_no_checkpoint(path)
    assert f"flowviz resume '{path}' -o '{path}'." in str(refused.value)
    with pytest.raises(FileError) as refused:
        latest_state(path, path)
    assert f"flowviz resume '{checkpoint_path(path)}' -o FILE." in str(refused.value)


def test_older_checkpoint_does_not_replace_a_newer_project(path: Path) -> None:
    save_project(at_step(100), path)
    save_checkpoint(at_step(200), path)
    make_older(checkpoint_path(path))
    with pytest.raises(FileError, match="has changed since"):
        latest_state(path, path)
