"""The best possible velocity of flow matching: the minimum of its regression loss, in closed form."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import TargetError
from flowviz.records import cell_centers
from flowviz.records.base_distribution import (
    EDGE,
    HALF_SIDE,
    LOG_2PI,
    STANDARD_NORMAL,
    Base,
    StudentT,
    Uniform,
    normal_density,
)
from flowviz.records.bases import base_of
from flowviz.records.mixture import Component, Mixture
from flowviz.specs import FlowSpec
from flowviz.targets.pixels import PixelDensity
from flowviz.targets.rows import Rows
from flowviz.targets.target import Extent, Target, widened

EARLIEST, LATEST = 1e-4, 0.999  # nearer to 0 rounding dominates; at 1, the velocity is infinite off the target
MAX_POINTS = 4_000  # of a table; larger tables are binned on a grid
PART = 512  # points that are computed together, to bound memory
SIDE = 512  # cells along each side of a grid over a target that has no pixels
PAIRS, TIMES = 1024, 64  # from which the loss is estimated: pairs at each time, and times
MERGED = 1 / 8  # width of merged pixels, as a share of the blur and in flow units: the loss changes by less than 1e-3
NO_MASS = 1e-290  # if less of the target reaches a point, only its nearest cell is used
WHOLE = Component(0.0, 0.0, 1.0, -LOG_2PI)  # of a base that is no mixture

GUIDED = "The best possible velocity is that without guidance. Set the guidance to 1."
NO_FIELD = "Only flow matching follows a velocity."
UNKNOWN_TARGET = (
    "The best possible velocity is known for words, pictures, shapes with a known density, and tables without a "
    "condition."
)
UNKNOWN_BASE = "From Student's t as the base, the best possible velocity is known for tables only. Choose another base."

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Cells:
    """A density that is constant on the cells of a grid, up to a factor.

    Attributes:
        x: Edges (columns + 1,) of the cells, from left to right.
        y: Edges (rows + 1,) of the cells, from bottom to top.
        density: Unnormalized density (rows, columns).
    """

    x: Array
    y: Array
    density: Array

    def merged(self, width: float) -> "Cells":
        """Return cells that are at most as wide as this, or these if they are wider."""
        count = int(width / (self.x[1] - self.x[0]))
        if count < 2:
            return self
        sums = self.density * np.outer(np.diff(self.y), np.diff(self.x))
        for axis, length in enumerate(sums.shape):
            sums = np.add.reduceat(sums, np.arange(0, length, count), axis=axis)
        x, y = (np.append(edges[:-1:count], edges[-1]) for edges in (self.x, self.y))
        return Cells(x, y, sums / np.outer(np.diff(y), np.diff(x)))

    def nearest(self, points: Array) -> Array:
        """Return the centers (n, 2) of the nearest cells that are not empty."""
        return np.asarray(self._tree.data[self._tree.query(points)[1]])

    @cached_property
    def _tree(self) -> Any:
        from scipy.spatial import KDTree  # imported here because it takes a tenth of a second

        row, column = np.nonzero(self.density)
        x, y = ((edges[1:] + edges[:-1]) / 2 for edges in (self.x, self.y))
        return KDTree(np.stack([x[column], y[row]], axis=1))


def best_velocity(
    target: Target, points: NDArray[np.floating], time: float, base: Base = STANDARD_NORMAL, width: float = 0.0
) -> Array:
    """Return the best velocity for independent pairs: v(x, t) = E[x_1 − x_0 | x_t = x], x_t = (1 − t)·x_0 + t·x_1.

    Given x_t = x, the pairs are weighted by the base density at x_0 = (x − t·x_1) / (1 − t). For a normal base, the
    mean of x_1 is a ratio of two Gaussian blurs of the target; here they are sums over its pixels without any
    approximation. A table is the distribution of its training points, so the velocity leads to one of them.
    Reference: Bertrand et al. 2025, "On the closed-form of flow matching", https://arxiv.org/abs/2506.03719.

    Args:
        target: The target.
        points: Points x (n, 2).
        time: The time t from 0 to 1. At 1, the velocity is infinite off the target; that of t = 0.999 is returned.
        base: The base.
        width: Width up to which pixels of the target are merged, for speed. By default, they are not.

    Raises:
        TargetError: If the velocity is not known for the target or the base.
    """
    if problem := _problem(target, base):
        raise TargetError(problem)
    t, x = float(np.clip(time, EARLIEST, LATEST)), np.asarray(points, np.float64)
    parts = np.split(x, range(PART, len(x), PART))
    if isinstance(target, Rows) and _has_few(target):
        return np.concatenate([_to_points(target.training_set, part, t, base) for part in parts])
    cells = _cells(target).merged(width)
    return np.concatenate([_to_cells(cells, part, t, base) for part in parts])


def best_loss(target: Target, flow: FlowSpec) -> float | None:
    """Return the lowest regression loss E|v − (x_1 − x_0)|² of a flow in squared flow units, or None if it is unknown.

    It is that of the best velocity, at fixed pairs and times. Without independent pairs, the best velocity is another.
    """
    if best_velocity_problem(target, flow) or flow.pairing != "independent":
        return None
    base, times = base_of(flow), (np.arange(TIMES) + 0.5) / TIMES
    start = base.sample(PAIRS * TIMES, seed=0).astype(np.float64).reshape(TIMES, PAIRS, 2)
    rng = np.random.default_rng(1)  # another seed: with the same one, x_0 and x_1 would not be independent
    end = target.sample(PAIRS * TIMES, rng).astype(np.float64).reshape(TIMES, PAIRS, 2)
    errors = [
        best_velocity(target, (1 - t) * x_0 + t * x_1, t, base, MERGED * min(1.0, (1 - t) / t)) - (x_1 - x_0)
        for t, x_0, x_1 in zip(times, start, end, strict=True)
    ]
    return float((np.stack(errors) ** 2).sum(axis=-1).mean())


def best_velocity_problem(target: Target, flow: FlowSpec) -> str:
    """Return why the best velocity of a flow is not known, for the user. Empty if it is."""
    if flow.guides_particles:
        return GUIDED
    return _problem(target, base_of(flow)) if flow.recipe.is_continuous else NO_FIELD


def _problem(target: Target, base: Base) -> str:
    if target.condition or not (isinstance(target, Rows) or target.has_density):
        return UNKNOWN_TARGET
    return UNKNOWN_BASE if isinstance(base, StudentT) and not _has_few(target) else ""


def _has_few(target: Target) -> bool:
    return isinstance(target, Rows) and target.training_points <= MAX_POINTS


@lru_cache(maxsize=2)
def _cells(target: Target) -> Cells:
    """Return a target with a known density, or a large table, as cells of constant density."""
    if isinstance(target, PixelDensity):
        return Cells(*_edges(target.extent, target.weights.shape), target.weights[::-1].astype(np.float64))
    if isinstance(target, Rows):
        x, y = target.training_set.astype(np.float64).T
        counts, across, up = np.histogram2d(x, y, bins=SIDE)
        return Cells(across, up, counts.T)
    low, high = np.reshape(target.extent, (2, 2)).T
    extent = widened(low, high, (high - low).max() / 2)
    log_density = target.log_prob(cell_centers(extent, (SIDE, SIDE)))
    assert log_density is not None
    return Cells(*_edges(extent, (SIDE, SIDE)), np.exp(log_density).reshape(SIDE, SIDE)[::-1])


def _edges(extent: Extent, shape: tuple[int, ...]) -> tuple[Array, Array]:
    left, right, bottom, top = extent
    return np.linspace(left, right, shape[1] + 1), np.linspace(bottom, top, shape[0] + 1)


def _to_points(rows: NDArray[np.float32], x: Array, t: float, base: Base) -> Array:
    """Return the velocity (n, 2) at x (n, 2) to the mean of the points (m, 2) of a table that come there."""
    start = (x[:, np.newaxis] - t * rows) / (1 - t)
    log_weights = base.log_prob(start.reshape(-1, 2)).reshape(len(x), len(rows))
    weights = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    return np.asarray((weights @ rows / weights.sum(axis=1, keepdims=True) - x) / (1 - t))


def _to_cells(cells: Cells, x: Array, t: float, base: Base) -> Array:
    """Return the velocity (n, 2) at x (n, 2) as (x − E[x_0 | x_t = x]) / t, which stays exact within a cell.

    The sums over the cells are those over the columns of sums over the rows, because the kernels are products.
    """
    (places, column), (heights, row) = (np.unique(values, return_inverse=True) for values in x.T)
    mass, start = np.zeros((len(x), 1)), np.zeros_like(x)
    for part in base.components if isinstance(base, Mixture) else (WHOLE,):
        from_x, from_y = (
            part.standardized(axis, (at[:, np.newaxis] - t * edges) / (1 - t))
            for axis, (at, edges) in enumerate(((places, cells.x), (heights, cells.y)))
        )
        across, x_across = (each[column] for each in _integrals(from_x, base))
        along, y_along = ((each @ cells.density)[row] for each in _integrals(from_y, base))
        sums = [np.einsum("nc,nc->n", *pair) for pair in ((along, across), (along, x_across), (y_along, across))]
        own, *moments = part.weight * np.stack(sums)[..., np.newaxis]
        mass += own
        start += own * (part.x, part.y) + part.scale * np.hstack(moments)
    found, is_far = (x - start / np.maximum(mass, NO_MASS)) / t, mass[:, 0] < NO_MASS
    if is_far.any():
        found[is_far] = (cells.nearest(x[is_far] / t) - x[is_far]) / (1 - t)
    return np.asarray(found)


def _integrals(u: Array, base: Base) -> tuple[Array, Array]:
    """Return ∫ p(u) du and ∫ u p(u) du between falling ends u (n, m + 1) of a coordinate of a base: two arrays (n, m).

    A mixture has the density of one of its components, in units of its scale.
    """
    tail, moment = _square(u) if isinstance(base, Uniform) else _normal(u)
    shares = np.abs(np.diff(tail))  # exact also far out, where probabilities near 1 are not
    holds_center = (u[:, :-1] > 0) != (u[:, 1:] > 0)
    shares[holds_center] = 1 - (tail[:, :-1] + tail[:, 1:])[holds_center]
    return shares, -np.diff(moment)


def _normal(u: Array) -> tuple[Array, Array]:
    """Return the probability of a normal coordinate farther from 0 on the side of u, and ∫ v p(v) dv from −∞ to u."""
    from scipy.special import ndtr  # imported here because it takes a moment

    return ndtr(-np.abs(u)), -normal_density(u)


def _square(u: Array) -> tuple[Array, Array]:
    """Return the same for a coordinate of `Uniform`: the integrals of softplus are dilogarithms."""
    from scipy.special import spence

    low = -np.abs(u)
    ends = (low + HALF_SIDE) / EDGE, (low - HALF_SIDE) / EDGE
    tail = EDGE / (2 * HALF_SIDE) * np.subtract(*(np.logaddexp(0, end) for end in ends))
    integral = EDGE**2 / (2 * HALF_SIDE) * np.subtract(*(-spence(1 + np.exp(end)) for end in ends))
    return tail, low * tail - integral
