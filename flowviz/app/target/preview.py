"""Preview of a target, and helpers to paint pictures of targets in the color of the theme."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QBuffer, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from flowviz.app.desktop.existing import existing
from flowviz.app.style.theme import background, ink, shown_theme
from flowviz.app.style.tokens import CORNER, GAP, UNIT
from flowviz.app.widgets.images import image_of

PREVIEW_HEIGHT = 8 * UNIT  # pixels


class Preview(QWidget):
    """Widget that shows the picture of a target, scaled to fit."""

    def __init__(self) -> None:
        super().__init__()
        self._alpha: QImage | None = None

    def show_picture(self, shades: NDArray[np.uint8]) -> None:
        """Show a picture (rows, columns), from 0 for empty to 255 for densest."""
        self._alpha = alpha_image(shades)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, PREVIEW_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint() / 2  # where its panel would scroll otherwise

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        draw_paper(painter, QRectF(self.rect()))
        if self._alpha is not None:
            room = QRectF(self.rect()).adjusted(GAP, GAP, -GAP, -GAP)
            draw_fitted(painter, self._alpha, room, ink(shown_theme()))


def draw_paper(painter: QPainter, rect: QRectF) -> None:
    """Draw the background of a target, with round corners."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(background(shown_theme()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(rect, CORNER, CORNER)


def draw_fitted(painter: QPainter, alpha: QImage, room: QRectF, color: QColor) -> None:
    """Draw a picture in a color, centered in a rectangle and scaled to fit."""
    ratio = existing(painter.device()).devicePixelRatioF()
    size = alpha.size().scaled((room.size() * ratio).toSize(), Qt.AspectRatioMode.KeepAspectRatio)
    scaled = alpha.scaled(size.expandedTo(QSize(1, 1)), transformMode=Qt.TransformationMode.SmoothTransformation)
    target = QRectF(0, 0, size.width() / ratio, size.height() / ratio)
    target.moveCenter(room.center())
    painter.drawImage(target, tinted(scaled, color))


def alpha_image(shades: NDArray[np.uint8]) -> QImage:
    """Return an image whose opacity is a picture (rows, columns)."""
    return image_of(shades[..., np.newaxis], form=QImage.Format.Format_Alpha8)


def png_of(image: QImage, quality: int = -1) -> bytes:
    """Return an image as a PNG, compressed as usual or, with a `quality` of 100, not at all."""
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG", quality)
    return bytes(buffer.data().data())


def tinted(alpha: QImage, color: QColor) -> QImage:
    """Return an image with its colors replaced by another one."""
    image = alpha.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(image.rect(), color)
    painter.end()
    return image
