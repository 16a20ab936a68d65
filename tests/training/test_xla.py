"""XLA: when a training compiles, what it does meanwhile, and what it does without."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, repeat
from threading import Event as Flag
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from flowviz.flows import Flow, build_flow
from flowviz.records import Checkpoint, Event, Finished, Progress, Snapshot, WarmUp
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.targets import Ink
from flowviz.training import prepare, step, train
from flowviz.training.schedule import Budget
from flowviz.training.step import ChunkRunner, State
from tests.training.clock import Clock
from tests.training.events import finished

SMALL = FlowSpec(family="planar", layers=1)
pytestmark = pytest.mark.usefixtures("xla", "few_points")


@pytest.fixture(autouse=True)
def new_runners() -> None:
    """Let each test compile its steps, although others have trained the same flow."""
    step._made.cache_clear()


def test_a_training_like_one_before_is_compiled_no_more_and_gives_the_same_numbers(target: Ink) -> None:
    flow, spec = FlowSpec(family="radial", layers=1), TrainingSpec(steps=300, batch=59)
    ends = [finished(train(target, flow, spec)) for _ in range(2)]
    assert ends[1].prepare_seconds < ends[0].prepare_seconds / 2
    np.testing.assert_array_equal(ends[0].checkpoint.parameters, ends[1].checkpoint.parameters)
    other_spec = TrainingSpec(steps=300, batch=59, seed=1, learning_rate=1e-4, clip_norm=1)
    other = finished(train(target, flow.model_copy(update={"seed": 1}), other_spec))
    assert other.prepare_seconds < ends[0].prepare_seconds / 2
    assert (other.checkpoint.parameters != ends[0].checkpoint.parameters).any()


def test_without_xla_a_plain_graph_gives_the_same_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    runners = [ChunkRunner(build_flow(SMALL), 256, 200) for _ in range(2)]
    runners[0].compile()
    assert runners[0].wait()

    def no_xla(*arguments: Any) -> None:
        raise tf.errors.UnimplementedError(None, None, "this build has no XLA")

    cleared = list[bool]()  # instead of the cache, which all tests share
    monkeypatch.setattr("flowviz.compile_cache.clear", lambda: cleared.append(True))
    monkeypatch.setattr(runners[1], "_compilable", no_xla)
    runners[1].compile()
    assert not runners[1].wait()
    assert cleared == [True], "its stored code may be damaged"
    points = np.random.default_rng(0).normal(size=(200, 256, 2)).astype(np.float32)
    rates = np.full(3, 1e-3, np.float32)
    results = [runner.run(State.of(runner.flow), 0, 0, points, rates, TrainingSpec(steps=1)) for runner in runners]
    assert len(results[0][1]) == 3
    np.testing.assert_allclose(results[0][1], results[1][1], rtol=1e-5)
    np.testing.assert_allclose(results[0][0].parameters, results[1][0].parameters, atol=1e-6)


def test_xla_that_had_no_memory_is_asked_again_by_the_next_training(monkeypatch: pytest.MonkeyPatch) -> None:
    runner = ChunkRunner(build_flow(SMALL), 256, 200)

    def no_memory(*arguments: Any) -> None:
        raise tf.errors.ResourceExhaustedError(None, None, "out of memory")

    with monkeypatch.context() as patched:
        patched.setattr(runner, "_compilable", no_memory)
        runner.compile()
        with pytest.raises(tf.errors.ResourceExhaustedError):
            runner.wait()
    runner.compile()
    assert runner.wait()


@pytest.fixture
def compile_now(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Let XLA be done only when the test asks, with a plain graph for its code, and wait for it then."""
    compiling, compiled = Flag(), Flag()

    def compile_later(self: ChunkRunner) -> Any:
        compiling.wait()
        compiled.set()
        return self._graph

    def compile_and_wait() -> None:
        compiling.set()
        compiled.wait()

    monkeypatch.setattr(ChunkRunner, "_compile", compile_later)
    yield compile_and_wait
    compiling.set()  # for the thread, if the test fails


@pytest.mark.parametrize(
    "flow",
    [SMALL, FlowSpec(family="flow_matching", width=8, depth=1, integrator_steps=2)],
    ids=["planar", "flow matching, whose snapshots take long"],
)
def test_a_watched_training_by_the_clock_does_not_wait_for_xla(
    target: Ink, flow: FlowSpec, monkeypatch: pytest.MonkeyPatch, compile_now: Callable[[], None]
) -> None:
    clock = Clock(monkeypatch)
    for part, name in ((Flow, "trace"), (ChunkRunner, "run")):
        clock.slow_down(part, name, 0.05)
    steps = []
    for event in train(target, flow, TrainingSpec(seconds=0.6, batch=32), snapshot_seconds=0.0):
        if isinstance(event, Snapshot):
            steps.append(event.step)
        if steps and steps[-1] >= 80:
            compile_now()
    assert steps[:5] == [0, 20, 40, 60, 80], "it moves in small steps while XLA compiles"
    assert max(np.diff(steps[:-1])) > 50, "then in larger ones"
    assert isinstance(event, Finished)
    assert event.checkpoint.start_step >= 80, "the budget is spent on compiled steps"
    assert event.ending == "completed"


def shares(events: Iterable[Event], spec: TrainingSpec) -> list[float]:
    """Return the share of the budget that is spent according to each report and checkpoint."""
    ends = [(event.progress, event.checkpoint) if isinstance(event, Finished) else (event,) for event in events]
    budgets = [Budget.at(event, spec) if isinstance(event, Checkpoint) else event for event in chain(*ends)]
    return [each.fraction for each in budgets if isinstance(each, Budget | Progress)]


def test_warm_up_spends_no_share_of_the_seconds_even_if_it_is_interrupted(
    target: Ink, monkeypatch: pytest.MonkeyPatch, compile_now: Callable[[], None]
) -> None:
    spec = TrainingSpec(seconds=20)
    Clock(monkeypatch).slow_down(ChunkRunner, "run", 1)
    begun = list[Event]()
    for event in train(target, SMALL, spec, snapshot_seconds=0.0, stop_requested=lambda: len(begun) > 20):
        begun.append(event)
    stopped = begun[-1]
    assert isinstance(stopped, Finished)
    assert WarmUp(has_ended=False) in begun
    assert stopped.checkpoint.seconds > 3
    assert {*shares(begun, spec)} == {0}
    resumed = list[Event]()
    for event in train(target, SMALL, spec, snapshot_seconds=0.0, resume=stopped.checkpoint):
        resumed.append(event)
        if len(resumed) == 20:
            compile_now()
    assert [event.has_ended for event in resumed if isinstance(event, WarmUp)] == [False, True]
    spent = shares(resumed, spec)
    assert spent == sorted(spent)
    assert (spent[0], spent[-1]) == (0, 1)


def test_warm_up_longer_than_the_budget_ends_with_it(
    target: Ink, monkeypatch: pytest.MonkeyPatch, compile_now: Callable[[], None]
) -> None:
    spec = TrainingSpec(seconds=3)
    Clock(monkeypatch).slow_down(ChunkRunner, "run", 1)
    events = [*train(target, SMALL, spec, snapshot_seconds=0.0)]
    assert WarmUp(has_ended=True) not in events
    spent = shares(events, spec)
    assert spent == sorted(spent)
    assert (spent[0], spent[-2:]) == (0, [1, 1])


def test_a_watched_training_shows_its_first_steps_before_it_validates(
    target: Ink, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, optimize = Clock(monkeypatch), ChunkRunner.optimize

    def optimize_slowly(runner: ChunkRunner) -> None:
        if not runner._is_optimized:
            clock.advance(10.0)
        optimize(runner)

    monkeypatch.setattr(ChunkRunner, "begin_optimizing", lambda _: None)
    monkeypatch.setattr(ChunkRunner, "optimize", optimize_slowly)
    events = [*train(target, SMALL, TrainingSpec(seconds=0.3), snapshot_seconds=0.2)]
    moved = [event for event in events if isinstance(event, Progress) or (isinstance(event, Snapshot) and event.step)]
    assert isinstance(moved[0], Snapshot)


def test_particles_of_a_watched_training_are_compiled_after_its_steps(
    target: Ink, monkeypatch: pytest.MonkeyPatch, compile_now: Callable[[], None]
) -> None:
    clock, compiled, were_ready = Clock(monkeypatch), Flag(), list[bool]()
    clock.slow_down(ChunkRunner, "run", 0.05)
    runners, run = list[ChunkRunner](), ChunkRunner.run

    def watched(runner: ChunkRunner, *arguments: Any, **options: Any) -> Any:
        runners.append(runner)
        return run(runner, *arguments, **options)

    def compile_trace(_: Flow) -> None:
        were_ready.append(runners[-1].is_ready)
        compiled.set()

    monkeypatch.setattr(ChunkRunner, "run", watched)
    monkeypatch.setattr(Flow, "compile_trace", compile_trace)
    for event in train(target, SMALL, TrainingSpec(seconds=0.6, batch=32), snapshot_seconds=0.0):
        if isinstance(event, Snapshot) and event.step == 100:
            assert not compiled.is_set()
            compile_now()
    assert compiled.wait(10)
    assert were_ready == [True]


def test_a_watched_training_does_not_get_its_budget_again_when_it_resumes(
    target: Ink, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, spec = Clock(monkeypatch), TrainingSpec(seconds=0.6)
    clock.slow_down(Flow, "trace", 0.05)
    prepare(SMALL, spec)
    ends = list[Finished]()
    for stops in ([False, False, False, False, True], [False]):
        answers = chain(stops, repeat(stops[-1]))
        resume = ends[0].checkpoint if ends else None
        events = train(target, SMALL, spec, snapshot_seconds=0.0, stop_requested=answers.__next__, resume=resume)
        ends.append(finished(events))
    stopped, completed = (end.checkpoint for end in ends)
    assert 0 < stopped.seconds - stopped.start_seconds < 0.6
    assert (completed.start_step, completed.start_seconds) == (stopped.start_step, stopped.start_seconds)


def test_a_training_by_steps_waits_for_xla_also_when_it_is_watched(target: Ink) -> None:
    spec = TrainingSpec(steps=600)
    watched, unwatched = (finished(train(target, SMALL, spec, snapshot_seconds=period)) for period in (0.0, None))
    np.testing.assert_array_equal(watched.checkpoint.parameters, unwatched.checkpoint.parameters)
