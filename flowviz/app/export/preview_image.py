"""The picture that an export would write, on a checkerboard where it is transparent."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPalette, QPixmap, QResizeEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from flowviz.specs import PictureSize
from flowviz.specs.view import SMALLEST_SIDE, Theme

DRAWING = "Drawing…"
LEAST_SIDE, SQUARE = 240, 8  # pixels of the screen
SQUARES: dict[Theme, tuple[int, int]] = {"light": (255, 224), "dark": (44, 68)}  # grays


class ExportPicture(QWidget):
    """Shows a picture, or a sentence; announces when it needs a picture of another size."""

    resized = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("exportPicture")
        self.setAccessibleName("Preview of what is written")
        self.setMinimumSize(LEAST_SIDE, LEAST_SIDE)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._image: QImage | None = None
        self._pixels = b""
        self._sentence = ""
        self._is_busy = False
        self._theme: Theme = "light"

    def room(self, size: PictureSize) -> PictureSize:
        """The size, in pixels of the display, that a picture of these proportions has here; no larger than itself."""
        ratio = self.devicePixelRatioF()
        fitted = QSize(size.width, size.height)
        room = QSize(round(self.width() * ratio), round(self.height() * ratio))
        if not (fitted.width() <= room.width() and fitted.height() <= room.height()):
            fitted = fitted.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        return PictureSize(width=max(fitted.width(), SMALLEST_SIDE), height=max(fitted.height(), SMALLEST_SIDE))

    def show_pixels(self, pixels: NDArray[np.uint8], theme: Theme) -> None:
        """Show a picture (height, width, 4) that was made for a light or a dark ground."""
        height, width, channels = pixels.shape
        self._pixels = pixels.tobytes()  # kept: QImage does not own its pixels
        self._image = QImage(self._pixels, width, height, channels * width, QImage.Format.Format_RGBA8888)
        self._sentence, self._theme = "", theme
        self.update()

    def shown(self) -> bytes:
        """The pixels of the picture that is shown; none, where there is a sentence in its place."""
        return self._pixels

    def show_sentence(self, sentence: str) -> None:
        """Say why there is no picture."""
        self._sentence, self._image, self._pixels = sentence, None, b""
        self.setAccessibleDescription(sentence)
        self.update()

    def set_busy(self, busy: bool) -> None:
        """Say that another picture is on its way, or that it is there."""
        self._is_busy = busy
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        place = QRectF(self.rect())
        if self._image is None:
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(place.adjusted(16, 16, -16, -16), flags, self._sentence)
        else:
            place = self._place(self._image)
            painter.drawTiledPixmap(place, _checkerboard(self._theme))
            painter.drawImage(place, self._image)
        if self._is_busy:
            self._paint_note(painter, place)

    def _paint_note(self, painter: QPainter, place: QRectF) -> None:
        room = painter.boundingRect(place, Qt.AlignmentFlag.AlignCenter, DRAWING).adjusted(-10, -6, 10, 6)
        painter.fillRect(room, self.palette().color(QPalette.ColorRole.Window))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, DRAWING)

    def _place(self, image: QImage) -> QRectF:
        """Where the picture is: in the middle, not larger than it is, and on whole pixels."""
        ratio = self.devicePixelRatioF()
        size = image.size().toSizeF() / ratio
        if size.width() > self.width() or size.height() > self.height():
            size = size.scaled(self.size().toSizeF(), Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (self.width() - size.width()) // 2, (self.height() - size.height()) // 2
        return QRectF(left, top, size.width(), size.height())

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self.resized.emit()
        super().resizeEvent(event)


def _checkerboard(theme: Theme) -> QPixmap:
    """Two by two squares, to be repeated."""
    tile = QPixmap(2 * SQUARE, 2 * SQUARE)
    bright, dim = (QColor(gray, gray, gray) for gray in SQUARES[theme])
    tile.fill(bright)
    painter = QPainter(tile)
    painter.fillRect(0, 0, SQUARE, SQUARE, dim)
    painter.fillRect(SQUARE, SQUARE, SQUARE, SQUARE, dim)
    painter.end()
    return tile
