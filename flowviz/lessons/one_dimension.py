"""The change of variables in one dimension: a curve through knots moves points of the normal distribution."""

from dataclasses import dataclass, replace
from math import erf, sqrt

import numpy as np
from numpy.typing import NDArray

from flowviz.records.base_distribution import normal_density

KNOTS = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)  # x of the knots
RANGE = 4.0  # of x and y that is shown, on both sides of 0
MIN_RISE = 0.05  # from one knot to the next, so that the curve has an inverse
SLICE_WIDTH = 0.5


@dataclass(frozen=True)
class MonotoneCurve:
    """y = f(x), a smooth, strictly increasing curve through knots, straight outside of them.

    Between two knots it is the rational-quadratic curve of Gregory and Delbourgo 1982, as in a spline flow:
    https://doi.org/10.1093/imanum/2.2.123. At first it is the identity.

    Attributes:
        heights: y of each knot, increasing.
    """

    heights: tuple[float, ...] = KNOTS

    def moved(self, knot: int, height: float) -> "MonotoneCurve":
        """Return this curve with a knot at another height, between those of its neighbors."""
        low = self.heights[knot - 1] + MIN_RISE if knot > 0 else -RANGE
        high = self.heights[knot + 1] - MIN_RISE if knot + 1 < len(KNOTS) else RANGE
        heights = list(self.heights)
        heights[knot] = min(max(float(height), low), high)
        return replace(self, heights=tuple(heights))

    def values_and_slopes(self, x: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return y = f(x) and the slope f'(x) at coordinates (n,)."""
        knots, heights, slopes = np.array(KNOTS), np.array(self.heights), self._slopes()
        left = np.clip(np.searchsorted(knots, x, side="right") - 1, 0, len(knots) - 2)
        width, rise = knots[left + 1] - knots[left], heights[left + 1] - heights[left]
        mean, start, end = rise / width, slopes[left], slopes[left + 1]
        t = np.clip((x - knots[left]) / width, 0, 1)
        rest = t * (1 - t)
        scale = mean + (start + end - 2 * mean) * rest
        inside = heights[left] + rise * (mean * t**2 + start * rest) / scale
        slope = mean**2 * (end * t**2 + 2 * mean * rest + start * (1 - t) ** 2) / scale**2
        beyond = np.minimum(x - knots[0], 0) + np.maximum(x - knots[-1], 0)
        return inside + slope * beyond, slope

    def _slopes(self) -> NDArray[np.float64]:
        """Return the slope at each knot: the harmonic mean of the slopes of the pieces beside it."""
        pieces = np.diff(self.heights) / np.diff(KNOTS)
        inner = 2 / (1 / pieces[:-1] + 1 / pieces[1:])
        return np.concatenate([pieces[:1], inner, pieces[-1:]])


@dataclass(frozen=True)
class Slice:
    """Points between two coordinates, and where the curve moves them.

    Attributes:
        x: Ends of the slice, before.
        y: Their images.
        share: Share of all points that are in the slice. The curve does not change it.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    share: float

    @property
    def density_before(self) -> float:
        """Return the average density of the slice before the curve has moved it."""
        return self.share / (self.x[1] - self.x[0])

    @property
    def density_after(self) -> float:
        """Return the average density of its image."""
        return self.share / (self.y[1] - self.y[0])


def moved_density(curve: MonotoneCurve, x: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return y = f(x) and the density at y of normally distributed points that a curve has moved: p(x) / f'(x)."""
    y, slopes = curve.values_and_slopes(x)
    return y, normal_density(x) / slopes


def slice_at(curve: MonotoneCurve, center: float) -> Slice:
    """Return the slice around a coordinate."""
    low, high = center - SLICE_WIDTH / 2, center + SLICE_WIDTH / 2
    y, _ = curve.values_and_slopes(np.array([low, high]))
    share = (erf(high / sqrt(2)) - erf(low / sqrt(2))) / 2
    return Slice((low, high), (float(y[0]), float(y[1])), share)
