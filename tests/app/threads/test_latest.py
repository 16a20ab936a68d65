"""Queries that a background thread answers."""

from collections.abc import Callable, Iterator
from functools import partial
from threading import Event, Lock, get_ident

import pytest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from flowviz.app.threads.latest import LatestWorker
from tests.conftest import PATIENCE_MS


class Held:
    """Computation that waits until it is released."""

    def __init__(self, answer: str) -> None:
        self._answer = answer
        self.started, self.release = Event(), Event()

    def __call__(self) -> str:
        self.started.set()
        assert self.release.wait(PATIENCE_MS / 1000)
        return self._answer


@pytest.fixture
def worker() -> Iterator[LatestWorker]:
    created = LatestWorker()
    yield created
    created.close()
    assert created.wait(PATIENCE_MS)


@pytest.fixture
def held(worker: LatestWorker, qtbot: QtBot) -> Callable[..., Held]:
    """Ask for something that is then being computed."""

    def ask(topic: str, answer: str, on_result: Callable[[str], object]) -> Held:
        computation = Held(answer)
        worker.ask(topic, computation, on_result)
        qtbot.waitUntil(computation.started.is_set)
        return computation

    return ask


def end(worker: LatestWorker) -> None:
    """Let the thread end and deliver what it has announced."""
    worker.close()
    assert worker.wait(PATIENCE_MS)
    QApplication.processEvents()


def test_only_the_latest_query_of_each_topic_is_computed(
    worker: LatestWorker, held: Callable[..., Held], qtbot: QtBot
) -> None:
    results = list[str]()
    first = held("a", "first", results.append)
    for number in range(20):
        worker.ask("a", partial("a {}".format, number), results.append)
        worker.ask("b", partial("b {}".format, number), results.append)
    first.release.set()
    qtbot.waitUntil(lambda: len(results) == 3)
    end(worker)
    assert results == ["first", "a 19", "b 19"]


def test_results_arrive_in_the_gui_thread(worker: LatestWorker, qtbot: QtBot) -> None:
    computed_in, arrived_in = list[int](), list[int]()
    worker.ask("a", lambda: computed_in.append(get_ident()), lambda _: arrived_in.append(get_ident()))
    qtbot.waitUntil(lambda: bool(arrived_in))
    assert arrived_in == [get_ident()] != computed_in


def test_results_of_dropped_queries_never_arrive(worker: LatestWorker, held: Callable[..., Held], qtbot: QtBot) -> None:
    results = list[str]()
    old = held("a", "old", results.append)
    worker.ask("b", lambda: "waiting", results.append)
    worker.drop()
    old.release.set()
    worker.ask("a", lambda: "new", results.append)
    qtbot.waitUntil(lambda: bool(results))
    end(worker)
    assert results == ["new"]


def test_query_of_a_kept_topic_is_not_dropped(worker: LatestWorker, held: Callable[..., Held], qtbot: QtBot) -> None:
    results = list[str]()
    old = held("a", "old", results.append)
    worker.ask("b", lambda: "kept", results.append)
    worker.ask("c", lambda: "waiting", results.append)
    worker.drop({"b"})
    old.release.set()
    qtbot.waitUntil(lambda: bool(results))
    end(worker)
    assert results == ["kept"]


def test_next_query_is_answered_after_a_failure(worker: LatestWorker, qtbot: QtBot) -> None:
    results = list[int]()
    with qtbot.waitSignal(worker.failed) as failed:
        worker.ask("grid", lambda: 1 // 0, results.append)
    (notice,) = failed.args
    assert (notice.topic, notice.text) == ("grid", "The grid cannot be computed.")
    assert "ZeroDivisionError" in notice.details
    worker.ask("grid", lambda: 7, results.append)
    qtbot.waitUntil(lambda: results == [7])


def test_failure_of_an_internal_query_does_not_mention_its_topic(worker: LatestWorker, qtbot: QtBot) -> None:
    with qtbot.waitSignal(worker.failed) as failed:
        worker.ask("discarding 3fa9", lambda: 1 // 0, lambda _: None)
    (notice,) = failed.args
    assert notice.text == "Something went wrong inside flowviz."


def test_results_do_not_arrive_after_closing(worker: LatestWorker, held: Callable[..., Held]) -> None:
    results = list[str]()
    late = held("a", "late", results.append)
    worker.close()
    late.release.set()
    end(worker)
    worker.ask("a", lambda: "after", results.append)
    assert not worker.isRunning()
    assert not results


def test_thread_without_a_delay_starts_before_the_event_loop_runs(worker: LatestWorker) -> None:
    computed = Event()
    worker.ask("topic", computed.set, lambda _: None)
    assert computed.wait(PATIENCE_MS / 1000), "a draft is written although the window no longer answers"


def test_delayed_thread_answers_the_latest_query(qtbot: QtBot) -> None:
    worker, found = LatestWorker(start_delay_ms=1), list[int]()
    for number in range(3):
        worker.ask("topic", partial(int, number), found.append)
    assert not worker.isRunning()
    qtbot.waitUntil(lambda: found == [2])
    worker.close()
    assert worker.wait(PATIENCE_MS)


def test_closed_worker_never_starts_after_its_delay(qtbot: QtBot) -> None:
    worker, computed = LatestWorker(start_delay_ms=1), Event()
    worker.ask("topic", computed.set, lambda _: None)
    worker.close()
    qtbot.wait(10)
    assert not worker.isRunning()
    assert not computed.is_set()


def test_queries_are_answered_between_rests(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    rests, found = list[float](), list[str]()
    monkeypatch.setattr(LatestWorker, "_take_rest", lambda _, seconds: rests.append(seconds))
    worker, slow = LatestWorker(), Held("first")
    worker.rest = 3.0
    worker.ask("one", slow, found.append)
    worker.ask("two", lambda: "second", found.append)
    slow.release.set()
    qtbot.waitUntil(lambda: found == ["first", "second"])
    qtbot.waitUntil(lambda: len(rests) == 2)
    assert all(seconds > 0 for seconds in rests)
    worker.close()
    assert worker.wait(PATIENCE_MS)


def test_threads_that_share_a_lock_take_turns(qtbot: QtBot) -> None:
    turns, results = Lock(), list[str]()
    one, other = LatestWorker(turns=turns), LatestWorker(turns=turns)
    first, second = Held("first"), Held("second")
    one.ask("a", first, results.append)
    qtbot.waitUntil(first.started.is_set)
    other.ask("a", second, results.append)
    assert not second.started.wait(0.1)
    for held in (first, second):
        held.release.set()
    qtbot.waitUntil(lambda: results == ["first", "second"])
    for worker in (one, other):
        end(worker)


def test_a_query_that_is_replaced_while_it_waits_for_its_turn_is_not_computed(qtbot: QtBot) -> None:
    turns, computed, results = Lock(), list[str](), list[None]()
    worker = LatestWorker(turns=turns)
    with turns:
        worker.ask("a", partial(computed.append, "old"), results.append)
        qtbot.waitUntil(worker.isRunning)
        worker.ask("a", partial(computed.append, "new"), results.append)
    qtbot.waitUntil(lambda: bool(results))
    end(worker)
    assert computed == ["new"]
