"""Where a cloud of points lies, and a picture of it."""

import numpy as np
from numpy.typing import NDArray

from flowviz.targets.target import Extent

LEFT_OUT = 0.001  # of the points, at either end of an axis: they may be far away
MARGIN = 0.05
SIDE = 160  # cells of the picture's longer side
SHOWN = 200_000  # points are enough for it


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
