"""The ways from the start page to other parts of the program."""

import pytest
from PyQt6.QtCore import QEvent, QObject, QSize
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.by_hand.dialog import ByHandDialog
from flowviz.app.main import create_window
from flowviz.app.pane.view_bar import ViewBar
from flowviz.app.workspace.controller import ComparisonController
from flowviz.app.workspace.dialog import ComparisonDialog
from tests.app.conftest import settle, show
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


def test_compare_asks_what_to_compare(start: Welcome) -> None:
    start.press("startCompareButton")
    dialog = start.window.find(ComparisonDialog, "comparisonDialog")
    assert dialog.isVisible()
    dialog.reject()


@pytest.mark.parametrize("from_start_page", [True, False])
def test_compare_on_the_start_page_begins_to_train(
    start: Welcome, monkeypatch: pytest.MonkeyPatch, from_start_page: bool
) -> None:
    trained = list[int]()
    monkeypatch.setattr(ComparisonController, "begin", lambda _: trained.append(1))
    if from_start_page:
        start.press("startCompareButton")
    else:
        start.window.find(QAction, "compareAction").trigger()
    button = start.window.find(QPushButton, "startComparison")
    assert button.text() == ("Train" if from_start_page else "Compare")
    button.click()
    assert start.window.main.comparisons.is_shown
    assert bool(trained) == from_start_page


def test_all_ways_from_the_page_fit_into_one_row_of_a_small_screen(start: Welcome) -> None:
    start.window.main.resize(1366, 768)
    settle(start.window.main)
    names = "Tour", "Lessons", "ByHand", "Compare", "Open", "Leave"
    buttons = [start.window.find(QPushButton, f"start{name}Button") for name in names]
    assert max(each.y() for each in buttons) < min(each.geometry().bottom() for each in buttons)


class _FirstPicture(QObject):
    """Notes the sizes that widgets have when they are first painted."""

    def __init__(self, widgets: list[QWidget]) -> None:
        super().__init__()
        self.sizes = dict[QWidget, QSize]()
        for each in widgets:
            each.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802  # Qt's name
        if event is not None and event.type() == QEvent.Type.Paint and isinstance(watched, QWidget):
            self.sizes.setdefault(watched, watched.size())
        return False


def test_the_view_bar_keeps_the_sizes_of_its_first_picture(qtbot: QtBot) -> None:
    main = create_window()
    qtbot.addWidget(main)
    main.resize(1280, 720)
    main.welcome.show()
    show(main, qtbot)
    (bar,) = main.findChildren(ViewBar)
    picture = _FirstPicture([bar, *bar.findChildren(QToolButton)])
    main.welcome.leave()
    settle(main)
    assert bar in picture.sizes
    assert picture.sizes == {widget: widget.size() for widget in picture.sizes}
