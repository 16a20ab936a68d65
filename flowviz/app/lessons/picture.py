"""A picture on the page of a step."""

from PyQt6.QtGui import QPainter, QPaintEvent, QPixmap
from PyQt6.QtWidgets import QWidget


class Picture(QWidget):
    """Picture that is as wide as the panel, but not wider than it is."""

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self._pixmap = QPixmap()

    def show_pixmap(self, pixmap: QPixmap, alt: str) -> None:
        """Show a picture and its description, or nothing if it is empty."""
        self._pixmap = pixmap
        self.setHidden(pixmap.isNull())
        self.setAccessibleName(alt)
        self.setToolTip(alt)
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(min(width, self._pixmap.width()) * self._pixmap.height() / max(self._pixmap.width(), 1))

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        width = min(self.width(), self._pixmap.width())
        painter.drawPixmap(0, 0, width, self.heightForWidth(width), self._pixmap)
