"""A training that turns to another target on its way."""

from dataclasses import replace

import numpy as np
import pytest

from flowviz.flows import build_flow
from flowviz.projects import Project
from flowviz.projects.format import from_bytes, to_bytes
from flowviz.records import Checkpoint, Event, Finished, History, Progress, Retargeted, Snapshot
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.targets import build_target
from flowviz.targets.placed import Place, Placed
from flowviz.training import NewTarget, train
from flowviz.training.loop import Training
from flowviz.training.requests import Requests
from flowviz.training.schedule import Budget
from flowviz.training.step import ChunkRunner
from tests.training.clock import Clock

SMALL = FlowSpec(layers=2, width=8, depth=1)
FIRST, SECOND = (build_target(TextSpec(text=text)) for text in ("I", "∴"))
NEW = NewTarget(SECOND, "∴")


class Asked:
    """Says, the nth time it is asked, that there is another target."""

    def __init__(self, when: int, new: NewTarget = NEW) -> None:
        self.when, self.new, self.times = when, new, 0

    def __call__(self) -> NewTarget | None:
        self.times += 1
        return self.new if self.times == self.when else None


def turned(spec: TrainingSpec, when: int, flow: FlowSpec = SMALL) -> list[Event]:
    return list(train(FIRST, flow, spec, snapshot_seconds=0.0, retarget=Asked(when)))


def end_of(events: list[Event]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


def test_it_learns_the_new_target_with_the_code_that_was_compiled_for_the_old() -> None:
    flow, spec = build_flow(SMALL), TrainingSpec(steps=1200, learning_rate=1e-2)
    asked, compiled = Asked(7), set[int]()
    training = Training(flow, FIRST, spec, 0.0, Requests(retarget=asked))
    on_new = list[float]()
    for event in training.events(0.0):
        if isinstance(event, Snapshot) and event.step >= 200:
            compiled.add(id(training._runner._compiled))
            share = SECOND.on_target(event.trace.positions[-1])
            assert share is not None
            on_new.append(share)
    assert len(compiled) == 1
    before = on_new[asked.when - 3]
    assert on_new[-1] > before + 0.2
    assert isinstance(event, Finished)
    assert event.progress.entropy == SECOND.entropy
    assert event.snapshot.on_target == SECOND.on_target(event.trace.positions[-1])


def test_the_budget_and_the_schedule_begin_anew() -> None:
    events = turned(TrainingSpec(steps=500), when=3)  # asked at 50, at 150, at 250
    (change,) = (event for event in events if isinstance(event, Retargeted))
    assert change == Retargeted(250, "∴")
    assert end_of(events).progress.step == 750
    first, again = (Budget(TrainingSpec(steps=500), step, 1.0, start, 0.5) for step, start in ((0, 0), (250, 250)))
    np.testing.assert_array_equal(first.rates(200, 15_000), again.rates(200, 15_000))
    assert Budget(TrainingSpec(seconds=10), 70, 7.0, 30, 3.0).fraction == pytest.approx(0.4)
    assert Budget(TrainingSpec(seconds=10), 70, 7.0, 30, 3.0).seconds_left == pytest.approx(6)


def test_the_best_state_is_one_of_the_new_target() -> None:
    events = turned(TrainingSpec(steps=500), when=3)
    assert end_of(events).kept.step >= 450
    flow = build_flow(SMALL, end_of(events).weights)
    assert end_of(events).score.test_nll == pytest.approx(
        -flow.log_prob(SECOND.sample(20_000, np.random.default_rng(5))).mean(), abs=0.05
    )


def test_a_loss_that_jumps_with_the_target_is_no_explosion() -> None:
    far = Placed(SECOND, Place(x=10, y=10))
    events = train(FIRST, SMALL, TrainingSpec(steps=500), retarget=Asked(3, NewTarget(far, "far")))
    assert end_of(list(events)).recoveries == 0


def test_without_a_new_target_nothing_differs() -> None:
    spec = TrainingSpec(steps=100)
    one = end_of(list(train(FIRST, SMALL, spec)))
    other = end_of(list(train(FIRST, SMALL, spec, retarget=lambda: None)))
    assert one.progress.validation_nll == other.progress.validation_nll
    np.testing.assert_array_equal(one.trace.positions, other.trace.positions)


def test_it_resumes_after_the_change_as_if_it_had_not_been_stopped() -> None:
    spec = TrainingSpec(steps=600)
    whole = end_of(turned(spec, when=2))
    asked = Asked(2)
    stopped = list(train(FIRST, SMALL, spec, retarget=asked, stop_requested=lambda: asked.times > 3))
    checkpoint = end_of(stopped).checkpoint
    assert (checkpoint.step, checkpoint.start_step) == (350, 150)
    rest = end_of(list(train(SECOND, SMALL, spec, resume=checkpoint)))
    assert rest.progress.step == whole.progress.step == 750
    np.testing.assert_array_equal(rest.trace.positions, whole.trace.positions)


def test_history_and_project_file_keep_the_changes() -> None:
    events, history = turned(TrainingSpec(steps=300), when=2), History()
    for event in events:
        history = history.with_event(event)
    assert history.changes == (Retargeted(150, "∴"),)
    untrained = Project.untrained(TextSpec(text="∴"), SMALL, TrainingSpec(steps=300))
    opened = from_bytes(to_bytes(untrained.trained(end_of(events), history)))
    assert opened.history.changes == history.changes
    assert opened.checkpoint is not None
    assert opened.checkpoint.start_step == 150
    old = replace(opened.checkpoint, start_step=0)
    assert Checkpoint(**{k: v for k, v in vars(old).items() if k != "start_step"}).start_step == 0


def test_progress_tells_of_the_new_target(monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch).slow_down(ChunkRunner, "run", 0.2)
    events = turned(TrainingSpec(seconds=1.5), when=2)
    told = [event.entropy for event in events if isinstance(event, Progress)]
    assert set(told) == {SECOND.entropy}


def test_a_stop_comes_before_a_new_target() -> None:
    """Who pauses, types another word and stops keeps the word that was learned."""
    stopping = list[bool]()

    def stop_and_turn() -> NewTarget | None:
        return NEW if stopping else None

    events = list[Event]()
    spec = TrainingSpec(steps=2000)
    for event in train(
        FIRST, SMALL, spec, snapshot_seconds=0.0, retarget=stop_and_turn, stop_requested=lambda: bool(stopping)
    ):
        events.append(event)
        if isinstance(event, Checkpoint) and event.step > 0:
            stopping.append(True)
    assert not any(isinstance(event, Retargeted) for event in events)
    assert end_of(events).ending == "stopped"
    assert end_of(events).score.entropy == FIRST.entropy


def test_the_train_nll_of_a_training_that_stops_as_it_turns_is_that_of_the_new_target() -> None:
    asked = Asked(3)
    requests = Requests(retarget=asked, stop=lambda: asked.times >= asked.when)
    end = end_of(list(Training(build_flow(SMALL), FIRST, TrainingSpec(steps=500), 0.0, requests).events(0.0)))
    assert end.progress.entropy == SECOND.entropy
    assert end.progress.train_nll == pytest.approx(end.progress.validation_nll)
