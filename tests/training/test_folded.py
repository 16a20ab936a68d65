"""Flow matching whose few steps fold the plane over: no exact densities, and all that says so."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import flowviz
from flowviz.cli.loaded_project import say_nll
from flowviz.flows import build_flow
from flowviz.projects import Project, load_project, save_project
from flowviz.records import Finished, Scene, Weights
from flowviz.records.units import Units
from flowviz.rendering.legend import keys
from flowviz.specs import FlowSpec, ShapeSpec, TextSpec, TrainingSpec, ViewSpec
from flowviz.specs.shares import percent
from flowviz.targets import build_target
from flowviz.training import train
from tests.records.scores import scored
from tests.test_cli import run

FLOW = FlowSpec(family="flow_matching", width=16, waves=4, depth=2, integrator="euler", integrator_steps=1)


def bent(flow: FlowSpec, strength: float) -> Weights:
    """Return weights of a velocity that changes fast from place to place."""
    rng = np.random.default_rng(0)
    weights = build_flow(flow).weights()
    parameters = {n: rng.normal(size=a.shape).astype(np.float32) * strength for n, a in weights.parameters.items()}
    return replace(weights, parameters=parameters)


def folded(strength: float) -> Project:
    """Return a scored project whose only step folds the plane over."""
    project = Project.untrained(TextSpec(text="I"), FLOW, TrainingSpec(steps=1))
    weights = bent(FLOW, strength)
    flow = build_flow(FLOW, weights)
    return flowviz.rescored(replace(project, weights=weights, trace=flow.trace(flow.particles())))


@pytest.fixture(scope="module")
def mostly_folded() -> Project:
    return folded(1.0)


def test_a_flow_without_an_inverse_at_some_points_has_no_nll(mostly_folded: Project, tmp_path: Path) -> None:
    score = mostly_folded.score
    assert score is not None
    assert score.folded > 0.5
    assert (score.validation_nll, score.test_nll, score.standard_error, score.gap) == (None, None, None, None)
    assert score.test is not None
    share = score.test.without_density
    assert 0.1 < share < score.folded
    sentence = score.in_units(Units()).sentence()
    assert sentence.startswith(f"not comparable: {share:.1%} of the points have no density (inexact: ")
    save_project(mostly_folded, tmp_path / "folded.flowviz")
    assert load_project(tmp_path / "folded.flowviz").score == score


@pytest.fixture(scope="module")
def partly_folded() -> Project:
    return folded(0.25)


def test_share_is_that_of_all_particles_whose_round_trip_fails(partly_folded: Project) -> None:
    trace, flow = partly_folded.trace, partly_folded.build_flow()
    assert trace.folded is not None
    found = flow.inverse(trace.positions[1])
    errors = (np.abs(found - trace.positions[0]) / np.maximum(np.abs(trace.positions[0]), 1)).max(axis=1)
    fails = (errors > 0.01) | np.isnan(flow.log_prob(trace.positions[1]))
    np.testing.assert_allclose(trace.folded.mean(), fails.mean(), atol=0.01)
    assert abs(trace.folded[:500].mean() - trace.folded[500:].mean()) < 0.06
    assert trace.round_trip_error is not None
    assert trace.round_trip_error.max() < 0.01


def test_points_with_several_particles_count_as_folded(partly_folded: Project) -> None:
    flow = partly_folded.build_flow()
    points = flow.sample(4000, seed=1)
    log_density = flow.log_prob(points)
    share = flow.folds_at(points, log_density).mean()
    assert share > np.isnan(log_density).mean() + 0.05
    assert share == pytest.approx(partly_folded.trace.folded_share, abs=0.05)


def test_encoded_points_and_their_legend_are_inexact(partly_folded: Project) -> None:
    flow = partly_folded.build_flow()
    encoded = flow.encoded(flow.sample(4000, seed=1))
    assert encoded.folded_share == pytest.approx(partly_folded.trace.folded_share, abs=0.05)
    (key,) = keys(Scene(encoded), 0, ViewSpec(color_by="log_density"))
    assert key.caption == "inexact log-density"


@pytest.mark.parametrize("command", ["trace", "render"])
def test_points_without_a_density_leave_encoded_points_without_an_nll(
    command: str, partly_folded: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_project(partly_folded, tmp_path / "folded.flowviz")
    what = ("--what", "trace") if command == "render" else ()
    path = tmp_path / "trace.npz"
    assert run(command, tmp_path / "folded.flowviz", "-o", path, "--direction", "encode", *what) == 0
    said = " ".join(capsys.readouterr().err.split())
    nlls = -flowviz.trace(partly_folded, direction="encode").log_density(1)
    missing = np.isnan(nlls).sum()
    assert missing > 0
    assert f"{missing:,} of 8,000 points have no exact density (NaN)" in said
    assert f"not comparable: {missing / len(nlls):.1%} of the points have no density" in said
    assert "Increase the integrator steps." in said


def test_nll_is_not_named_if_no_point_has_one(capsys: pytest.CaptureFixture[str]) -> None:
    say_nll(np.full(3, np.nan), 3, TextSpec(text="I"), "flow")
    said = " ".join(capsys.readouterr().err.split())
    assert "3 of 3 points have no exact density" in said
    assert "not comparable: 100.0% of the points have no density" in said


def test_nll_of_points_with_several_particles_is_inexact(
    partly_folded: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    flow = partly_folded.build_flow()
    points = flow.sample(4000, seed=1)
    encoded = flow.encoded(points[~np.isnan(flow.log_prob(points))])
    say_nll(encoded.nlls, encoded.folded_share * len(encoded.nlls), TextSpec(text="I"), "flow")
    said = " ".join(capsys.readouterr().err.split())
    assert "NaN" not in said
    assert f"nats (inexact: steps fold the plane over at {percent(encoded.folded_share)} of the points; " in said


def test_a_training_whose_few_steps_fold_ends_without_a_score() -> None:
    flow = FLOW.model_copy(update={"width": 32, "waves": 6})
    spec = TrainingSpec(steps=800, learning_rate=0.02)
    *_, end = train(build_target(ShapeSpec(name="two_moons")), flow, spec)
    assert isinstance(end, Finished)
    assert end.score.test is not None
    assert end.score.test.without_density > 0.01
    assert (end.score.test_nll, end.figures()["gap"], end.test_nlls) == (None, None, None)
    assert end.figures()["without_density"] == end.score.test.without_density
    assert "not comparable: " in end.in_units(Units()).sentence()
    assert (end.ending, end.recoveries) == ("completed", 0)


def test_score_without_an_nll_takes_units() -> None:
    assert scored(1, None, None, None, 1.0, 0.6).in_units(Units(scale=(2.0, 2.0))).validation_nll is None
