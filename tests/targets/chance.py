"""What samples tell of the density that they come from."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowviz.targets import Target
from flowviz.targets.target import Extent


def counted(points: NDArray[np.float32], extent: Extent, shape: tuple[int, int]) -> NDArray[np.intp]:
    """How many points lie in each cell of a grid over the extent, (rows, columns), the top row first."""
    left, right, bottom, top = extent
    rows, columns = shape
    column = np.clip(((points[:, 0] - left) / (right - left) * columns).astype(int), 0, columns - 1)
    row = np.clip(((top - points[:, 1]) / (top - bottom) * rows).astype(int), 0, rows - 1)
    return np.bincount(row * columns + column, minlength=rows * columns).reshape(shape)


def estimated_entropy(target: Target, draws: int, shape: tuple[int, int]) -> float:
    """-Σ p log p over the cells of a grid + log(area of a cell), in nats, from the shares of the draws.

    With the correction of Miller 1955 for the cells' few draws.
    """
    counts = np.zeros(shape, np.intp)
    rng = np.random.default_rng(7)
    for _ in range(draws // 500_000):
        counts += counted(target.sample(500_000, rng), target.extent, shape)
    left, right, bottom, top = target.extent
    area = (right - left) * (top - bottom) / (shape[0] * shape[1])
    p = counts[counts > 0] / counts.sum()
    return float(-(p * np.log(p)).sum() + (len(p) - 1) / (2 * counts.sum()) + np.log(area))


def deviation(observed: NDArray[Any], expected: NDArray[np.float64]) -> float:
    """χ² over cells, less what is expected of it, in standard deviations of it."""
    chi_squared = ((observed - expected) ** 2 / expected).sum()
    degrees = expected.size - 1
    return float((chi_squared - degrees) / np.sqrt(2 * degrees))
