"""The graphics item that draws the cloud and handles the mouse."""

from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPalette, QPen, QPolygonF
from PyQt6.QtWidgets import QGraphicsSceneWheelEvent

from flowviz import rendering
from flowviz.app.desktop.existing import existing
from flowviz.app.editing.bend_arrows import draw_arrows
from flowviz.app.pane.cloud_view import ZOOM_FACTOR, CloudView
from flowviz.app.pane.drawing_queue import DrawingQueue
from flowviz.app.style.theme import COLORS, background, ink
from flowviz.app.style.tokens import DOT, GAP, LINE, THICK_LINE, TIGHT
from flowviz.errors import SpecError
from flowviz.records import Combination, Scene

WHEEL_NOTCH = 120  # eighths of a degree
RING_RADIUS, HALO_WIDTH = DOT, THICK_LINE + LINE  # of the ring around a particle, in pixels
HINT_PLACE = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
RUBBER_BAND = QColor(Qt.GlobalColor.gray)
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton


class CloudItem(pg.GraphicsWidget):
    """Graphics item that draws what its `CloudView` shows, and keeps the picture until something changes."""

    def __init__(self, cloud: CloudView, queue: DrawingQueue | None) -> None:
        """Create the item of a cloud; with a `queue`, the previous picture stays until the queue has time."""
        super().__init__()
        self._cloud, self._queue = cloud, queue
        self._region: list[QPointF] = []  # corners of the region that is being drawn, in logical pixels
        self._scene: Scene | None = None  # of the image
        self._content: tuple[object, ...] = ()  # what else it depends on
        self._pixels: Any = None  # of the image, which does not own them
        self._image: QImage | None = None

    def refresh(self) -> None:
        """Paint again, but wait for the queue if the picture has to be drawn again."""
        if self._queue is None or not self._is_outdated:
            # Together with the other clouds: `update` would repaint the window for this one alone.
            self._cloud.canvas.content().viewport().update()
        else:
            self._queue.add(self._cloud)

    @property
    def _is_outdated(self) -> bool:
        """Return whether the image shows something else than the cloud; what is painted above it does not matter."""
        return self._cloud.drawn.scene is not self._scene or self._wanted != self._content

    @property
    def _wanted(self) -> tuple[object, ...]:
        """Return what the image depends on besides the scene."""
        cloud, drawn = self._cloud, self._cloud.drawn
        return drawn.stage, drawn.view, drawn.overview, cloud.size_in_pixels, cloud.corner

    def cancel_region(self) -> None:
        """Discard the region that is being drawn."""
        self._region = []
        self.update()

    def draw(self, scene: Scene) -> None:
        """Draw the picture of a scene, which is shown by the next `paint`."""
        drawn, size, corner = self._cloud.drawn, self._cloud.size_in_pixels, self._cloud.corner
        if drawn.overview:
            pixels = rendering.render_sheet(scene, drawn.view, size, rendering.overview_stages(scene.trace))
        else:
            pixels = rendering.render_frame(scene, drawn.stage, drawn.view, size, counts=False, corner=corner)
        self._pixels = pixels.data
        self._image = QImage(self._pixels, size.width, size.height, QImage.Format.Format_RGBX8888)
        self._image.setDevicePixelRatio(self._cloud.devicePixelRatioF())
        self._scene, self._content = scene, self._wanted

    def paint(self, painter: QPainter, *_: Any) -> None:
        scene = self._cloud.drawn.scene
        if scene is None:
            return
        try:
            self._update_image(scene)
        except SpecError as error:  # too many stages for an overview of this size
            painter.drawText(self.boundingRect(), Qt.AlignmentFlag.AlignCenter, str(error))
            return
        self._paint_image(painter)
        if not self._cloud.drawn.overview:
            self._paint_marks(painter, scene)

    def _update_image(self, scene: Scene) -> None:
        """Draw the picture if anything has changed since the last time, or let the queue do so."""
        if self._is_outdated:
            if self._queue is None:
                self.draw(scene)
            else:
                self._queue.add(self._cloud)

    def _paint_image(self, painter: QPainter) -> None:
        if self._image is None:
            return
        size = self._cloud.size_in_pixels
        painter.save()
        painter.resetTransform()
        painter.scale(size.width / self._image.width(), size.height / self._image.height())  # until the queue has time
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.drawImage(QPointF(), self._image)
        painter.restore()

    def _paint_marks(self, painter: QPainter, scene: Scene) -> None:
        """Paint what lies above the picture: arrows, a ring around a particle, a sentence, and the rubber band."""
        cloud, drawn, theme = self._cloud, self._cloud.drawn, self._cloud.view.theme
        draw_arrows(painter, drawn.arrows, cloud.pixel_at)
        if drawn.hovered is not None:
            self._paint_ring(painter, drawn.hovered)
        if text := drawn.hint or drawn.note or drawn.progress:
            area = self.boundingRect().adjusted(GAP, TIGHT, -GAP, -TIGHT)
            covered = painter.boundingRect(area, HINT_PLACE, text).adjusted(-TIGHT, 0, TIGHT, 0)
            ratio = cloud.devicePixelRatioF()
            ends = ratio * covered.left(), ratio * covered.right()
            below = rendering.free_top(scene, drawn.stage, drawn.view, cloud.size_in_pixels, cloud.corner, ends) / ratio
            area, covered = area.translated(0, below), covered.translated(0, below)
            painter.fillRect(covered, background(theme))
            painter.setPen(QColor(*COLORS["warning"][theme]) if drawn.hint else ink(theme))
            painter.drawText(area, HINT_PLACE, text)
        if self._region:
            painter.setPen(QPen(RUBBER_BAND, LINE, Qt.PenStyle.DashLine))
            painter.drawPolygon(QPolygonF(self._region))

    def _paint_ring(self, painter: QPainter, particle: int) -> None:
        positions = self._cloud.positions
        if particle >= len(positions) or not np.isfinite(positions[particle]).all():
            return
        center, palette = self._cloud.pixel_at(*map(float, positions[particle])), self._cloud.palette()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for role, width in ((QPalette.ColorRole.Base, HALO_WIDTH), (QPalette.ColorRole.Accent, LINE)):
            painter.setPen(QPen(palette.color(role), width))
            painter.drawEllipse(center, RING_RADIUS, RING_RADIUS)

    def wheelEvent(self, event: QGraphicsSceneWheelEvent | None) -> None:
        if event is None or self._cloud.drawn.overview or event.orientation() == Qt.Orientation.Horizontal:
            return
        notches, bending = event.delta() / WHEEL_NOTCH, self._cloud.bending
        if bending is not None and bending.is_dragging:
            bending.widen(notches)
        else:
            self._cloud.zoom_about(self._cloud.plane_at(event.pos()), ZOOM_FACTOR**-notches)
        event.accept()

    def mouseDragEvent(self, event: Any) -> None:
        if event.button() not in {LEFT, MIDDLE} or self._cloud.drawn.overview:
            event.ignore()
            return
        event.accept()
        tool = "move" if event.button() == MIDDLE else self._cloud.tool
        if tool == "move":
            self._pan(event)
        elif tool == "bend":
            self._bend(event)
        elif tool == "probe":
            self._cloud.pointer_moved.emit(self._cloud.plane_at(event.pos()))
        else:
            self._draw_region(event)
        if event.isFinish():
            self._cloud.gesture_ended.emit()

    def _pan(self, event: Any) -> None:
        (x, y), (from_x, from_y) = self._cloud.plane_at(event.pos()), self._cloud.plane_at(event.lastPos())
        self._cloud.pan(from_x - x, from_y - y)

    def _bend(self, event: Any) -> None:
        cloud, bending = self._cloud, self._cloud.bending
        if bending is None:
            return
        if event.isStart():
            bending.begin(cloud.plane_at(event.buttonDownPos()), cloud.pixel)
        bending.drag(cloud.plane_at(event.pos()))
        if event.isFinish():
            bending.end()

    def _draw_region(self, event: Any) -> None:
        start, here = event.buttonDownPos(), event.pos()
        if self._cloud.tool == "rectangle":
            self._region = [start, QPointF(here.x(), start.y()), here, QPointF(start.x(), here.y())]
        elif event.isStart():
            self._region = [start, here]
        elif self._region:  # it is empty if the tool was changed during the drag
            self._region.append(here)
        if event.isFinish() and self._region:
            corners = np.array([self._cloud.plane_at(corner) for corner in self._region])
            self._region = []
            self._cloud.select_region(corners, _combination(event.modifiers()))
        self.update()

    def mouseClickEvent(self, event: Any) -> None:
        if event.button() != LEFT:
            event.ignore()
            return
        event.accept()
        how = _combination(event.modifiers())
        if self._cloud.drawn.overview:
            self._click_in_overview(event.pos())
        elif event.double():
            self._cloud.leader.fit_requested.emit()
        elif self._cloud.tool in {"rectangle", "lasso"}:
            self._cloud.select_at(self._cloud.plane_at(event.pos()), how)
        self._cloud.gesture_ended.emit()

    def _click_in_overview(self, pixel: QPointF) -> None:
        stages = rendering.overview_stages(existing(self._cloud.drawn.scene).trace)
        view, size = self._cloud.view, self._cloud.logical_size
        panel = rendering.sheet_stage(len(stages), view, size, pixel.x(), pixel.y())
        if panel is not None:
            self._cloud.stage_clicked.emit(stages[panel])

    def hoverEvent(self, event: Any) -> None:
        if not event.isExit() and not self._cloud.drawn.overview:
            self._cloud.pointer_moved.emit(self._cloud.plane_at(event.pos()))


class CloudCanvas(pg.GraphicsView):
    """Widget that holds the item of a cloud and nothing else."""

    def __init__(self, cloud: CloudView, queue: DrawingQueue | None) -> None:
        super().__init__(useOpenGL=False)
        self.item = CloudItem(cloud, queue)
        self.setCentralItem(self.item)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)


def _combination(modifiers: Qt.KeyboardModifier) -> Combination:
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return "add"
    return "subtract" if modifiers & Qt.KeyboardModifier.AltModifier else "replace"
