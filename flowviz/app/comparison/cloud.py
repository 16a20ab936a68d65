"""The cloud of one entrant, with its name, its gap and its progress above it."""

from typing import Any

import numpy as np
from PyQt6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PyQt6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from flowviz.app.comparison.colors import entrant_color, entrant_pen
from flowviz.app.comparison.entrants import FAILED, EntrantRun
from flowviz.app.comparison.shared_view import Tool
from flowviz.app.style.theme import WARNING
from flowviz.app.widgets.labels import FittingLabel
from flowviz.records import Combination, Scene, nearest
from flowviz.rendering import pixel_position, plane_position, positions_at, render_frame
from flowviz.specs import PictureSize, ViewSpec
from flowviz.specs.view import Theme

ZOOM_FACTOR = 1.25  # per notch of the wheel
WHEEL_NOTCH = 120  # eighths of a degree
REACH = 8.0  # largest distance from the mouse to a particle, in pixels
RING = 6.0  # radius of the mark of a particle, in pixels
EDGE = 2  # pixels around a cloud, which show whether it is selected
SWATCH = 22  # width in pixels of the piece of the entrant's line beside its name
GAP = "gap {:.3f}"
PICTURED = "trace", "target", "selection", "density", "grid", "velocities"  # fields of a scene
HINT_PLACE = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
RUBBER_BAND = QColor(128, 128, 128)


class CloudPicture(QWidget):
    """Picture of the particles, which is drawn only when the grid has time for it."""

    outdated = pyqtSignal()  # it has to be drawn again
    resized = pyqtSignal()
    zoomed = pyqtSignal(object, float)  # center (x, y) and half extent, in flow units
    region_drawn = pyqtSignal(object, str)  # two opposite corners (2, 2) in flow units, Combination
    particle_hovered = pyqtSignal(object)  # number of the particle under the mouse, or None

    def __init__(self) -> None:
        super().__init__()
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 90)
        self._scene: Scene | None = None
        self._stage, self._view = 0.0, ViewSpec()
        self._hovered: int | None = None
        self._hint = ""
        self._tool: Tool = "move"
        self._image: QImage | None = None
        self._pixels: Any = None  # of the image, which does not own them
        self._pressed: QPointF | None = None
        self._region: QRectF | None = None

    @property
    def size_in_pixels(self) -> PictureSize:
        """The size of the picture in device pixels."""
        return self._size(self.devicePixelRatioF())

    def show_scene(self, scene: Scene, stage: float, view: ViewSpec) -> None:
        """Set what to draw. The previous picture stays until `draw` is called."""
        is_same_scene = self._scene is not None and _same_content(scene, self._scene)
        if is_same_scene and (stage, view) == (self._stage, self._view):
            return
        self._scene, self._stage, self._view = scene, stage, view
        self.outdated.emit()

    def show_hint(self, text: str) -> None:
        """Show why the particles cannot be seen, or nothing for an empty text."""
        if text != self._hint:
            self._hint = text
            self.update()

    def show_hovered(self, particle: int | None) -> None:
        """Mark a particle."""
        if particle != self._hovered:
            self._hovered = particle
            self.update()

    def set_tool(self, tool: Tool) -> None:
        """Set what a drag does; another tool ends a rectangle that is being drawn."""
        if tool == self._tool:
            return
        self._tool, self._region = tool, None
        self.setCursor(Qt.CursorShape.ArrowCursor if tool == "move" else Qt.CursorShape.CrossCursor)

    def draw(self) -> None:
        """Draw the picture."""
        if self._scene is None:
            return
        size, ratio = self.size_in_pixels, self.devicePixelRatioF()
        self._pixels = render_frame(self._scene, self._stage, self._view, size).data
        self._image = QImage(self._pixels, size.width, size.height, QImage.Format.Format_RGBX8888)
        self._image.setDevicePixelRatio(ratio)
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        if self._image is not None:
            painter.drawImage(QRectF(self.rect()), self._image)
        self._paint_ring(painter)
        if self._hint:
            painter.setPen(QColor(*WARNING[self._view.theme]))
            painter.drawText(self.rect().adjusted(6, 4, -6, -4), HINT_PLACE, self._hint)
        if self._region is not None:
            painter.setPen(QPen(RUBBER_BAND, 1.5, Qt.PenStyle.DashLine))
            painter.drawRect(self._region)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self.outdated.emit()
        self.resized.emit()

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        assert event is not None
        event.accept()
        if not event.angleDelta().y():  # a horizontal scroll
            return
        x, y = self._plane(event.position())
        (center_x, center_y), half = self._view.center, self._view.half_extent
        factor = ZOOM_FACTOR ** (-event.angleDelta().y() / WHEEL_NOTCH)
        self.zoomed.emit((x + (center_x - x) * factor, y + (center_y - y) * factor), half * factor)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if event.button() in {Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton}:
            self._pressed = event.position()
        super().mousePressEvent(event)  # the entrant is selected as well

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if self._pressed is None or not event.buttons():  # a double click may have hidden the picture meanwhile
            self._pressed = None
            self.particle_hovered.emit(self._particle_at(event.position()))
        elif self._tool == "rectangle" and event.buttons() & Qt.MouseButton.LeftButton:
            self._region = QRectF(self._pressed, event.position()).normalized()
            self.update()
        else:
            (x, y), (from_x, from_y) = self._plane(event.position()), self._plane(self._pressed)
            self._pressed = event.position()
            center = self._view.center
            self.zoomed.emit((center[0] - x + from_x, center[1] - y + from_y), self._view.half_extent)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        self._pressed = None
        if self._region is not None:
            corners = [self._plane(self._region.topLeft()), self._plane(self._region.bottomRight())]
            self._region = None
            self.region_drawn.emit(np.array(corners), _combination(event.modifiers()))
            self.update()

    def leaveEvent(self, event: QEvent | None) -> None:
        self.particle_hovered.emit(None)

    def _particle_at(self, pixel: QPointF) -> int | None:
        if self._scene is None:
            return None
        size = self._size(1.0)
        reach = REACH * 2 * self._view.half_extent / min(size.width, size.height)
        return nearest(positions_at(self._scene.trace, self._stage), self._plane(pixel), reach)

    def _paint_ring(self, painter: QPainter) -> None:
        if self._hovered is None or self._scene is None or self._hovered >= self._scene.trace.positions.shape[1]:
            return
        x, y = positions_at(self._scene.trace, self._stage)[self._hovered]
        if not np.isfinite([x, y]).all():
            return
        center = QPointF(*pixel_position(self._view, self._size(1.0), (float(x), float(y))))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for color, width in ((self.palette().color(QPalette.ColorRole.Base), 5.0), (self._ink(), 2.0)):
            painter.setPen(QPen(color, width))
            painter.drawEllipse(center, RING, RING)

    def _ink(self) -> QColor:
        return self.palette().color(QPalette.ColorRole.Accent)

    def _plane(self, pixel: QPointF) -> tuple[float, float]:
        return plane_position(self._view, self._size(1.0), pixel.x(), pixel.y())

    def _size(self, ratio: float) -> PictureSize:
        return PictureSize.nearest(ratio * self.width(), ratio * self.height())


class CloudHeader(FittingLabel):
    """Line above a cloud: a piece of the entrant's line in the plot, its name, its gap, and a bar of its progress."""

    def __init__(self) -> None:
        super().__init__("entrantHeader", "Name, gap and progress of the entrant")
        self.setContentsMargins(SWATCH + 6, 2, 4, 4)
        self._style, self._fraction = 0, 0.0
        self._theme: Theme = "light"

    def show_run(self, run: EntrantRun, theme: Theme) -> None:
        """Show an entrant in its color."""
        self._style, self._theme, self._fraction = run.style, theme, run.fraction
        has_problem = run.status in FAILED
        if has_problem != self.property("warns"):
            self.setProperty("warns", has_problem)  # for the style sheet
            style = self.style()
            assert style is not None
            style.polish(self)
        gap = "" if run.gap is None else f" · {GAP.format(run.gap)}"
        words = f"⚠ {run.words()}" if has_problem else run.words()
        self.show_texts(
            f"{run.name}{gap} · {words}", f"{run.name} · {words}", run.name, tip=run.problem or self._tip(run)
        )
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        color = entrant_color(self._style, self._theme)
        middle = self.contentsRect().center().y() + 1
        painter.setPen(entrant_pen(self._style, self._theme))
        painter.drawLine(3, middle, SWATCH, middle)
        bar = QRect(0, self.height() - 3, round(self._fraction * self.width()), 3)
        painter.fillRect(
            QRect(0, self.height() - 3, self.width(), 3), self.palette().color(QPalette.ColorRole.Midlight)
        )
        painter.fillRect(bar, color)
        painter.end()
        super().paintEvent(event)

    @staticmethod
    def _tip(run: EntrantRun) -> str:
        title = run.project.flow.recipe.title
        return f"{run.name}: {title}, learns {run.project.target.title}. Double-click to open it in the normal view"


class EntrantCloud(QWidget):
    """Cloud of an entrant. A click or the focus selects it; a double click or Return opens it."""

    chosen = pyqtSignal(str)  # name
    open_requested = pyqtSignal(str)  # name
    removal_requested = pyqtSignal(str)  # name
    depth_stepped = pyqtSignal(int)  # number of steps forward

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("entrantCloud")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.picture, self._header = CloudPicture(), CloudHeader()
        self._name, self._is_selected = "", False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(EDGE, EDGE, EDGE, EDGE)
        layout.setSpacing(0)
        layout.addWidget(self._header)
        layout.addWidget(self.picture, stretch=1)

    @property
    def name(self) -> str:
        """Name of the entrant."""
        return self._name

    @property
    def words(self) -> str:
        """Name, gap and progress of the entrant."""
        return self._header.text()

    def show_run(self, run: EntrantRun, theme: Theme, *, selected: bool) -> None:
        """Show the header of an entrant, and whether it is selected."""
        self._name, self._is_selected = run.name, selected
        self._header.show_run(run, theme)
        self.setAccessibleName(self._header.text() + (" · selected" if selected else ""))
        self.setAccessibleDescription(
            "Left and Right move through the layers, Return opens this flow in the normal view, Delete removes it"
        )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 240)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        role = QPalette.ColorRole.Accent if self._is_selected else QPalette.ColorRole.Mid
        painter = QPainter(self)
        painter.setPen(QPen(self.palette().color(role), EDGE if self._is_selected else 1))
        inset = EDGE // 2
        painter.drawRect(self.rect().adjusted(inset, inset, -inset, -inset))

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        self.chosen.emit(self._name)

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        self.open_requested.emit(self._name)

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        if event is not None and event.reason() in {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason}:
            self.chosen.emit(self._name)
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        match event.key():
            case Qt.Key.Key_Left:
                self.depth_stepped.emit(-1)
            case Qt.Key.Key_Right:
                self.depth_stepped.emit(1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.open_requested.emit(self._name)
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.removal_requested.emit(self._name)
            case _:
                super().keyPressEvent(event)


def _same_content(one: Scene, other: Scene) -> bool:
    return all(getattr(one, name) is getattr(other, name) for name in PICTURED)


def _combination(modifiers: Qt.KeyboardModifier) -> Combination:
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return "add"
    return "subtract" if modifiers & Qt.KeyboardModifier.AltModifier else "replace"
