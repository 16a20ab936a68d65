"""Files, pictures and texts can be dropped anywhere on the window."""

from collections.abc import Callable

from PyQt6.QtCore import QEvent, QMimeData, QObject
from PyQt6.QtGui import QDropEvent
from PyQt6.QtWidgets import QWidget


class DropTarget(QObject):
    """Hands what is dropped on a widget to `take`, which says whether it is anything."""

    def __init__(self, widget: QWidget, take: Callable[[QMimeData], bool]) -> None:
        super().__init__(widget)
        self._take = take
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if isinstance(event, QDropEvent):  # and its descendants: entering, moving
            media = event.mimeData()
            if media is not None and (media.hasUrls() or media.hasImage() or media.hasText()):
                if event.type() == QEvent.Type.Drop:
                    self._take(media)
                event.acceptProposedAction()
                return True
        return super().eventFilter(watched, event)
