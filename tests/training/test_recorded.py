"""Recorded flows as entrants of a comparison."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowviz import compare, load_comparison, points_of_test, points_spec, record, render_difference, save_comparison
from flowviz.errors import SpecError
from flowviz.projects import Comparison, Project
from flowviz.specs import ComparisonSpec, Entrant, FlowSpec, ShapeSpec, TargetSpec, TrainingSpec
from flowviz.training.recorded import with_recorded

MOONS = ShapeSpec(name="two_moons")
BASE = np.random.default_rng(0).standard_normal((2000, 2))
SCALE = np.array([1.0, 0.5])


def stretched(target: TargetSpec | None = MOONS, **arrays: Any) -> Project:
    """Return a recorded flow whose only layer presses a Gaussian together, with its densities of the test points."""
    log_det = np.repeat([[0.0], [np.log(0.5)]], 2000, axis=1)
    log_prob = log_density(BASE * SCALE)
    given = {"log_det": log_det, "log_prob": log_prob, **arrays}
    return record(np.stack([BASE, BASE * SCALE]), target=target, **given)


def log_density(points: np.ndarray) -> np.ndarray:
    """Return the log-density (n,) of the pressed Gaussian."""
    return np.asarray(-0.5 * ((points / SCALE) ** 2).sum(axis=1) - np.log(2 * np.pi * 0.5))


def spec(target: TargetSpec = MOONS) -> ComparisonSpec:
    """Return a comparison of one small flow."""
    flow, training = FlowSpec(layers=2, width=8, depth=1), TrainingSpec(steps=20)
    return ComparisonSpec(entrants=(Entrant(name="small", target=target, flow=flow, training=training),))


@pytest.fixture(scope="module")
def compared() -> Comparison:
    """Return the comparison of a trained flow with a recorded one."""
    points = points_of_test(MOONS)
    return compare(spec(), recorded={"theirs": stretched(points=points, points_log_prob=log_density(points))})


def test_a_recorded_flow_is_scored_on_the_shared_test_points(compared: Comparison) -> None:
    points = points_of_test(MOONS)
    rows = {row["name"]: row for row in compared.rows()}
    assert rows["theirs"]["test_nll"] == pytest.approx(-log_density(points).mean(), abs=1e-5)
    nlls = [trial.test_nlls for trial in compared.ordered_trials()]
    assert all(each is not None and each.shape == (len(points),) for each in nlls)
    best = min(rows.values(), key=lambda row: float(row["test_nll"] or 9))
    other = next(row for row in rows.values() if row is not best)
    assert best["test_nll_difference"] == 0
    difference = float(other["test_nll"] or 0) - float(best["test_nll"] or 0)
    assert other["test_nll_difference"] == pytest.approx(difference, abs=1e-5)
    assert compared["theirs"].test_uses == 1


def test_the_points_of_a_table_are_in_units_of_the_data() -> None:
    rows = np.random.default_rng(1).normal((50, -3), (4, 2), (1000, 2))
    target = points_spec(rows)
    points, place, size = points_of_test(target), np.array([50, -3]), np.array([4, 2])
    walk = np.stack([BASE, BASE * size + place])
    exact = -0.5 * (((points - place) / size) ** 2).sum(axis=1) - np.log(2 * np.pi * 8)

    project = record(walk, points=points, points_log_prob=exact, target=target)
    [row] = with_recorded(None, "theirs", project).rows()

    assert row["test_nll"] == pytest.approx(-exact.mean(), abs=1e-4)


def test_without_densities_of_the_test_points_the_nll_is_unknown() -> None:
    [row] = with_recorded(None, "theirs", stretched()).rows()

    assert row["test_nll"] is None
    assert row["gap"] is None
    assert 0 < float(row["on_target"] or 0) < 1


def test_a_recorded_flow_is_never_trained(compared: Comparison, tmp_path: Path) -> None:
    assert compared.missing() == ()
    assert [entrant.name for entrant in compared.trained_entrants] == ["small"]

    save_comparison(compared, tmp_path / "c.flowviz")
    again = load_comparison(tmp_path / "c.flowviz")

    assert again["theirs"] == compared["theirs"]
    assert again.differences()["theirs"] == compared.differences()["theirs"]
    assert compare(again)["theirs"] == compared["theirs"]


def test_what_cannot_be_an_entrant_is_refused() -> None:
    untrained = Comparison.untrained(spec())
    for name, project, words in (
        ("other", stretched(ShapeSpec(name="pinwheel")), "recorded with the target"),
        ("small", stretched(), "already a flow"),
        ("flowviz", untrained["small"], "flow of flowviz"),
    ):
        with pytest.raises(SpecError, match=words):
            with_recorded(untrained, name, project)


def test_densities_of_other_points_are_no_score() -> None:
    points = points_of_test(MOONS)
    with pytest.raises(SpecError, match="points_of_test"):
        stretched(points=points + 1, points_log_prob=log_density(points))


def test_a_flow_without_a_target_takes_that_of_the_comparison() -> None:
    rows = np.random.default_rng(1).normal((50, -3), (4, 2), (1000, 2))
    walk = np.stack([BASE, BASE * (4, 2) + (50, -3)])
    moments = np.stack([walk * 0.5, walk])
    table = Comparison.untrained(spec(points_spec(rows)))

    found = with_recorded(table, "theirs", record(moments))["theirs"]

    known = record(moments, target=points_spec(rows))
    assert (found.trace, found.weights, found.timeline) == (known.trace, known.weights, known.timeline)
    assert abs(found.trace.positions[-1].mean()) < 0.1
    assert found.timeline.moments[-1].weights == found.weights


def test_a_difference_says_that_it_is_an_estimate(tmp_path: Path) -> None:
    both = with_recorded(with_recorded(None, "a", stretched()), "b", stretched())

    render_difference(both, "a", "b", tmp_path / "d.svg")

    assert "estimated log density" in (tmp_path / "d.svg").read_text()


def test_particles_of_one_flow_are_no_target_of_another() -> None:
    first = with_recorded(None, "a", stretched(None))
    with pytest.raises(SpecError, match="Give the target"):
        with_recorded(first, "b", stretched(None))
