"""Adaptive histograms of targets: pruned quadtrees, fitted by counting."""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowviz.targets.target import DRAWN_TOGETHER, Target, draw_in_parts

COUNTED = 8_000_000  # points
LEVELS = 11  # halvings of each side of a square box, down to the finest grid
PENALTY = np.float32(2)  # nats that each part must gain, so that chance is not mistaken for detail
PRIOR = 0.1  # points in each part before counting, so that none has density 0


class AdaptiveHistogram:
    """A density that is constant on rectangles, which are smaller where counting shows detail.

    p(x) = (1 − ε) · share of the rectangle / its area + ε · Cauchy density, which is positive in all of the plane

    It is no flow, because no smooth map takes the plane apart into rectangles, but its gap shows how sharp a flow could
    be. The rectangles are the leaves of the quadtree with the highest likelihood minus a penalty for each leaf, and
    the training points of a finite table count once each, however often they are drawn.
    Reference: Klemelä 2009, "Smoothing of multivariate data".

    Args:
        target: The target.
        rng: Random numbers, with which training points are drawn.
        count: Number of draws.

    Attributes:
        box: Lower left and upper right corner (2, 2) of the part of the plane in which points are counted.
        shape: Rows and columns of the finest grid in the box.
        leaves: Number of rectangles.
    """

    can_fold = False  # as of a flow that never folds

    def __init__(self, target: Target, rng: np.random.Generator, count: int = COUNTED) -> None:
        # A table can have points that are much farther away than all others.
        ends = [[1.5, -0.5], [-0.5, 1.5]] @ np.reshape(target.extent, (2, 2)).T
        self.box = np.clip(np.quantile(target.sample(DRAWN_TOGETHER, rng), (0, 1), axis=0), *ends)
        width, height = self.box[1] - self.box[0]
        tilt = round(np.clip(np.log2(width / height) / 2, -LEVELS / 2, LEVELS / 2))  # so that cells are about square
        self.shape = 2 ** (LEVELS - tilt), 2 ** (LEVELS + tilt)
        cells = np.concatenate([self._cells(points) for points in draw_in_parts(target, count, rng)])
        weight = min(1.0, (target.training_points or count) / count)
        counts = (weight * np.bincount(cells, minlength=2 ** (2 * LEVELS) + 1)).astype(np.float32)
        self._outside = (float(counts[-1]) + 0.5) / (weight * count + 1)
        shares, self.leaves = _pruned(counts[:-1].reshape(self.shape))
        self._density = np.append(shares * np.float32(len(shares) / (width * height)), np.float32(0))  # by cell

    def log_prob(self, points: NDArray[np.floating], values: object = None) -> NDArray[np.float64]:
        """Return the log-density (n,) in nats at points (n, 2), which is finite also far away."""
        points = np.asarray(points, np.float64)
        inside = np.maximum(self._density[self._cells(points)], np.finfo(np.float64).tiny)
        tails = np.log(self._outside / (2 * np.pi)) - 3 * np.log(np.hypot(1, np.hypot(*points.T)))
        return np.asarray(np.logaddexp(np.log(inside) + np.log1p(-self._outside), tails), np.float64)

    def folds_at(self, points: NDArray[np.floating], log_density: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Return at which points (n, 2) the log-density is inexact: nowhere."""
        return np.zeros(len(points), np.bool_)

    def _cells(self, points: NDArray[np.floating]) -> NDArray[np.int32]:
        """Return the numbers (n,) of the cells of the finest grid at points (n, 2), one more than all for others."""
        rows, columns = self.shape
        x, y = ((points - self.box[0]) * ((columns, rows) / (self.box[1] - self.box[0]))).T
        inside = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
        column, row = (np.where(inside, place, 0).astype(np.int32) for place in (x, y))
        return np.where(inside, row * np.int32(columns) + column, np.int32(rows * columns))


def _pruned(counts: NDArray[np.float32]) -> tuple[NDArray[np.float32], int]:
    """Return the shares of all cells (n,), in proportion to their areas within a leaf, and the number of leaves.

    Args:
        counts: Numbers of points in the cells (rows, columns), which may be fractions.
    """
    levels = [counts[:, np.newaxis, :, np.newaxis]]  # (rows, 1, columns, 1), so that each goes with its parts
    while min(levels[-1].shape[::2]) > 1:
        levels.append(_parts(levels[-1]).sum(axis=(1, 3), keepdims=True))
    gains = [np.zeros_like(levels[0])]  # of the best tree below each rectangle over a single leaf, in nats
    for fine, coarse in pairwise(levels):
        parts = _parts(gains[-1] + _likelihood(fine) - PENALTY * (fine > 0)).sum(axis=(1, 3), keepdims=True)
        gains.append(np.maximum(parts + np.float32(np.log(4)) * coarse - _likelihood(coarse), 0))
    is_split = np.ones_like(levels[-1], np.bool_)
    shares, leaves = (levels[-1] + PRIOR) / (levels[-1] + PRIOR).sum(), is_split.size
    for gain, fine, coarse in zip(gains[:0:-1], levels[-2::-1], levels[:0:-1], strict=True):
        is_split = is_split & (gain > 0)
        leaves += 3 * int(is_split.sum())
        parts = np.where(is_split, (_parts(fine) + PRIOR) / (coarse + 4 * PRIOR), np.float32(1 / 4))
        is_split, shares = (
            np.broadcast_to(each, parts.shape).reshape(fine.shape) for each in (is_split, parts * shares)
        )
    return shares.ravel(), leaves


def _likelihood(counts: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the log-likelihoods n log n of n points in a rectangle, without the terms that all trees share."""
    return counts * np.log(np.maximum(counts, np.float32(1)))


def _parts(cells: NDArray[Any]) -> NDArray[Any]:
    """Return cells (rows, 1, columns, 1) in groups of four (rows / 2, 2, columns / 2, 2)."""
    return cells.reshape(len(cells) // 2, 2, -1, 2)
