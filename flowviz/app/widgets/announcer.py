"""Announcements for screen readers.

PyQt 6.11 has neither `QAccessible` nor `QAccessibleAnnouncementEvent`, with which C++ programs announce a message:
https://doc.qt.io/qt-6/qaccessibleannouncementevent.html. But a screen reader also speaks when the name of the widget
with the focus changes, and Qt reports that change by itself.
"""

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QApplication, QWidget
from PyQt6.sip import isdeleted

from flowviz.app.desktop.existing import application

MAX_NAME = 40  # characters; longer names are texts, which are not read once more


class Announcer(QObject):
    """Lets screen readers speak a message: until the focus moves, it precedes the name of the widget that has it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._renamed: tuple[QWidget, str, str] | None = None  # a widget, its own name, and its name for a while
        application().focusChanged.connect(self.end)

    def announce(self, message: str) -> None:
        """Announce a message, in place of the one before."""
        self.end()
        widget = QApplication.focusWidget()
        if widget is not None:
            own = widget.accessibleName()
            name = f"{message} {own}".strip() if len(own) <= MAX_NAME else message
            self._renamed = widget, own, name
            widget.setAccessibleName(name)

    def end(self) -> None:
        """Give the widget its own name again, unless it has another one by now."""
        renamed, self._renamed = self._renamed, None
        if renamed is not None:
            widget, own, name = renamed
            if not isdeleted(widget) and widget.accessibleName() == name:
                widget.setAccessibleName(own)
