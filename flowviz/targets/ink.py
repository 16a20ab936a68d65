"""A mask becomes a uniform density over its ink."""

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import TargetError

COVERAGE_CELLS = 400  # of equal size: so many that letters are resolved, so few that 8000 samples can reach each


class Ink:
    """p(y) = 1 / area of the ink, on the ink; 0 elsewhere. Its entropy is log(area), exactly.

    `mask` (rows, columns), true where there is ink, the top row first. Raises `TargetError` where there is none.
    """

    def __init__(self, mask: NDArray[np.bool_]) -> None:
        rows, columns = np.nonzero(mask)
        if not len(rows):
            raise TargetError("There is no ink here, nothing for the flow to learn. Type something that leaves a mark.")
        self.mask = mask
        corners = np.stack([columns, -1.0 - rows], axis=1)  # (pixels, 2), lower left, y upwards
        # A point is uniform in its pixel: half a pixel from the corner on average, with variance 1/12.
        self._center = corners.mean(axis=0) + 0.5
        self._pixel = 1 / np.sqrt(corners.var(axis=0).max() + 1 / 12)  # the side of a pixel in target units
        self._cells = _cells(mask)
        self._corners = ((corners - self._center) * self._pixel).astype(np.float32)

    @property
    def entropy(self) -> float:
        """log(area of the ink), in nats."""
        return float(np.log(len(self._corners)) + 2 * np.log(self._pixel))

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """The rectangle around the ink: left, right, bottom, top."""
        (left, bottom), (right, top) = self._corners.min(axis=0), self._corners.max(axis=0) + self._pixel
        return float(left), float(right), float(bottom), float(top)

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draws (count, 2): a pixel of ink, then a place in it."""
        points: NDArray[np.float32] = self._corners[rng.integers(len(self._corners), size=count)]
        points += rng.random((count, 2), dtype=np.float32) * np.float32(self._pixel)
        return points

    def heldout(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Fresh draws (count, 2): from a density, no draw comes twice."""
        return self.sample(count, rng)

    def on_target(self, points: NDArray[np.floating]) -> float:
        """The share of the points (n, 2) that lie on ink."""
        return float(self.contains(points).mean())

    def coverage(self, points: NDArray[np.floating]) -> float:
        """The share of the ink in cells, 400 of them cover it, in which at least one of the points (n, 2) lies on ink.

        8000 draws from the ink itself reach more than 0.99 of it.
        """
        row, column, on_ink = self._pixels(points)
        ink = np.bincount(self._cells[self.mask])
        reached = np.bincount(self._cells[row[on_ink], column[on_ink]], minlength=len(ink)) > 0
        return float(ink[reached].sum() / ink.sum())

    def contains(self, points: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which of the points (n, 2) lie on ink: (n,). A point that is not finite does not."""
        return self._pixels(points)[2]

    def _pixels(self, points: NDArray[np.floating]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
        """The pixel of each point, row and column, and whether it is of ink; a point outside has pixel 0, 0."""
        rows, columns = self.mask.shape
        with np.errstate(invalid="ignore"):
            x, y = (np.asarray(points, np.float64) / self._pixel + self._center).T
            inside = (x >= 0) & (x < columns) & (y < 0) & (y >= -rows)
        column = np.where(inside, x, 0).astype(np.intp)
        row = np.where(inside, -1 - np.floor(np.where(inside, y, -1)), 0).astype(np.intp)
        return row, column, inside & self.mask[row, column]


def _cells(mask: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The number of the square cell of each pixel (rows, columns); about `COVERAGE_CELLS` would hold all ink."""
    side = max(1, round(float(np.sqrt(mask.sum() / COVERAGE_CELLS))))
    rows, columns = (np.arange(length) // side for length in mask.shape)
    cells: NDArray[np.intp] = rows[:, np.newaxis] * (columns[-1] + 1) + columns
    return cells
