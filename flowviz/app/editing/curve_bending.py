"""The controller of bent curves: turns gestures of mouse and keyboard into bumps of the current layer."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.editing.bending import Handle, Point, bent, bump_through, fitting, handles, learned
from flowviz.app.editing.layer_editor import LayerEditor
from flowviz.records import StageReport, written
from flowviz.specs.edits import MAX_BUMPS, Bump

REACH = 10.0  # largest distance from the mouse to a handle or a curve, in pixels
WIDTH_SHARE = 0.08  # of the range of a curve: the width of a first bump
WIDTH_FACTOR = 1.15  # per notch of the wheel or key press
NUDGE_SHARE = 0.02  # of the range of the plot, per key press
VISIBLE = 0.005  # of the range of a curve: a change that is drawn
FULL = f"This layer has {MAX_BUMPS} bends, and cannot have more. Select one, and press Delete to remove it."


class CurveBending(QObject):
    """Bends the curves of the current layer, one handle at a time.

    Attributes:
        report: The report of the stage whose curves are shown.
        selected: Number of the bump whose handle is selected, or None.
        is_dragging: Whether a handle is being dragged.
        preferred: Number of the curve to bend where several of them meet.
    """

    changed = pyqtSignal()

    def __init__(self, editor: LayerEditor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.report: StageReport | None = None
        self.selected: int | None = None
        self.is_dragging = False
        self.preferred = 0
        self._offset: Point = (0.0, 0.0)  # from the mouse to the handle
        self._width: float | None = None  # of the latest bump, and of the next one
        editor.changed.connect(self._on_editor_changed)

    def show_report(self, report: StageReport | None) -> None:
        """Bend the curves of another report."""
        if report is None or self.report is None or report.stage != self.report.stage:
            self.selected, self.is_dragging, self.preferred = None, False, 0
        self.report = report
        self.changed.emit()

    @property
    def can_bend(self) -> bool:
        """Return whether any of the curves can be bent."""
        return bool(self._bendable) and not self._editor.problem

    @property
    def problem(self) -> str:
        """Return why the curves cannot be bent now, in a sentence, or an empty text."""
        return self._editor.problem if self._bendable else ""

    @property
    def bumps(self) -> tuple[Bump, ...]:
        """Return the bumps of the stage whose curves are shown."""
        return self._editor.edits.value.of(self.report.stage).bumps if self.report else ()

    @property
    def handles(self) -> list[Handle]:
        """Return the handles of all bumps."""
        return handles(self.report.curves, self.bumps) if self.report else []

    def values(self, number: int) -> NDArray[np.float64]:
        """Return the values (m,) of a curve as it is bent."""
        assert self.report is not None
        curve = self.report.curves[number]
        return bent(curve, self.bumps) if curve.bends else curve.y.astype(np.float64)

    def learned(self, number: int) -> NDArray[np.float64]:
        """Return the values (m,) of a curve as it was learned."""
        assert self.report is not None
        return learned(self.report.curves[number])

    def is_bent(self, number: int) -> bool:
        """Return whether a curve is visibly bent; a bump of a spline hardly bends those far away."""
        if self.report is None or not self.bumps or not len(self.report.curves[number].x):
            return False
        bent, learned = self.values(number), self.learned(number)
        return bool(np.abs(bent - learned).max() > VISIBLE * max(np.ptp(bent), np.ptp(learned)))

    def press(self, point: Point, pixel: Point) -> bool:
        """Take hold of the handle or the curve at a point.

        Args:
            point: The point.
            pixel: Width and height of a pixel of the plot.

        Returns:
            Whether there is one.
        """
        if not self.can_bend:
            return False
        handle = self.handle_at(point, pixel) or self._new_handle(point, pixel)
        if handle is None:
            return False
        self._editor.gesture_began.emit()
        self.selected, self.is_dragging = handle.bump, True
        self._offset = (handle.x - point[0], handle.y - point[1]) if handle.bump < len(self.bumps) else (0.0, 0.0)
        if handle.bump == len(self.bumps):
            self._add(handle.curve, (handle.x, handle.y))
        self.changed.emit()
        return True

    def drag(self, point: Point) -> None:
        """Move the handle that was taken hold of."""
        if self.is_dragging and self.selected is not None:
            self._move_to(point[0] + self._offset[0], point[1] + self._offset[1])

    def release(self) -> None:
        """Let the handle go."""
        if self.is_dragging:
            self.is_dragging = False
            self.changed.emit()

    def add(self, number: int, x: float) -> bool:
        """Add a handle to a curve, and return whether it can be bent there."""
        if not self.can_bend or number not in self._bendable:
            return False
        assert self.report is not None
        curve = self.report.curves[number]
        self._editor.gesture_began.emit()
        self.selected = len(self.bumps)
        self._add(number, (x, float(np.interp(x, curve.x, self.values(number)))))
        return True

    def widen(self, notches: float) -> None:
        """Widen the selected bump, or narrow it if the number is negative."""
        bump = self._bump
        if bump is not None:
            changed = fitting(bump, width=bump.width * WIDTH_FACTOR**notches)
            self._width = changed.width
            self._set(changed)

    def nudge(self, right: int, up: int, ranges: Point) -> None:
        """Move the selected handle by steps of a share of the ranges of the plot."""
        handle = self._handle
        if handle is not None:
            x, y = NUDGE_SHARE * right * ranges[0], NUDGE_SHARE * up * ranges[1]
            self._move_to(handle.x + x, handle.y + y)

    def remove(self) -> None:
        """Remove the selected bump."""
        if self._bump is not None and self.report is not None and self.selected is not None:
            number, self.selected, self.is_dragging = self.selected, None, False
            self._editor.gesture_began.emit()
            self._editor.edits.remove_bump(self.report.stage, number)

    def select_next(self, steps: int) -> None:
        """Select the next handle, or the one before it."""
        found = self.handles
        if found:
            order = [handle.bump for handle in sorted(found, key=lambda handle: (handle.curve, handle.x))]
            start = order.index(self.selected) if self.selected in order else (-1 if steps > 0 else 0)
            self.selected = order[(start + steps) % len(order)]
            self.changed.emit()

    def handle_at(self, point: Point, pixel: Point) -> Handle | None:
        """Return the handle at a point, the nearest one if there are several."""
        near = [(distance, handle) for handle in self.handles if (distance := _distance(handle, point, pixel)) <= REACH]
        return min(near, key=lambda pair: pair[0])[1] if near else None

    def prefer(self, number: int) -> None:
        """Bend a curve where several of them meet."""
        self.preferred = number
        self.changed.emit()

    def curve_at(self, point: Point, pixel: Point) -> int | None:
        """Return the number of the curve at a point that can be bent: the preferred one, or else the nearest."""
        distances = {number: self._distance_to_curve(number, point, pixel) for number in self._bendable}
        near = [number for number, distance in distances.items() if distance <= REACH]
        return min(near, key=lambda number: (number != self.preferred, distances[number])) if near else None

    def description(self) -> str:
        """Return the selected handle in words, or how to bend the curves."""
        handle, bump = self._handle, self._bump
        if self.problem:
            return self.problem
        if not self.can_bend:
            return ""
        if handle is None or bump is None or self.report is None:
            return FULL if len(self.bumps) >= MAX_BUMPS else self._hint()
        name = self.report.curves[handle.curve].name
        rise = f"{'+' if bump.height[0] >= 0 else ''}{written(bump.height[0])}"
        return f"{name}: {rise} at {written(handle.x)}, width {written(bump.width)}"

    def _hint(self) -> str:
        """Return how to bend the curves."""
        assert self.report is not None
        if len(self._bendable) < 2:
            return "Drag the curve to bend it."
        name = self.report.curves[self.preferred].name if self.preferred in self._bendable else ""
        return f"Drag a curve to bend it. Where curves meet, you drag {name}: click another name to change that."

    @property
    def _bendable(self) -> list[int]:
        """Return the numbers of the curves that can be bent."""
        curves = self.report.curves if self.report else ()
        return [number for number, curve in enumerate(curves) if curve.bends and len(curve.x)]

    @property
    def _bump(self) -> Bump | None:
        return self.bumps[self.selected] if self.selected is not None and self.selected < len(self.bumps) else None

    @property
    def _handle(self) -> Handle | None:
        return next((handle for handle in self.handles if handle.bump == self.selected), None)

    def _new_handle(self, point: Point, pixel: Point) -> Handle | None:
        """Return the handle of a bump that is not there yet, on the curve at a point."""
        number = self.curve_at(point, pixel)
        return None if number is None or len(self.bumps) >= MAX_BUMPS else Handle(len(self.bumps), number, *point)

    def _add(self, number: int, point: Point) -> None:
        assert self.report is not None
        curve = self.report.curves[number]
        width = self._width or WIDTH_SHARE * float(np.ptp(curve.x))
        self._editor.edits.add_bump(self.report.stage, bump_through(curve, self.bumps, point, width))

    def _move_to(self, x: float, y: float) -> None:
        handle, bump = self._handle, self._bump
        if handle is None or bump is None or self.report is None:
            return
        curve = self.report.curves[handle.curve]
        others = [each for number, each in enumerate(self.bumps) if number != handle.bump]
        inside = float(np.clip(x, curve.x[0], curve.x[-1]))
        self._set(bump_through(curve, others, (inside, y), bump.width))

    def _set(self, bump: Bump) -> None:
        if self.report is not None and self.selected is not None:
            self._editor.edits.set_bump(self.report.stage, self.selected, bump)

    def _distance_to_curve(self, number: int, point: Point, pixel: Point) -> float:
        """Return the distance from a point to a curve, in pixels."""
        assert self.report is not None
        x, y = self.report.curves[number].x, self.values(number)
        return float(np.hypot((x - point[0]) / pixel[0], (y - point[1]) / pixel[1]).min())

    def _on_editor_changed(self) -> None:
        if self.selected is not None and self.selected >= len(self.bumps):
            self.selected, self.is_dragging = None, False
        self.changed.emit()


def _distance(handle: Handle, point: Point, pixel: Point) -> float:
    """Return the distance from a handle to a point, in pixels."""
    return float(np.hypot((handle.x - point[0]) / pixel[0], (handle.y - point[1]) / pixel[1]))
