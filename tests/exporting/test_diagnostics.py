"""Ledgers, latents and four panels of projects: their numbers, in files and in the library."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flowviz
from flowviz.errors import SpecError
from flowviz.exporting.diagnostics import ledger_summary
from flowviz.projects import Project
from flowviz.projects.gallery import example
from flowviz.specs import ExportSpec, FlowSpec, PictureSize, Seen, ShapeSpec, TrainingSpec, ViewSpec
from flowviz.specs.edits import Edits, LayerEdit
from flowviz.targets import build_target, points_spec, untrained_points
from tests.exporting.projects import bent_project, written

SIZE = PictureSize(width=500, height=420)


@pytest.fixture(scope="module")
def learned() -> Project:
    """Return a trained flow."""
    return example("two_moons").project()


def spec_of(what: Any, form: Any = "png", **seen: Any) -> ExportSpec:
    return ExportSpec(what=what, format=form, size=SIZE, seen=Seen(**seen))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table(count: int) -> Project:
    """Return an untrained project on a table of points."""
    points = np.random.default_rng(0).normal(size=(count, 2)) * (3.0, 2.0) + (100.0, 7.0)
    return Project.untrained(points_spec(points, "table"), FlowSpec(layers=2), TrainingSpec(steps=1))


def test_ledger_of_a_point_is_its_score(learned: Project) -> None:
    points = build_target(learned.target).sample(5, np.random.default_rng(3))
    for point, expected in zip(points, flowviz.score(learned, points), strict=True):
        assert flowviz.ledger(learned, point).total == pytest.approx(expected, abs=1e-4)


def test_mean_ledger_is_about_minus_the_test_nll(learned: Project) -> None:
    ledger = flowviz.ledger(learned)
    assert learned.score is not None
    assert learned.score.test_nll is not None
    assert ledger.count == 8000
    assert ledger.total == pytest.approx(-learned.score.test_nll, abs=0.1)


def test_files_hold_the_numbers_of_the_library(learned: Project, tmp_path: Path) -> None:
    stage = learned.trace.last_stage
    probe = stage, (0.4, 0.1)
    ledger = flowviz.ledger(learned, probe[1])
    rows = rows_of(written(learned, spec_of("ledger", "csv", probe=probe), tmp_path / "a.csv"))
    assert [row["name"] for row in rows] == [*learned.trace.names, "sum"]
    assert float(rows[-1]["nats"]) == ledger.total
    assert sum(float(row["nats"]) for row in rows[:-1]) == pytest.approx(ledger.total)
    found = json.loads(written(learned, spec_of("ledger", "json", probe=probe), tmp_path / "a.json").read_text())
    assert found["log_density"] == ledger.total
    assert [row["nats"] for row in found["rows"][:-1]] == ledger.terms.tolist()
    mean = json.loads(written(learned, spec_of("ledger", "json"), tmp_path / "b.json").read_text())
    assert (mean["points"], mean["log_density"]) == (8000, flowviz.ledger(learned).total)


def test_latents_of_a_trained_flow_are_near_its_base(learned: Project, tmp_path: Path) -> None:
    latents = flowviz.latents(learned, 4000)
    assert len(latents.points) + latents.unknown == 4000
    assert all(abs(region.share - region.mass) < 0.1 for region in latents.regions)
    rows = rows_of(written(learned, spec_of("latents", "csv"), tmp_path / "a.csv"))
    regions = [row for row in rows if row["compared"] == "region"]
    assert [float(row["expected"]) for row in regions] == [0.5, 0.9, 0.99]
    assert float(regions[0]["found"]) == flowviz.latents(learned).regions[0].share


def test_latents_of_an_untrained_flow_are_the_data(tmp_path: Path) -> None:
    project = Project.untrained(ShapeSpec(name="checkerboard"), FlowSpec(layers=2), TrainingSpec(steps=1))
    latents = flowviz.latents(project, 500)
    points = untrained_points(build_target(project.target), 500)
    assert set(np.abs(latents.points).round(4).ravel()) == set(np.abs(points).round(4).ravel())
    assert any(region.is_off for region in flowviz.latents(project).regions)
    for what in ("ledger", "latents", "four_panels"):
        assert written(project, spec_of(what), tmp_path / f"{what}.png").stat().st_size > 1000


def test_untrained_points_of_a_density_train_no_flow() -> None:
    target = build_target(ShapeSpec(name="two_moons"))
    found = as_set(untrained_points(target, 2000))
    for seed in range(3):
        for rng in np.random.default_rng(seed).spawn(3):
            assert not found & as_set(target.sample(2000, rng))


@pytest.mark.parametrize(("count", "validation"), [(400, 60), (50, 10)])
def test_latents_of_a_table_are_those_of_its_validation_points(count: int, validation: int) -> None:
    """Each use of the test points is counted, so no figure uses them."""
    project = table(count)
    target = build_target(project.target)
    points = untrained_points(target, 8000)
    assert as_set(points) == as_set(target.validation(8000, np.random.default_rng(0)))
    assert len(flowviz.latents(project).points) == len(points) == validation


@pytest.mark.parametrize(("count", "validation"), [(400, 60), (50, 10)])
def test_figures_of_a_table_show_validation_points_and_no_training_points(
    count: int, validation: int, tmp_path: Path
) -> None:
    project, units = table(count), flowviz.units(table(count))
    target = build_target(project.target)
    trained = as_set(target.sample(20_000, np.random.default_rng(0)))
    validating = as_set(target.validation(count, np.random.default_rng(0)))
    assert not trained & validating

    trace = flowviz.trace(project, direction="encode", seed=3)
    assert as_set(trace.positions[-1]) == validating
    with np.load(written(project, encoding("trace", "npz"), tmp_path / "t.npz")) as found:
        np.testing.assert_array_equal(found["positions"], units.values(trace.positions))
    ledger = flowviz.ledger(project)
    assert (ledger.count, ledger.unknown) == (validation, 0)
    scores = flowviz.score(project, units.values(np.array(sorted(validating))))
    assert ledger.total == pytest.approx(scores.mean(), abs=1e-5)
    for what in ("view", "sheet", "four_panels"):
        assert written(project, encoding(what), tmp_path / f"{what}.png").stat().st_size > 1000


def encoding(what: Any, form: Any = "png") -> ExportSpec:
    return spec_of(what, form, **({} if what == "four_panels" else {"direction": "encode"}))


def as_set(points: np.ndarray[Any, Any]) -> set[tuple[float, ...]]:
    return {tuple(point) for point in points.tolist()}


def test_fewer_points_of_a_table_are_encoded_if_fewer_are_requested() -> None:
    trace, few = (flowviz.trace(table(400), n, direction="encode") for n in (60, 7))
    np.testing.assert_array_equal(few.positions[-1], trace.positions[-1, :7])


def test_ledger_of_a_table_is_in_the_units_of_its_data() -> None:
    project = table(400)
    units = flowviz.units(project)
    data = flowviz.ledger(project, (101.0, 6.0), "data")
    flow = flowviz.ledger(project, units.points(np.array([101.0, 6.0])), "flow")
    assert data.total == pytest.approx(flow.total - units.log_det, abs=1e-5)
    assert data.total == pytest.approx(float(flowviz.score(project, [(101.0, 6.0)])[0]), abs=1e-5)
    assert data.entries[-1].title == "units of the data"
    assert len(flow.entries) == len(data.entries) - 1


def test_steps_that_fold_the_plane_over_are_said_to_do_so() -> None:
    coarse = example("drift").project().with_integrator("euler", 3)
    mean = flowviz.ledger(coarse)
    assert mean.is_inexact
    assert mean.unknown > 0
    assert mean.count + mean.unknown == 8000
    assert ledger_summary(mean)["log_density"] is None, "leaving points out would raise it"
    assert flowviz.latents(coarse, 1000).unknown > 0
    points = build_target(coarse.target).sample(1000, np.random.default_rng(0))
    nowhere = points[np.isnan(flowviz.score(coarse, points))]
    assert not flowviz.ledger(coarse, nowhere[0]).is_known


@pytest.mark.parametrize("point", [[1.0], [1.0, 2.0, 3.0], [[1.0, 2.0], [3.0, 4.0]], [], "here"])
def test_a_point_of_another_shape_is_refused(learned: Project, point: Any) -> None:
    with pytest.raises(SpecError):
        flowviz.ledger(learned, point)


def test_a_probe_at_a_stage_that_does_not_exist_is_refused(learned: Project, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="no stage 99"):
        written(learned, spec_of("ledger", probe=(99, (0.0, 0.0))), tmp_path / "a.png")


def test_ledger_of_an_edited_flow_has_nothing_for_a_disabled_layer(learned: Project) -> None:
    stage = next(stage for stage, name in enumerate(learned.trace.names) if not name.endswith(("base", "permute")))
    edited = learned.with_edits(Edits(layers={stage: LayerEdit(disabled=True)}))
    ledger = flowviz.ledger(edited, (0.4, 0.1))
    assert ledger.terms[stage] == 0
    assert flowviz.ledger(learned, (0.4, 0.1)).terms[stage] != 0
    assert ledger.total == pytest.approx(float(flowviz.score(edited, [(0.4, 0.1)])[0]), abs=1e-4)


def test_weights_that_are_not_finite_are_unknown_in_every_file(learned: Project, tmp_path: Path) -> None:
    parameters = {name: np.full_like(array, np.nan) for name, array in learned.weights.parameters.items()}
    broken = replace(learned, weights=replace(learned.weights, parameters=parameters))
    for what in ("ledger", "latents", "four_panels"):
        assert written(broken, spec_of(what), tmp_path / f"{what}.png").stat().st_size > 1000
    found = json.loads(written(broken, spec_of("ledger", "json"), tmp_path / "a.json").read_text())
    assert (found["log_density"], found["points"], found["unknown_points"]) == (None, 0, 8000)
    assert "NaN" not in written(broken, spec_of("latents", "json"), tmp_path / "b.json").read_text()


def test_four_panels_keep_the_selection_to_the_particles_of_the_base(tmp_path: Path) -> None:
    project = bent_project()
    selected = ViewSpec(color_by="selection")
    assert written(project, spec_of("four_panels", view=selected), tmp_path / "a.png").stat().st_size > 1000
    with pytest.raises(SpecError, match="nothing is selected"):
        written(replace(project, selection=None), spec_of("four_panels", view=selected), tmp_path / "b.png")
