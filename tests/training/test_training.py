from itertools import chain, repeat
from threading import Event as Flag
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from flowviz.errors import FileError
from flowviz.flows import Flow, build_flow
from flowviz.records import (
    FLOW_UNITS,
    Checkpoint,
    Finished,
    History,
    InitialReport,
    Overfitting,
    Preparing,
    Progress,
    Recovered,
    Snapshot,
    Trace,
)
from flowviz.records.trace import PARTICLES
from flowviz.specs import RECIPES, Family, FlowSpec, TrainingSpec
from flowviz.targets import Ink, Points
from flowviz.training import train
from flowviz.training.guard import Guard, advice
from flowviz.training.loop import Training
from flowviz.training.scoring import validation_points
from flowviz.training.step import ChunkRunner, State
from tests.training.clock import Clock
from tests.training.events import finished

SMALL = FlowSpec(layers=2, width=8, depth=1)
pytestmark = pytest.mark.usefixtures("few_points")
COMPILED_AGAIN = pytest.mark.slow  # the same code of the training; compiling another family takes seconds


def figure(end: Finished, name: str) -> float:
    value = end.figures()[name]
    assert value is not None
    return value


def all_finite(end: Finished) -> bool:
    weights = (*end.weights.parameters.values(), *end.weights.statistics.values())
    figures = [value for value in end.figures().values() if value is not None]
    return all(np.isfinite(array).all() for array in (np.array(figures), end.trace.positions, *weights))


def test_events_come_in_their_order(target: Ink) -> None:
    events = list(train(target, SMALL, TrainingSpec(steps=250), snapshot_seconds=0.0))
    assert [type(event) for event in events[:6]] == [*2 * [Preparing], *2 * [Snapshot, Checkpoint]]
    assert [event.step for event in events if isinstance(event, Snapshot)][:2] == [0, 50], (
        "it moves before XLA is ready"
    )
    assert isinstance(events[-1], Finished)
    progress = [event for event in events if isinstance(event, Progress)] + [events[-1].progress]
    steps = [event.step for event in events if isinstance(event, Progress | Snapshot)]
    assert steps == sorted(steps)
    for report in progress:
        assert report.entropy is not None
        assert report.validation_nll is not None
        assert report.train_nll is not None
        assert report.validation_gap == report.validation_nll - report.entropy
        assert np.isfinite([report.train_nll, report.validation_nll, report.steps_per_second]).all()


def test_the_loss_of_the_start_is_that_of_the_untrained_flow_and_comes_first_in_the_history(target: Ink) -> None:
    events = list(train(target, SMALL, TrainingSpec(steps=250), snapshot_seconds=0.0))
    (began,) = [event for event in events if isinstance(event, InitialReport)]
    points = validation_points(target, TrainingSpec(steps=250))
    untrained = build_flow(SMALL, next(event for event in events if isinstance(event, Snapshot)).weights)
    assert began.report.validation_nll == pytest.approx(-float(untrained.log_prob(points.points).mean()), abs=1e-4)
    history = History()
    for event in events:
        history = history.with_event(event)
    assert history.step[0] == 0
    assert (np.diff(history.step) > 0).all()
    assert history.validation_nll[0] == history.train_nll[0] == began.report.validation_nll
    assert history.validation_nll[-1] < history.validation_nll[0]


def test_a_training_that_goes_on_has_no_second_start(target: Ink) -> None:
    first = finished(train(target, SMALL, TrainingSpec(steps=100)))
    events = train(target, SMALL, TrainingSpec(steps=200), resume=first.checkpoint)
    assert not [event for event in events if isinstance(event, InitialReport)]


def test_a_budget_of_steps_is_spent_exactly(target: Ink) -> None:
    end = finished(train(target, SMALL, TrainingSpec(steps=123)))
    assert end.progress.step == 123
    assert end.progress.fraction == 1
    assert end.ending == "completed"


def test_a_budget_of_seconds_counts_from_the_first_step(target: Ink, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    clock.slow_down(ChunkRunner, "compile", 5.0)
    clock.slow_down(ChunkRunner, "run", 0.1)
    end = finished(train(target, SMALL, TrainingSpec(seconds=1.0)))
    assert end.progress.seconds == pytest.approx(1.0, abs=0.3)
    assert end.prepare_seconds > 5
    assert end.progress.seconds_left == 0


def test_the_same_seed_gives_the_same_numbers(target: Ink) -> None:
    one, other, third = (finished(train(target, SMALL, TrainingSpec(steps=200, seed=s))) for s in (4, 4, 5))
    assert one.progress.validation_nll == other.progress.validation_nll
    assert one.progress.train_nll == other.progress.train_nll
    np.testing.assert_array_equal(one.trace.positions, other.trace.positions)
    assert one.progress.train_nll != third.progress.train_nll


def test_it_learns_and_cannot_beat_the_entropy(target: Ink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Flow.particles, "__defaults__", (PARTICLES, 0))  # which few points could not cover
    early, late = (finished(train(target, SMALL, TrainingSpec(steps=n, learning_rate=1e-2))) for n in (1, 800))
    assert 0 < figure(late, "gap") < 0.5 < figure(early, "gap")
    assert figure(late, "on_target") > figure(early, "on_target") + 0.3
    assert figure(late, "coverage") > 0.8


def test_picture_and_loss_agree_at_every_moment(target: Ink) -> None:
    """The round trip holds during training, with batch normalization on."""
    flow = build_flow(SMALL)
    training = Training(flow, target, TrainingSpec(steps=400), 0.0)
    for event in training.events(0.0):
        if isinstance(event, Snapshot):
            particles, image = event.trace.positions[0], event.trace.positions[-1]
            base = -0.5 * (particles.astype(float) ** 2).sum(axis=1) - np.log(2 * np.pi)
            np.testing.assert_allclose(flow.log_prob(image), base - event.trace.log_det[-1], atol=0.02)


def test_time_between_events_is_not_training_time(target: Ink, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    for event in train(target, SMALL, TrainingSpec(steps=300), snapshot_seconds=0.0):
        if isinstance(event, Snapshot):
            clock.advance(1000)
        if isinstance(event, Progress | Finished):
            last = event
    assert isinstance(last, Finished)
    assert 0 < last.progress.seconds < 1000


def test_stop_keeps_what_was_learned(target: Ink, monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch).slow_down(ChunkRunner, "run", 0.1)
    stop = Flag()
    for event in train(target, SMALL, TrainingSpec(seconds=600), stop_requested=stop.is_set):
        if isinstance(event, Progress):
            stop.set()
    assert isinstance(event, Finished)
    assert event.ending == "stopped"
    assert 0.4 < event.progress.seconds < 5
    assert event.progress.step > 0
    assert all_finite(event)


def test_events_own_their_arrays(target: Ink) -> None:
    snapshots = [
        event
        for event in train(target, SMALL, TrainingSpec(steps=300), snapshot_seconds=0.0)
        if isinstance(event, Snapshot)
    ]
    assert not np.shares_memory(snapshots[0].trace.positions, snapshots[-1].trace.positions)
    assert not np.array_equal(snapshots[0].trace.positions, snapshots[-1].trace.positions)


class Spoiled(Ink):
    """A target some of whose points are so far away that float32 cannot square the distance, now and then."""

    draws = 0

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        points = super().sample(count, rng)
        self.draws += 1
        if self.draws % 3 == 0:
            points[:: max(count // 40, 1)] = 1e30  # in some of the steps, wherever a chunk begins and ends
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
    assert all_finite(end)


@pytest.mark.parametrize("learning_rate", [1e-2, 1.0])
def test_no_learning_rate_ends_non_finite(target: Ink, learning_rate: float) -> None:
    end = finished(train(target, SMALL, TrainingSpec(steps=300, learning_rate=learning_rate, warmup_steps=0)))
    assert all_finite(end)


WILD = {
    "unbounded at a high rate": FlowSpec(layers=4, width=8, log_scale_bound=None, normalization="none"),
    "minibatch normalization": FlowSpec(layers=4, width=8, log_scale_bound=None, normalization="minibatch"),
    "spline": FlowSpec(family="spline", layers=2, width=8, bins=8),
    "glow": FlowSpec(family="glow", layers=2, width=8, log_scale_bound=None),
}


@pytest.mark.slow  # each is compiled; what they cause is undone above, at a fraction of the time
@pytest.mark.parametrize("flow", WILD.values(), ids=WILD.keys())
def test_real_causes_of_trouble_end_finite(target: Ink, flow: FlowSpec) -> None:
    wild = TrainingSpec(steps=1200, learning_rate=0.3, warmup_steps=0, clip_norm=1e6)
    end = finished(train(target, flow, wild))
    assert all_finite(end)
    if end.ending == "diverged":
        assert "lower the learning rate to 0.002" in end.sentence()


@pytest.mark.parametrize(("family", "usual"), [("realnvp", 1.0), pytest.param("nice", 5.0, marks=COMPILED_AGAIN)])
def test_gradients_are_clipped_as_the_family_has_it_unless_a_norm_is_given(
    target: Ink, family: Family, usual: float
) -> None:
    flow = FlowSpec(family=family, layers=2, width=8, depth=1)
    nothing, same, different = (
        finished(train(target, flow, TrainingSpec(steps=20, clip_norm=norm, warmup_steps=0))).checkpoint.parameters
        for norm in (None, usual, 1e-3)
    )
    np.testing.assert_array_equal(nothing, same)
    assert not np.array_equal(nothing, different)


def test_one_far_outlier_in_a_point_cloud_does_no_harm() -> None:
    points = np.random.default_rng(0).normal(size=(2000, 2))
    points[7] = 1e6
    end = finished(train(Points(points), SMALL, TrainingSpec(steps=1500)))
    assert all_finite(end)
    assert end.score.gap is None
    assert "test NLL" in end.in_units(FLOW_UNITS).sentence()


def test_an_exploding_loss_is_undone() -> None:
    guard, state = Guard(State.of(build_flow(SMALL))), State.of(build_flow(SMALL))
    calm = np.full(10, 2, np.float32)
    assert guard.take_chunk(state, 10, calm) is None
    assert guard.take_chunk(state, 20, calm + 1000) == ("loss exploded", 20, None)
    assert (guard.step, guard.rate_factor, guard.recoveries) == (0, 0.5, 1)
    assert guard.take_chunk(state, 20, calm) is None
    one_bad_batch = np.where(np.arange(10) == 3, 1e6, calm).astype(np.float32)
    assert guard.take_chunk(state, 30, one_bad_batch) is None, "a single far point is no explosion"


def test_the_advice_names_what_is_unusual() -> None:
    wild = FlowSpec(log_scale_bound=None, normalization="minibatch")
    told = advice(wild, TrainingSpec(steps=1, learning_rate=0.1), "diverged")
    for change in ("bound the log-scale", "running normalization", "lower the learning rate to 0.004"):
        assert change in told
    assert "remove outliers" in advice(FlowSpec(), TrainingSpec(steps=1), "diverged")


def test_the_best_state_is_kept_when_a_small_cloud_is_learned_by_heart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flowviz.training.validation.VALIDATION_CHUNKS", 1)
    monkeypatch.setattr("flowviz.training.schedule.MAX_CHUNK_STEPS", 20)
    cloud = Points(np.random.default_rng(0).normal(size=(20, 2)))
    spec = TrainingSpec(steps=400, learning_rate=3e-2)
    history, overfitting = History(), list[Overfitting]()
    for event in train(cloud, SMALL, spec):
        history = history.with_event(event)
        if isinstance(event, Overfitting):
            overfitting.append(event)
    assert isinstance(event, Finished)
    assert event.kept.step < event.progress.step
    assert f"Kept the best state, step {event.kept.step:,}" in event.in_units(FLOW_UNITS).sentence()
    assert event.score.validation_nll == event.kept.validation_nll < history.validation_nll[-1] - 0.1
    assert event.score.test_nll is None, "there are too few points for a test"
    assert history.kept_step == history.step[history.validation_nll.argmin()] == event.kept.step
    assert history.train_nll[-1] < history.train_nll[0]
    assert overfitting[-1:] == [Overfitting(event.kept.step, 16)]
    assert "is beginning to memorize the 16 training points" in overfitting[-1].sentence()


@pytest.mark.parametrize(
    "family",
    [
        name if name in {"realnvp", "glow", "flow_matching"} else pytest.param(name, marks=COMPILED_AGAIN)
        for name in RECIPES
    ],
)
def test_a_training_that_was_stopped_goes_on_as_if_it_had_not_been(target: Ink, family: str) -> None:
    spec = TrainingSpec(steps=300)
    recipe = RECIPES[family]
    layers = {"integrator_steps": 2} if recipe.is_continuous else {"layers": 2}
    network = {"width": 8, "depth": 1} if recipe.has_network else {}
    flow = FlowSpec.model_validate({"family": family, **layers, **network})
    whole = finished(train(target, flow, spec))
    stop = Flag()
    for event in train(target, flow, spec, stop_requested=stop.is_set, snapshot_seconds=0.0):
        if isinstance(event, Snapshot) and event.step > 0:
            stop.set()
    assert isinstance(event, Finished)
    assert (event.ending, event.checkpoint.step) == ("stopped", 50)
    resumed = finished(train(target, flow, spec, resume=event.checkpoint))
    for name in ("parameters", "first_moment", "second_moment", "statistics", "losses"):
        np.testing.assert_array_equal(getattr(whole.checkpoint, name), getattr(resumed.checkpoint, name))
    assert whole.progress.validation_nll == resumed.progress.validation_nll
    assert resumed.progress.seconds > event.progress.seconds


def test_a_training_that_ended_without_warning_goes_on_from_its_last_checkpoint(target: Ink) -> None:
    spec = TrainingSpec(steps=300)
    events = list(train(target, SMALL, spec, snapshot_seconds=0.0))
    whole = events[-1]
    assert isinstance(whole, Finished)
    checkpoints = {event.step: event for event in events if isinstance(event, Checkpoint)}
    assert {0, 50} < set(checkpoints)
    for checkpoint in (checkpoints[0], checkpoints[50]):
        resumed = finished(train(target, SMALL, spec, resume=checkpoint))
        np.testing.assert_array_equal(whole.checkpoint.parameters, resumed.checkpoint.parameters)
        assert whole.progress.validation_nll == resumed.progress.validation_nll


def test_a_checkpoint_of_another_flow_is_refused(target: Ink) -> None:
    end = finished(train(target, SMALL, TrainingSpec(steps=1)))
    with pytest.raises(FileError, match="different flow"):
        list(train(target, FlowSpec(layers=2, width=32), TrainingSpec(steps=2), resume=end.checkpoint))


class Overflowing(Flow):
    """A flow whose particles run away for a while, though its losses stay finite."""

    traces = 0

    def trace(self, particles: ArrayLike) -> Trace:
        self.traces += 1
        trace = super().trace(particles)
        if 1 < self.traces < 4:
            trace.positions[-1, 0] = np.inf
        return trace


def test_particles_that_run_away_are_brought_back(target: Ink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flowviz.training.validation.VALIDATION_CHUNKS", 1)
    fresh = build_flow(SMALL)
    flow = Overflowing(fresh.stages, fresh.weights())
    events = list(Training(flow, target, TrainingSpec(steps=700)).events(0.0))
    assert [event.step for event in events if isinstance(event, Recovered)] == [0, 0]
    end = events[-1]
    assert isinstance(end, Finished)
    assert end.progress.step == 700
    assert end.trace.finite()


def test_after_five_recoveries_in_a_row_it_gives_up(target: Ink, monkeypatch: pytest.MonkeyPatch) -> None:
    run, factors = ChunkRunner.run, chain([1.0], repeat(np.nan))

    def broken(self: ChunkRunner, state: State, step: int, *arguments: Any, **how: Any) -> tuple[State, Any]:
        state, losses = run(self, state, step, *arguments, **how)
        return state, losses * np.float32(next(factors))

    monkeypatch.setattr(ChunkRunner, "run", broken)
    end = finished(train(target, SMALL, TrainingSpec(steps=1000)))
    assert (end.ending, end.recoveries, end.progress.step) == ("diverged", 5, 0)
    assert all_finite(end)
