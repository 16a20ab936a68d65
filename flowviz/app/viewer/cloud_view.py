"""The cloud: a scene at a stage, or on its way between two; and what the mouse does on it."""

from typing import Any, Literal

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QEvent, QPointF, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFontInfo, QGuiApplication, QImage, QKeyEvent, QPainter, QPen, QPolygonF
from PyQt6.QtWidgets import QGraphicsSceneWheelEvent, QVBoxLayout, QWidget

from flowviz.errors import SpecError
from flowviz.records import Combination, Rectangle, Scene
from flowviz.rendering import plane_position, render_frame, render_sheet, sheet_stage, visible_rectangle
from flowviz.rendering.raster import RGBA
from flowviz.specs import PictureSize, ViewSpec
from flowviz.specs.view import LARGEST_SIDE, SMALLEST_SIDE

Tool = Literal["move", "rectangle", "lasso", "probe"]

ZOOM_A_NOTCH = 1.25
PAN = 0.2  # of what is seen from the center to the edge
PANS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Down: (0, -1),
    Qt.Key.Key_Up: (0, 1),
}
ZOOMS: dict[int, float] = {
    Qt.Key.Key_Plus: 1 / ZOOM_A_NOTCH,
    Qt.Key.Key_Equal: 1 / ZOOM_A_NOTCH,
    Qt.Key.Key_Minus: ZOOM_A_NOTCH,
}
WHEEL_NOTCH = 120  # eighths of a degree
RUBBER_BAND = QColor(128, 128, 128)


class CloudView(QWidget):
    """Shows what `rendering` draws, pixel for pixel.

    The wheel zooms, a double click fits, and a drag does what the tool does; with Shift a selection adds, with Alt it
    takes away. With the focus, the arrow keys pan, + and - zoom, and 0 fits.
    """

    fit_requested = pyqtSignal()
    view_chosen = pyqtSignal()
    region_drawn = pyqtSignal(object, str)  # corners (k, 2) in target units, how to combine
    point_clicked = pyqtSignal(float, float, str)
    pointer_moved = pyqtSignal(object)  # (x, y) in target units, or None when it leaves
    stage_clicked = pyqtSignal(int)  # in the overview
    resized = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("cloudView")
        self.setAccessibleName("Cloud of particles")
        self.setAccessibleDescription(
            "The arrow keys pan, plus and minus zoom, 0 fits; the line below says what is seen"
        )
        self.setMinimumSize(320, 240)
        self._picture = PictureItem(self)
        self._plot = pg.GraphicsView(useOpenGL=False)
        self._plot.setCentralItem(self._picture)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)

    @property
    def view(self) -> ViewSpec:
        """What is seen now, zoomed and panned by the mouse."""
        return self._picture.view

    @property
    def stage(self) -> float:
        """The stage that is shown."""
        return self._picture.stage

    @property
    def rectangle(self) -> Rectangle:
        """What of the plane is seen."""
        return visible_rectangle(self.view, self._picture.logical_size())

    @property
    def size_in_pixels(self) -> PictureSize:
        """The size of the picture in pixels of the display."""
        return self._picture.size_in_pixels(self.devicePixelRatioF())

    def picture(self) -> QImage:
        """What is seen, at the pixels of the display."""
        size = self.size_in_pixels
        image = QImage(size.width, size.height, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(self.devicePixelRatioF())
        painter = QPainter(image)
        self._picture.paint(painter)
        painter.end()
        return image

    @property
    def pixel(self) -> float:
        """The side of a pixel in target units."""
        left, right, bottom, top = self.rectangle
        size = self._picture.logical_size()
        return min(right - left, top - bottom) / min(size.width, size.height)

    def zoom(self, factor: float) -> None:
        """See so much of what is seen now, about its center: 0.5 doubles the size of everything."""
        self.choose_view(self.view.center, self.view.half_extent * factor)

    def choose_view(self, center: tuple[float, float], half_extent: float) -> None:
        """See this part of the plane, as the mouse has chosen."""
        bounded = float(np.clip(half_extent, 1e-6, 1e12))
        self.set_view(self.view.model_copy(update={"center": center, "half_extent": bounded}))
        self.view_chosen.emit()

    def set_view(self, view: ViewSpec) -> None:
        """Show this part of the plane, in these colors."""
        self._picture.show(view=view)

    def set_word_scale(self, scale: float) -> None:
        """Draw the words so many times as large as usual."""
        self._picture.set_word_scale(scale)

    def set_tool(self, tool: Tool) -> None:
        """What a drag does."""
        self._picture.set_tool(tool)

    def set_overview(self, overview: bool) -> None:
        """Show all stages in one figure, or one of them."""
        self._picture.show(overview=overview)

    def show_scene(self, scene: Scene) -> None:
        """Show this scene, at the stage that is shown already."""
        self._picture.show(scene=scene)

    def show_stage(self, stage: float) -> None:
        """Show a stage; 2.25 is on the way from stage 2 to stage 3."""
        self._picture.show(stage=stage)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        key = event.key()
        if self._picture.overview:  # it has one view, of all stages
            super().keyPressEvent(event)
        elif key in PANS:
            (x, y), (right, up), half = self.view.center, PANS[key], self.view.half_extent
            self.choose_view((x + right * PAN * half, y + up * PAN * half), half)
        elif key in ZOOMS:
            self.zoom(ZOOMS[key])
        elif key == Qt.Key.Key_0:
            self.fit_requested.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.FontChange:
            self._picture.size_words()

    def leaveEvent(self, event: QEvent | None) -> None:
        self.pointer_moved.emit(None)
        super().leaveEvent(event)


class PictureItem(pg.GraphicsWidget):
    """Draws over the whole view, pixel on device pixel, when Qt asks for it and something has changed."""

    def __init__(self, owner: CloudView) -> None:
        super().__init__()
        self._owner = owner
        self.scene_shown: Scene | None = None
        self.stage = 0.0
        self.view = ViewSpec()
        self.overview = False
        self._word_scale = 1.0
        self._tool: Tool = "move"
        self._band: list[QPointF] = []  # corners of the region that is being drawn, in pixels
        self._pixels: Any = None
        self._drawn: QImage | None = None

    def show(self, **changes: Any) -> None:
        """Show what has changed: `scene`, `stage`, `view` or `overview`."""
        if "scene" in changes:
            self.scene_shown = changes.pop("scene")
        for name, value in changes.items():
            setattr(self, name, value)
        self._drawn = None
        self.update()

    def set_word_scale(self, scale: float) -> None:
        """Draw the words so many times as large as usual."""
        self._word_scale = scale
        self.size_words()

    def set_tool(self, tool: Tool) -> None:
        """What a drag does."""
        self._tool = tool
        self.setCursor(Qt.CursorShape.ArrowCursor if tool == "move" else Qt.CursorShape.CrossCursor)

    def logical_size(self) -> PictureSize:
        """The size of the picture in the pixels of Qt, which are larger than those of a fine display."""
        return self.size_in_pixels(1.0)

    def size_in_pixels(self, ratio: float) -> PictureSize:
        """The size of the picture in pixels of a display that has so many a pixel of Qt."""
        sides = self.size().width() * ratio, self.size().height() * ratio
        width, height = (min(max(SMALLEST_SIDE, round(side)), LARGEST_SIDE) for side in sides)
        return PictureSize(width=width, height=height)

    def paint(self, painter: QPainter, *_: Any) -> None:
        device = painter.device()
        if self.scene_shown is None or device is None:
            return
        ratio = device.devicePixelRatioF()
        size = self.size_in_pixels(ratio)
        if self._drawn is None or (self._drawn.width(), self._drawn.height()) != (size.width, size.height):
            try:
                self._pixels = self._render(self.scene_shown, size).data
            except SpecError as error:  # too many stages for an overview of this size
                painter.drawText(self.boundingRect(), Qt.AlignmentFlag.AlignCenter, str(error))
                return
            self._drawn = QImage(
                self._pixels, size.width, size.height, QImage.Format.Format_RGBX8888
            )  # does not own its pixels
            self._drawn.setDevicePixelRatio(ratio)
        painter.save()
        painter.resetTransform()
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.drawImage(0, 0, self._drawn)
        painter.restore()
        if self._band:
            painter.setPen(QPen(RUBBER_BAND, 1.5, Qt.PenStyle.DashLine))
            painter.drawPolygon(QPolygonF(self._band))

    def _render(self, scene: Scene, size: PictureSize) -> RGBA:
        if self.overview:
            return render_sheet(scene, self.view, size)
        return render_frame(scene, self.stage, self.view, size)

    def _plane(self, pixel: QPointF) -> tuple[float, float]:
        return plane_position(self.view, self.logical_size(), pixel.x(), pixel.y())

    def size_words(self) -> None:
        """Let words be as large as those of the widgets, times the scale."""
        size, word = self.logical_size(), QFontInfo(QGuiApplication.font()).pixelSize()
        share = min(self._word_scale * word / min(size.width, size.height), 0.1)
        self.show(view=self.view.model_copy(update={"word_height": share}))

    def resizeEvent(self, event: Any) -> None:
        self.size_words()
        self._owner.resized.emit()
        super().resizeEvent(event)

    def wheelEvent(self, event: QGraphicsSceneWheelEvent | None) -> None:
        if event is None or self.overview:
            return
        factor = ZOOM_A_NOTCH ** (-event.delta() / WHEEL_NOTCH)
        x, y = self._plane(event.pos())
        (center_x, center_y), half = self.view.center, self.view.half_extent
        center = x + (center_x - x) * factor, y + (center_y - y) * factor  # what is under the mouse stays there
        self._owner.choose_view(center, half * factor)
        event.accept()

    def mouseDragEvent(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self.overview:
            event.ignore()
            return
        event.accept()
        if self._tool in {"rectangle", "lasso"}:
            self._draw_region(event)
        elif self._tool == "move":
            (x, y), (from_x, from_y) = self._plane(event.pos()), self._plane(event.lastPos())
            center = self.view.center
            self._owner.choose_view((center[0] - x + from_x, center[1] - y + from_y), self.view.half_extent)
        else:
            self._owner.pointer_moved.emit(self._plane(event.pos()))

    def _draw_region(self, event: Any) -> None:
        start, here = event.buttonDownPos(), event.pos()
        if self._tool == "rectangle":
            self._band = [start, QPointF(here.x(), start.y()), here, QPointF(start.x(), here.y())]
        else:
            self._band = [*(self._band or [start]), here]
        if event.isFinish():
            corners = np.array([self._plane(corner) for corner in self._band])
            self._band = []
            self._owner.region_drawn.emit(corners, _combination(event.modifiers()))
        self.update()

    def mouseClickEvent(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        event.accept()
        if self.overview:
            self._click_in_overview(event.pos())
        elif event.double():
            self._owner.fit_requested.emit()
        elif self._tool != "probe":
            self._owner.point_clicked.emit(*self._plane(event.pos()), _combination(event.modifiers()))

    def _click_in_overview(self, pixel: QPointF) -> None:
        assert self.scene_shown is not None
        stage = sheet_stage(len(self.scene_shown.trace.names), self.view, self.logical_size(), pixel.x(), pixel.y())
        if stage is not None:
            self._owner.stage_clicked.emit(stage)

    def hoverEvent(self, event: Any) -> None:
        if not event.isExit() and not self.overview:
            self._owner.pointer_moved.emit(self._plane(event.pos()))

    def boundingRect(self) -> QRectF:
        return QRectF(QPointF(0, 0), self.size())


def _combination(modifiers: Qt.KeyboardModifier) -> Combination:
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return "add"
    return "subtract" if modifiers & Qt.KeyboardModifier.AltModifier else "replace"
