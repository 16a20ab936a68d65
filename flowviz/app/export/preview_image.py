"""The image of a preview, on a checkerboard where it is transparent."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF, QSizeF, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PyQt6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from flowviz.app.style.tokens import GAP, UNIT
from flowviz.app.widgets.controls import lay_out, named
from flowviz.app.widgets.images import TRANSPARENT, image_of
from flowviz.specs import PictureSize
from flowviz.specs.view import Theme

DRAWING = "Drawing…"
MIN_PREVIEW_SIDE, SQUARE = 30 * UNIT, UNIT  # logical pixels
ENLARGED = 2.0  # limit, so that a small picture does not look like a large one
SQUARES: dict[Theme, tuple[int, int]] = {"light": (255, 224), "dark": (44, 68)}  # grays


class PreviewImage(QWidget):
    """Shows a picture.

    Attributes:
        image: The picture. None before the first one.
        note: Says that a picture is being drawn.
    """

    def __init__(self, on_resize: Callable[[], object]) -> None:
        """Show nothing yet; `on_resize` is called when a picture of another size is needed."""
        super().__init__()
        self._on_resize = on_resize
        named(self, "exportPicture", "Preview of the export")
        self.setMinimumSize(MIN_PREVIEW_SIDE, MIN_PREVIEW_SIDE)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.image: QImage | None = None
        self.note = QLabel(DRAWING)
        self.note.setMargin(GAP)
        self.note.setAutoFillBackground(True)
        self.note.hide()
        lay_out(QVBoxLayout(self)).addWidget(self.note, alignment=Qt.AlignmentFlag.AlignCenter)
        self._theme: Theme = "light"
        self._size = PictureSize()

    def fitted_size(self, size: PictureSize) -> PictureSize:
        """Return the size, in device pixels, of a picture that fills the widget, but is enlarged at most twice."""
        ratio = self.devicePixelRatioF()
        across, up = self.width() * ratio / size.width, self.height() * ratio / size.height
        fitted = size.scaled(min(across, up, ENLARGED))
        return PictureSize.nearest(fitted.width, fitted.height)

    def show_pixels(self, pixels: NDArray[np.uint8], theme: Theme, size: PictureSize) -> None:
        """Show a picture (height, width, 4) on a light or a dark checkerboard; `size` is that of the export."""
        self.image = image_of(pixels, form=TRANSPARENT)
        self._theme, self._size = theme, size
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        if self.image is not None:
            painter, target = QPainter(self), self._target(self.image)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawTiledPixmap(target, _checkerboard(self._theme))
            painter.drawImage(target, self.image)

    def _target(self, image: QImage) -> QRectF:
        """Return the rectangle of the picture, centered on whole pixels, even before it is drawn for a new size."""
        fitted = self.fitted_size(self._size)
        room = QSizeF(fitted.width, fitted.height) / self.devicePixelRatioF()
        size = image.size().toSizeF().scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (self.width() - size.width()) // 2, (self.height() - size.height()) // 2
        return QRectF(left, top, size.width(), size.height())

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self._on_resize()
        super().resizeEvent(event)


def _checkerboard(theme: Theme) -> QPixmap:
    """Return two by two squares, to be tiled."""
    tile = QPixmap(2 * SQUARE, 2 * SQUARE)
    bright, dim = (QColor(gray, gray, gray) for gray in SQUARES[theme])
    tile.fill(bright)
    painter = QPainter(tile)
    painter.fillRect(0, 0, SQUARE, SQUARE, dim)
    painter.fillRect(SQUARE, SQUARE, SQUARE, SQUARE, dim)
    painter.end()
    return tile
