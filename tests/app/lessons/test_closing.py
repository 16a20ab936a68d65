"""A window that is closed during a lesson."""

from PyQt6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from flowviz.lessons import Lesson
from tests.app.conftest import Window, open_main_window, work_is_running
from tests.app.lessons.learner import Learner


def test_closing_the_window_asks_nothing_about_the_project_of_a_lesson(qtbot: QtBot, lesson: Lesson) -> None:
    main = open_main_window(qtbot)
    learner = Learner(Window(main), qtbot)
    before = main._layout.open_names
    learner.attend(lesson)
    main.request.update_flow(layers=3)
    assert main.close()
    assert not main.findChildren(QMessageBox)
    qtbot.waitUntil(lambda: not work_is_running())
    again = open_main_window(qtbot)
    assert again._layout.open_names == before, "the layout of the panels was kept"
    again.close()
    qtbot.waitUntil(lambda: not work_is_running())
