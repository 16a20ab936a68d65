"""The observer and the progress of a learner, without a window."""

from PyQt6.QtCore import QObject, pyqtSignal
from pytestqt.qtbot import QtBot

from flowviz.app.lessons.observer import Observer
from flowviz.app.lessons.state import Attendance, LessonState
from flowviz.lessons import read_lesson
from flowviz.lessons.progress import Progress
from tests.app.lessons.test_shipped_lessons import TINY


class Source(QObject):
    moved = pyqtSignal(object, object)
    ended = pyqtSignal(str)


def test_several_changes_are_announced_together(qtbot: QtBot) -> None:
    source, observer, announced = Source(), Observer(), list[bool]()
    observer.add(lambda: {"stage": 3}, source.moved)
    observer.changed.connect(lambda: announced.append(True))
    source.moved.emit(1, 2)
    source.moved.emit(2, 3)
    assert not announced
    qtbot.waitUntil(lambda: announced == [True])
    assert observer.read() == {"stage": 3}


def test_an_event_has_happened_until_the_next_beginning(qtbot: QtBot) -> None:
    source, observer = Source(), Observer()
    observer.add_event("exported", source.ended)
    assert observer.read() == {"exported": False}
    source.ended.emit("done")
    assert observer.read() == {"exported": True}
    assert observer.begin() == {"exported": False}


def test_what_is_not_yet_shown_is_unknown_but_part_of_the_beginning() -> None:
    shown, observer = list[str](), Observer()
    observer.add(lambda: {"bumps": 2}, is_shown=lambda: bool(shown))
    beginning = observer.begin()
    assert beginning == {"bumps": 2}, "what a step sets is no change of the learner"
    assert observer.read() == {"bumps": None}
    shown.append("two bumps")
    assert observer.read() == beginning


def test_progress_survives_damaged_settings_and_changed_lessons() -> None:
    lesson = read_lesson(TINY)
    progress = Progress(3, frozenset({0, 2}))
    assert Progress.parse(progress.text()) == progress
    for damaged in (None, "", "x", "[]", "[1]", "[1, 2]", '["a", ["b"]]', "{}", 7):
        assert Progress.parse(damaged) == Progress()
    assert Progress(99, frozenset({0, 99})).within(lesson) == Progress(5, frozenset({0}), finished=frozenset({0}))
    assert Progress().words(lesson) == ""
    assert progress.words(lesson) == "at step 4 of 5"
    assert Progress(5, frozenset(range(4))).words(lesson) == "finished, 1 step skipped"


def test_answers_are_kept_by_step() -> None:
    state = LessonState(Attendance())
    state.attend(read_lesson(TINY), Progress(2))
    state.answer(1)
    assert (state.value.answer, state.value.is_done) == (1, True)
    state.go_to(3)
    assert (state.value.answer, state.value.is_done) == (None, False)
    state.go_to(5)
    assert state.value.step is None


def test_continuing_takes_the_steps_before_into_account() -> None:
    lesson = read_lesson(TINY)
    opening, setup = lesson.beginning(3, replays=True)
    assert opening == lesson.opening
    assert (setup.stage, setup.marks, setup.panels) == (2, frozenset({"points"}), frozenset({"flow"}))
    opening, setup = lesson.beginning(3, replays=False)
    assert opening is None
    assert setup.changes().keys() == {"panels", "flow"}
