"""A menu that stays open while its check marks are toggled."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction, QKeyEvent, QMouseEvent
from PyQt6.QtWidgets import QMenu, QWidget


class StickyMenu(QMenu):
    """Menu that stays open while a click or Space toggles its check marks; Return toggles one and closes the menu."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self.setToolTipsVisible(True)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        if event is None or not _toggle(self.actionAt(event.position().toPoint())):
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is None or event.key() != Qt.Key.Key_Space or not _toggle(self.activeAction()):
            super().keyPressEvent(event)


def _toggle(action: QAction | None) -> bool:
    """Toggle an action, and return whether it could be toggled."""
    can_toggle = action is not None and action.isCheckable() and action.isEnabled()
    if action is not None and can_toggle:
        action.trigger()
    return can_toggle
