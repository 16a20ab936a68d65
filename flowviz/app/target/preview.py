"""A picture of a target."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QImage, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from flowviz.app.style.theme import background, ink
from flowviz.specs.view import Theme

MARGIN = 8  # pixels


class Preview(QWidget):
    """Shades of ink, fitted into the widget with their proportions kept."""

    def __init__(self) -> None:
        super().__init__()
        self._alpha: QImage | None = None
        self._theme: Theme = "light"

    def show_picture(self, shades: NDArray[np.uint8]) -> None:
        """Show a picture (rows, columns): 0 is empty, 255 is densest."""
        self._alpha = alpha_image(shades)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw for a light or a dark ground."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(background(self._theme))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(self.rect(), 4, 4)
        if self._alpha is not None:
            room = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
            draw_fitted(painter, self._alpha, room, self._theme)


def draw_fitted(painter: QPainter, alpha: QImage, room: QRectF, theme: Theme) -> None:
    """Draw a picture in the color of ink, as large as the room allows, in its middle."""
    device = painter.device()
    ratio = device.devicePixelRatioF() if device is not None else 1.0
    shown = alpha.size().scaled((room.size() * ratio).toSize(), Qt.AspectRatioMode.KeepAspectRatio)
    scaled = alpha.scaled(shown.expandedTo(QSize(1, 1)), transformMode=Qt.TransformationMode.SmoothTransformation)
    place = QRectF(0, 0, shown.width() / ratio, shown.height() / ratio)
    place.moveCenter(room.center())
    painter.drawImage(place, tinted(scaled, theme))


def alpha_image(shades: NDArray[np.uint8]) -> QImage:
    """A picture (rows, columns) as the opacity of a Qt image."""
    rows, columns = shades.shape
    return QImage(np.ascontiguousarray(shades).tobytes(), columns, rows, columns, QImage.Format.Format_Alpha8).copy()


def tinted(alpha: QImage, theme: Theme) -> QImage:
    """The opaque parts of an image in the color of ink."""
    found = alpha.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(found)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(found.rect(), ink(theme))
    painter.end()
    return found
