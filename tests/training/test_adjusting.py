"""A training whose learning rate, clip norm or batch changes on its way."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace

import numpy as np
import pytest

from flowviz.errors import MachineError, SpecError
from flowviz.flows import build_flow
from flowviz.projects import Project
from flowviz.projects.format import from_bytes, to_bytes
from flowviz.records import Adjusted, Checkpoint, Event, Finished, Kept, Settings, Snapshot, Weights
from flowviz.specs import FlowSpec, PointsSpec, TextSpec, TrainingSpec
from flowviz.targets import build_target
from flowviz.training import batch_change, train, trained
from flowviz.training.batch_change import BatchChange
from flowviz.training.guard import Guard
from flowviz.training.settings import with_settings_of
from flowviz.training.step import ChunkRunner, State

pytestmark = pytest.mark.usefixtures("short_chunks", "few_points")
TEXT, SMALL, SPEC = TextSpec(text="I"), FlowSpec(layers=2, width=8, depth=1), TrainingSpec(steps=150)
TARGET = build_target(TEXT)
SLOWER, CLIPPED, LARGER = (
    TrainingSpec(**{**dict(SPEC), **change})
    for change in ({"learning_rate": 1e-4}, {"clip_norm": 0.01}, {"batch": 300})
)
STATE = ("parameters", "first_moment", "second_moment", "statistics", "losses")


class From:
    """Requests a training from the nth call on, or the previous one before that."""

    def __init__(self, call: int, requested: TrainingSpec, spec: TrainingSpec = SPEC) -> None:
        self._call, self._requested, self._spec, self._calls = call, requested, spec, 0

    def __call__(self) -> TrainingSpec:
        self._calls += 1
        return self._requested if self._calls >= self._call else self._spec


def run(adjust: Callable[[], TrainingSpec | None] = lambda: None, spec: TrainingSpec = SPEC) -> list[Event]:
    """Train with a checkpoint after each chunk."""
    return list(train(TARGET, SMALL, spec, snapshot_seconds=0.0, adjust=adjust))


def checkpoints(events: list[Event]) -> dict[int, Checkpoint]:
    return {event.step: event for event in events if isinstance(event, Checkpoint)}


def change_in(events: list[Event]) -> Adjusted:
    (change,) = (event for event in events if isinstance(event, Adjusted))
    return change


def end_of(events: list[Event]) -> Checkpoint:
    assert isinstance(events[-1], Finished)
    return events[-1].checkpoint


def assert_same(one: Checkpoint, other: Checkpoint) -> None:
    for name in STATE:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def project_at(checkpoint: Checkpoint) -> Project:
    """Return a project that was stopped at a checkpoint of an unchanged training, saved and opened."""
    flow = build_flow(SMALL)
    weights, trace = flow.weights(), flow.trace(flow.particles())
    plain = Project.untrained(TEXT, SMALL, SPEC)
    return from_bytes(to_bytes(replace(plain, weights=weights, trace=trace, checkpoint=checkpoint)))


class Compiler:
    """A thread that compiles when the test says so."""

    def __init__(self) -> None:
        self.batches = list[int]()
        self._jobs = list[tuple[Future[ChunkRunner], Callable[[], ChunkRunner]]]()
        self.is_immediate = False

    def __call__(
        self, _: str, job: Callable[..., ChunkRunner], flow: FlowSpec, spec: TrainingSpec, *rest: object
    ) -> Future[ChunkRunner]:
        assert spec.batch is not None
        self.batches.append(spec.batch)
        future: Future[ChunkRunner] = Future()
        self._jobs.append((future, lambda: job(flow, spec, *rest)))
        if self.is_immediate:
            self.compile()
        return future

    def compile(self) -> None:
        while self._jobs:
            future, job = self._jobs.pop()
            future.set_result(job())


@pytest.fixture
def compiler(monkeypatch: pytest.MonkeyPatch) -> Compiler:
    found = Compiler()
    monkeypatch.setattr(batch_change, "in_thread", found)
    return found


def with_batch(batch: int) -> TrainingSpec:
    return TrainingSpec(seconds=600, batch=batch)


@pytest.fixture(scope="module")
def plain(short_chunks: None) -> list[Event]:
    return run()


@pytest.mark.parametrize("requested", [SLOWER, CLIPPED])
def test_change_takes_effect_at_its_step_and_not_before(requested: TrainingSpec, plain: list[Event]) -> None:
    events = run(From(3, requested))
    change, unchanged, changed = change_in(events), checkpoints(plain), checkpoints(events)
    assert 0 < change.step < SPEC.steps  # type: ignore[operator]  # a budget of steps
    for step, checkpoint in changed.items():
        is_same = np.array_equal(checkpoint.parameters, unchanged[step].parameters)
        assert is_same == (step <= change.step), step
    assert_same(changed[change.step], unchanged[change.step])


def test_optimizer_and_schedule_go_on(plain: list[Event]) -> None:
    change = change_in(run(From(3, SLOWER)))
    assert change.before == Settings.of(SPEC, SMALL.recipe)
    assert change.after == replace(change.before, learning_rate=1e-4)
    assert end_of(run(From(3, SLOWER))).start_step == 0
    back = run(From(3, TrainingSpec(**{**dict(SPEC), "learning_rate": SMALL.recipe.learning_rate})))
    assert not [event for event in back if isinstance(event, Adjusted)], "the rate of the family is what it has already"
    assert_same(end_of(back), end_of(plain))


@pytest.mark.parametrize("requested", [SLOWER, LARGER])
def test_stopped_training_continues_with_other_settings_as_a_running_one(
    requested: TrainingSpec, plain: list[Event], compiler: Compiler
) -> None:
    compiler.is_immediate = True
    events = run(From(3, requested))
    change = change_in(events)
    stopped = project_at(checkpoints(plain)[change.step])
    resumed = trained(with_settings_of(stopped, requested), TARGET)
    assert resumed.checkpoint is not None
    assert_same(resumed.checkpoint, end_of(events))
    assert resumed.history.adjustments == (change,)
    assert resumed.training.batch == requested.batch


def test_training_resumes_exactly_across_a_change() -> None:
    events = run(From(3, SLOWER))
    change, project = change_in(events), Project.untrained(TEXT, SMALL, SPEC)
    for event in events:
        project = project.after(event)
        if isinstance(event, Checkpoint) and event.step > change.step:
            break
    again = from_bytes(to_bytes(project))
    assert again.training.learning_rate == 1e-4
    resumed = trained(again, TARGET)
    assert resumed.checkpoint is not None
    assert_same(resumed.checkpoint, end_of(events))
    assert resumed.history.adjustments == (change,)


def test_old_batch_trains_until_the_new_one_is_compiled(compiler: Compiler) -> None:
    requested = with_batch(300)
    steps = list[int]()
    for event in train(TARGET, SMALL, TrainingSpec(seconds=600), snapshot_seconds=0.0, adjust=lambda: requested):
        if isinstance(event, Snapshot):
            steps.append(event.step)
            if len(steps) == 4:
                compiler.compile()
        if isinstance(event, Adjusted):
            break
    assert isinstance(event, Adjusted)
    assert event.after == replace(event.before, batch=300)
    assert event.step == steps[-1] >= steps[3] > steps[1]


def test_only_the_latest_of_several_batches_is_adopted(compiler: Compiler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_change, "_compiled", lambda _, spec, *__: spec)
    change = BatchChange(SMALL)
    assert change.runner(with_batch(300)) is None
    assert change.runner(with_batch(310)) is None
    assert change.runner(with_batch(320)) is None
    assert compiler.batches == [300], "one at a time"
    compiler.compile()
    assert change.runner(with_batch(320)) is None
    compiler.compile()
    found: object = change.runner(with_batch(320))
    assert found == with_batch(320)
    assert compiler.batches == [300, 320]


def test_batch_for_which_there_is_no_memory_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> ChunkRunner:
        raise MemoryError

    monkeypatch.setattr(batch_change, "_compiled", fail)
    with pytest.raises(MachineError, match="65,536 points per step"):
        run(lambda: TrainingSpec(seconds=600, batch=65_536), TrainingSpec(seconds=600))


def test_batch_may_be_larger_than_the_number_of_points() -> None:
    points = np.random.default_rng(0).normal(size=(20, 2)).astype("<f4")
    target = build_target(PointsSpec(data=points.tobytes()))
    events = list(train(target, SMALL, SPEC, adjust=lambda: LARGER))
    end = events[-1]
    assert isinstance(end, Finished)
    assert end.ending == "completed"
    assert np.isfinite(end.checkpoint.parameters).all()


def test_settings_that_make_no_sense_are_refused() -> None:
    for bad in ({"learning_rate": -1e-3}, {"clip_norm": 0.0}, {"batch": 1}, {"learning_rate": float("nan")}):
        with pytest.raises(SpecError, match="cannot be"):
            TrainingSpec(steps=10, **bad)


def test_training_that_is_over_does_not_change(plain: list[Event]) -> None:
    events = run(From(100, SLOWER))
    assert not [event for event in events if isinstance(event, Adjusted)]
    assert_same(end_of(events), end_of(plain))


def test_new_rate_applies_in_full_after_recoveries() -> None:
    guard = Guard(State.of(build_flow(SMALL)))
    guard.take_validation(Kept(Weights({}, {}), np.nan, 0), is_finite=False)
    assert guard.rate_factor == 0.5
    guard.restore_rate()
    assert (guard.rate_factor, guard.recoveries) == (1.0, 1)


def test_only_a_new_rate_undoes_the_effect_of_recoveries(plain: list[Event]) -> None:
    halved = project_at(replace(end_of(plain), rate_factor=0.25, failed_chunks=2))
    with_rate, with_clip = with_settings_of(halved, SLOWER).checkpoint, with_settings_of(halved, CLIPPED).checkpoint
    assert with_rate is not None
    assert with_clip is not None
    assert (with_rate.rate_factor, with_rate.failed_chunks) == (1.0, 0)
    assert (with_clip.rate_factor, with_clip.failed_chunks) == (0.25, 2)
    assert with_settings_of(halved, SPEC) is halved
