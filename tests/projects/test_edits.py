"""Edited projects: everything that they compute is that of the edited flow, and a reset restores what was learned."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import flowviz
from flowviz.errors import SpecError
from flowviz.exporting.export import Export
from flowviz.exporting.provenance import provenance_of
from flowviz.projects import Project, load_project, save_project
from flowviz.records import Moment, Timeline
from flowviz.specs import ExportSpec, FlowSpec, PictureSize, Seen, ShapeSpec, TrainingSpec
from flowviz.specs.edits import Bump, Edits, LayerEdit, flow_by_hand
from tests.flows.families import random_weights
from tests.records.scores import scored

FLOW = FlowSpec(layers=2, width=4, depth=1, normalization="none")
EDITS = Edits(
    layers={
        1: LayerEdit(bumps=(Bump(curve="shift", center=(0.1,), height=(2.0,)),)),
        3: LayerEdit(disabled=True),
    }
)


@pytest.fixture(scope="module")
def learned() -> Project:
    """A project with random weights and an earlier moment, as if it had been trained."""
    fresh = Project.untrained(ShapeSpec(name="rings"), FLOW, TrainingSpec(steps=1))
    weights, earlier = random_weights(FLOW), random_weights(FLOW, seed=1)
    flow = flowviz.build_flow(FLOW, weights)
    moments = tuple(Moment(step, each, 0.5, 0.5) for step, each in ((0, earlier), (100, weights)))
    score = scored(100, 1.0, 1.0, 0.1, 0.5)
    trace = flow.trace(flow.particles(200))
    return replace(fresh, weights=weights, trace=trace, timeline=Timeline(moments), score=score)


@pytest.fixture(scope="module")
def edited(learned: Project) -> Project:
    return flowviz.edit(learned, EDITS)


def test_an_edited_project_computes_what_the_edited_flow_does(edited: Project, learned: Project) -> None:
    flow = flowviz.build_flow(FLOW, learned.weights, edits=EDITS)
    assert edited.build_flow().edits == edited.edits == EDITS
    np.testing.assert_array_equal(edited.trace.positions, flow.trace(flow.particles(200)).positions)
    np.testing.assert_array_equal(flowviz.sample(edited, 20, seed=0), flow.sample(20, seed=0))
    np.testing.assert_array_equal(flowviz.trace(edited, 20).positions, flow.trace(flow.particles(20)).positions)
    points = flow.sample(20, seed=0)
    np.testing.assert_allclose(flowviz.score(edited, points), flow.log_prob(points), atol=1e-4)
    assert not np.allclose(flowviz.sample(edited, 20, seed=0), flowviz.sample(learned, 20), atol=0.1)


def test_the_score_of_an_edited_project_is_unknown_until_it_is_computed(edited: Project, learned: Project) -> None:
    assert (learned.gap, edited.gap) == (0.5, None)
    nll = -flowviz.score(edited, flowviz.build_target(edited.target).sample(20_000, np.random.default_rng(1))).mean()
    score = flowviz.rescored(edited).score
    assert score is not None
    assert score.validation_nll == pytest.approx(nll, abs=0.2 * abs(nll))
    assert (score.test, flowviz.rescored(edited).test_uses) == (None, 0), "edits are scored on validation points"
    assert score != flowviz.rescored(replace(learned, score=None)).score


def test_a_reset_restores_what_was_learned(edited: Project, learned: Project) -> None:
    again = flowviz.edit(edited, Edits())
    assert again.edits == Edits()
    flow = learned.build_flow()
    np.testing.assert_array_equal(again.trace.positions, flow.trace(flow.particles(200)).positions)
    assert flowviz.edit(edited, EDITS) is edited


def test_edits_survive_the_file(edited: Project, tmp_path: Path) -> None:
    save_project(edited, tmp_path / "edited.flowviz")
    loaded = load_project(tmp_path / "edited.flowviz")
    assert loaded.edits == EDITS
    np.testing.assert_array_equal(loaded.trace.positions, edited.trace.positions)
    np.testing.assert_array_equal(flowviz.sample(loaded, 20, seed=0), flowviz.sample(edited, 20, seed=0))


def test_a_flow_without_all_layers_survives_the_file(learned: Project, tmp_path: Path) -> None:
    nothing = flowviz.edit(learned, Edits(layers=dict.fromkeys((1, 2, 3), LayerEdit(disabled=True))))
    save_project(nothing, tmp_path / "nothing.flowviz")
    positions = load_project(tmp_path / "nothing.flowviz").trace.positions
    np.testing.assert_array_equal(positions, np.broadcast_to(positions[0], positions.shape))


def test_exports_show_the_edited_flow(edited: Project, learned: Project, tmp_path: Path) -> None:
    for moment in (None, 0):
        spec = ExportSpec(what="samples", format="npz", particles=50, seen=Seen(moment=moment))
        for name, project in (("edited", edited), ("learned", learned)):
            for _ in Export(project, spec).write(tmp_path / f"{name}.npz"):
                pass
        weights = edited.weights if moment is None else edited.timeline.moments[0].weights
        flow = flowviz.build_flow(FLOW, weights, edits=EDITS)
        found = np.load(tmp_path / "edited.npz")["points"]
        np.testing.assert_allclose(found, flow.sample(50, seed=0), atol=1e-6)
        assert not np.allclose(found, np.load(tmp_path / "learned.npz")["points"], atol=0.1)


def test_a_picture_says_with_which_edits_it_was_made(edited: Project, learned: Project) -> None:
    spec = ExportSpec(size=PictureSize(width=100, height=100))
    described = json.loads(provenance_of(edited, spec).description)["edits"]
    assert Edits(**described) == EDITS
    assert "edits" not in json.loads(provenance_of(learned, spec).description)


def test_a_flow_that_was_never_trained_can_be_edited_and_scored() -> None:
    fresh = Project.untrained(ShapeSpec(name="rings"), flow_by_hand(4), TrainingSpec(steps=1))
    assert fresh.flow.stage_names()[1::2] == ("01_real_nvp", "03_real_nvp", "05_real_nvp", "07_real_nvp")
    bump = Bump(curve="log-scale", center=(0.0,), height=(-0.3,), width=3.0)
    built = flowviz.edit(fresh, Edits(layers={1: LayerEdit(bumps=(bump,)), 3: LayerEdit(bumps=(bump,))}))
    assert not built.weights.parameters
    assert built.trace.log_det[-1].max() < -0.2
    score = flowviz.rescored(built).score
    assert score is not None
    assert score.validation_gap is not None
    assert score.validation_gap > 0
    assert score.test is None, "what is built by hand is scored on validation points"
    np.testing.assert_array_equal(flowviz.edit(built, Edits()).trace.positions, fresh.trace.positions)


def test_edits_belong_to_the_steps_of_an_integrator() -> None:
    flow = FlowSpec(family="flow_matching", width=4, depth=1, waves=0, integrator_steps=4)
    fresh = Project.untrained(ShapeSpec(name="rings"), flow, TrainingSpec(steps=1))
    bump = Bump(curve="velocity", center=(0.0, 0.0), height=(1.0, 0.0))
    edited = flowviz.edit(fresh, Edits(layers={2: LayerEdit(bumps=(bump,))}))
    assert edited.with_integrator("euler").edits == edited.edits
    with pytest.raises(SpecError, match="belong to the 4 steps"):
        edited.with_integrator(steps=8)


def test_edits_that_do_not_fit_are_refused(learned: Project) -> None:
    with pytest.raises(SpecError, match="ends with stage 3"):
        flowviz.edit(learned, Edits(layers={4: LayerEdit(disabled=True)}))
