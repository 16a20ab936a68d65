"""The end of a lesson, the next lesson, and the results for a teacher."""

import csv
from pathlib import Path

import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from flowviz.app.lessons.stored_progress import store_progress, stored_progress
from flowviz.lessons import Lesson, lesson_file, read_lesson, shipped_lessons
from flowviz.lessons.progress import Progress
from flowviz.lessons.shipped import ORDER
from tests.app.conftest import FileMenu, Window
from tests.app.lessons.learner import PATIENCE_MS, Learner, controls_of
from tests.app.lessons.test_shipped_lessons import TINY
from tests.app.test_accessibility import undescribed

pytestmark = pytest.mark.shared_window

QUESTION = 2  # the step of the tiny lesson that asks one


@pytest.fixture(autouse=True)
def forget_progress(lesson: Lesson) -> None:
    """Begin each test with lessons that were never opened."""
    for each in (lesson, *shipped_lessons()):
        store_progress(each, Progress())


@pytest.fixture
def summed_up(tmp_path: Path) -> Lesson:
    """Return the tiny lesson with a summary."""
    path = tmp_path / "summed_up.toml"
    learned = 'minutes = 1\nlearned = ["First *this*.", "Then that.", "At last, it all."]'
    path.write_text(TINY.read_text(encoding="utf-8").replace("minutes = 1", learned), encoding="utf-8")
    return read_lesson(path)


def end(learner: Learner, lesson: Lesson) -> None:
    """Go to the end of a lesson from its last step, without doing that."""
    store_progress(lesson, stored_progress(lesson).at(len(lesson.steps) - 1))
    learner.attend(lesson)
    learner.press("Skip")
    learner.wait_for_step()


def mark(lesson: Lesson) -> str:
    """Return the words of the list for the progress in a lesson."""
    return stored_progress(lesson).words(lesson)


def test_reopening_a_finished_lesson_keeps_its_mark(learner: Learner, lesson: Lesson) -> None:
    store_progress(lesson, Progress(5, frozenset(range(5))))
    assert mark(lesson) == "finished"
    learner.attend(lesson)
    assert learner.step == lesson.steps[0]
    assert not learner.is_done, "it can be done once more"
    assert mark(lesson) == "finished"
    learner.press("Skip")
    learner.wait_for_step()
    learner.leave()
    assert mark(lesson).startswith("finished")
    learner.attend(lesson)
    assert learner.step == lesson.steps[1]


def test_nothing_plays_or_is_pointed_at_once_a_lesson_has_ended(
    window: Window, learner: Learner, lesson: Lesson
) -> None:
    store_progress(lesson, stored_progress(lesson).at(len(lesson.steps) - 1))
    learner.attend(lesson)
    window.main.viewer.end_playback.is_used = False
    learner.lessons.pointer.point_at("showButton")
    learner.press("Skip")
    learner.wait_for_step()
    assert learner.lessons.pointer._ring.widget() is None
    window.main.viewer.end_playback.play()
    assert not window.main.viewer.playhead.is_playing.value


def test_going_back_from_the_end_keeps_the_mark(window: Window, learner: Learner, lesson: Lesson) -> None:
    end(learner, lesson)
    assert mark(lesson) == "finished, 5 steps skipped"
    learner.press("LastStep")
    learner.wait_for_step()
    assert learner.step == lesson.steps[-1]
    assert mark(lesson).startswith("finished")


def test_the_end_shows_what_was_learned_and_the_first_tries(
    window: Window, learner: Learner, summed_up: Lesson
) -> None:
    store_progress(summed_up, Progress(QUESTION))
    learner.attend(summed_up)
    learner.answer(1)
    learner.answer(2)
    assert stored_progress(summed_up).first_answers == {QUESTION: 0}
    end(learner, summed_up)
    label = window.find(QLabel, "lessonEndText")
    for text in (label.text().replace("<em>", "").replace("</em>", ""), label.accessibleName()):
        for part in ("First this.", "Then that.", "At last, it all.", "0 of 1 prediction right at the first try."):
            assert part in text
    assert undescribed(window.main.lessons.panel) == []


def test_the_end_works_by_keyboard_alone(window: Window, qtbot: QtBot, learner: Learner) -> None:
    window.main.activateWindow()
    lesson = read_lesson(lesson_file("2"))
    end(learner, lesson)
    assert QApplication.focusWidget() is window.find(QLabel, "lessonEndText"), "a screen reader reads the summary"
    assert [widget.objectName() for widget in controls_of(window.main.lessons.panel)] == [
        "lessonEndText", "lessonResultsButton", "lessonReturnButton", "lessonLastStepButton", "lessonEndListButton",
        "lessonNextLessonButton",
    ]  # fmt: skip


def test_the_next_lesson_begins_where_it_was_left(window: Window, qtbot: QtBot, learner: Learner) -> None:
    second, third = (read_lesson(lesson_file(number)) for number in "23")
    store_progress(third, Progress(1))
    end(learner, second)
    learner.press("NextLesson")
    learner.qtbot.waitUntil(lambda: learner.lessons.lesson == third)
    learner.wait_for_step()
    assert learner.step == third.steps[1]
    assert mark(second).startswith("finished")


@pytest.mark.parametrize("name", [ORDER[-1], str(TINY)])
def test_there_is_no_button_where_no_lesson_follows(window: Window, learner: Learner, name: str) -> None:
    end(learner, read_lesson(lesson_file(name)))
    assert not window.find(QPushButton, "lessonNextLessonButton").isVisible()
    learner.press("EndList")
    assert window.find(QPushButton, "lessonOpenButton").isVisible()


@pytest.mark.parametrize("place", ["lessonListResultsButton", "lessonResultsButton", "exportresultsAction"])
def test_results_are_exported(
    window: Window,
    qtbot: QtBot,
    file_menu: FileMenu,
    learner: Learner,
    summed_up: Lesson,
    tmp_path: Path,
    place: str,
) -> None:
    second, path = read_lesson(lesson_file("2")), tmp_path / "results.csv"
    store_progress(second, Progress(2, frozenset({0, 1})).having_answered(1, second.predictions[1].correct - 1))
    if place == "lessonResultsButton":
        end(learner, summed_up)
    else:
        learner.trigger("lessonsAction")
    if place.endswith("Action"):
        window.find(QAction, place).trigger()
    else:
        window.find(QPushButton, place).click()
    file_menu.answer_dialog("resultsDialog", path)
    qtbot.waitUntil(lambda: f"Exported to {path}" in window.status, timeout=PATIENCE_MS)
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    asked = [(row["state"], row["steps_done"], row["first_answer"]) for row in rows if row["lesson"].startswith("2. ")]
    assert asked[0] == ("begun", "2", "right")
    own = [row["state"] for row in rows if row["lesson"] == "A tiny lesson"]
    assert own == (["finished"] if place == "lessonResultsButton" else [])
    assert not window.main.findChildren(QFileDialog)


def test_the_list_names_lessons_by_the_numbers_that_the_terminal_takes(window: Window, learner: Learner) -> None:
    learner.trigger("lessonsAction")
    names = [entry.accessibleName() for entry in window.main.lessons.panel.list.entries]
    lessons = shipped_lessons()
    assert len(names) == len(lessons)
    for name, lesson in zip(names, lessons, strict=True):
        number, dot, _ = name.partition(". ")
        assert not (dot and number.isdigit()) or lesson_file(number) == lesson.path
        assert (lesson.number is None) or name.startswith(f"{lesson.number}. ")


def test_going_back_keeps_the_flow_of_the_step_in_which_it_was_trained(learner: Learner, lesson: Lesson) -> None:
    learner.attend(lesson)
    lessons, opening = learner.lessons, lesson.opening
    lessons._go(2)
    learner.wait_for_step()
    assert lessons.opener.opened == opening
    read = lessons.observer.read
    lessons.observer.read = lambda: {**read(), "training": "ended"}  # type: ignore[method-assign]
    try:
        lessons._go(1)
        assert lessons._needs(lesson, 2, replays=True)[0] is None
        assert lessons._needs(lesson, 1, replays=True)[0] == opening
    finally:
        lessons.observer.read = read  # type: ignore[method-assign]
