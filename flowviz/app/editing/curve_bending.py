"""The controller of bent curves: turns gestures of mouse and keyboard into bumps of the current layer."""

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.editing.bending import Handle, Point, bump_within
from flowviz.app.editing.bent_curves import BentCurves
from flowviz.app.editing.layer_editor import LayerEditor
from flowviz.app.editing.selected_bump import NUDGE_SHARE, WIDTH_FACTOR, SelectedBump
from flowviz.app.state.memo import Memo
from flowviz.records import StageReport, written
from flowviz.specs.edits import MAX_BUMPS

FULL = f"This layer has {MAX_BUMPS} bends, and cannot have more. Select one, and press Delete to remove it."


class CurveBending(SelectedBump):
    """Bends the curves of the current layer, one handle at a time.

    Attributes:
        report: The report of the stage whose curves are shown.
        preferred: Number of the curve to bend where several of them meet.
    """

    changed = pyqtSignal()

    def __init__(self, editor: LayerEditor, parent: QObject | None = None) -> None:
        super().__init__(editor, parent)
        self.report: StageReport | None = None
        self.preferred = 0
        self._curves = Memo(1)  # as they are bent now
        self._offset: Point = (0.0, 0.0)  # from the mouse to the handle
        self._width: float | None = None  # of the latest bump, and of the next one
        editor.changed.connect(self._on_editor_changed)

    def show_report(self, report: StageReport | None) -> None:
        """Bend the curves of another report."""
        if report is None or self.report is None or report.stage != self.report.stage:
            self._let_go(None)
            self.preferred = 0
        self.report, self._stage = report, report.stage if report else 0
        self.changed.emit()

    @property
    def curves(self) -> BentCurves:
        """Return the curves as they are bent now."""
        curves = self.report.curves if self.report else ()
        bumps = self._editor.edits.value.of(self._stage).bumps if self.report else ()
        return self._curves.result(BentCurves, curves, bumps)

    @property
    def selected_handle(self) -> Handle | None:
        """Return the selected handle. None if there is none, or if the curves cannot be bent now."""
        found = (handle for handle in self.curves.handles if handle.bump == self.selected)
        return next(found, None) if self.can_bend else None

    @property
    def can_bend(self) -> bool:
        """Return whether any of the curves can be bent."""
        return bool(self.curves.bendable) and not self._editor.problem

    @property
    def problem(self) -> str:
        """Return why the curves cannot be bent now, in a sentence, or an empty text."""
        return self._editor.problem if self.curves.bendable else ""

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
        handle = self.curves.handle_at(point, pixel) or self._new_handle(point, pixel)
        if handle is None:
            return False
        self._editor.gesture_began.emit()
        self.selected = handle.bump
        self._set_dragging(True)
        self._offset = handle.x - point[0], handle.y - point[1]
        if handle.bump == len(self.curves.bumps):
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
            self._let_go(self.selected)
            self.changed.emit()

    def add(self, number: int, x: float) -> bool:
        """Add a handle to a curve, and return whether it can be bent. In a full layer, only deselect the handle."""
        if not self.can_bend or number not in self.curves.bendable:
            return False
        if len(self.curves.bumps) < MAX_BUMPS:
            self._editor.gesture_began.emit()
            self.selected = len(self.curves.bumps)
            self._add(number, self.curves.point_at(number, x))
        else:
            self._let_go(None)
            self.changed.emit()  # the description then says that there is no room
        return True

    def widen(self, notches: float) -> None:
        """Widen the selected bump, or narrow it if the number is negative."""
        handle = self.selected_handle
        if handle is not None:
            bump = self.curves.bumps[handle.bump]
            changed = bump_within(bump.curve, bump.center, bump.height, bump.width * WIDTH_FACTOR**notches)
            self._width = changed.width
            self._set(changed)

    def nudge(self, right: int, up: int, ranges: Point) -> None:
        """Move the selected handle by steps of a share of the ranges of the plot."""
        handle = self.selected_handle
        if handle is not None:
            x, y = NUDGE_SHARE * right * ranges[0], NUDGE_SHARE * up * ranges[1]
            self._move_to(handle.x + x, handle.y + y)

    def select_next(self, steps: int) -> None:
        """Select the next handle, or the one before it."""
        found = self.curves.handles
        if found:
            order = [handle.bump for handle in sorted(found, key=lambda handle: (handle.curve, handle.x))]
            start = order.index(self.selected) if self.selected in order else (-1 if steps > 0 else 0)
            self.selected = order[(start + steps) % len(order)]
            self.changed.emit()

    def prefer(self, number: int) -> None:
        """Bend a curve where several of them meet."""
        self.preferred = number
        self.changed.emit()

    def description(self) -> str:
        """Return the selected handle in words, or how to bend the curves."""
        handle = self.selected_handle
        if not self.can_bend:
            return self.problem
        if handle is None:
            return FULL if len(self.curves.bumps) >= MAX_BUMPS else self._hint()
        name, bump = self.curves.curves[handle.curve].name, self.curves.bumps[handle.bump]
        rise = f"{'+' if bump.height[0] >= 0 else ''}{written(bump.height[0])}"
        return f"{name}: {rise} at {written(handle.x)}, width {written(bump.width)}"

    def _hint(self) -> str:
        """Return how to bend the curves."""
        curves, bendable = self.curves.curves, self.curves.bendable
        if len(bendable) < 2:
            return "Drag the curve to bend it."
        name = curves[self.preferred].name if self.preferred in bendable else ""
        return f"Drag a curve to bend it. Where curves meet, you drag {name}: click another name to change that."

    def _new_handle(self, point: Point, pixel: Point) -> Handle | None:
        """Return the handle of a bump that is not there yet, on the curve at a point."""
        number, count = self.curves.curve_at(point, pixel, self.preferred), len(self.curves.bumps)
        return None if number is None or count >= MAX_BUMPS else Handle(count, number, *point)

    def _add(self, number: int, point: Point) -> None:
        self._editor.edits.add_bump(self._stage, self.curves.bump_to(number, point, self._width))

    def _move_to(self, x: float, y: float) -> None:
        handle = self.selected_handle
        if handle is not None:
            self._set(self.curves.moved(handle, (x, y)))

    def _on_editor_changed(self) -> None:
        if self.selected is not None and self.selected >= len(self.curves.bumps):
            self._let_go(None)
        self.changed.emit()
