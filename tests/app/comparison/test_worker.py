"""The thread that trains entrants, with an engine that does nothing but count."""

from collections.abc import Callable, Iterator, Sequence
from threading import Event as Flag
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from flowviz.app.comparison import worker as module
from flowviz.app.comparison.worker import ComparisonWorker
from flowviz.app.notices.notice import Notice
from flowviz.errors import TargetError
from flowviz.projects import Comparison
from flowviz.records import Advanced
from flowviz.training import Change, Remove, Turn
from tests.app.comparison.fakes import untrained

PATIENCE_MS = 10_000


class Engine:
    """Fake of the engine, which yields turns until a stop is requested."""

    def __init__(self) -> None:
        self.changes, self.error = list[Change](), TargetError("Nothing to learn.")
        self.fails, self.is_closed = False, Flag()

    def turns(
        self,
        comparison: Comparison,
        *,
        snapshot_seconds: float,
        stop_requested: Callable[[], bool],
        changes: Callable[[], Sequence[Change]],
    ) -> Iterator[Turn]:
        try:
            step = 0
            while not stop_requested():
                if self.fails:
                    raise self.error
                self.changes += changes()
                step += 1
                yield Turn("a", Advanced(step, step / 10, step / 1000), comparison)
        finally:
            self.is_closed.set()


class Heard:
    """Record of the signals of a worker."""

    def __init__(self, worker: ComparisonWorker) -> None:
        self.turns, self.ends, self.notices = list[Turn](), list[int](), list[Notice]()
        worker.turn_taken.connect(lambda _, turn: self.turns.append(turn))
        worker.ended.connect(self.ends.append)
        worker.failed.connect(lambda _, notice: self.notices.append(notice))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    found = Engine()
    monkeypatch.setattr(module, "train_in_turns", found.turns)
    return found


def started(qtbot: QtBot, previous: Any = None) -> tuple[ComparisonWorker, Heard]:
    worker = ComparisonWorker(1, untrained("a"), previous)
    heard = Heard(worker)
    worker.start()
    qtbot.waitUntil(lambda: len(heard.turns) > 2, timeout=PATIENCE_MS)
    return worker, heard


def test_a_stop_ends_the_run(engine: Engine, qtbot: QtBot) -> None:
    worker, heard = started(qtbot)
    worker.stop()
    qtbot.waitUntil(lambda: heard.ends == [1], timeout=PATIENCE_MS)
    assert worker.wait(PATIENCE_MS)


def test_a_pause_holds_the_engine_until_it_resumes(engine: Engine, qtbot: QtBot) -> None:
    worker, heard = started(qtbot)
    worker.pause()
    worker.change(Remove("b"))
    qtbot.waitUntil(lambda: not worker._running.is_set(), timeout=PATIENCE_MS)
    worker.stop()  # ends a pause, too
    qtbot.waitUntil(lambda: heard.ends == [1], timeout=PATIENCE_MS)


def test_changes_reach_the_engine_in_their_order(engine: Engine, qtbot: QtBot) -> None:
    worker, _ = started(qtbot)
    worker.change(Remove("b"))
    worker.change(Remove("c"))
    qtbot.waitUntil(lambda: engine.changes == [Remove("b"), Remove("c")], timeout=PATIENCE_MS)
    worker.stop()
    assert worker.wait(PATIENCE_MS)


def test_an_abandoned_run_ends_in_silence(engine: Engine, qtbot: QtBot) -> None:
    worker, heard = started(qtbot)
    worker.abandon()
    assert worker.wait(PATIENCE_MS)
    assert engine.is_closed.wait(PATIENCE_MS / 1000)
    assert heard.ends == []


def test_the_next_run_waits_for_the_previous_one(engine: Engine, qtbot: QtBot) -> None:
    first, _ = started(qtbot)
    first.abandon()
    second, _ = started(qtbot, previous=first)
    assert first.isFinished()
    second.stop()
    assert second.wait(PATIENCE_MS)


def test_an_error_of_the_engine_is_a_sentence(engine: Engine, qtbot: QtBot) -> None:
    worker, heard = started(qtbot)
    engine.fails = True
    qtbot.waitUntil(lambda: bool(heard.notices), timeout=PATIENCE_MS)
    assert heard.notices[0].text == "Nothing to learn."
    assert worker.wait(PATIENCE_MS)
