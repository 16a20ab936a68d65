"""The graphics item that draws the cloud and handles the mouse."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, QPointF, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF
from PyQt6.QtWidgets import QGraphicsSceneWheelEvent

from flowviz import rendering
from flowviz.app.editing.bend_arrows import draw_arrows
from flowviz.app.editing.cloud_bending import Arrow
from flowviz.app.state.view import Tool
from flowviz.errors import SpecError
from flowviz.records import Combination, Scene
from flowviz.rendering import plane_position, visible_rectangle
from flowviz.specs import PictureSize, ViewSpec

ZOOM_FACTOR = 1.25  # per notch of the wheel
WHEEL_NOTCH = 120  # eighths of a degree
RUBBER_BAND = QColor(128, 128, 128)
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton


class CloudEvents(QObject):
    """Signals about mouse input, in target units."""

    zoomed = pyqtSignal(object, float)  # center (x, y), half extent
    fit_requested = pyqtSignal()
    region_drawn = pyqtSignal(object, str)  # corners (k, 2), Combination
    point_clicked = pyqtSignal(float, float, str)  # x, y, Combination
    pointer_moved = pyqtSignal(object)  # (x, y)
    stage_clicked = pyqtSignal(int)  # in the overview
    bend_began = pyqtSignal(object)  # (x, y)
    bend_dragged = pyqtSignal(object)  # (x, y)
    bend_ended = pyqtSignal()
    bend_widened = pyqtSignal(float)  # notches of the wheel
    resized = pyqtSignal()


class CloudItem(pg.GraphicsWidget):
    """Graphics item that renders the scene in device pixels and keeps the picture until something changes."""

    def __init__(self) -> None:
        super().__init__()
        self.events = CloudEvents()
        self.scene_shown: Scene | None = None
        self.stage = 0.0
        self.view = ViewSpec()
        self.overview = False
        self._tool: Tool = "move"
        self._is_bending = False
        self._arrows: Sequence[Arrow] = ()
        self._region: list[QPointF] = []  # corners of the region that is being drawn, in logical pixels
        self._pixels: Any = None  # of the drawn image, which does not own them
        self._drawn: QImage | None = None

    def show(self, **changes: Any) -> None:
        """Change the `scene`, `stage`, `view` or `overview` that is drawn."""
        if "scene" in changes:
            self.scene_shown = changes.pop("scene")
        for name, value in changes.items():
            setattr(self, name, value)
        self._drawn = None
        self.update()

    def show_arrows(self, arrows: Sequence[Arrow]) -> None:
        """Set the bumps that are drawn above the picture."""
        if list(arrows) != list(self._arrows):
            self._arrows = arrows
            self.update()

    def set_tool(self, tool: Tool) -> None:
        """Set the tool, which decides what a drag does."""
        self._tool = tool
        self.cancel_region()
        self.setCursor(Qt.CursorShape.ArrowCursor if tool == "move" else Qt.CursorShape.CrossCursor)

    def cancel_region(self) -> None:
        """Discard the region that is being drawn."""
        self._region = []
        self.update()

    def logical_size(self) -> PictureSize:
        """Return the size of the picture in logical pixels."""
        return self.size_in_pixels(1.0)

    def size_in_pixels(self, ratio: float) -> PictureSize:
        """Return the size of the picture in device pixels; `ratio` is their number per logical pixel."""
        return PictureSize.nearest(self.size().width() * ratio, self.size().height() * ratio)

    def paint(self, painter: QPainter, *_: Any) -> None:
        device = painter.device()
        if self.scene_shown is None or device is None:
            return
        try:
            image = self._image(self.scene_shown, device.devicePixelRatioF())
        except SpecError as error:  # too many stages for an overview of this size
            painter.drawText(self.boundingRect(), Qt.AlignmentFlag.AlignCenter, str(error))
            return
        painter.save()
        painter.resetTransform()
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.drawImage(QPointF(), image)
        painter.restore()
        if not self.overview:
            draw_arrows(painter, self._arrows, self._pixel_at)
        if self._region:
            painter.setPen(QPen(RUBBER_BAND, 1.5, Qt.PenStyle.DashLine))
            painter.drawPolygon(QPolygonF(self._region))

    def _image(self, scene: Scene, ratio: float) -> QImage:
        """Return the picture, which is drawn only if something has changed since the last time."""
        size = self.size_in_pixels(ratio)
        drawn = self._drawn
        if drawn is None or (drawn.width(), drawn.height()) != (size.width, size.height):
            drawn = self._drawn = self._draw(scene, size, ratio)
        return drawn

    def _draw(self, scene: Scene, size: PictureSize, ratio: float) -> QImage:
        self._pixels = self._render(scene, size).data
        image = QImage(self._pixels, size.width, size.height, QImage.Format.Format_RGBX8888)
        image.setDevicePixelRatio(ratio)
        return image

    def _render(self, scene: Scene, size: PictureSize) -> NDArray[np.uint8]:
        if self.overview:
            return rendering.render_sheet(scene, self.view, size, rendering.overview_stages(scene.trace))
        return rendering.render_frame(scene, self.stage, self.view, size)

    def _plane(self, pixel: QPointF) -> tuple[float, float]:
        """Return the position (x, y) of a pixel in target units."""
        return plane_position(self.view, self.logical_size(), pixel.x(), pixel.y())

    def resizeEvent(self, event: Any) -> None:
        self.events.resized.emit()
        super().resizeEvent(event)

    def wheelEvent(self, event: QGraphicsSceneWheelEvent | None) -> None:
        if event is None or self.overview:
            return
        if self._is_bending:
            self.events.bend_widened.emit(event.delta() / WHEEL_NOTCH)
            event.accept()
            return
        factor = ZOOM_FACTOR ** (-event.delta() / WHEEL_NOTCH)
        x, y = self._plane(event.pos())
        (center_x, center_y), half = self.view.center, self.view.half_extent
        center = x + (center_x - x) * factor, y + (center_y - y) * factor  # the point under the mouse does not move
        self.events.zoomed.emit(center, half * factor)
        event.accept()

    def mouseDragEvent(self, event: Any) -> None:
        if event.button() not in {LEFT, MIDDLE} or self.overview:
            event.ignore()
            return
        event.accept()
        if event.button() == MIDDLE or self._tool == "move":
            self._pan(event)
        elif self._tool == "bend":
            self._bend(event)
        elif self._tool == "probe":
            self.events.pointer_moved.emit(self._plane(event.pos()))
        else:
            self._draw_region(event)

    def _pan(self, event: Any) -> None:
        (x, y), (from_x, from_y) = self._plane(event.pos()), self._plane(event.lastPos())
        center = self.view.center
        self.events.zoomed.emit((center[0] - x + from_x, center[1] - y + from_y), self.view.half_extent)

    def _bend(self, event: Any) -> None:
        if event.isStart():
            self._is_bending = True
            self.events.bend_began.emit(self._plane(event.buttonDownPos()))
        self.events.bend_dragged.emit(self._plane(event.pos()))
        if event.isFinish():
            self._is_bending = False
            self.events.bend_ended.emit()

    def _pixel_at(self, x: float, y: float) -> QPointF:
        """Return the pixel at which a point of the plane is drawn."""
        size = self.logical_size()
        left, right, bottom, top = visible_rectangle(self.view, size)
        return QPointF((x - left) / (right - left) * size.width, (top - y) / (top - bottom) * size.height)

    def _draw_region(self, event: Any) -> None:
        start, here = event.buttonDownPos(), event.pos()
        if self._tool == "rectangle":
            self._region = [start, QPointF(here.x(), start.y()), here, QPointF(start.x(), here.y())]
        elif event.isStart():
            self._region = [start, here]
        elif self._region:  # it is empty if the tool was changed during the drag
            self._region.append(here)
        if event.isFinish() and self._region:
            corners = np.array([self._plane(corner) for corner in self._region])
            self._region = []
            self.events.region_drawn.emit(corners, _combination(event.modifiers()))
        self.update()

    def mouseClickEvent(self, event: Any) -> None:
        if event.button() != LEFT:
            event.ignore()
            return
        event.accept()
        if self.overview:
            self._click_in_overview(event.pos())
        elif event.double():
            self.events.fit_requested.emit()
        elif self._tool != "probe":
            self.events.point_clicked.emit(*self._plane(event.pos()), _combination(event.modifiers()))

    def _click_in_overview(self, pixel: QPointF) -> None:
        assert self.scene_shown is not None
        stages = rendering.overview_stages(self.scene_shown.trace)
        panel = rendering.sheet_stage(len(stages), self.view, self.logical_size(), pixel.x(), pixel.y())
        if panel is not None:
            self.events.stage_clicked.emit(stages[panel])

    def hoverEvent(self, event: Any) -> None:
        if not event.isExit() and not self.overview:
            self.events.pointer_moved.emit(self._plane(event.pos()))

    def boundingRect(self) -> QRectF:
        return QRectF(QPointF(0, 0), self.size())


class CloudCanvas(pg.GraphicsView):
    """Widget that holds the cloud and nothing else."""

    def __init__(self) -> None:
        super().__init__(useOpenGL=False)
        self.item = CloudItem()
        self.setCentralItem(self.item)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)


def _combination(modifiers: Qt.KeyboardModifier) -> Combination:
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return "add"
    return "subtract" if modifiers & Qt.KeyboardModifier.AltModifier else "replace"
