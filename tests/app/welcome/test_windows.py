"""Start pages and tours that need a window of their own: it is closed, or nothing was painted in it before."""

import pytest
from PyQt6.QtCore import QEvent, QObject
from PyQt6.QtWidgets import QApplication, QDockWidget, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.main import create_window
from flowviz.app.pane.inspector import Inspector
from tests.app.conftest import FileMenu, Window, settle
from tests.app.welcome.test_start_page import Welcome
from tests.app.welcome.test_tour import CLOSED, Guide, close_panels, go_to_last_step


@pytest.fixture
def start(file_menu: FileMenu, qtbot: QtBot) -> Welcome:
    """Return the start page of a window that the test may close."""
    return Welcome(file_menu, qtbot)


def test_inspector_is_hidden_while_the_page_is_shown(start: Welcome, qtbot: QtBot) -> None:
    inspector, dock = start.window.find(Inspector, "layerInspector"), start.window.find(QDockWidget, "inspectorDock")
    assert not inspector.isVisible()
    start.press("startLeaveButton")
    assert inspector.isVisible()
    dock.close()
    start.show()
    start.press("startLeaveButton")
    assert not inspector.isVisible(), "an inspector that was closed before is open"
    dock.show()
    start.show()
    start.window.main.discard_changes()
    start.window.main.close()
    again = create_window()
    qtbot.addWidget(again)
    assert not again._layout.inspector.isHidden(), "the inspector is closed because the window was closed with the page"
    again.close()


def test_panels_that_the_tour_has_opened_are_closed_at_the_next_start(window: Window, qtbot: QtBot) -> None:
    close_panels(window)
    go_to_last_step(Guide(window, qtbot))
    window.main.discard_changes()
    window.main.close()
    again = create_window()
    qtbot.addWidget(again)
    docks = [again.findChild(QDockWidget, name) for name in CLOSED.values()]
    assert all(dock is not None and dock.isHidden() for dock in docks)
    again.close()


def test_window_without_the_page_starts_with_the_cloud(window: Window) -> None:
    assert not window.main.welcome.is_shown
    assert not window.main.findChildren(QScrollArea, "startPage")
    assert window.find(QWidget, "cloudView").isVisible()


def test_idle_page_is_not_repainted(start: Welcome, qtbot: QtBot) -> None:
    QApplication.setCursorFlashTime(0)
    start.word.clearFocus()
    settle(start.page)
    with Paints(start.page) as paints:
        qtbot.wait(700)
    assert paints.count == 0


class Paints(QObject):
    """Counter of the paint events of a widget and its children."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self._watched = [widget, *widget.findChildren(QWidget)]
        self.count = 0

    def __enter__(self) -> "Paints":
        for widget in self._watched:
            widget.installEventFilter(self)
        return self

    def __exit__(self, *_: object) -> None:
        for widget in self._watched:
            widget.removeEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802  # Qt's name
        self.count += event is not None and event.type() == QEvent.Type.Paint
        return False
