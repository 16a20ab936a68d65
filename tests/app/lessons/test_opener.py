"""Lessons whose learner goes on before a project has been read."""

from pathlib import Path

import pytest

from flowviz.lessons import Lesson, read_lesson
from tests.app.conftest import Window
from tests.app.lessons.learner import Learner
from tests.app.lessons.test_shipped_lessons import TINY

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
    assert learner.lessons.beginning is None, "the project is still being read"
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
