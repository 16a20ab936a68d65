"""The notification service decides which list of a window shows a notice."""

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QDockWidget, QMainWindow, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.notices.notice import Notice
from flowviz.app.notices.notice_list import NoticeList
from flowviz.app.notices.notifications import Notifications
from tests.app.conftest import show
from tests.app.notices.test_notices import bars

DIVERGED, BROKEN = Notice("training", "The training diverged."), Notice("file", "It is broken.")
LEFT = Qt.DockWidgetArea.LeftDockWidgetArea


class Host:
    """Window with a list of notices, and two panels, one of which has a list of its own."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.window_list, self.panel_list = NoticeList("windowNotices"), NoticeList("panelNotices")
        self.window.setCentralWidget(_column(self.window_list))
        self.panel, self.other = QDockWidget("Training"), QDockWidget("Flow")
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        tall = QWidget()
        tall.setMinimumHeight(2000)
        self.area.setWidget(_column(tall, self.panel_list))
        self.panel.setWidget(self.area)
        for dock in (self.panel, self.other):
            self.window.addDockWidget(LEFT, dock)
        self.window.resize(800, 600)
        show(self.window, qtbot)
        self.notifications = Notifications(self.window_list)
        self.notifications.register("training", self.panel_list, self.panel)

    @property
    def places(self) -> tuple[list[Notice], list[Notice]]:
        """The notices in the panel, and those in the list of the window."""
        panel, window = ([bar.notice for bar in bars(listed)] for listed in (self.panel_list, self.window_list))
        return panel, window


def _column(*widgets: QWidget) -> QWidget:
    column = QWidget()
    layout = QVBoxLayout(column)
    for widget in widgets:
        layout.addWidget(widget)
    return column


@pytest.fixture
def host(qtbot: QtBot) -> Host:
    return Host(qtbot)


def test_notice_appears_in_the_panel_that_is_registered_for_its_topic(host: Host) -> None:
    host.notifications.post(DIVERGED)
    assert host.places == ([DIVERGED], [])


def test_notice_on_another_topic_appears_in_the_window(host: Host) -> None:
    host.notifications.post(BROKEN)
    assert host.places == ([], [BROKEN])


def test_notice_of_a_closed_panel_appears_in_the_window(host: Host) -> None:
    host.panel.close()
    host.notifications.post(DIVERGED)
    assert host.places == ([], [DIVERGED])


def test_notice_of_a_panel_behind_another_one_appears_in_the_window(host: Host) -> None:
    host.window.tabifyDockWidget(host.panel, host.other)
    host.other.raise_()
    host.qtbot.waitUntil(lambda: host.panel.visibleRegion().isEmpty())
    host.notifications.post(DIVERGED)
    assert host.places == ([], [DIVERGED])


def test_notice_moves_to_the_window_when_its_panel_is_closed(host: Host) -> None:
    host.notifications.post(DIVERGED)
    host.panel.close()
    host.qtbot.waitUntil(lambda: host.places == ([], [DIVERGED]))


def test_notice_moves_to_the_window_when_its_panel_goes_behind_another_one(host: Host) -> None:
    host.window.tabifyDockWidget(host.other, host.panel)
    host.panel.raise_()
    host.qtbot.waitUntil(lambda: not host.panel.visibleRegion().isEmpty())
    host.notifications.post(DIVERGED)
    host.other.raise_()
    host.qtbot.waitUntil(lambda: host.places == ([], [DIVERGED]))


def test_notice_of_a_floating_panel_stays_in_it(host: Host) -> None:
    host.panel.setFloating(True)
    host.qtbot.waitUntil(lambda: not host.panel.visibleRegion().isEmpty())
    host.notifications.post(DIVERGED)
    assert host.places == ([DIVERGED], [])


def test_notice_of_a_window_that_is_not_shown_yet_appears_in_the_panel(host: Host) -> None:
    host.window.hide()
    host.notifications.post(DIVERGED)
    assert host.places == ([DIVERGED], [])


def test_later_notice_on_a_topic_is_the_only_one(host: Host) -> None:
    host.panel.close()
    host.notifications.post(DIVERGED)
    host.panel.show()
    host.qtbot.waitUntil(lambda: not host.panel.visibleRegion().isEmpty())
    later = Notice("training", "Training ended unexpectedly.")
    host.notifications.post(later)
    assert host.places == ([later], [])


@pytest.mark.parametrize("closed", [True, False])
def test_notice_without_a_text_withdraws_the_previous_one_wherever_it_is(host: Host, closed: bool) -> None:
    host.panel.setHidden(closed)
    host.notifications.post(DIVERGED)
    host.notifications.post(Notice("training"))
    assert host.places == ([], [])


def test_panel_scrolls_to_its_notice(host: Host) -> None:
    host.notifications.post(DIVERGED)
    host.qtbot.waitUntil(lambda: not host.panel_list.visibleRegion().isEmpty())


def test_notices_stay_aside_during_a_presentation(host: Host) -> None:
    host.notifications.post(DIVERGED)
    host.notifications.post(BROKEN)
    host.notifications.set_aside(True)
    host.panel.hide()  # as a presentation does
    host.qtbot.waitUntil(lambda: not host.panel.isVisible())
    assert host.places == ([DIVERGED], [BROKEN])
    assert not host.window_list.isVisible()


def test_notice_that_is_posted_during_a_presentation_appears_in_the_window(host: Host) -> None:
    host.notifications.set_aside(True)
    host.panel.hide()
    host.notifications.post(DIVERGED)
    assert host.places == ([], [DIVERGED])
    assert host.window_list.isVisible()


def test_notice_that_is_posted_during_a_lesson_stays_visible_when_a_presentation_begins_or_ends(host: Host) -> None:
    host.notifications.set_aside(True)
    host.notifications.post(BROKEN)
    host.notifications.set_aside(True)
    assert host.window_list.isVisible()


def test_later_notice_moves_to_the_window_when_its_panel_is_closed_during_a_lesson(host: Host) -> None:
    host.notifications.set_aside(True)
    host.notifications.post(DIVERGED)
    host.panel.close()
    host.qtbot.waitUntil(lambda: host.places == ([], [DIVERGED]))
    assert host.window_list.isVisible()


def test_earlier_notice_of_a_panel_that_is_closed_during_a_lesson_moves_to_the_window_after_it(host: Host) -> None:
    host.notifications.post(DIVERGED)
    host.notifications.set_aside(True)
    host.panel.close()
    QApplication.processEvents()
    assert host.places == ([DIVERGED], [])
    host.notifications.set_aside(False)
    host.qtbot.waitUntil(lambda: host.places == ([], [DIVERGED]))


def test_notices_are_back_after_a_presentation(host: Host) -> None:
    host.notifications.post(BROKEN)
    host.notifications.set_aside(True)
    host.notifications.set_aside(False)
    assert host.window_list.isVisible()
