"""The change of variables in one dimension: a curve through knots moves points of the normal distribution."""

from dataclasses import dataclass, replace
from math import erf, sqrt

import numpy as np
from numpy.typing import NDArray

from flowviz.records.base_distribution import normal_density

KNOTS = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)  # x of the knots
RANGE = 4.0  # of x and y that is shown, on both sides of 0
MIN_RISE = 0.05  # from one knot to the next, so that the curve has an inverse
HALF_TANGENT = 0.9  # half of the length of a tangent
ROUNDING = 1e-9
SLICE_WIDTH = 0.5
POINTS = 4000  # of the histograms
BINS = np.linspace(-RANGE, RANGE, 65)
FINE = np.linspace(-8, 8, 1601)  # further than the view, as a curve may bring distant points into it
TURNS_DOWN = (
    "<b>The circle stops here.</b> The curve must rise everywhere: if it turned down, two points would land at the "
    "same place, and nobody could tell where each one came from."
)


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

    @property
    def always_rises(self) -> bool:
        """Return whether each knot is high enough above the one before it, so that the curve has an inverse."""
        return bool((np.diff(self.heights) >= MIN_RISE - ROUNDING).all())

    def problem(self, knot: int, height: float) -> str:
        """Return why a knot cannot be at a height, as HTML, or an empty string."""
        moved = replace(self, heights=(*self.heights[:knot], height, *self.heights[knot + 1 :]))
        return "" if moved.always_rises else TURNS_DOWN

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


@dataclass(frozen=True)
class Tangent:
    """A piece of the tangent of a curve, of a fixed length.

    Attributes:
        x: Horizontal coordinates of its two ends.
        y: Vertical coordinates of its two ends.
        slope: The slope of the curve where the tangent touches it.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    slope: float

    @property
    def middle(self) -> tuple[float, float]:
        """Return x and y of the point at which it touches the curve."""
        return sum(self.x) / 2, sum(self.y) / 2


def tangent_at(curve: MonotoneCurve, x: float) -> Tangent:
    """Return the tangent of a curve at a coordinate, in the middle of its piece."""
    (y,), (slope,) = curve.values_and_slopes(np.array([x]))
    right, up = HALF_TANGENT / np.hypot(1, slope), HALF_TANGENT * slope / np.hypot(1, slope)
    return Tangent((x - right, x + right), (y - up, y + up), float(slope))


@dataclass(frozen=True)
class Bars:
    """Histograms of normally distributed points, before and after a curve has moved them, as densities.

    Attributes:
        edges: Edges of the bars (n + 1,).
        before: Heights (n,) before.
        after: Heights (n,) after.
    """

    edges: NDArray[np.float64]
    before: NDArray[np.float64]
    after: NDArray[np.float64]

    @property
    def width(self) -> float:
        """Return the width of a bar."""
        return float(self.edges[1] - self.edges[0])


def bars_of(curve: MonotoneCurve) -> Bars:
    """Return the histograms of points that a curve moves; the points are always the same."""
    x = np.random.default_rng(0).standard_normal(POINTS)
    y, _ = curve.values_and_slopes(x)
    before, after = (np.histogram(each, BINS)[0] / POINTS / (BINS[1] - BINS[0]) for each in (x, y))
    return Bars(BINS, before, after)


def observations(curve: MonotoneCurve, slice_center: float) -> dict[str, float]:
    """Return what the conditions of a lesson can refer to, by name."""
    _, (slope,) = curve.values_and_slopes(np.zeros(1))
    y, density = moved_density(curve, FINE)
    heights, middle = curve.heights, len(KNOTS) // 2
    return {
        "one_dimension_slope_at_center": float(slope),
        "one_dimension_slope_left": heights[middle] - heights[middle - 1],
        "one_dimension_slope_right": heights[middle + 1] - heights[middle],
        "one_dimension_max_density": float(density.max()),
        "one_dimension_total": float(np.trapezoid(density, y)),
        "one_dimension_largest_move": float(np.abs(np.subtract(heights, KNOTS)).max()),
        "one_dimension_slice": slice_center,
    }
