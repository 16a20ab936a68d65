"""The curves of a layer as its bumps bend them, and what is at a point of their plot."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from flowviz.app.editing.bending import Handle, Point, bent, bump_through, learned
from flowviz.records import Curve
from flowviz.specs.edits import Bump

REACH = 10.0  # largest distance from the mouse to a handle or a curve, in pixels
WIDTH_SHARE = 0.08  # of the range of a curve: the width of a first bump
VISIBLE = 0.005  # of the range of a curve: a change that is drawn


@dataclass(frozen=True)
class BentCurves:
    """Curves of a layer, and its bumps.

    Attributes:
        curves: The curves.
        bumps: The bumps of the layer, each of which bends one of its curves.
    """

    curves: Sequence[Curve] = ()
    bumps: tuple[Bump, ...] = ()

    @cached_property
    def bendable(self) -> tuple[int, ...]:
        """Return the numbers of the curves that can be bent."""
        return tuple(number for number, curve in enumerate(self.curves) if curve.bends and len(curve.x))

    @cached_property
    def handles(self) -> list[Handle]:
        """Return the handles of the bumps; one that bends several curves has its handle on the nearest of them."""
        found = []
        for number, bump in enumerate(self.bumps):
            curve = _curve_of(bump, self.curves)
            if curve is not None:
                x = _place(self.curves[curve], self.bumps, number)
                found.append(Handle(number, curve, *self.point_at(curve, x)))
        return found

    @cached_property
    def values(self) -> tuple[NDArray[np.float64], ...]:
        """Return the values (m,) of each curve as it is bent."""
        return tuple(bent(each, self.bumps) if each.bends else each.y.astype(np.float64) for each in self.curves)

    def is_bent(self, number: int) -> bool:
        """Return whether a curve is visibly bent; a bump of a spline hardly bends those far away."""
        if not self.bumps or not len(self.curves[number].x):
            return False
        now, before = self.values[number], learned(self.curves[number])
        return bool(np.abs(now - before).max() > VISIBLE * max(np.ptp(now), np.ptp(before)))

    def handle_at(self, point: Point, pixel: Point) -> Handle | None:
        """Return the handle at a point, the nearest one if there are several.

        Args:
            point: The point.
            pixel: Width and height of a pixel of the plot.
        """
        near = [(distance, handle) for handle in self.handles if (distance := _distance(handle, point, pixel)) <= REACH]
        return min(near, key=lambda pair: pair[0])[1] if near else None

    def curve_at(self, point: Point, pixel: Point, preferred: int) -> int | None:
        """Return the number of the curve at a point that can be bent: the preferred one, or else the nearest."""
        distances = {number: self._distance_to_curve(number, point, pixel) for number in self.bendable}
        near = [number for number, distance in distances.items() if distance <= REACH]
        return min(near, key=lambda number: (number != preferred, distances[number])) if near else None

    def point_at(self, number: int, x: float) -> Point:
        """Return the point of a curve at x."""
        return x, float(np.interp(x, self.curves[number].x, self.values[number]))

    def bump_to(self, number: int, point: Point, width: float | None) -> Bump:
        """Return another bump, which moves a curve to a point; without a width, it has a usual one."""
        curve = self.curves[number]
        return bump_through(curve, self.bumps, point, width or WIDTH_SHARE * float(np.ptp(curve.x)))

    def moved(self, handle: Handle, point: Point) -> Bump:
        """Return the bump of a handle after the handle is moved to a point, or as near as the curve extends."""
        curve = self.curves[handle.curve]
        others = [each for number, each in enumerate(self.bumps) if number != handle.bump]
        inside = float(np.clip(point[0], curve.x[0], curve.x[-1]))
        return bump_through(curve, others, (inside, point[1]), self.bumps[handle.bump].width)

    def _distance_to_curve(self, number: int, point: Point, pixel: Point) -> float:
        """Return the distance from a point to a curve, in pixels."""
        x, y = self.curves[number].x, self.values[number]
        return float(np.hypot((x - point[0]) / pixel[0], (y - point[1]) / pixel[1]).min())


def _distance(handle: Handle, point: Point, pixel: Point) -> float:
    """Return the distance from a handle to a point, in pixels."""
    return float(np.hypot((handle.x - point[0]) / pixel[0], (handle.y - point[1]) / pixel[1]))


def _curve_of(bump: Bump, curves: Sequence[Curve]) -> int | None:
    """Return the number of the curve that a bump bends, the nearest one if it bends several."""
    bending = [number for number, curve in enumerate(curves) if curve.bends == bump.curve and len(curve.x)]
    if bump.curve == "spline" and len(bump.center) == 2:
        bending.sort(key=lambda number: abs((curves[number].at or 0.0) - bump.center[0]))
    return bending[0] if bending else None


def _place(curve: Curve, bumps: Sequence[Bump], number: int) -> float:
    """Return the x at which a bump of a curve is highest; a spline increases, so it has its value there only."""
    bump = bumps[number]
    if bump.curve != "spline":
        return bump.center[0]
    return float(np.interp(bump.center[-1], bent(curve, bumps[:number]), curve.x))
