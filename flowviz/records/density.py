"""Exact densities of stages on grids."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowviz.records.equality import EqualByContent

Rectangle = tuple[float, float, float, float]  # left, right, bottom, top, in flow units

DENSITY_SIDE = 256  # cells along the shorter side of a rectangle


@dataclass(frozen=True, eq=False)
class Density(EqualByContent):
    """The log-density of the distribution at a stage, on a grid over a rectangle.

    Attributes:
        stage: Number of the stage.
        rectangle: The rectangle that the grid covers.
        log_density: Log-density at the cell centers (rows, columns), float32, in nats, top row first.
        draws: Log-densities (m,), float32, of exact draws from the distribution, in nats. Their quantiles are the
            levels of regions with a given probability.
        is_estimate: Whether the densities were estimated from particles, because the flow is not known.
        mismatch: For a density that is tilted with guidance, the mean of log q − log p in nats at the particles, where
            p is this density and q is that of the particles: the divergence KL(q‖p). None for the density of a flow.
    """

    stage: int
    rectangle: Rectangle
    log_density: NDArray[np.float32]
    draws: NDArray[np.float32]
    is_estimate: bool = False
    mismatch: float | None = None

    def level(self, mass: float) -> float:
        """Return the level of the highest-density region that has a probability of `mass`.

        This is the (1 - mass)-quantile of the log-densities of the draws, in nats; -∞ if none of them is finite.
        """
        finite = self.draws[np.isfinite(self.draws)]
        return float(np.quantile(finite, 1 - mass)) if len(finite) else -np.inf


def cell_centers(rectangle: Rectangle, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return the cell centers of a grid over a rectangle.

    Args:
        rectangle: The rectangle that the grid covers.
        shape: Number of rows and columns.

    Returns:
        Points (rows · columns, 2), float64, row by row from the top.
    """
    left, right, bottom, top = rectangle
    rows, columns = shape
    x = left + (np.arange(columns) + 0.5) * (right - left) / columns
    y = top - (np.arange(rows) + 0.5) * (top - bottom) / rows
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def grid_shape(rectangle: Rectangle, side: int = DENSITY_SIDE) -> tuple[int, int]:
    """Return the rows and columns of a grid of square cells, `side` of them along the shorter side of a rectangle."""
    left, right, bottom, top = rectangle
    cell = min(right - left, top - bottom) / side
    return round((top - bottom) / cell), round((right - left) / cell)
