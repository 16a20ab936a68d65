from collections.abc import Callable
from functools import partial
from threading import Event as Flag
from threading import get_ident

from pytestqt.qtbot import QtBot

from flowviz.app.threads.latest import LatestWorker


def held(flag: Flag, answer: str) -> Callable[[], str]:
    """A question that is answered when the flag is set."""

    def compute() -> str:
        assert flag.wait(5)
        return answer

    return compute


def test_the_latest_question_of_a_topic_is_answered_and_heard_in_the_gui_thread(qtbot: QtBot) -> None:
    background, hold, heard = LatestWorker(), Flag(), list[tuple[str, int]]()
    hear_in = set[int]()

    def hear(answer: str) -> None:
        hear_in.add(get_ident())
        heard.append((answer, len(heard)))

    background.ask("a", held(hold, "first"), hear)  # is being answered while the others are asked
    qtbot.waitUntil(background.isRunning)
    qtbot.wait(50)
    for number in range(20):
        background.ask("a", partial("a {}".format, number), hear)
        background.ask("b", partial("b {}".format, number), hear)
    hold.set()
    qtbot.waitUntil(lambda: len(heard) == 3)
    qtbot.wait(50)
    assert [answer for answer, _ in heard] == ["first", "a 19", "b 19"]
    assert hear_in == {get_ident()}
    background.close()
    assert background.wait(2000)


def test_what_was_dropped_is_never_heard(qtbot: QtBot) -> None:
    background, hold, heard = LatestWorker(), Flag(), list[str]()
    background.ask("a", held(hold, "old"), heard.append)
    qtbot.waitUntil(background.isRunning)
    qtbot.wait(50)
    background.ask("b", lambda: "waiting", heard.append)
    background.drop()
    hold.set()
    background.ask("a", lambda: "new", heard.append)
    qtbot.waitUntil(lambda: bool(heard))
    qtbot.wait(50)
    assert heard == ["new"]
    background.close()
    assert background.wait(2000)


def test_a_question_that_fails_says_so_and_the_next_is_answered(qtbot: QtBot) -> None:
    background, heard = LatestWorker(), list[int]()
    with qtbot.waitSignal(background.failed) as failed:
        background.ask("grid", lambda: 1 // 0, heard.append)
    (notice,) = failed.args
    assert (notice.topic, notice.text) == ("grid", "The grid cannot be computed.")
    assert "ZeroDivisionError" in notice.details
    background.ask("grid", lambda: 7, heard.append)
    qtbot.waitUntil(lambda: heard == [7])
    background.close()
    assert background.wait(2000)


def test_a_failure_is_told_in_words_for_people(qtbot: QtBot) -> None:
    background = LatestWorker()
    with qtbot.waitSignal(background.failed) as failed:
        background.ask("discarding 3fa9", lambda: 1 // 0, lambda _: None)
    (notice,) = failed.args
    assert notice.text == "Something went wrong inside flowviz."
    background.close()
    assert background.wait(2000)


def test_closing_does_not_hear_what_comes_late(qtbot: QtBot) -> None:
    background, hold, heard = LatestWorker(), Flag(), list[str]()
    background.ask("a", held(hold, "late"), heard.append)
    qtbot.waitUntil(background.isRunning)
    background.close()
    hold.set()
    assert background.wait(2000)
    qtbot.wait(50)
    assert not heard
    background.ask("a", lambda: "after", heard.append)
    assert not background.isRunning()
