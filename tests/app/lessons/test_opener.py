"""Opening the files of lessons: late answers, files that cannot be read, and unsaved work."""

from pathlib import Path

import pytest
from PyQt6.QtCore import QThread

from flowviz.app.notices.notice import Notice
from flowviz.lessons import Lesson, read_lesson
from flowviz.projects import save_comparison
from flowviz.records import Trace
from tests.app.conftest import FileMenu, Window, settle
from tests.app.lessons.learner import Learner
from tests.app.lessons.test_shipped_lessons import TINY
from tests.app.workspace.fakes import untrained

pytestmark = pytest.mark.shared_window


def wait_for_reader(learner: Learner) -> None:
    """Wait until everything that is being read now has been read."""
    read = list[object]()
    learner.lessons.opener._worker.ask("last", lambda: None, read.append)
    learner.qtbot.waitUntil(lambda: bool(read))


def test_a_step_is_prepared_on_the_project_that_was_still_being_read(
    window: Window, learner: Learner, lesson: Lesson
) -> None:
    learner.lessons.begin(lesson)
    learner.lessons._go(1)
    assert learner.beginning is None, "the project is still being read"
    learner.wait_for_step()
    wait_for_reader(learner)
    assert window.main.session.trained_title == "two moons"
    assert window.main.view.value.stage == 2, "which the step before sets"


def test_a_view_is_not_replaced_by_a_project_that_was_still_being_read(
    window: Window, learner: Learner, lesson: Lesson, tmp_path: Path
) -> None:
    path = tmp_path / "curve.toml"
    text = TINY.read_text(encoding="utf-8").replace('gallery = "two_moons"', 'view = "one_dimension"')
    path.write_text(text, encoding="utf-8")
    learner.lessons.begin(lesson)
    learner.attend(read_lesson(path))
    wait_for_reader(learner)
    assert window.main.session.trained_title == "BRAD"


def lesson_on(opening: str, folder: Path) -> Lesson:
    """Return a lesson that opens something else."""
    path = folder / "compare.toml"
    path.write_text(TINY.read_text(encoding="utf-8").replace('gallery = "two_moons"', opening), encoding="utf-8")
    return read_lesson(path)


def test_a_lesson_begins_when_the_comparison_that_it_replaces_may_go(
    window: Window, file_menu: FileMenu, learner: Learner, tmp_path: Path
) -> None:
    lesson, comparisons = lesson_on('gallery = "three_flows"', tmp_path), window.main.comparisons
    comparisons.show(untrained("a", "b"))
    assert comparisons.workbench is not None
    comparisons.workbench.controller.remove("a")
    learner.lessons.begin(lesson)
    file_menu.press("unsavedBox", "cancel")
    assert learner.lessons.lesson is None, "the learner can try again"
    assert comparisons.compared.value.names == ("b",)
    learner.lessons.begin(lesson)
    file_menu.press("unsavedBox", "discard")
    learner.wait_for_step()
    assert len(comparisons.compared.value.runs) == 3
    learner.leave()


def test_a_lesson_whose_comparison_is_damaged_returns_to_the_list(
    window: Window, learner: Learner, tmp_path: Path
) -> None:
    path = tmp_path / "own.flowviz"
    save_comparison(untrained("a", "b"), path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    lesson = lesson_on('comparison = "own.flowviz"', tmp_path)
    learner.lessons.begin(lesson)
    learner.qtbot.waitUntil(lambda: str(path) in window.notice)
    assert learner.lessons.lesson is None
    path.write_bytes(whole)
    learner.attend(lesson)
    assert window.main.comparisons.compared.value.names == ("a", "b")
    learner.leave()


def test_the_learners_project_is_prepared_in_the_background(
    window: Window, learner: Learner, lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads, measure = list[object](), Trace.measure
    learner.attend(lesson)

    def watch(trace: Trace) -> None:
        threads.append(QThread.currentThread())
        measure(trace)

    monkeypatch.setattr(Trace, "measure", watch)
    learner.leave()
    assert threads
    assert threads[0] is not window.main.thread()


def test_a_lesson_that_begins_while_the_learners_project_returns_keeps_it(
    window: Window, learner: Learner, lesson: Lesson
) -> None:
    window.main.request.show_text("MINE")
    window.main.discard_changes()
    learner.attend(lesson)
    learner.lessons.leave()
    learner.attend(lesson)
    learner.leave()
    assert window.main.request.plan.target.title == "MINE"


def test_notices_about_the_project_of_the_learner_return_after_the_lessons(
    window: Window, learner: Learner, lesson: Lesson
) -> None:
    window.main.notifications.post(Notice("other", "About the project."))
    learner.attend(lesson)
    settle(window.main)
    assert "About the project." not in window.notice
    window.main.notifications.post(Notice("lesson", "About the lesson."))
    assert "About the lesson." in window.notice
    learner.leave()
    settle(window.main)
    assert "About the project." in window.notice
