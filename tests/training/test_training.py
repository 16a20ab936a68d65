from collections.abc import Iterator
from threading import Event as Flag
from time import sleep
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from flowviz.flows import Flow, build_flow
from flowviz.records import Event, Finished, Preparing, Progress, Recovered, Snapshot, Trace
from flowviz.specs import FlowSpec, TargetSpec, TrainingSpec
from flowviz.targets import Ink, build_target
from flowviz.training import train
from flowviz.training.loop import CHUNK_STEPS, Training
from flowviz.training.step import ChunkRunner, State

SMALL = FlowSpec(couplings=2, hidden=(8,))


@pytest.fixture(scope="module")
def target() -> Ink:
    return build_target(TargetSpec(text="I"))


def finished(events: Iterator[Event]) -> Finished:
    *_, last = events
    assert isinstance(last, Finished)
    return last


def test_events_come_in_their_order(target: Ink) -> None:
    events = list(train(target, SMALL, TrainingSpec(steps=250), snapshot_seconds=0.0))
    assert [type(event) for event in events[:3]] == [Preparing, Preparing, Snapshot]
    assert isinstance(events[-1], Finished)
    progress = [event for event in events if isinstance(event, Progress)]
    steps = [event.step for event in events if isinstance(event, Progress | Snapshot)]
    assert steps == sorted(steps)
    for report in progress:
        assert report.gap == report.heldout_nll - report.entropy
        assert np.isfinite([report.train_nll, report.heldout_nll, report.steps_per_second]).all()


def test_a_budget_of_steps_is_spent_exactly(target: Ink) -> None:
    end = finished(train(target, SMALL, TrainingSpec(steps=123)))
    assert end.progress.step == 123
    assert end.progress.fraction == 1
    assert end.ending == "completed"


def test_a_budget_of_seconds_counts_from_the_first_step(target: Ink) -> None:
    end = finished(train(target, SMALL, TrainingSpec(seconds=1.0)))
    assert end.progress.seconds == pytest.approx(1.0, abs=0.3)
    assert end.prepare_seconds > 0
    assert end.progress.seconds_left == 0


def test_the_same_seed_gives_the_same_numbers(target: Ink) -> None:
    one, other, third = (finished(train(target, SMALL, TrainingSpec(steps=200, seed=s))) for s in (4, 4, 5))
    assert one.progress.heldout_nll == other.progress.heldout_nll
    assert one.progress.train_nll == other.progress.train_nll
    np.testing.assert_array_equal(one.trace.positions, other.trace.positions)
    assert one.progress.train_nll != third.progress.train_nll


def test_it_learns_and_cannot_beat_the_entropy(target: Ink) -> None:
    early, late = (finished(train(target, FlowSpec(), TrainingSpec(steps=n))) for n in (1, 1500))
    assert 0 < late.progress.gap < 0.5 < early.progress.gap
    assert late.on_target > early.on_target + 0.3


def test_picture_and_loss_agree_at_every_moment(target: Ink) -> None:
    """The round trip holds during training, with batch normalization on."""
    flow = build_flow(FlowSpec())
    training = Training(flow, target, TrainingSpec(steps=400), 0.0, lambda: False)
    for event in training.events(0.0):
        if isinstance(event, Snapshot):
            particles, image = event.trace.positions[0], event.trace.positions[-1]
            base = -0.5 * (particles.astype(float) ** 2).sum(axis=1) - np.log(2 * np.pi)
            np.testing.assert_allclose(flow.log_prob(image), base - event.trace.log_det[-1], atol=0.02)


def test_the_clock_stands_still_while_nobody_asks(target: Ink) -> None:
    for event in train(target, SMALL, TrainingSpec(steps=300), snapshot_seconds=0.0):
        if isinstance(event, Snapshot):
            sleep(0.3)
        if isinstance(event, Progress | Finished):
            last = event
    assert isinstance(last, Finished)
    assert last.progress.seconds < 0.3


def test_stop_keeps_what_was_learned(target: Ink) -> None:
    stop = Flag()
    for event in train(target, SMALL, TrainingSpec(seconds=600), stop_requested=stop.is_set):
        if isinstance(event, Progress):
            stop.set()
    assert isinstance(event, Finished)
    assert event.ending == "stopped"
    assert 0 < event.progress.step < 1000
    assert all(np.isfinite(array).all() for array in event.weights.parameters.values())


def test_events_own_their_arrays(target: Ink) -> None:
    snapshots = [
        event
        for event in train(target, SMALL, TrainingSpec(steps=300), snapshot_seconds=0.0)
        if isinstance(event, Snapshot)
    ]
    assert not np.shares_memory(snapshots[0].trace.positions, snapshots[-1].trace.positions)
    assert not np.array_equal(snapshots[0].trace.positions, snapshots[-1].trace.positions)


class Spoiled(Ink):
    """A target one of whose points is so far away that float32 cannot square the distance, now and then."""

    draws = 0

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        points = super().sample(count, rng)
        self.draws += 1
        if self.draws % 3 == 0:
            points[count // 8] = 1e30
        return points


def test_a_loss_that_is_not_finite_is_undone(target: Ink) -> None:
    events = list(train(Spoiled(target.mask), SMALL, TrainingSpec(steps=600, learning_rate=1e-3)))
    recoveries = [event for event in events if isinstance(event, Recovered)]
    assert recoveries
    assert recoveries[0].learning_rate == 0.5e-3
    assert f"step {recoveries[0].step}" in recoveries[0].sentence()
    end = events[-1]
    assert isinstance(end, Finished)
    assert (end.ending, end.progress.step) == ("completed", 600)
    assert end.recoveries == len(recoveries)
    assert np.isfinite(list(end.figures().values())).all()
    assert all(np.isfinite(array).all() for array in end.weights.parameters.values())
    assert np.isfinite(end.trace.positions).all()


@pytest.mark.parametrize("learning_rate", [1e-4, 1e-2, 1.0])
def test_no_learning_rate_ends_non_finite(target: Ink, learning_rate: float) -> None:
    wild = FlowSpec(log_scale_bound=20)
    end = finished(train(target, wild, TrainingSpec(steps=300, learning_rate=learning_rate, warmup_steps=0)))
    assert np.isfinite(list(end.figures().values())).all()
    assert all(np.isfinite(array).all() for array in end.weights.parameters.values())
    assert np.isfinite(end.trace.positions).all()


class Overflowing(Flow):
    """A flow whose particles run away for a while, though its losses stay finite."""

    traces = 0

    def trace(self, particles: NDArray[Any]) -> Trace:
        self.traces += 1
        trace = super().trace(particles)
        if 1 < self.traces < 4:
            trace.positions[-1, 0] = np.inf
        return trace


def test_particles_that_run_away_are_brought_back(target: Ink) -> None:
    fresh = build_flow(SMALL)
    flow = Overflowing(fresh.stages, fresh.weights())
    events = list(Training(flow, target, TrainingSpec(steps=5000), None, lambda: False).events(0.0))
    assert [event.step for event in events if isinstance(event, Recovered)] == [0, 0]
    end = events[-1]
    assert isinstance(end, Finished)
    assert end.progress.step == 5000
    assert end.trace.finite()


def test_after_five_recoveries_in_a_row_it_gives_up(target: Ink, monkeypatch: pytest.MonkeyPatch) -> None:
    run = ChunkRunner.run

    def broken(self: ChunkRunner, state: State, step: int, points: Any, rates: Any) -> tuple[State, Any]:
        state, losses = run(self, state, step, points, rates)
        return state, losses * np.float32("nan") if step >= CHUNK_STEPS else losses

    monkeypatch.setattr(ChunkRunner, "run", broken)
    end = finished(train(target, SMALL, TrainingSpec(steps=1000)))
    assert (end.ending, end.recoveries, end.progress.step) == ("diverged", 5, CHUNK_STEPS)
    assert np.isfinite(list(end.figures().values())).all()


def test_without_xla_a_plain_graph_gives_the_same_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    with_xla = ChunkRunner(build_flow(SMALL), TrainingSpec(steps=1, batch=32), 4)
    with_xla.compile()
    function = tf.function

    def no_xla(*arguments: Any, jit_compile: bool = False, **options: Any) -> Any:
        return refuse if jit_compile else function(*arguments, **options)

    def refuse(*arguments: Any) -> None:
        raise tf.errors.UnimplementedError(None, None, "this build has no XLA")

    monkeypatch.setattr("flowviz.training.step.tf.function", no_xla)
    without = ChunkRunner(build_flow(SMALL), TrainingSpec(steps=1, batch=32), 4)
    without.compile()
    assert (with_xla.uses_xla, without.uses_xla) == (True, False)
    points = np.random.default_rng(0).normal(size=(4, 32, 2)).astype(np.float32)
    rates = np.full(3, 1e-3, np.float32)
    results = [runner.run(State.of(runner.flow), 0, points, rates) for runner in (with_xla, without)]
    assert len(results[0][1]) == 3
    np.testing.assert_allclose(results[0][1], results[1][1], rtol=1e-5)
    np.testing.assert_allclose(results[0][0].parameters, results[1][0].parameters, atol=1e-6)
