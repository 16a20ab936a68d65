"""What is known by its points only: where they lie, and a picture of them."""

import numpy as np
from numpy.typing import NDArray

from flowviz.targets.target import Extent

LEFT_OUT = 0.001  # of the points, at either end of an axis: they may be far away
MARGIN = 0.05
SIDE = 160  # cells of the picture's longer side
SHOWN = 200_000  # points are enough for it


class Cloud:
    """A distribution whose support is unknown, and with it the share on target and the coverage; so may its entropy be.

    `shown` (n, 2), in target units, are points of it that tell where it lies and how it looks.
    """

    def __init__(self, shown: NDArray[np.floating], entropy: float | None = None) -> None:
        self._shown, self._entropy = shown, entropy
        self._extent = cloud_extent(shown)

    @property
    def entropy(self) -> float | None:
        """In nats, where there is a formula."""
        return self._entropy

    @property
    def extent(self) -> Extent:
        """The rectangle around nearly all points: left, right, bottom, top."""
        return self._extent

    def on_target(self, points: NDArray[np.floating]) -> None:
        """Unknown."""
        return

    def coverage(self, points: NDArray[np.floating]) -> None:
        """Unknown."""
        return

    def preview(self) -> NDArray[np.uint8]:
        """A histogram of the points, (rows, columns)."""
        return cloud_picture(self._shown, self._extent)


def cloud_extent(points: NDArray[np.floating]) -> Extent:
    """The rectangle that holds nearly all of the points (n, 2), with a margin."""
    low, high = np.quantile(points[:SHOWN], (LEFT_OUT, 1 - LEFT_OUT), axis=0)
    margin = MARGIN * (high - low).max()  # the shorter axis may have no length at all
    (left, bottom), (right, top) = low - margin, high + margin
    return float(left), float(right), float(bottom), float(top)


def cloud_picture(points: NDArray[np.floating], extent: Extent) -> NDArray[np.uint8]:
    """How many points lie in each cell of the extent, as a shade of gray: (rows, columns), the top row first."""
    left, right, bottom, top = extent
    side = max(right - left, top - bottom) / SIDE
    cells = [max(1, round(length / side)) for length in (right - left, top - bottom)]
    x, y = points[:SHOWN].T
    counts, _, _ = np.histogram2d(x, y, bins=cells, range=((left, right), (bottom, top)))
    # The root: a dense core must not make the rest look empty.
    shades: NDArray[np.uint8] = np.rint(255 * np.sqrt(counts / max(counts.max(), 1))).astype(np.uint8)
    return shades.T[::-1]
