"""Training from an edited flow: it starts from what is shown, keeps the edits, and resumes exactly."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

import flowviz
from flowviz.errors import FileError
from flowviz.flows import build_flow
from flowviz.flows.velocity_field import VelocityField
from flowviz.projects import Project, from_bytes, to_bytes
from flowviz.records import Checkpoint, Event, Snapshot
from flowviz.specs import FlowSpec, ShapeSpec, TrainingSpec
from flowviz.specs.edits import Bump, Edits, LayerEdit
from flowviz.targets import build_target
from flowviz.training import continued, from_here, trained
from flowviz.training.step import chunk_runner
from tests.flows.families import random_weights

TARGET, STEPS = ShapeSpec(name="rings"), TrainingSpec(steps=600, batch=64)
FLOW = FlowSpec(layers=3, width=8, depth=1, normalization="none")  # couplings are the stages 1, 3 and 5
BUMPS = (
    Bump(curve="shift", center=(0.2,), height=(0.7,), width=0.4),
    Bump(curve="log-scale", center=(-0.3,), height=(0.5,), width=0.6),
)
EDITS = Edits(layers={1: LayerEdit(bumps=BUMPS), 3: LayerEdit(disabled=True)})


def stopping(after: int) -> Callable[[], bool]:
    """A function that requests a stop after some chunks of steps."""
    asked = iter(range(10**6))
    return lambda: next(asked) >= after


@pytest.fixture(scope="module")
def shown() -> Project:
    """An edited project, whose weights are random, as if it had been trained without a checkpoint."""
    return flowviz.edit(replace(Project.untrained(TARGET, FLOW, STEPS), weights=random_weights(FLOW, scale=0.1)), EDITS)


@pytest.fixture(scope="module")
def result(shown: Project) -> tuple[Project, list[Event]]:
    """The whole training that starts from it."""
    events: list[Event] = []
    return trained(shown, build_target(TARGET), on_event=events.append, keeps_moments=False), events


def test_it_starts_from_what_is_shown(shown: Project, result: tuple[Project, list[Event]]) -> None:
    first = next(event for event in result[1] if isinstance(event, Snapshot))
    np.testing.assert_array_equal(first.trace.positions, shown.trace.positions)
    np.testing.assert_array_equal(first.trace.log_det, shown.trace.log_det)


def test_it_learns_with_its_edits(shown: Project, result: tuple[Project, list[Event]]) -> None:
    after, before = result[0], flowviz.rescored(shown)
    assert after.edits == EDITS
    assert after.checkpoint is not None
    assert after.checkpoint.edits == EDITS
    assert after.score is not None
    assert before.score is not None
    assert after.score.validation_nll is not None
    assert before.score.validation_nll is not None
    assert after.score.standard_error is not None
    assert after.score.validation_nll < before.score.validation_nll - 5 * after.score.standard_error
    again = flowviz.rescored(replace(after, score=None)).score
    assert again is not None
    assert after.score.validation == again.validation, "it is that of the edited flow"
    np.testing.assert_array_equal(after.trace.positions[3], after.trace.positions[2])
    for name, array in after.weights.parameters.items():
        is_same = np.array_equal(array, shown.weights.parameters[name].astype(np.float32))
        assert is_same == name.startswith("03_"), name


def test_a_layer_that_was_trained_and_then_disabled_stays_as_it_was() -> None:
    target = build_target(TARGET)
    before = trained(Project.untrained(TARGET, FLOW, STEPS), target, keeps_moments=False)
    after = trained(flowviz.edit(before, Edits(layers={3: LayerEdit(disabled=True)})), target, keeps_moments=False)
    for name, array in after.weights.parameters.items():
        is_same = np.array_equal(array, before.weights.parameters[name])
        assert is_same == name.startswith("03_"), name


def test_it_resumes_exactly(shown: Project, result: tuple[Project, list[Event]]) -> None:
    target = build_target(TARGET)
    stopped = trained(shown, target, should_stop=stopping(2), keeps_moments=False)
    assert stopped.checkpoint is not None
    assert 0 < stopped.checkpoint.step < 600
    again = trained(from_bytes(to_bytes(stopped)), target, keeps_moments=False)
    checkpoint, expected = again.checkpoint, result[0].checkpoint
    assert checkpoint is not None
    assert expected is not None
    for name in ("parameters", "first_moment", "second_moment"):
        np.testing.assert_array_equal(getattr(checkpoint, name), getattr(expected, name))
    np.testing.assert_array_equal(again.trace.positions, result[0].trace.positions)
    assert again.score is not None
    assert result[0].score is not None
    assert again.score.test == result[0].score.test
    assert (again.test_uses, result[0].test_uses) == (2, 1), "the stopped training was scored, too"
    assert from_bytes(to_bytes(again)).test_uses == again.test_uses == 2


def test_other_edits_start_anew_from_the_same_steps(result: tuple[Project, list[Event]]) -> None:
    project, _ = result
    assert continued(project) is project, "with its own edits, a training goes on"
    reset = continued(flowviz.edit(project, Edits()))
    checkpoint, before = reset.checkpoint, project.checkpoint
    assert checkpoint is not None
    assert before is not None
    assert (checkpoint.step, checkpoint.start_step, checkpoint.kept) == (before.step, before.step, None)
    assert checkpoint.edits == Edits()
    np.testing.assert_array_equal(checkpoint.second_moment, before.second_moment)
    shown = np.concatenate([each.ravel() for each in project.weights.parameters.values()])
    np.testing.assert_array_equal(checkpoint.parameters, shown)


def test_a_flow_that_was_never_trained_starts_from_its_edits() -> None:
    flow = FlowSpec(family="glow", layers=2, width=4, depth=1)  # whose actnorms would be fitted to the data
    edits = Edits(layers={1: LayerEdit(bumps=BUMPS)})
    shown = flowviz.edit(Project.untrained(TARGET, flow, TrainingSpec(steps=20, batch=16)), edits)
    events: list[Event] = []
    flowviz.resume(shown, on_event=events.append)
    first = next(event for event in events if isinstance(event, Snapshot))
    np.testing.assert_array_equal(first.trace.positions, shown.trace.positions)
    with pytest.raises(FileError, match="nothing to continue"):
        flowviz.resume(flowviz.edit(shown, Edits()))


def test_other_numbers_need_no_other_graph() -> None:
    higher = Edits(layers={5: LayerEdit(bumps=BUMPS[::-1]), 3: LayerEdit(disabled=True)})
    runner = chunk_runner(FLOW, STEPS, 200, EDITS)
    assert chunk_runner(FLOW, STEPS, 200, higher) is runner
    plain = chunk_runner(FLOW, STEPS, 200)
    assert chunk_runner(FLOW, STEPS, 200, Edits()) is plain is not runner


def test_the_loss_of_flow_matching_is_that_of_the_bent_field() -> None:
    flow_spec = FlowSpec(family="flow_matching", width=4, depth=1, waves=0, integrator_steps=4)
    bump = Bump(curve="velocity", center=(0.1, 0.2), height=(1.0, -2.0))
    flow = build_flow(flow_spec, random_weights(flow_spec), "float64", Edits(layers={2: LayerEdit(bumps=(bump,))}))
    rng = np.random.default_rng(0)
    start, end, time = rng.normal(size=(50, 2)), rng.normal(size=(50, 2)), rng.random((50, 1))
    batch = tf.constant(np.hstack([start, end, time]))
    loss, _ = flow.objective.loss(flow.chain, flow.parameters, flow.statistics, batch, 1.0)
    places = start + time * (end - start)
    weights = flow.chain.numbers(flow.parameters, flow.statistics)[0]
    learned = VelocityField(flow_spec)(weights, tf.constant(places.T), tf.constant(time[:, 0])).numpy().T
    shape = np.exp(-((places - bump.center) ** 2).sum(axis=1) / (2 * bump.width**2))
    is_bent = (time[:, 0] >= 0.25) & (time[:, 0] < 0.5)
    velocity = learned + (is_bent * shape)[:, np.newaxis] * bump.height
    assert float(loss) == pytest.approx(float(((velocity - (end - start)) ** 2).sum(axis=1).mean()), rel=1e-6)


def test_a_checkpoint_of_edits_belongs_to_them(shown: Project) -> None:
    checkpoint = from_here(shown).checkpoint
    assert isinstance(checkpoint, Checkpoint)
    assert (checkpoint.step, checkpoint.chunks, checkpoint.edits) == (0, 0, EDITS)
    loaded = from_bytes(to_bytes(from_here(shown)))
    assert continued(loaded) is loaded


@pytest.mark.parametrize(
    "bumps",
    [
        (Bump(curve="spline", center=(0.1, 0.2), height=(0.1,), width=0.4),),
        pytest.param((), marks=pytest.mark.slow),  # a smaller graph, which XLA compiles in 3 s
    ],
)
def test_xla_compiles_the_steps_of_an_edited_spline(bumps: tuple[Bump, ...], xla: None) -> None:
    flow = FlowSpec(family="spline", layers=2, width=2, depth=1, bins=2, hats=0)
    off = LayerEdit(disabled=True)  # the second coupling has the same graph as the first, and takes as long to compile
    edits = Edits(layers={1: LayerEdit(bumps=bumps), 2: off, 3: off})
    runner = chunk_runner(flow, STEPS, 4, edits)
    runner.compile()
    assert runner.wait()
