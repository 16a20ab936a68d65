"""Framing: choosing the part of the plane that a picture shows at each stage."""

from dataclasses import dataclass
from functools import cached_property
from math import exp, floor, hypot, log2
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from flowviz.rendering.projection import Panel, panel_of
from flowviz.specs import PictureSize, ViewSpec

FILL = 0.75  # share of the limiting side that the central box of the particles fills
ROUNDING = 1.25  # round up half extents of intermediate stages to powers of this ratio, so that the view seldom changes
LOOSEST = ROUNDING  # half extent of an intermediate stage at most, relative to what it needs, rounded up
MIN_HALF_EXTENT, MAX_HALF_EXTENT = 1e-3, 1e12  # in flow units
TOLERANCE = 0.05  # accepted deviation from FILL before the frame moves during training
OCTAVES_PER_SECOND = 2.0  # zoom by at most a factor of 2 in half a second
SIDES_PER_SECOND = 2.0  # pan by at most the shorter side in half a second
EASING_SECONDS = 0.15  # time after which 1/e of a jump is left
TINY = 1e-30  # replaces 0 in divisors
SETTLED = 1e-3  # share of the half extent; smaller differences are less than a pixel

Boxes = NDArray[np.float64]  # (stages, 2, 2): the lower left and upper right corners of a box at each stage


class Frame(NamedTuple):
    """A part of the plane: the shorter side of a panel shows center ± half extent, in flow units."""

    center: tuple[float, float]
    half_extent: float

    def on(self, view: ViewSpec) -> ViewSpec:
        """Return a copy of a view that shows this part of the plane."""
        return view.model_copy(update=self._asdict())


@dataclass(frozen=True, eq=False)
class Camera:
    """A view that shows one part of the plane at all stages, or follows the particles.

    A following camera centers the base and the last stage exactly: the box around the central particles fills 75% of
    the side that limits it. At intermediate stages, the camera stays over the center of the last stage, so that the
    movement of the particles is visible, and shows at least their box. It only zooms out between the base and the
    widest stage, and only zooms in after that, except where that would leave the cloud too small. A fixed camera shows
    the frame of all stages.

    Attributes:
        view: The view. Without boxes, the camera shows its center and half extent.
        boxes: The central box of the particles at each stage, (stages, 2, 2), or None to follow nothing.
    """

    view: ViewSpec
    boxes: Boxes | None = None

    def frame(self, stage: float, size: PictureSize) -> Frame:
        """Return the frame at a stage.

        Args:
            stage: The stage. A fractional stage is interpolated: 2.25 is a quarter of the way from stage 2 to stage 3.
            size: The size of the picture, in pixels.
        """
        if self.boxes is None:
            return Frame(self.view.center, self.view.half_extent)
        if self.view.camera == "fixed":
            return _widest(self.boxes, self._centers[-1], panel_of(self.view, size))
        extents = self._extents(panel_of(self.view, size))
        last = len(extents) - 1
        before = min(max(floor(stage), 0), last)
        after, way = min(before + 1, last), min(max(stage - before, 0.0), 1.0)
        (x, y), extent = (1 - way) * self._centers[before] + way * self._centers[after], extents[before]
        return Frame((float(x), float(y)), float(extent * (extents[after] / extent) ** way))

    def at(self, stage: float, size: PictureSize) -> ViewSpec:
        """Return the view at a stage, framed as in `frame`."""
        return self.frame(stage, size).on(self.view)

    def around(self, stage: int, size: PictureSize) -> ViewSpec:
        """Return a view that contains the views within half a stage of a stage.

        The density of the stage is visible in all of them.
        """
        here, *others = (self.frame(stage + way, size) for way in (0.0, -0.5, 0.5))
        return Frame(here.center, max(here.half_extent, *(_reach(other, here.center) for other in others))).on(
            self.view
        )

    def widest(self, size: PictureSize) -> ViewSpec:
        """Return a single view that shows all stages, centered on the last one."""
        if self.boxes is None:
            return self.view
        return _widest(self.boxes, self._centers[-1], panel_of(self.view, size)).on(self.view)

    @cached_property
    def _centers(self) -> NDArray[np.float64]:
        """Return the centers (stages, 2): that of the base, then that of the last stage at all other stages."""
        assert self.boxes is not None
        centers = np.repeat(self.boxes[-1:].mean(axis=1), len(self.boxes), axis=0)
        centers[0] = self.boxes[0].mean(axis=0)
        return centers

    @cached_property
    def _halves(self) -> NDArray[np.float64]:
        assert self.boxes is not None
        return _half_sides(self.boxes, self._centers)

    def _extents(self, panel: Panel) -> NDArray[np.float64]:
        """Return the half extents (stages,) in a panel, in flow units."""
        needed = _half_extents(self._halves, panel)
        between = needed[1:-1]
        between[:] = needed[-1] * ROUNDING ** np.ceil(np.log(between / needed[-1]) / np.log(ROUNDING) - 1e-9)
        widest_before, widest_after = np.maximum.accumulate(needed), np.maximum.accumulate(needed[::-1])[::-1]
        monotonic = np.minimum(widest_before, widest_after)
        return np.minimum(np.minimum(monotonic, LOOSEST * needed), MAX_HALF_EXTENT)


def fitted_view(box: NDArray[np.float64], view: ViewSpec, panel: Panel) -> ViewSpec:
    """Return a view in which a box (2, 2) is centered and fills 75% of the panel side that limits it."""
    center = box.mean(axis=0)
    return _frame(center, (box[1] - box[0]) / 2, panel).on(view)


def _widest(boxes: Boxes, center: NDArray[np.float64], panel: Panel) -> Frame:
    """Return the frame around a center (2,) that contains all boxes."""
    return _frame(center, _half_sides(boxes, center).max(axis=0), panel)


def common_box(boxes: Boxes) -> NDArray[np.float64]:
    """Return the smallest box (2, 2) that contains all boxes."""
    return np.stack([boxes[:, 0].min(axis=0), boxes[:, 1].max(axis=0)])


def steadied(held: Boxes, boxes: Boxes) -> Boxes:
    """Return the boxes to frame during training, keeping the current ones while they still fit.

    Each axis is treated separately: a current box is kept while the particles fill 70 to 80% of the side.

    Args:
        held: The boxes that are currently framed, (stages, 2, 2).
        boxes: The boxes of the particles, (stages, 2, 2).
    """
    center, half = held.mean(axis=1), (held[:, 1] - held[:, 0]) / 2
    reach, size = _half_sides(boxes, center), (boxes[:, 1] - boxes[:, 0]) / 2
    fits = (FILL * reach <= (FILL + TOLERANCE) * half) & (FILL * size >= (FILL - TOLERANCE) * half)
    return np.asarray(np.where(fits[:, None], held, boxes))


def eased(shown: Frame, before: Frame, goal: Frame, seconds: float) -> Frame:
    """Return the next frame of a camera that eases toward a moving goal.

    The frame moves along with the goal, while its distance from the goal decays exponentially. It zooms by at most a
    factor of 2 in half a second.

    Args:
        shown: The frame that is shown now.
        before: The goal of the shown frame. Pass `goal` if the goal has jumped.
        goal: The goal of the next frame.
        seconds: The time between the two frames.
    """
    left = exp(-seconds / EASING_SECONDS)
    zoom = log2(goal.half_extent / shown.half_extent) + left * log2(shown.half_extent / before.half_extent)
    x, y = (
        there - here + left * (here - was)
        for here, was, there in zip(shown.center, before.center, goal.center, strict=True)
    )
    apart = hypot(goal.center[0] - shown.center[0], goal.center[1] - shown.center[1])
    fastest = (
        2 * SIDES_PER_SECOND * max(shown.half_extent, goal.half_extent, apart)
    )  # faster over long distances, where the two frames do not overlap
    share = min(1.0, OCTAVES_PER_SECOND * seconds / max(abs(zoom), TINY), fastest * seconds / max(hypot(x, y), TINY))
    center = shown.center[0] + share * x, shown.center[1] + share * y
    found = Frame(center, shown.half_extent * 2.0 ** (share * zoom))
    return goal if share == 1 and _is_near(found, goal) else found


def _is_near(frame: Frame, goal: Frame) -> bool:
    apart = max(abs(here - there) for here, there in zip(frame.center, goal.center, strict=True))
    return max(apart, abs(frame.half_extent - goal.half_extent)) <= SETTLED * goal.half_extent


def _reach(frame: Frame, center: tuple[float, float]) -> float:
    """Return the half extent of the square around `center` that contains a frame."""
    return frame.half_extent + max(abs(here - there) for here, there in zip(frame.center, center, strict=True))


def _half_sides(boxes: Boxes, centers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return half the sides (stages, 2) of the smallest boxes around `centers` (stages, 2) that contain `boxes`."""
    return np.maximum(boxes[:, 1] - centers, centers - boxes[:, 0])


def _frame(center: NDArray[np.float64], halves: NDArray[np.float64], panel: Panel) -> Frame:
    extent = _half_extents(halves, panel)
    return Frame((float(center[0]), float(center[1])), min(float(extent), MAX_HALF_EXTENT))


def _half_extents(halves: NDArray[np.float64], panel: Panel) -> NDArray[np.float64]:
    """Return the half extents (...) at which boxes with half sides `halves` (..., 2) fill 75% of a panel."""
    shares = halves * min(panel) / np.array(panel) / FILL
    return np.asarray(np.maximum(shares.max(axis=-1), MIN_HALF_EXTENT))
