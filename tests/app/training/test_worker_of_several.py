"""The training thread while it trains several flows, around an engine that only counts."""

from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from threading import Event as Flag

import pytest
from PyQt6.QtCore import QCoreApplication

from flowviz.app.notices.notice import Notice
from flowviz.app.training.worker import TrainingWorker
from flowviz.errors import TargetError
from flowviz.projects import Comparison, Project
from flowviz.records import Advanced
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.training import Adjust, Change, Remove, Turn
from tests.app.training.test_worker import NUMBER, TIMEOUT, connect_directly, target


@pytest.fixture(autouse=True)
def application(qapp: QCoreApplication) -> QCoreApplication:
    """The application that a QThread needs."""
    return qapp


class FakeEngine:
    """The engine of comparisons, which only counts until a stop is requested."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("flowviz.app.training.worker.train_in_turns", self.turns)
        self.changes, self.taken, self.is_closed, self.fails = list[Change](), Flag(), Flag(), False
        project = Project.untrained(TextSpec(text="Hi"), FlowSpec(), TrainingSpec(steps=9))
        self.worker = TrainingWorker(NUMBER, "comparison", Comparison({"a": project, "b": project}), {}, None)
        self.arrivals, self.ends, self.notices = SimpleQueue[Turn](), list[int](), list[Notice]()
        connect_directly(self.worker.turn_taken, lambda _, turn: self.arrivals.put(turn))
        connect_directly(self.worker.ended, self.ends.append)
        connect_directly(self.worker.failed, lambda _, notice: self.notices.append(notice))

    def turns(
        self,
        comparison: Comparison,
        *,
        stop_requested: Callable[[], bool],
        changes: Callable[[], Sequence[Change]],
        takes_turns: bool,
        **_: object,
    ) -> Iterator[Turn]:
        assert takes_turns
        try:
            while not stop_requested():
                if self.fails:
                    raise TargetError("Nothing to learn.")
                self.changes += changes()
                yield Turn("a", Advanced(1, 0.1, 0.1), comparison)
        finally:
            self.is_closed.set()

    def start(self) -> None:
        """Start the thread, and wait until it has begun."""
        self.worker.start()
        self.arrivals.get(timeout=TIMEOUT)

    def join(self) -> None:
        assert self.worker.wait(TIMEOUT * 1000), "the thread does not end"


def test_stop_ends_a_comparison_even_if_it_is_paused(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = FakeEngine(monkeypatch)
    engine.worker.pause()
    engine.start()
    engine.worker.stop()
    engine.join()
    assert engine.ends == [NUMBER]


def test_changes_reach_a_comparison_in_their_order_without_those_that_are_outdated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine, slower = FakeEngine(monkeypatch), TrainingSpec(steps=9, learning_rate=1e-4)
    engine.worker.pause()
    engine.start()
    asked: list[Change] = [Remove("b"), target("cat"), Adjust(slower), Remove("b"), Adjust(slower, "a"), target("dog")]
    for change in asked:
        engine.worker.change(change)
    engine.worker.resume()
    for _ in range(3):
        engine.arrivals.get(timeout=TIMEOUT)
    engine.worker.stop()
    engine.join()
    assert engine.changes == [change for change in asked if change is not asked[1]]


def test_abandoned_comparison_ends_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = FakeEngine(monkeypatch)
    engine.start()
    engine.worker.abandon()
    engine.join()
    assert engine.is_closed.wait(TIMEOUT)
    assert (engine.ends, engine.notices) == ([], [])


def test_error_of_a_comparison_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = FakeEngine(monkeypatch)
    engine.start()
    engine.fails = True
    engine.join()
    (notice,) = engine.notices
    assert (notice.topic, notice.text) == ("comparison", "Nothing to learn.")


def test_missing_results_are_computed_by_the_same_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project.untrained(TextSpec(text="Hi"), FlowSpec(), TrainingSpec(steps=9))
    found = Turn("a", None, Comparison({"a": project}))
    monkeypatch.setattr("flowviz.app.training.worker.score_stopped", lambda *_, **__: iter([found]))
    worker, turns = TrainingWorker(NUMBER, "scores", found.comparison, {}, None), list[Turn]()
    connect_directly(worker.turn_taken, lambda _, turn: turns.append(turn))
    worker.start()
    assert worker.wait(TIMEOUT * 1000)
    assert turns == [found]
