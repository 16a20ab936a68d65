"""Flow matching whose few steps fold the plane over: no exact densities, and all that says so."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import flowviz
from flowviz.flows import build_flow
from flowviz.projects import Project, load_project, save_project
from flowviz.records import Score, Weights
from flowviz.records.units import Units
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec

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


def test_more_than_half_of_the_points_without_a_density_have_no_nll(mostly_folded: Project, tmp_path: Path) -> None:
    score = mostly_folded.score
    assert score is not None
    assert score.folded > 0.5
    assert (score.validation_nll, score.test_nll, score.standard_error, score.gap) == (None, None, None, None)
    assert score.sentence().startswith("unknown NLL (inexact: ")
    save_project(mostly_folded, tmp_path / "folded.flowviz")
    assert load_project(tmp_path / "folded.flowviz").score == score


def test_score_without_an_nll_takes_units() -> None:
    assert Score(1, None, None, None, 1.0, 0.6).in_units(Units(scale=(2.0, 2.0))).validation_nll is None
