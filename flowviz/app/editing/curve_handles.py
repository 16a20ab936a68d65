"""The handles of the bumps of a layer, drawn above the plot of its curves."""

from collections.abc import Callable
from math import hypot

from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QWheelEvent
from PyQt6.QtWidgets import QWidget

from flowviz.app.desktop.existing import existing
from flowviz.app.editing.bend_keys import press_key
from flowviz.app.editing.curve_bending import CurveBending
from flowviz.app.style.tokens import DOT, LINE
from flowviz.app.widgets.controls import named
from flowviz.app.widgets.plot import Plot

RADIUS, SELECTED_RADIUS = DOT - 1, DOT + 1  # pixels
WHEEL_NOTCH = 120  # eighths of a degree
DESCRIPTION = (
    "Keys 1 to 5 add a bend to a curve. The arrow keys move the selected bend, plus and minus change its width, "
    "Page Up and Page Down select another one, Delete removes it."
)
TIP = "Drag a curve to bend it. The wheel changes the width of the bend, Delete removes it"


class CurveHandles(QWidget):
    """Transparent widget above a plot that draws handles, and passes mouse and keys on as points of the plot.

    Args:
        plot: The plot.
        bending: What bends the curves.
        color_of: Returns the color of a curve, given its number.
    """

    def __init__(self, plot: Plot, bending: CurveBending, color_of: Callable[[int], QColor]) -> None:
        super().__init__()
        self._plot, self._bending, self._color_of = plot, bending, color_of
        named(self, "curveHandles", "Bends of the curves")
        self.setMouseTracking(True)
        plot.cover(self)
        plot.item.getViewBox().sigRangeChanged.connect(lambda *_: self.update())
        bending.changed.connect(self._update)
        self._update()

    def _update(self) -> None:
        can_bend = self._bending.can_bend
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if can_bend else Qt.FocusPolicy.NoFocus)
        self.setAccessibleDescription(DESCRIPTION if can_bend else self._bending.problem)
        self.setToolTip(TIP if can_bend else self._bending.problem)
        self.update()

    @property
    def _pixel(self) -> tuple[float, float]:
        """Return the width and the height of a pixel in the units of the plot."""
        size: tuple[float, float] = self._plot.item.getViewBox().viewPixelSize()
        return size

    def _point(self, event: QMouseEvent) -> tuple[float, float]:
        return self._plot.point(event.position())

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        base = self.palette().color(QPalette.ColorRole.Base)
        for handle in self._bending.curves.handles:
            is_selected, color = handle.bump == self._bending.selected, self._color_of(handle.curve)
            radius = SELECTED_RADIUS if is_selected else RADIUS
            painter.setPen(QPen(color, LINE))
            painter.setBrush(color if is_selected else base)
            painter.drawEllipse(self._plot.place(handle.x, handle.y), radius, radius)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        event = existing(event)
        if event.button() == Qt.MouseButton.LeftButton and self._bending.press(self._point(event), self._pixel):
            self._plot.item.disableAutoRange()  # the handle would move away from the mouse

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        event = existing(event)
        if self._bending.is_dragging:
            self._bending.drag(self._point(event))
        else:
            self._show_cursor(event)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        self._bending.release()
        self._plot.item.enableAutoRange()

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        event = existing(event)
        if self._bending.is_dragging or self._is_near_selected(event.position()):
            self._bending.widen(event.angleDelta().y() / WHEEL_NOTCH)
            event.accept()
        else:
            event.ignore()  # scroll the inspector

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is None or not self._take_key(event):
            super().keyPressEvent(event)

    def _take_key(self, event: QKeyEvent) -> bool:
        """Return whether a key has done something."""
        if not self._bending.can_bend:  # it keeps the focus while a training begins
            return False
        (left, right), (bottom, top) = self._plot.item.getViewBox().viewRange()
        ranges, bending = (right - left, top - bottom), self._bending
        return press_key(
            event,
            bending,
            lambda number: bending.add(number, (left + right) / 2),
            lambda across, up: bending.nudge(across, up, ranges),
        )

    def _show_cursor(self, event: QMouseEvent) -> None:
        point, pixel = self._point(event), self._pixel
        bending = self._bending
        if bending.can_bend and bending.curves.handle_at(point, pixel):
            self.setCursor(Qt.CursorShape.SizeAllCursor)
        elif bending.can_bend and bending.curves.curve_at(point, pixel, bending.preferred) is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.unsetCursor()

    def _is_near_selected(self, place: QPointF) -> bool:
        handle = self._bending.selected_handle
        if handle is None:
            return False
        distance = self._plot.place(handle.x, handle.y) - place
        return hypot(distance.x(), distance.y()) <= 3 * SELECTED_RADIUS
