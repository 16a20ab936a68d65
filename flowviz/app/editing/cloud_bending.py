"""The controller of bends in the cloud: the Bend tool and its keys move what the current layer does there."""

from collections.abc import Callable
from dataclasses import dataclass
from math import dist

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.editing.bending import Point, bump_within
from flowviz.app.editing.layer_editor import LayerEditor
from flowviz.app.editing.selected_bump import NUDGE_SHARE, WIDTH_FACTOR, SelectedBump
from flowviz.records import Trace, written
from flowviz.specs import recipes
from flowviz.specs.edits import FARTHEST_BUMP, MAX_BUMP_WIDTH, MAX_BUMPS, MIN_BUMP_WIDTH, Bump
from flowviz.specs.shares import counted

REACH = 10.0  # largest distance from the mouse to the tip of an arrow, in pixels
USUAL_WIDTH = 0.3  # flow units
BENDABLE = {  # kinds of layers that move points where they are dragged, or up and down
    recipes.REAL_NVP,
    recipes.ADDITIVE_COUPLING,
    recipes.MASKED_AUTOREGRESSIVE,
    recipes.INVERSE_AUTOREGRESSIVE,
    recipes.SPLINE_COUPLING,
    recipes.FLOW_STEP,
}
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
        lever: Returns, for the x of a point after the layer, the coordinate on which its shift depends, and how far a
            shift by 1 moves the point up.
    """

    kind: str
    duration: float = 1.0
    is_encoded: bool = False
    lever: Callable[[float], tuple[float, float]] = lambda x: (x, 1.0)


@dataclass(frozen=True)
class Arrow:
    """A bump in the cloud: points at its start move to its tip, and points within its width move along."""

    start: Point
    tip: Point
    width: float
    is_selected: bool


def inverse_lever(trace: Trace, stage: int, x: float) -> tuple[float, float]:
    """Return the lever of a layer of an IAF, whose shift depends on the x before the layer, and is undone by it.

    Args:
        trace: Particles at all stages.
        stage: Number of the layer.
        x: Horizontal coordinate of a point after the layer.

    Returns:
        The horizontal coordinate of the point before the layer, and how far a shift by 1 moves the point up. The layer
        maps the former in a straight line, and stretches the plane there as at the particle that is nearest in x.
    """
    before, after = trace.positions[stage - 1, :, 0], trace.positions[stage, :, 0]
    ends, nearest = [before.argmin(), before.argmax()], abs(after - x).argmin()
    stretching = float(np.diff(after[ends])[0] / np.diff(before[ends])[0])
    at = float(before[nearest]) + (x - float(after[nearest])) / stretching
    return at, -float(np.exp(trace.log_det_of(stage)[nearest])) / stretching


class CloudBending(SelectedBump):
    """Adds a bump to the current layer where a drag starts, so that the points there move where it ends.

    A step of flow matching shows its bumps as arrows, of which one can be selected, with the mouse or with keys.

    Attributes:
        is_shown: Whether arrows are visible, because the tool is chosen.
    """

    arrows_changed = pyqtSignal(object)  # list of Arrow

    def __init__(
        self,
        editor: LayerEditor,
        layer: Callable[[], Layer],
        say: Callable[[str], object],
        parent: QObject | None = None,
    ) -> None:
        """Create a controller; `layer` returns the current layer, and `say` shows why nothing is bent."""
        super().__init__(editor, parent)
        self._layer, self._say = layer, say
        self.is_shown = False
        self._start: Point = (0.0, 0.0)
        self._tip: Point = (0.0, 0.0)
        self._width = USUAL_WIDTH
        editor.changed.connect(self._on_changed)

    def set_shown(self, shown: bool) -> None:
        """Show or hide the arrows; hiding them ends a drag."""
        self.is_shown = shown
        if not shown:
            self._let_go(None)
        self._show()

    def begin(self, point: Point, pixel: float) -> None:
        """Take hold of the arrow whose tip is at a point, or of the points there; `pixel` is the side of a pixel."""
        number = self._bump_at(point, pixel)
        if self._is_refused(point, adds=number is None):
            return
        self._set_dragging(True)
        if number is None:
            self._add(point)
        else:
            self._editor.gesture_began.emit()
            self._select(number)

    def drag(self, point: Point) -> None:
        """Move the points to another place."""
        if self.is_dragging:
            self._tip = point
            self._set(self._bump())

    def end(self) -> None:
        """Let the points go."""
        self._let_go(self.selected if self.has_arrows else None)
        self._show()

    def add(self, point: Point) -> bool:
        """Add an arrow at a point, and return whether the layer has arrows."""
        if self.has_arrows and not self._is_refused(point, adds=True):
            self._add(point)
        return self.has_arrows

    def select_next(self, steps: int) -> None:
        """Select the next arrow, or the one before it."""
        count = len(self._bumps) if self.has_arrows else 0
        if count:
            start = (-1 if steps > 0 else 0) if self.selected is None else self.selected
            self._select((start + steps) % count)
            self._show()

    def nudge(self, right: int, up: int, extent: float, *, whole: bool = False) -> None:
        """Move the tip of the selected arrow, or the whole arrow, by steps of a share of the visible extent."""
        if self.selected is None or self._is_refused(self._start):
            return
        step = NUDGE_SHARE * extent * np.array([right, up])
        self._tip = _moved(self._tip, step)
        if whole:
            start = _moved(self._start, step)
            self._start = _moved(start, np.clip(start, -FARTHEST_BUMP, FARTHEST_BUMP) - start)
        self._set(self._bump())

    def widen(self, notches: float) -> None:
        """Widen the selected bump, or narrow it if the number is negative."""
        if self.selected is not None and not self._is_refused(self._start):
            self._width = float(np.clip(self._width * WIDTH_FACTOR**notches, MIN_BUMP_WIDTH, MAX_BUMP_WIDTH))
            self._set(self._bump())

    def remove(self) -> None:
        """Remove the selected bump, unless nothing can be bent there."""
        if self.selected is not None and not self._is_refused(self._start):
            super().remove()

    @property
    def has_arrows(self) -> bool:
        """Return whether the bumps of the current layer are arrows."""
        return self._layer().kind == recipes.FLOW_STEP

    def description(self) -> str:
        """Return the selected arrow in words, or how many there are."""
        count = len(self._bumps)
        if self.selected is None:
            return counted(count, "arrow")
        (x, y), (to_x, to_y), width = self._start, self._tip, self._width
        places = f"from ({written(x)}, {written(y)}) to ({written(to_x)}, {written(to_y)})"
        return f"Arrow {self.selected + 1} of {count}: {places}, width {written(width)}"

    @property
    def problem(self) -> str:
        """Return why nothing can be bent here, in a sentence, or an empty text."""
        layer = self._layer()
        if problem := self._editor.problem_of(self._editor.stage):
            return problem
        if layer.is_encoded:
            return BACKWARD
        return "" if layer.kind in BENDABLE else NOTHING_TO_BEND

    @property
    def _bumps(self) -> tuple[Bump, ...]:
        return self._editor.edit.bumps

    def _is_refused(self, point: Point, *, adds: bool = False) -> bool:
        """Say why nothing is bent at a point, or why no bump can be added there, and return whether that is so."""
        full = FULL if adds and len(self._bumps) >= MAX_BUMPS else ""
        problem = self.problem or (TOO_FAR if max(map(abs, point)) > FARTHEST_BUMP else full)
        if problem:
            self._say(problem)
        return bool(problem)

    def _add(self, point: Point) -> None:
        """Add a bump that moves nothing yet, and select it."""
        self._editor.gesture_began.emit()
        self._start = self._tip = point
        self._stage, self.selected = self._editor.stage, len(self._bumps)
        self._editor.edits.add_bump(self._stage, self._bump())

    def _select(self, number: int) -> None:
        """Select a bump, whose arrow goes on from where it is."""
        arrow = self._arrows()[number]
        self._stage, self.selected = self._editor.stage, number
        self._start, self._tip, self._width = arrow.start, arrow.tip, arrow.width

    def _bump(self) -> Bump:
        """Return the bump that moves the points at the start to the tip, as far as it can."""
        layer, (x, y), width = self._layer(), self._start, self._width
        right, up = self._tip[0] - x, self._tip[1] - y
        if layer.kind == recipes.FLOW_STEP:
            return bump_within("velocity", (x, y), (right / layer.duration, up / layer.duration), width)
        if layer.kind == recipes.SPLINE_COUPLING:
            return bump_within("spline", (x, y), (up,), width)
        at, lift = layer.lever(x)
        return bump_within("shift", (at,), (up / lift,), width)

    def _bump_at(self, point: Point, pixel: float) -> int | None:
        """Return the number of the bump whose arrow has its tip at a point."""
        arrows = self._arrows().items()
        return next((number for number, arrow in arrows if dist(arrow.tip, point) <= REACH * pixel), None)

    def _arrows(self) -> dict[int, Arrow]:
        """Return the arrows of the bumps that have a place in the plane, and of that which is being dragged."""
        arrows, layer = dict[int, Arrow](), self._layer()
        for number, bump in enumerate(self._bumps):
            is_selected = number == self.selected
            if bump.curve == "velocity":
                x, y = bump.center
                tip = _moved((x, y), np.multiply(bump.height, layer.duration))
                arrows[number] = Arrow((x, y), tip, bump.width, is_selected)
            elif is_selected:
                lift = layer.lever(self._start[0])[1] if bump.curve == "shift" else 1.0
                tip = self._start[0], self._start[1] + lift * bump.height[0]
                arrows[number] = Arrow(self._start, tip, bump.width, is_selected)
        return arrows

    def _on_changed(self) -> None:
        """Show the bumps; end the drag of one that was undone, or whose layer is no longer the current one."""
        if self.selected is not None and (self._editor.stage != self._stage or self.selected >= len(self._bumps)):
            self._let_go(None)
        elif self.selected is not None and not self.is_dragging and self.has_arrows:
            self._select(self.selected)  # undo may have moved it
        self._show()

    def _show(self) -> None:
        self.arrows_changed.emit(list(self._arrows().values()) if self.is_shown else [])


def _moved(point: Point, change: NDArray[np.float64]) -> Point:
    return point[0] + float(change[0]), point[1] + float(change[1])
