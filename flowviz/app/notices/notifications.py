"""The notification service of a window."""

from dataclasses import dataclass

from PyQt6.QtCore import QObject, QTimer
from PyQt6.QtWidgets import QDockWidget, QScrollArea

from flowviz.app.desktop.existing import existing
from flowviz.app.notices.notice import Notice
from flowviz.app.notices.notice_list import NoticeList


@dataclass(frozen=True)
class Panel:
    """Dock with a list for the notices about what it contains."""

    notices: NoticeList
    dock: QDockWidget

    @property
    def is_visible(self) -> bool:
        """Return whether the user can see the dock: it is open, and not behind another tab."""
        return self.dock.isVisible() and not self.dock.visibleRegion().isEmpty()

    def scroll_to_notices(self) -> None:
        """Scroll the panel to its notices, if it scrolls."""
        area = self.dock.widget()
        if isinstance(area, QScrollArea):
            area.ensureWidgetVisible(self.notices, 0, 0)


class Notifications(QObject):
    """Notification service of a window, which decides where a notice appears.

    A notice appears in the panel that is registered for its topic, beside what it is about. If there is no such panel,
    or the panel is closed or behind another one, the notice appears in the list of the window.
    """

    def __init__(self, window_list: NoticeList, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window_list = window_list
        self._panels: dict[str, Panel] = {}
        self._is_set_aside = False

    def register(self, topic: str, notices: NoticeList, dock: QDockWidget) -> None:
        """Show the notices on a topic in this list while its dock is visible."""
        self._panels[topic] = Panel(notices, dock)
        dock.visibilityChanged.connect(self._check_soon)

    def post(self, notice: Notice) -> None:
        """Show a notice in place of the previous one on its topic; an empty text only withdraws that one."""
        panel = self._panels.get(notice.topic)
        if not notice.text:
            self.withdraw(notice.topic)
        elif panel is None:
            self._window_list.post(notice)
        elif self._can_show_in(panel):
            self._window_list.withdraw(notice.topic)
            panel.notices.post(notice)
            QTimer.singleShot(0, panel.scroll_to_notices)  # when the layout has made room
        else:
            panel.notices.withdraw(notice.topic)
            self._window_list.post(notice)

    def withdraw(self, topic: str) -> None:
        """Remove the notice on a topic, wherever it is."""
        self._window_list.withdraw(topic)
        if topic in self._panels:
            self._panels[topic].notices.withdraw(topic)

    def set_aside(self, aside: bool) -> None:
        """Hide the present notices while a presentation or lesson is shown; later ones stay visible."""
        if aside == self._is_set_aside:
            return
        self._is_set_aside = aside
        for notices in (self._window_list, *(panel.notices for panel in self._panels.values())):
            notices.set_aside(aside)
        if not aside:
            self._check_soon()

    @property
    def _is_window_visible(self) -> bool:
        return existing(self._window_list.window()).isVisible()

    def _can_show_in(self, panel: Panel) -> bool:
        return panel.is_visible if self._is_window_visible else not panel.dock.isHidden()

    def _check_soon(self) -> None:
        QTimer.singleShot(0, self._move_hidden)  # Qt announces a change before it has moved the tabs

    def _move_hidden(self) -> None:
        """Move the notices of panels that the user can no longer see to the list of the window.

        Notices that are set aside stay where they are, because their panel may return with them.
        """
        if not self._is_window_visible:
            return
        for panel in self._panels.values():
            if not panel.is_visible:
                for notice in panel.notices.current:
                    self.post(notice)
