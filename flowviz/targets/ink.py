"""A mask becomes a uniform density over its ink."""

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import TargetError


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

    def contains(self, points: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which of the points (n, 2) lie on ink: (n,). A point that is not finite does not."""
        rows, columns = self.mask.shape
        with np.errstate(invalid="ignore"):
            column, minus_row = (np.asarray(points, np.float64) / self._pixel + self._center).T
            inside = (column >= 0) & (column < columns) & (minus_row < 0) & (minus_row >= -rows)
        on_ink = np.zeros(len(points), dtype=bool)
        on_ink[inside] = self.mask[(-1 - np.floor(minus_row[inside])).astype(int), column[inside].astype(int)]
        return on_ink
