"""The training thread, around a fake training or a fake engine, and without a window."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import repeat
from queue import SimpleQueue
from threading import Event as Flag
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QCoreApplication, Qt

from flowviz.app.notices.notice import REPORT_IT, Notice
from flowviz.app.training.worker import TrainingWorker
from flowviz.errors import FileError
from flowviz.projects import Comparison, Project
from flowviz.projects.variant import Variant
from flowviz.records import (
    Checkpoint,
    Event,
    Preparing,
    Recovered,
    Retargeted,
    Snapshot,
    Trial,
    Weights,
    base_particles,
    untrained_trace,
)
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.specs.edits import Edits, LayerEdit
from flowviz.targets import build_target
from flowviz.training import Adjust, Retarget, Turn, Vary

TIMEOUT = 20  # seconds, after which a test fails
NUMBER = 7
PREPARING = Preparing("Loading TensorFlow")
RECOVERED = Recovered("loss exploded", 900, 5e-4, 1, 1000, 9.0)

FakeTraining = Callable[[dict[str, Any]], Iterator[Event]]


class Recorded:
    """A worker whose training is a fake generator, and the signals that it has emitted."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        training: FakeTraining,
        checkpoint: Checkpoint | None = None,
        previous: TrainingWorker | None = None,
        flow: FlowSpec | None = None,
    ) -> None:
        monkeypatch.setattr("flowviz.training.entrant_training.train", lambda *_, **options: training(options))
        spec = TextSpec(text="BRAD")
        project = Project.untrained(spec, flow or FlowSpec(), TrainingSpec(steps=9))
        comparison = Comparison({"a": replace(project, checkpoint=checkpoint)})
        self.worker = TrainingWorker(NUMBER, "training", comparison, {spec: build_target(spec)}, previous)
        self.numbers, self.ends = set[int](), list[int]()
        self.events: list[Event | Trial | None] = []
        self.projects: list[Project] = []
        self.notices: list[Notice] = []
        self._arrivals = SimpleQueue[Event | Trial | None]()
        connect_directly(self.worker.turn_taken, self._on_turn)
        connect_directly(self.worker.ended, self.ends.append)
        connect_directly(self.worker.failed, lambda _, notice: self.notices.append(notice))

    def _on_turn(self, number: int, turn: Turn) -> None:
        self.numbers.add(number)
        self.events.append(turn.event)
        self.projects.append(turn.project)
        self._arrivals.put(turn.event)

    def next_event(self) -> Event | Trial | None:
        return self._arrivals.get(timeout=TIMEOUT)

    def join(self) -> None:
        assert self.worker.wait(TIMEOUT * 1000), "the thread does not end"


def connect_directly(signal: Any, slot: Callable[..., object]) -> None:
    """Have the slot called in the thread that emits the signal, which needs no event loop."""
    signal.connect(slot, Qt.ConnectionType.DirectConnection)


@pytest.fixture(autouse=True)
def application(qapp: QCoreApplication) -> QCoreApplication:
    """The application that a QThread needs."""
    return qapp


def target(text: str) -> Retarget:
    """Return the request to learn a text."""
    spec = TextSpec(text=text)
    return Retarget(spec, build_target(spec))


def snapshot() -> Snapshot:
    return Snapshot(0, Weights({}, {}), None, None, untrained_trace(FlowSpec(), base_particles(10)))


def checkpoint() -> Checkpoint:
    empty = np.zeros(0, np.float32)
    return Checkpoint(empty, empty, empty, empty, empty, 0, 0.0, 1, 1.0, 0, {}, None)


def test_events_arrive_in_order_with_the_number_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[Event] = [PREPARING, snapshot(), checkpoint(), RECOVERED]
    recorded = Recorded(monkeypatch, lambda _: iter(events))
    recorded.worker.start()
    recorded.join()
    assert recorded.events == events
    assert recorded.numbers == {NUMBER}
    assert (recorded.ends, recorded.notices) == ([NUMBER], [])


def test_training_resumes_from_the_checkpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    start, options = checkpoint(), dict[str, Any]()

    def training(given: dict[str, Any]) -> Iterator[Event]:
        options.update(given)
        yield PREPARING

    recorded = Recorded(monkeypatch, training, start)
    recorded.worker.start()
    recorded.join()
    assert options["resume"] is start


def test_training_is_asked_to_continue_with_other_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, slower = list[TrainingSpec](), TrainingSpec(steps=9, learning_rate=1e-4)

    def training(given: dict[str, Any]) -> Iterator[Event]:
        for _chunk in range(2):
            given["stop_requested"]()
            asked.append(given["adjust"]())
            yield PREPARING

    recorded = Recorded(monkeypatch, training)
    recorded.worker.pause()
    recorded.worker.start()
    assert recorded.next_event() is PREPARING
    recorded.worker.change(Adjust(TrainingSpec(steps=9, learning_rate=1e-2)))
    recorded.worker.change(Adjust(slower))
    recorded.worker.resume()
    recorded.join()
    assert asked == [TrainingSpec(steps=9), slower]


def test_snapshot_is_measured_in_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = snapshot()
    recorded = Recorded(monkeypatch, lambda _: iter([measured]))
    recorded.worker.start()
    recorded.join()
    assert {"boxes", "volume_shares"} <= set(vars(measured.trace))


def test_pause_holds_training_after_the_next_event(monkeypatch: pytest.MonkeyPatch) -> None:
    resumed, resumed_at_step = Flag(), list[bool]()

    def training(_: dict[str, Any]) -> Iterator[Event]:
        for _step in range(2):
            yield PREPARING
            resumed_at_step.append(resumed.is_set())

    recorded = Recorded(monkeypatch, training)
    recorded.worker.pause()
    recorded.worker.start()
    assert recorded.next_event() is PREPARING
    resumed.set()
    recorded.worker.resume()
    recorded.join()
    assert resumed_at_step == [True, True]
    assert len(recorded.events) == 2


def test_pause_does_not_separate_a_snapshot_from_its_checkpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[Event] = [snapshot(), checkpoint(), PREPARING]
    recorded = Recorded(monkeypatch, lambda _: iter(events))
    recorded.worker.pause()
    recorded.worker.start()
    assert [recorded.next_event(), recorded.next_event()] == events[:2]
    recorded.worker.resume()
    recorded.join()
    assert recorded.events == events


@pytest.mark.parametrize("paused", [False, True])
def test_stop_lets_training_finish(monkeypatch: pytest.MonkeyPatch, paused: bool) -> None:
    def training(options: dict[str, Any]) -> Iterator[Event]:
        while not options["stop_requested"]():
            yield PREPARING
        yield RECOVERED

    recorded = Recorded(monkeypatch, training)
    if paused:
        recorded.worker.pause()
    recorded.worker.start()
    recorded.next_event()
    recorded.worker.stop()
    recorded.join()
    assert recorded.events[-1] is RECOVERED


@pytest.mark.parametrize("paused", [False, True])
def test_abandoned_training_ends_without_finishing(monkeypatch: pytest.MonkeyPatch, paused: bool) -> None:
    recorded = Recorded(monkeypatch, lambda _: repeat(PREPARING))
    if paused:
        recorded.worker.pause()
    recorded.worker.start()
    recorded.next_event()
    recorded.worker.abandon()
    recorded.join()
    assert (recorded.ends, recorded.notices) == ([], [])


class TestFollow:
    """Targets that are requested while training runs."""

    @staticmethod
    def taken(recorded: Recorded) -> list[str]:
        recorded.worker.start()
        recorded.join()
        arrived = zip(recorded.events, recorded.projects, strict=True)
        return [project.target.title for event, project in arrived if isinstance(event, Retargeted)]

    @staticmethod
    def training(options: dict[str, Any]) -> Iterator[Event]:
        """Ask for another target twice, as before two chunks of steps."""
        for step in range(2):
            options["stop_requested"]()
            if (new := options["retarget"]()) is not None:
                yield Retargeted(step, new.title)

    def test_training_takes_the_latest_target_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        recorded = Recorded(monkeypatch, self.training)
        recorded.worker.change(target("cat"))
        recorded.worker.change(target("dog"))
        assert self.taken(recorded) == ["dog"]
        assert recorded.events == [Retargeted(0, "dog")]

    def test_withdrawn_target_is_not_taken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        recorded = Recorded(monkeypatch, self.training)
        recorded.worker.change(target("cat"))
        recorded.worker.keep_target()
        assert self.taken(recorded) == []

    def test_request_for_the_current_target_replaces_an_earlier_request(self, monkeypatch: pytest.MonkeyPatch) -> None:
        recorded = Recorded(monkeypatch, self.training)
        recorded.worker.change(target("cat"))
        recorded.worker.change(target("BRAD"))
        assert self.taken(recorded) == []

    def test_current_target_is_not_taken_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        recorded = Recorded(monkeypatch, self.training)
        recorded.worker.change(target("BRAD"))
        assert self.taken(recorded) == []


def failing(error: Exception) -> FakeTraining:
    def training(_: dict[str, Any]) -> Iterator[Event]:
        yield PREPARING
        raise error

    return training


def test_user_error_is_reported_in_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = Recorded(monkeypatch, failing(FileError("The disk is full.")))
    recorded.worker.start()
    recorded.join()
    (notice,) = recorded.notices
    assert (notice.topic, notice.text, notice.details) == ("training", "The disk is full.", "")


def test_unexpected_error_is_reported_with_its_traceback(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    recorded = Recorded(monkeypatch, failing(ZeroDivisionError("by zero")))
    recorded.worker.start()
    recorded.join()
    (notice,) = recorded.notices
    assert notice.text == "Training ended unexpectedly."
    assert "ZeroDivisionError" in notice.details
    assert "training failed" in caplog.text


@pytest.mark.parametrize(("events", "is_kept"), [([PREPARING], False), ([PREPARING, snapshot()], True)])
def test_snapshot_is_kept_only_if_there_is_one(
    monkeypatch: pytest.MonkeyPatch, events: list[Event], is_kept: bool
) -> None:
    def training(_: dict[str, Any]) -> Iterator[Event]:
        yield from events
        raise ZeroDivisionError("by zero")

    recorded = Recorded(monkeypatch, training)
    recorded.worker.start()
    recorded.join()
    (notice,) = recorded.notices
    assert ("snapshot was kept" in notice.advice) == is_kept
    assert REPORT_IT in notice.advice


def test_training_waits_for_the_previous_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    may_end, order = Flag(), list[str]()

    def first_training(_: dict[str, Any]) -> Iterator[Event]:
        yield PREPARING
        assert may_end.wait(TIMEOUT)
        order.append("first")

    def second_training(_: dict[str, Any]) -> Iterator[Event]:
        order.append("second")
        yield PREPARING

    first = Recorded(monkeypatch, first_training)
    first.worker.start()
    first.next_event()
    second = Recorded(monkeypatch, second_training, previous=first.worker)
    second.worker.start()
    may_end.set()
    second.join()
    assert order == ["first", "second"]


def test_training_takes_another_variant_which_its_next_snapshot_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flow = FlowSpec(family="flow_matching")
    coarse = flow.with_integrator("euler", 3)
    edited = Variant(coarse, Edits(layers={1: LayerEdit(disabled=True)}))
    requested, taken = (Variant(flow), Variant(coarse), Variant(coarse), edited), list[Variant]()

    def training(options: dict[str, Any]) -> Iterator[Event]:
        for each in requested:
            recorded.worker.change(Vary(each))
            taken.append(options["vary"]())
            yield snapshot()

    recorded = Recorded(monkeypatch, training, flow=flow)
    recorded.worker.run()
    assert tuple(taken) == requested
    assert tuple(map(Variant.of, recorded.projects)) == requested
