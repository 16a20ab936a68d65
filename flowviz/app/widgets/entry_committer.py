"""Entry of numbers that take effect when they are complete."""

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QAbstractSpinBox

COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class EntryCommitter(QObject):
    """Lets a spin box take a typed number only when it is complete, and not the first of its digits.

    It is complete on Enter, when the box loses the focus, and before a keyboard shortcut, which may use the number.
    """

    def __init__(self, box: QAbstractSpinBox) -> None:
        super().__init__(box)
        self._box = box
        box.setKeyboardTracking(False)
        box.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _is_command(event):
            self._box.interpretText()
        return super().eventFilter(watched, event)


def _is_command(event: QKeyEvent) -> bool:
    return bool(event.modifiers() & COMMANDS) or Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35
