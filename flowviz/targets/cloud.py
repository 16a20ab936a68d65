"""Targets represented by sample points: their extent and a histogram."""

from abc import abstractmethod

import numpy as np
from numpy.typing import NDArray

from flowviz.targets.target import Draws, Extent, Target, Use, widened

LEFT_OUT = 0.001  # share of the points cut off at each end of an axis, because outliers may be far away
MARGIN = 0.05  # share of the longer side
SIDE = 160  # histogram cells along the longer side
SHOWN = 200_000  # points that suffice for the extent and the histogram


class Cloud(Target):
    """A distribution represented by sample points.

    It has no edge, so the coverage is unknown, and, unless a subclass knows the density, the on-target share as well.

    Args:
        shown: Points (n, 2) of the distribution in flow units, which determine the extent and the preview.
        entropy: Entropy in nats. None if unknown.
    """

    def __init__(self, shown: NDArray[np.floating], entropy: float | None = None) -> None:
        self._shown, self._entropy = shown, entropy
        self._extent = cloud_extent(shown)

    @property
    def entropy(self) -> float | None:
        """Return the entropy in nats. None if it is unknown."""
        return self._entropy

    @property
    def extent(self) -> Extent:
        """Return the rectangle around nearly all points in flow units: left, right, bottom, top."""
        return self._extent

    def contains(self, points: NDArray[np.floating]) -> NDArray[np.bool_] | None:
        """Return None, because the density is unknown."""
        return None

    def coverage(self, points: NDArray[np.floating]) -> None:
        """Return None, because the support is unknown."""
        return

    def preview(self) -> NDArray[np.uint8]:
        """Return a histogram of the points as shades of gray (rows, columns), top row first."""
        return cloud_picture(self._shown, self._extent)


class DrawnCloud(Cloud):
    """A cloud whose points are drawn together with the values of a condition, if it has one."""

    @abstractmethod
    def drawn(self, use: Use, count: int, rng: np.random.Generator) -> Draws:
        """Return points for a use with the values of their condition; none to test a flow if there are too few."""

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw training points (count, 2) at all values of the condition."""
        return self.drawn("sample", count, rng).points

    def validation(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return at most `count` validation points (n, 2)."""
        return self.drawn("validation", count, rng).points

    def test(self, count: int, rng: np.random.Generator) -> NDArray[np.float32] | None:
        """Return at most `count` test points (n, 2), or None if there are too few."""
        found = self.drawn("test", count, rng).points
        return found if len(found) else None


def cloud_extent(points: NDArray[np.floating]) -> Extent:
    """Return a rectangle, including a margin, around nearly all of the points (n, 2): left, right, bottom, top."""
    low, high = np.quantile(points[:SHOWN], (LEFT_OUT, 1 - LEFT_OUT), axis=0)
    return widened(low, high, MARGIN * (high - low).max())  # of the longer side: the shorter one may have length 0


def cloud_picture(points: NDArray[np.floating], extent: Extent) -> NDArray[np.uint8]:
    """Return a histogram of points as shades of gray.

    Args:
        points: Points (n, 2).
        extent: The rectangle that the histogram covers.

    Returns:
        Shades (rows, columns), top row first, from 0 for an empty cell to 255 for the fullest one. The longer side has
        160 cells.
    """
    left, right, bottom, top = extent
    side = max(right - left, top - bottom) / SIDE
    cells = [max(1, round(length / side)) for length in (right - left, top - bottom)]
    x, y = points[:SHOWN].T
    counts, _, _ = np.histogram2d(x, y, bins=cells, range=((left, right), (bottom, top)))
    # The square root keeps sparse regions visible beside a dense core.
    shades: NDArray[np.uint8] = np.rint(255 * np.sqrt(counts / max(counts.max(), 1))).astype(np.uint8)
    return shades.T[::-1]
