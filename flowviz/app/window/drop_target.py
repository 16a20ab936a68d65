"""Drag and drop onto the window."""

from collections.abc import Callable

from PyQt6.QtCore import QEvent, QMimeData, QObject
from PyQt6.QtGui import QDropEvent
from PyQt6.QtWidgets import QWidget


class DropTarget(QObject):
    """Event filter that accepts files, images and text dropped on a widget, and hands them to a callback."""

    def __init__(self, widget: QWidget, on_drop: Callable[[QMimeData], object]) -> None:
        super().__init__(widget)
        self._on_drop = on_drop
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if isinstance(event, QDropEvent):  # includes its subclasses for entering and moving
            media = event.mimeData()
            if media is not None and (media.hasUrls() or media.hasImage() or media.hasText()):
                if event.type() == QEvent.Type.Drop:
                    self._on_drop(media)
                event.acceptProposedAction()
                return True
        return super().eventFilter(watched, event)
