"""Resuming: exactly, longer, from a checkpoint, and never from the wrong file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flowviz
from flowviz.errors import FileError
from flowviz.projects import Project, checkpoint_path, load_project, save_project
from flowviz.records import Event, Finished
from flowviz.specs import TextSpec
from tests.test_cli import SMALL, run, stopped_training


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a training of 700 steps that was not stopped."""
    path = tmp_path_factory.mktemp("whole") / "whole.flowviz"
    assert run("train", "--text", "I", "--steps", 700, *SMALL, "-o", path) == 0
    return load_project(path)


@pytest.fixture(scope="module")
def half() -> Project:
    """Return the same training, stopped after 300 steps or some more."""
    return stopped_training(steps=700, after=300)


def check_same(one: Project, other: Project) -> None:
    assert one.checkpoint is not None
    assert other.checkpoint is not None
    np.testing.assert_array_equal(one.checkpoint.parameters, other.checkpoint.parameters)
    np.testing.assert_array_equal(one.trace.positions, other.trace.positions)
    assert one.history.step[-1] == other.history.step[-1]


def test_resume_goes_on_as_if_never_stopped(whole: Project, half: Project, tmp_path: Path) -> None:
    path = tmp_path / "half.flowviz"
    save_project(half, path)
    assert half.checkpoint is not None
    assert 0 < half.checkpoint.step < 700
    assert run("resume", path, "-o", path) == 0
    resumed = load_project(path)
    check_same(resumed, whole)
    np.testing.assert_array_equal(resumed.history.validation_nll, whole.history.validation_nll)
    np.testing.assert_array_equal(resumed.history.step, whole.history.step)


def test_checkpoint_of_another_training_is_neither_used_nor_replaced(
    half: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "i.flowviz"
    other = Project.untrained(TextSpec(text="II"), half.flow, half.training)
    for project, file in ((half, path), (other, checkpoint_path(path))):
        save_project(project, file)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert run("resume", path, "-o", path) == 2
    assert "i.checkpoint.flowviz is the checkpoint of an interrupted training" in " ".join(
        capsys.readouterr().err.split()
    )
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_forced_training_keeps_the_checkpoint_of_another_one_until_it_has_its_own(
    half: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output, seen = tmp_path / "i.flowviz", list[list[str]]()
    save_project(half, checkpoint_path(output))
    before = checkpoint_path(output).read_bytes()
    assert run("train", "--text", " ", *SMALL, "--force", "-o", output) == 2, "there is nothing to learn"
    assert names(tmp_path) == ["i.checkpoint.flowviz"]

    def cut_off(project: Project, *_: object, on_checkpoint: Callable[[Project], None], **__: object) -> None:
        seen.append(names(tmp_path))
        if len(seen) == 1:
            raise FileError("Cut off before the first checkpoint.")
        on_checkpoint(half)
        seen.append(names(tmp_path))
        raise FileError("Cut off after the first checkpoint.")

    monkeypatch.setattr("flowviz.cli.training.trained", cut_off)
    command = ["train", "--text", "I", "--steps", 5, *SMALL, "--force", "-o", output]
    assert run(*command) == 2
    aside = tmp_path / "i.checkpoint.1.flowviz"
    assert seen == [[aside.name]]
    assert aside.read_bytes() == before
    save_project(half, checkpoint_path(output))
    assert run(*command) == 2
    assert seen[1:] == [
        ["i.checkpoint.1.flowviz", "i.checkpoint.2.flowviz"],
        ["i.checkpoint.1.flowviz", "i.checkpoint.flowviz"],
    ]


def test_forced_training_removes_the_checkpoint_of_another_one_with_its_result(half: Project, tmp_path: Path) -> None:
    output = tmp_path / "i.flowviz"
    save_project(half, checkpoint_path(output))
    assert run("train", "--text", "I", "--steps", 5, *SMALL, "--force", "-o", output) == 0
    assert names(tmp_path) == ["i.flowviz"]


def test_training_goes_on_when_its_checkpoint_cannot_be_written(
    half: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "i.flowviz"

    def full(*_: object) -> None:
        raise FileError("i.checkpoint.flowviz cannot be written: no space left on device.")

    def finished(*_: object, on_event: Callable[[Event], None], **options: Any) -> Project:
        for _attempt in range(2):
            options["on_checkpoint"](half)
        on_event(Finished.__new__(Finished))
        return half

    monkeypatch.setattr("flowviz.cli.training.save_checkpoint", full)
    monkeypatch.setattr("flowviz.cli.training.trained", finished)
    monkeypatch.setattr(Finished, "sentence", lambda _: "Finished.")
    monkeypatch.setattr(Finished, "in_units", lambda end, _: end)
    assert run("train", "--text", "I", "--steps", 5, *SMALL, "-o", output) == 0
    assert capsys.readouterr().err.count("no space left") == 1
    assert names(tmp_path) == ["i.flowviz"]


def test_training_whose_output_cannot_be_written_is_kept_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    output, temporary = tmp_path / "i.flowviz", tmp_path / "temporary"

    def save_unless_full(project: Project, path: Path) -> None:
        if path == output:
            raise FileError(f"{path} cannot be written: no space left on device.")
        save_project(project, path)

    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.setattr("flowviz.cli.training.save_project", save_unless_full)
    assert run("train", "--text", "I", "--steps", 20, *SMALL, "-o", output) == 2
    [rescue] = temporary.rglob("*.flowviz")
    assert capsys.readouterr().err.endswith(f"no space left on device. The training is saved as {rescue} instead.\n")
    assert load_project(rescue).history.step[-1] == 20
    assert run("resume", rescue, "-o", tmp_path / "there.flowviz") == 0


def test_finished_training_has_nothing_to_do(
    whole: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, copy = tmp_path / "i.flowviz", tmp_path / "copy.flowviz"
    save_project(whole, path)
    before = path.stat().st_mtime_ns
    assert run("resume", path, "-o", path) == 0
    assert "has already been trained for its whole budget" in capsys.readouterr().err
    assert path.stat().st_mtime_ns == before
    assert run("resume", path, "-o", copy) == 0
    assert copy.read_bytes() == path.read_bytes()


def test_budget_can_be_extended(whole: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "i.flowviz"
    save_project(whole, path)
    assert run("resume", path, "-o", path, "--steps", 900) == 0
    assert "was edited" not in capsys.readouterr().err
    longer = load_project(path)
    assert longer.training.steps == longer.history.step[-1] == 900
    assert longer.history.step[0] == whole.history.step[0]
    assert run("resume", path, "-o", path, "--seconds", 600 + longer.history.seconds[-1], "--steps", 901) == 2


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        (("--steps", 200), "already been trained"),
        (("--seconds", 1e-9), "already been trained"),
        (("--steps", 800, "--seconds", 9), "either"),
    ],
)
def test_budget_below_what_was_taken_is_refused(
    budget: tuple[object, ...], said: str, half: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "i.flowviz"
    save_project(half, path)
    assert run("resume", path, "-o", path, *budget) == 2
    assert said in capsys.readouterr().err
    assert load_project(path).training == half.training


def test_continues_with_other_settings_and_marks_the_change(
    half: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, output = tmp_path / "half.flowviz", tmp_path / "other.flowviz"
    save_project(half, path)
    assert half.checkpoint is not None
    assert run("resume", path, "-o", output, "--learning-rate", 1e-4, "--clip-norm", 0.5, "--json") == 0
    values = {"learning_rate": [4e-3, 1e-4], "clip_norm": [1.0, 0.5]}
    assert json.loads(capsys.readouterr().out)["changes_of_settings"] == [{"step": half.checkpoint.step, **values}]
    found = load_project(output)
    assert (found.training.learning_rate, found.training.clip_norm) == (1e-4, 0.5)
    again = flowviz.resume(half, learning_rate=1e-4, clip_norm=0.5)
    check_same(again, found)
    assert again.history.adjustments == found.history.adjustments
    assert run("info", output) == 0
    assert f"After step {half.checkpoint.step:,}: learning rate 0.0001 instead of 0.004" in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--learning-rate=-0.1", "--clip-norm=0", "--batch=1", "--batch=1000000"])
def test_settings_out_of_range_are_refused(
    half: Project, option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "half.flowviz"
    save_project(half, path)
    before = path.read_bytes()
    assert run("resume", path, "-o", path, option) == 2
    assert "cannot be" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_training_warns_about_a_base_that_does_not_suit_the_target(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["train", "--text", "I", "--steps", 5, *SMALL, "-o", tmp_path / "a.flowviz", "--force"]
    assert run(*command) == 0
    assert "separate Gaussians" not in capsys.readouterr().err
    assert run(*command, "--base", "mixture") == 0
    assert "8 separate Gaussians" in capsys.readouterr().err
