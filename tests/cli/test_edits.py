"""`--edits`: commands with the edits of a file instead of those of the project."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import flowviz
from flowviz.projects import Project, load_project, save_project
from flowviz.specs import FlowSpec, ShapeSpec, TrainingSpec
from flowviz.specs.edits import Bump, Edits, LayerEdit
from tests.flows.families import random_weights
from tests.test_cli import run

FLOW = FlowSpec(layers=2, width=4, depth=1, normalization="none")
EDITS = Edits(
    layers={1: LayerEdit(bumps=(Bump(curve="shift", center=(0.1,), height=(2.0,)),)), 3: LayerEdit(disabled=True)}
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A project, and a file with edits."""
    folder = tmp_path_factory.mktemp("edits")
    fresh = Project.untrained(ShapeSpec(name="rings"), FLOW, TrainingSpec(steps=20, batch=16))
    save_project(replace(fresh, weights=random_weights(FLOW)), folder / "learned.flowviz")
    (folder / "edits.json").write_text(EDITS.model_dump_json(), encoding="utf-8")
    return folder / "learned.flowviz", folder / "edits.json"


@pytest.fixture(scope="module")
def edited(files: tuple[Path, Path]) -> Project:
    return flowviz.edit(load_project(files[0]), EDITS)


def test_numbers_are_those_of_the_edited_flow(files: tuple[Path, Path], edited: Project, tmp_path: Path) -> None:
    project, edits = files
    assert run("sample", project, "-o", tmp_path / "s.npy", "-n", 30, "--edits", edits) == 0
    samples = np.load(tmp_path / "s.npy")
    np.testing.assert_array_equal(samples, flowviz.sample(edited, 30, seed=0))
    assert run("score", project, tmp_path / "s.npy", "-o", tmp_path / "l.npy", "--edits", edits) == 0
    np.testing.assert_allclose(np.load(tmp_path / "l.npy"), flowviz.score(edited, samples), rtol=1e-6)
    assert run("trace", project, "-o", tmp_path / "t.npz", "-n", 30, "--edits", edits) == 0
    np.testing.assert_array_equal(np.load(tmp_path / "t.npz")["positions"][:, :30], flowviz.trace(edited, 30).positions)


def test_a_picture_is_that_of_the_edited_project(files: tuple[Path, Path], edited: Project, tmp_path: Path) -> None:
    project, edits = files
    save_project(edited, tmp_path / "edited.flowviz")
    size = "--size", "120x90"
    assert run("render", project, "-o", tmp_path / "a.png", *size, "--edits", edits) == 0
    assert run("render", tmp_path / "edited.flowviz", "-o", tmp_path / "b.png", *size) == 0
    assert run("render", project, "-o", tmp_path / "c.png", *size) == 0
    one, same, other = ((tmp_path / f"{name}.png").read_bytes() for name in "abc")
    assert one == same != other


def test_inspect_says_which_layers_are_disabled(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    project, edits = files
    assert run("inspect", project, "--json", "--edits", edits) == 0
    assert [each["disabled"] for each in json.loads(capsys.readouterr().out)] == [False, False, False, True]
    assert run("inspect", project, "--stage", 3, "--edits", edits) == 0
    assert "Coupling 2 of 2 is disabled: points stay where they are." in capsys.readouterr().out


def test_a_training_continues_from_the_edits(files: tuple[Path, Path], tmp_path: Path) -> None:
    project, edits = files
    assert run("resume", project, "-o", tmp_path / "more.flowviz", "--edits", edits) == 0
    found = load_project(tmp_path / "more.flowviz")
    assert found.edits == EDITS
    assert found.checkpoint is not None
    assert (found.checkpoint.step, found.checkpoint.edits) == (20, EDITS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"layers": {"9": {"disabled": true}}}', "ends with stage 3"),
        ('{"layers": {"2": {"bumps": [{"curve": "shift", "center": [0], "height": [1]}]}}}', "02_permute"),
        ('{"layers": {"1": {"bumps": [{"curve": "shift", "center": [0, 1], "height": [1]}]}}}', "have 1 and 1 numbers"),
        ('{"layers": {"1": {"bumps": [{"curve": "shift", "center": [0], "height": [NaN]}]}}}', "finite"),
        ('{"stages": {}}', "Edits has no field stages"),
        ("[]", "JSON object"),
        ("{", "not valid JSON"),
        (None, "no such file"),
    ],
)
def test_files_that_are_no_edits_of_the_flow_are_refused(
    files: tuple[Path, Path], text: str | None, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "wrong.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    assert run("sample", files[0], "-o", tmp_path / "x.csv", "--edits", path) == 2
    words = " ".join(capsys.readouterr().err.split())
    assert message in words
    assert "wrong.json" in words
    assert not (tmp_path / "x.csv").exists()
