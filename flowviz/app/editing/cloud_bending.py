"""The controller of bends in the cloud: a drag with the Bend tool moves what the current layer does there."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.editing.bending import Point, fitting
from flowviz.app.editing.layer_editor import LayerEditor
from flowviz.specs import recipes
from flowviz.specs.edits import BENT, FARTHEST_BUMP, MAX_BUMPS, MAX_SPLINE_RISE, Bump

REACH = 10.0  # largest distance from the mouse to the tip of an arrow, in pixels
USUAL_WIDTH = 0.3  # flow units
WIDTH_FACTOR = 1.15  # per notch of the wheel
SHIFTED = {recipes.REAL_NVP, recipes.ADDITIVE_COUPLING, recipes.MASKED_AUTOREGRESSIVE}  # by t of what they keep
FULL = f"This layer has {MAX_BUMPS} bends, and cannot have more."
NOTHING_TO_BEND = "This layer has nothing to drag in the cloud. Choose a coupling or a step of flow matching."
TOO_FAR = f"A layer can be bent up to {FARTHEST_BUMP:,.0f} flow units from the center, and not as far out as here."
BACKWARD = "Points of the target move backward. Switch to Generate to bend a layer."


@dataclass(frozen=True)
class Layer:
    """The properties of the current layer that bending depends on.

    Attributes:
        kind: Kind of its stage.
        duration: Duration of a step of an integrator, or 1.
        is_encoded: Whether the cloud shows points of the target that move backward.
    """

    kind: str
    duration: float = 1.0
    is_encoded: bool = False


@dataclass(frozen=True)
class Arrow:
    """A bump in the cloud: points at its start move to its tip, and points within its width move along."""

    start: Point
    tip: Point
    width: float
    is_selected: bool


class CloudBending(QObject):
    """Adds a bump to the current layer where a drag starts, so that the points there move where it ends."""

    arrows_changed = pyqtSignal(object)  # list of Arrow
    refused = pyqtSignal(str)  # why nothing is bent

    def __init__(self, editor: LayerEditor, layer: Callable[[], Layer], parent: QObject | None = None) -> None:
        """Create a controller; `layer` returns the current layer."""
        super().__init__(parent)
        self._editor, self._layer = editor, layer
        self._stage = 0  # of the bump that is being dragged
        self._selected: int | None = None  # its number
        self._start: Point = (0.0, 0.0)
        self._tip: Point = (0.0, 0.0)
        self._width = USUAL_WIDTH
        self._is_shown = False
        editor.changed.connect(self._on_changed)

    def set_shown(self, shown: bool) -> None:
        """Show or hide the arrows; they are visible while the tool is chosen."""
        self._is_shown = shown
        self._show()

    def begin(self, point: Point, pixel: float) -> None:
        """Take hold of the arrow whose tip is at a point, or of the points there; `pixel` is the side of a pixel."""
        problem = self.problem
        if problem:
            self.refused.emit(problem)
            return
        if max(map(abs, point)) > FARTHEST_BUMP:
            self.refused.emit(TOO_FAR)
            return
        self._editor.gesture_began.emit()
        self._stage, self._selected = self._editor.stage, self._bump_at(point, pixel)
        if self._selected is None and len(self._bumps) >= MAX_BUMPS:
            self.refused.emit(FULL)
        elif self._selected is None:
            self._start = self._tip = point
            self._selected = len(self._bumps)
            self._editor.edits.add_bump(self._editor.stage, self._bump())
        else:
            bump = self._bumps[self._selected]
            self._start = bump.center[0], bump.center[1]
            self._width = bump.width

    def drag(self, point: Point) -> None:
        """Move the points to another place."""
        if self._selected is not None:
            self._tip = point
            self._set(self._bump())

    def end(self) -> None:
        """Let the points go."""
        self._selected = None
        self._show()

    def widen(self, notches: float) -> None:
        """Widen the bump that is being dragged, or narrow it if the number is negative."""
        if self._selected is not None:
            self._width = fitting(self._bumps[self._selected], width=self._width * WIDTH_FACTOR**notches).width
            self._set(self._bump())

    @property
    def problem(self) -> str:
        """Return why nothing can be bent here, in a sentence, or an empty text."""
        layer = self._layer()
        if problem := self._editor.problem_of(self._editor.stage):
            return problem
        if layer.is_encoded:
            return BACKWARD
        bends = layer.kind in SHIFTED or layer.kind in {recipes.SPLINE_COUPLING, recipes.FLOW_STEP}
        return "" if bends else NOTHING_TO_BEND

    @property
    def _bumps(self) -> tuple[Bump, ...]:
        return self._editor.edit.bumps

    def _set(self, bump: Bump) -> None:
        assert self._selected is not None
        self._editor.edits.set_bump(self._editor.stage, self._selected, bump)

    def _bump(self) -> Bump:
        """Return the bump that moves the points at the start to the tip, as far as it can."""
        layer, (x, y), width = self._layer(), self._start, self._width
        right, up = self._tip[0] - x, self._tip[1] - y
        if layer.kind == recipes.FLOW_STEP:
            highest = BENT["velocity"].highest
            height = np.clip(np.array([right, up]) / layer.duration, -highest, highest)
            return Bump(curve="velocity", center=(x, y), height=(float(height[0]), float(height[1])), width=width)
        if layer.kind == recipes.SPLINE_COUPLING:
            rise = float(np.clip(up, -MAX_SPLINE_RISE * width, MAX_SPLINE_RISE * width))
            return Bump(curve="spline", center=(x, y), height=(rise,), width=width)
        return fitting(Bump(curve="shift", center=(x,), height=(0.0,), width=width), height=up)

    def _bump_at(self, point: Point, pixel: float) -> int | None:
        """Return the number of the bump whose arrow has its tip at a point."""
        duration = self._layer().duration
        for number, bump in enumerate(self._bumps):
            if bump.curve == "velocity":
                tip = np.add(bump.center, np.multiply(bump.height, duration))
                if np.hypot(*(tip - point)) <= REACH * pixel:
                    return number
        return None

    def _on_changed(self) -> None:
        """Show the bumps; end the drag of one that was undone, or whose layer is no longer the current one."""
        if self._selected is not None and (self._editor.stage != self._stage or self._selected >= len(self._bumps)):
            self._selected = None
        self._show()

    def _show(self) -> None:
        """Show the bumps that have a place in the plane, and that which is being dragged."""
        arrows = []
        if self._is_shown:
            duration = self._layer().duration
            for number, bump in enumerate(self._bumps):
                is_selected = number == self._selected
                if bump.curve == "velocity":
                    (x, y), (right, up) = bump.center, bump.height
                    arrows.append(Arrow((x, y), (x + duration * right, y + duration * up), bump.width, is_selected))
                elif is_selected:
                    tip = self._start[0], self._start[1] + bump.height[0]
                    arrows.append(Arrow(self._start, tip, bump.width, is_selected))
        self.arrows_changed.emit(arrows)
