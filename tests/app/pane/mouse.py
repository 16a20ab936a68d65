"""A mouse on a cloud view."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QMouseEvent, QWheelEvent
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.pane.cloud_view import CloudView
from flowviz.records import Rectangle
from flowviz.rendering import visible_rectangle

NO_KEY, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
MOVES = 6  # mouse events per side of a dragged polygon


class CloudMouse:
    """Sends mouse events to a cloud view; positions (x, y) are in target units."""

    def __init__(self, cloud: CloudView, qtbot: QtBot) -> None:
        self._cloud, self._qtbot = cloud, qtbot

    @property
    def canvas(self) -> QWidget:
        """The widget that receives the events."""
        canvas: QWidget = self._cloud.canvas.content().viewport()
        return canvas

    def pixel(self, x: float, y: float) -> QPoint:
        """Return the pixel of the canvas at a position."""
        return self._cloud.pixel_at(x, y).toPoint()

    def click(self, x: float, y: float) -> None:
        self.click_pixel(self.pixel(x, y))

    def double_click(self) -> None:
        """Double-click the middle of the cloud."""
        self._qtbot.mouseDClick(self.canvas, LEFT)
        self._qtbot.mouseRelease(self.canvas, LEFT)

    def click_pixel(self, pixel: QPoint) -> None:
        self._qtbot.mouseClick(self.canvas, LEFT, pos=pixel)

    def hover(self, x: float, y: float) -> None:
        with _all_mouse_moves():
            _send(self.canvas, QEvent.Type.MouseMove, QPointF(self.pixel(x, y)), NO_KEY, held=Qt.MouseButton.NoButton)

    def drag(self, *corners: tuple[float, float], modifier: Qt.KeyboardModifier = NO_KEY) -> None:
        """Press the left button at the first position, move over the others, and release it at the last one."""
        drag(self.canvas, [QPointF(self.pixel(*corner)) for corner in corners], modifier)

    def turn_wheel(self, x: float, y: float, angle: int, *, sideways: bool = False) -> None:
        """Turn the wheel by an angle in eighths of a degree."""
        pixel = self.pixel(x, y)
        on_canvas, on_screen = QPointF(pixel), QPointF(self.canvas.mapToGlobal(pixel))
        phase, button = Qt.ScrollPhase.NoScrollPhase, Qt.MouseButton.NoButton
        turned = QPoint(angle, 0) if sideways else QPoint(0, angle)
        wheel = QWheelEvent(on_canvas, on_screen, QPoint(), turned, button, NO_KEY, phase, False)
        QApplication.sendEvent(self.canvas, wheel)


def visible_area(cloud: CloudView) -> Rectangle:
    """Return the visible part of the plane: left, right, bottom, top, in target units."""
    return visible_rectangle(cloud.view, cloud.logical_size)


def drag(canvas: QWidget, pixels: Sequence[QPointF], modifier: Qt.KeyboardModifier = NO_KEY) -> None:
    """Press the left button at the first pixel of a pyqtgraph canvas, move over the others, and release it."""
    with _all_mouse_moves():
        _send(canvas, QEvent.Type.MouseButtonPress, pixels[0], modifier)
        for start, end in pairwise(pixels):
            for share in np.linspace(0, 1, MOVES):
                _send(canvas, QEvent.Type.MouseMove, start + float(share) * (end - start), modifier)
        _send(canvas, QEvent.Type.MouseButtonRelease, pixels[-1], modifier, held=Qt.MouseButton.NoButton)


def _send(
    canvas: QWidget,
    kind: QEvent.Type,
    pixel: QPointF,
    modifier: Qt.KeyboardModifier,
    held: Qt.MouseButton = LEFT,
) -> None:
    button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else LEFT
    on_screen = QPointF(canvas.mapToGlobal(pixel.toPoint()))
    QApplication.sendEvent(canvas, QMouseEvent(kind, pixel, on_screen, button, held, modifier))


@contextmanager
def _all_mouse_moves() -> Iterator[None]:
    """Let pyqtgraph handle every mouse move instead of a limited number per second."""
    limit = pg.getConfigOption("mouseRateLimit")
    pg.setConfigOption("mouseRateLimit", 0)
    try:
        yield
    finally:
        pg.setConfigOption("mouseRateLimit", limit)
