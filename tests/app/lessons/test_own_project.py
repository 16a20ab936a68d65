"""The learner's own project before, during and after a lesson."""

from pathlib import Path

import pytest

from flowviz.lessons import Lesson, Setup, read_lesson
from flowviz.projects import load_project
from flowviz.specs import ViewSpec
from tests.app.conftest import FileMenu, Window
from tests.app.lessons.learner import Learner
from tests.app.lessons.test_shipped_lessons import TINY

pytestmark = pytest.mark.shared_window


def test_a_lesson_opens_a_project_of_its_own_and_gives_back_that_of_the_learner(
    window: Window, file_menu: FileMenu, learner: Learner, lesson: Lesson, tmp_path: Path
) -> None:
    file_menu.type("MINE")
    path = tmp_path / "mine.flowviz"
    file_menu.save_as(path)
    before = path.read_bytes()
    learner.attend(lesson)
    document = window.main.document_actions.document
    assert not document.path
    assert window.main.session.trained_title == "two moons"
    learner.leave()
    assert (document.path, document.is_changed, file_menu.text) == (path, False, "MINE")
    assert path.read_bytes() == before


def test_unsaved_work_is_asked_about_and_survives_even_if_it_is_discarded(
    window: Window, file_menu: FileMenu, learner: Learner, lesson: Lesson
) -> None:
    file_menu.type("MINE")
    learner.lessons.begin(lesson)
    file_menu.press("unsavedBox", "cancel")
    assert learner.lessons.lesson is None
    learner.lessons.begin(lesson)
    file_menu.press("unsavedBox", "discard")
    learner.wait_for_step()
    learner.leave()
    assert file_menu.text == "MINE"
    assert file_menu.is_changed


def test_a_project_that_the_learner_saved_during_a_lesson_is_not_lost(
    window: Window, file_menu: FileMenu, learner: Learner, lesson: Lesson, tmp_path: Path
) -> None:
    learner.attend(lesson)
    file_menu.save_as(tmp_path / "found.flowviz")
    window.main.request.update_flow(layers=3)
    window.main._lesson_dock.close()
    file_menu.press("unsavedBox", "cancel")
    assert window.main._lesson_dock.isVisible()
    assert learner.step is not None
    window.main._lesson_dock.close()
    file_menu.press("unsavedBox", "save")
    file_menu.wait(lambda: not window.main._lesson_dock.isVisible())
    file_menu.wait(lambda: window.main.session.trained_title == "BRAD")


def test_project_saved_in_a_lesson_keeps_its_own_camera(
    window: Window, file_menu: FileMenu, learner: Learner, lesson: Lesson, tmp_path: Path
) -> None:
    learner.attend(lesson)
    learner.lessons._preparation.apply(Setup(camera="fixed"))
    saved = tmp_path / "found.flowviz"
    file_menu.save_as(saved)
    assert load_project(saved).seen.view.camera == ViewSpec().camera == "follow"
    learner.leave()
    assert window.main.view.value.camera is None


def go_on(learner: Learner) -> None:
    """Go to the next step, whether or not this one is done."""
    learner.press("Next" if learner.is_done else "Skip")


def test_a_saved_project_is_asked_about_only_where_a_step_opens_another_one(
    window: Window, file_menu: FileMenu, learner: Learner, tmp_path: Path
) -> None:
    path, saved = tmp_path / "two.toml", tmp_path / "found.flowviz"
    text = TINY.read_text(encoding="utf-8").replace("{ stage = 0 }", '{ stage = 0, gallery = "brad" }')
    path.write_text(text, encoding="utf-8")
    learner.attend(read_lesson(path))
    document = window.main.document_actions.document
    file_menu.save_as(saved)
    before = saved.read_bytes()
    for _ in range(3):
        go_on(learner)
        learner.wait_for_step()
    assert window.main.request.plan.flow.family == "nice"
    assert (file_menu.boxes, document.is_changed) == ([], False), "the lesson has changed the request, not the learner"
    window.main.edits.set_disabled(3, True)
    learner.press("Back")
    learner.wait_for_step()
    go_on(learner)
    learner.wait_for_step()
    assert file_menu.boxes == []
    go_on(learner)
    file_menu.press("unsavedBox", "cancel")
    assert (document.path, learner.lessons.state.value.progress.step) == (saved, 3)
    go_on(learner)
    file_menu.press("unsavedBox", "discard")
    learner.wait_for_step()
    assert (document.path, saved.read_bytes()) == (None, before)
    go_on(learner)
    learner.leave()
    assert file_menu.boxes == []
