"""Statistical tests, and the cells that they count in."""

from math import exp

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ALPHA = 0.0025  # chance of a false alarm of each test: with four tests, about 1% for a report
HALVINGS = 6
CELLS = 2**HALVINGS  # that hold equally many points


def chi_squared_chance(statistic: float, degrees: int) -> float:
    """Return the chance that χ² with an even number of degrees of freedom is at least as large as a statistic.

    This is the chance that a Poisson variable with half the statistic as its mean is below half the degrees.
    """
    term = total = exp(-statistic / 2)
    for k in range(1, degrees // 2):
        term *= statistic / (2 * k)
        total += term
    return min(1.0, total)


def distance_chance(one: Array, other: Array) -> tuple[float, float]:
    """Return the Kolmogorov–Smirnov distance of two samples (n,) and (m,), and the chance that it is as large.

    The chance is at most this also where values are equal: Massart 1990, "The tight constant in the
    Dvoretzky–Kiefer–Wolfowitz inequality".
    """
    values = np.concatenate([one, other])
    shares = (np.searchsorted(np.sort(each), values, side="right") / len(each) for each in (one, other))
    distance = float(np.abs(np.subtract(*shares)).max())
    return distance, min(1.0, 2 * exp(-2 * distance**2 * len(one) * len(other) / len(values)))


def equal_cells(points: Array) -> NDArray[np.int64]:
    """Return the numbers (n,) of the cells, from 0 to 63, of points (n, 2): the leaves of a k-d tree.

    The cells hold equally many points. x and y are divided in turns.
    """
    cells = np.zeros(len(points), np.int64)
    for depth in range(HALVINGS):
        order = np.lexsort((points[:, depth % 2], cells))
        _, firsts, counts = np.unique(cells[order], return_index=True, return_counts=True)
        rank = np.arange(len(points)) - np.repeat(firsts, counts)
        cells[order] = 2 * cells[order] + (2 * rank >= np.repeat(counts, counts))
    return cells
