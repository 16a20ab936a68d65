"""The ways from the start page to other parts of the program."""

from PyQt6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.by_hand.dialog import ByHandDialog
from tests.app.conftest import settle
from tests.app.welcome.test_start_page import Welcome, start

__all__ = ["start"]


def test_lessons_and_building_by_hand_are_one_click_away(start: Welcome, qtbot: QtBot) -> None:
    start.word.setText("SUN")
    start.word.textEdited.emit("SUN")
    qtbot.waitUntil(lambda: start.window.main.target_builder.pending is None)
    start.press("startByHandButton")
    dialog = start.window.find(ByHandDialog, "byHandDialog")
    assert "SUN" in start.window.find(QLabel, "byHandHeading").text()
    dialog.close()
    start.press("startLessonsButton")
    assert start.window.find(QWidget, "lessonList").isVisible()
    assert not start.is_shown


def test_all_ways_from_the_page_fit_into_one_row_of_a_small_screen(start: Welcome) -> None:
    start.window.main.resize(1366, 768)
    settle(start.window.main)
    names = "Tour", "Lessons", "ByHand", "Compare", "Open", "Leave"
    buttons = [start.window.find(QPushButton, f"start{name}Button") for name in names]
    assert max(each.y() for each in buttons) < min(each.geometry().bottom() for each in buttons)
