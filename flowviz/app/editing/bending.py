"""Bent curves: where the bumps of a layer are on its curves, and how they bend them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Curve
from flowviz.specs.edits import (
    BENT,
    FARTHEST_BUMP,
    MAX_BUMP_WIDTH,
    MAX_SPLINE_RISE,
    MIN_BUMP_WIDTH,
    BentCurve,
    Bump,
)

Point = tuple[float, float]  # x and y of a curve, in flow units


@dataclass(frozen=True)
class Handle:
    """The place of a bump on a curve.

    Attributes:
        bump: Number of the bump among those of the layer.
        curve: Number of the curve.
        x, y: The highest point of the bump, on the bent curve.
    """

    bump: int
    curve: int
    x: float
    y: float


def learned(curve: Curve) -> NDArray[np.float64]:
    """Return the values (m,) of a curve as it was learned."""
    return np.asarray(curve.y if curve.learned is None else curve.learned, np.float64)


def bent(curve: Curve, bumps: Sequence[Bump]) -> NDArray[np.float64]:
    """Return the values (m,) of a curve, bent by those of the bumps of its layer that bend it."""
    y = learned(curve)
    for bump in bumps:
        if bump.curve != curve.bends:
            continue
        if bump.curve == "spline":
            share = 1.0
            if len(bump.center) == 2 and curve.at is not None:
                share = float(_shape(np.float64(curve.at), bump.center[0], bump.width))
            y = y + share * spline_height(bump) * _shape(y, bump.center[-1], bump.width)
        else:
            y = y + bump.height[0] * _shape(curve.x.astype(np.float64), bump.center[0], bump.width)
    return y


def bump_through(curve: Curve, bumps: Sequence[Bump], point: Point, width: float) -> Bump:
    """Return a bump that is added to others of a layer, and moves a curve through a point, as far as it can.

    Args:
        curve: The curve.
        bumps: The other bumps, which come before it.
        point: The point.
        width: Standard deviation of the bump.
    """
    assert curve.bends is not None
    x, y = point
    base = float(np.interp(x, curve.x, bent(curve, bumps)))
    return bump_within(curve.bends, (x,) if curve.at is None else (curve.at, base), (y - base,), width)


def bump_within(curve: BentCurve, center: Sequence[float], height: Sequence[float], width: float) -> Bump:
    """Return a bump whose center, height and width are those given, each within its limits."""
    width = float(np.clip(width, MIN_BUMP_WIDTH, MAX_BUMP_WIDTH))
    highest = BENT[curve].highest
    if curve == "spline":
        highest = min(highest, MAX_SPLINE_RISE * width)
    center = np.clip(center, -FARTHEST_BUMP, FARTHEST_BUMP).tolist()
    height = np.clip(height, -highest, highest).tolist()
    return Bump(curve=curve, center=tuple(center), height=tuple(height), width=width)


def spline_height(bump: Bump) -> float:
    """Return the height of a bump of a spline, cut off so that the spline increases."""
    return float(np.clip(bump.height[0], -MAX_SPLINE_RISE * bump.width, MAX_SPLINE_RISE * bump.width))


def _shape(x: NDArray[np.float64] | np.float64, center: float, width: float) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.exp(-(((x - center) / width) ** 2) / 2)
    return found
