"""Numbers that are taken away are those of the project, to the last bit."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.projects import Project
from flowviz.records import Adjusted, Retargeted, Settings
from flowviz.records.trace import TOGETHER
from flowviz.specs import ExportSpec, Seen
from flowviz.targets import build_target
from tests.exporting.projects import bent_project, written


@pytest.fixture(scope="module")
def project() -> Project:
    return bent_project(200)


def table(path: Path) -> dict[str, NDArray[np.float64]]:
    """The columns of numbers, as Python reads them; NaN where there is none."""
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    columns = {name: column for name, *column in zip(*rows, strict=True) if name != "name"}
    return {name: np.array([float(number or "nan") for number in column]) for name, column in columns.items()}


def points(columns: dict[str, NDArray[np.float64]]) -> NDArray[np.float32]:
    return np.stack([columns["x"], columns["y"]], axis=1).astype(np.float32)


def test_a_trace_as_csv_holds_every_bit(project: Project, tmp_path: Path) -> None:
    spec = ExportSpec(what="trace", format="csv", first=3, last=6)
    found = table(written(project, spec, tmp_path / "trace.csv"))
    assert list(found) == ["particle", "stage", "x", "y", "log_det"]
    assert len(found["x"]) == 200 * 4
    for stage in range(3, 7):
        of_stage = {name: column[found["stage"] == stage] for name, column in found.items()}
        np.testing.assert_array_equal(of_stage["particle"], np.arange(200))
        np.testing.assert_array_equal(points(of_stage), project.trace.positions[stage])
        np.testing.assert_array_equal(of_stage["log_det"].astype(np.float32), project.trace.log_det[stage])
    lines = (tmp_path / "trace.csv").read_text().splitlines()
    assert lines[0] == "particle,stage,name,x,y,log_det"
    assert lines[1].startswith(f"0,3,{project.trace.names[3]},")


def test_a_trace_as_npz_is_that_of_the_terminal(project: Project, tmp_path: Path) -> None:
    with np.load(written(project, ExportSpec(what="trace", format="npz"), tmp_path / "trace.npz")) as found:
        assert set(found) == {"positions", "log_det", "names", "log_prob"}
        np.testing.assert_allclose(found["log_prob"], project.trace.log_density(project.trace.last_stage), atol=1e-5)
        np.testing.assert_array_equal(found["positions"], project.trace.positions)
        np.testing.assert_array_equal(found["log_det"], project.trace.log_det)
        assert tuple(found["names"]) == project.trace.names


def test_parts_follow_each_other(tmp_path: Path) -> None:
    large = bent_project(2 * TOGETHER + 7)
    found = table(written(large, ExportSpec(what="trace", format="csv", first=19), tmp_path / "trace.csv"))
    np.testing.assert_array_equal(found["particle"], np.arange(2 * TOGETHER + 7))
    np.testing.assert_array_equal(points(found), large.trace.positions[19])


@pytest.mark.parametrize("moment", [None, 400])
def test_samples_are_where_the_particles_end(project: Project, tmp_path: Path, moment: int | None) -> None:
    expected = project.trace if moment is None else project.timeline.moments[1].trace  # type: ignore[attr-defined]
    seen = Seen(stage=3, moment=moment)
    found = table(written(project, ExportSpec(what="samples", format="csv", seen=seen), tmp_path / "it.csv"))
    np.testing.assert_array_equal(points(found), expected.positions[-1])
    with np.load(written(project, ExportSpec(what="samples", format="npz", seen=seen), tmp_path / "it.npz")) as arrays:
        np.testing.assert_array_equal(arrays["points"], expected.positions[-1])


def test_losses_are_those_of_the_history(project: Project, tmp_path: Path) -> None:
    found = table(written(project, ExportSpec(what="losses", format="csv"), tmp_path / "losses.csv"))
    history, entropy = project.history, build_target(project.target).entropy
    assert list(found) == [
        "step", "seconds", "train_nll", "validation_nll", "validation_gap", "kept", "learning_rate", "clip_norm",
        "batch",
    ]  # fmt: skip
    for name in ("step", "seconds", "train_nll", "validation_nll"):
        np.testing.assert_array_equal(found[name], getattr(history, name))
    assert entropy is not None
    np.testing.assert_array_equal(found["validation_gap"], history.validation_nll - entropy)


def test_losses_name_the_settings_of_their_steps(project: Project, tmp_path: Path) -> None:
    steps, latest = project.history.step, Settings.of(project.training, project.flow.recipe)
    change = Adjusted(int(steps[1]), replace(latest, learning_rate=0.25, batch=100), latest)
    changed = replace(project, history=replace(project.history, adjustments=(change,)))
    found = table(written(changed, ExportSpec(what="losses", format="csv"), tmp_path / "losses.csv"))
    np.testing.assert_array_equal(found["learning_rate"], np.where(steps <= steps[1], 0.25, latest.learning_rate))
    np.testing.assert_array_equal(found["batch"], np.where(steps <= steps[1], 100, latest.batch))
    assert set(found["clip_norm"]) == {latest.clip_norm}


def test_no_gap_is_told_of_a_target_that_was_left(project: Project, tmp_path: Path) -> None:
    history = replace(project.history, changes=(Retargeted(500, "other"),))
    left = replace(project, history=history)
    found = table(written(left, ExportSpec(what="losses", format="csv"), tmp_path / "losses.csv"))
    np.testing.assert_array_equal(np.isnan(found["validation_gap"]), history.step <= 500)
