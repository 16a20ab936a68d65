"""The exact density of a stage, on a grid."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rectangle = tuple[float, float, float, float]  # left, right, bottom, top, in target units

DENSITY_SIDE = 256  # cells along the shorter side of a rectangle


@dataclass(frozen=True)
class Density:
    """log p of the distribution at a stage, in nats, at the center of each cell of a grid over the rectangle.

    log_density (rows, columns), float32, the top row first. draws (m,), float32: the log-densities of exact draws from
    that distribution, which tell how much of its probability lies above a level.
    """

    stage: int
    rectangle: Rectangle
    log_density: NDArray[np.float32]
    draws: NDArray[np.float32]

    def level(self, mass: float) -> float:
        """The log-density above which a share `mass` of the probability lies: the (1 - mass)-quantile of the draws."""
        finite = self.draws[np.isfinite(self.draws)]
        return float(np.quantile(finite, 1 - mass)) if len(finite) else -np.inf


def cell_centers(rectangle: Rectangle, shape: tuple[int, int]) -> NDArray[np.float64]:
    """The centers (rows · columns, 2) of the cells, row by row from the top, of a grid of that shape."""
    left, right, bottom, top = rectangle
    rows, columns = shape
    x = left + (np.arange(columns) + 0.5) * (right - left) / columns
    y = top - (np.arange(rows) + 0.5) * (top - bottom) / rows
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def grid_shape(rectangle: Rectangle, side: int = DENSITY_SIDE) -> tuple[int, int]:
    """Rows and columns of square cells, `side` of them along the shorter side of the rectangle."""
    left, right, bottom, top = rectangle
    cell = min(right - left, top - bottom) / side
    return round((top - bottom) / cell), round((right - left) / cell)
