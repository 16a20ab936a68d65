"""Log-densities on lattices, from which a flow can learn without any points of its target."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import SpecError
from flowviz.records.density import Rectangle
from flowviz.specs.shares import percent

SIDE = 512  # nodes along each axis
FALL_OFF = 0.03  # standard deviation of the Gaussian tails where a density is 0 or unknown, in flow units
LOWEST = -600.0  # nats below the maximum; below, a log-density counts as -∞, so that float32 represents it well
MAX_AT_EDGE = 1e-3  # share of the probability at the edge of the lattice from which on more must lie beyond it

# Maps x (columns,) and y (rows,) to the log-density (rows, columns) there, up to a constant.
GridLogDensity = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.floating]]


@dataclass(frozen=True, eq=False)
class Energy:
    """A log-density at the nodes of a lattice: linear in x and in y between them.

    Outside its rectangle, and where the density is 0, it falls off quadratically from the nearest place where it is
    known, so that it is finite everywhere and its gradient points back.

    Attributes:
        values: Log-densities (SIDE, SIDE), float32, in nats, bottom row first.
        rectangle: The rectangle whose corners are nodes.
        log_mass: Logarithm of the integral of the density as it was given, before it was normalized.
    """

    values: NDArray[np.float32]
    rectangle: Rectangle
    log_mass: float = 0.0

    @classmethod
    def of(cls, log_density: GridLogDensity, rectangle: Rectangle) -> "Energy":
        """Return the energy of a log-density, normalized over a rectangle.

        Raises:
            SpecError: If the log-density is NaN or +∞ somewhere, -∞ everywhere, or cannot be normalized on the lattice.
        """
        left, right, bottom, top = rectangle
        found = np.asarray(log_density(np.linspace(left, right, SIDE), np.linspace(bottom, top, SIDE)), np.float64)
        if found.shape != (SIDE, SIDE):
            raise SpecError(f"The log-density has the shape {found.shape} instead of {(SIDE, SIDE)}.")
        if wrong := np.isnan(found).mean() or (found == np.inf).mean():
            kind = "NaN" if np.isnan(found).any() else "infinite"
            raise SpecError(f"The log-density is {kind} at {percent(wrong, 1)} of the grid. It must be a number or -∞.")
        if not np.isfinite(highest := found.max()):
            raise SpecError("The log-density is -∞ on the whole grid, so there is nothing to learn.")
        density = np.exp(found - highest)
        at_edge = 1 - density[1:-1, 1:-1].sum() / density.sum()
        if at_edge > MAX_AT_EDGE:
            share = percent(at_edge, 1)
            raise SpecError(f"The density cannot be normalized: {share} of it lies at the edge of the grid, or beyond.")
        log_mass = highest + np.log(density.sum() * _cell(rectangle).prod())
        return cls(_finite(found - log_mass, rectangle), rectangle, float(log_mass))

    @cached_property
    def entropy(self) -> float:
        """Return the entropy in nats, by quadrature over the lattice."""
        values = self.values.astype(np.float64)
        return float(-(np.exp(values) * values).sum() * _cell(self.rectangle).prod())

    @property
    def place(self) -> NDArray[np.float32]:
        """Return the lower left node and the distances between nodes: x, y, along x, along y."""
        left, _, bottom, _ = self.rectangle
        return np.array([left, bottom, *_cell(self.rectangle)], np.float32)

    def log_prob(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the log-density (n,) in nats at points (n, 2)."""
        from scipy.ndimage import map_coordinates

        left, right, bottom, top = self.rectangle
        inside = np.clip(points, (left, bottom), (right, top)).astype(np.float64)
        column, row = ((inside - (left, bottom)) / _cell(self.rectangle)).T
        distance = (points - inside) / FALL_OFF
        found = map_coordinates(self.values, (row, column), np.float64, order=1, mode="nearest")
        return np.asarray(found - (distance**2).sum(axis=1) / 2)


def _cell(rectangle: Rectangle) -> NDArray[np.float64]:
    """Return the distances (2,) between nodes along x and along y."""
    left, right, bottom, top = rectangle
    return np.array([right - left, top - bottom]) / (SIDE - 1)


def _finite(values: NDArray[np.float64], rectangle: Rectangle) -> NDArray[np.float32]:
    """Return log-densities (SIDE, SIDE) with Gaussian tails where they are far below the maximum, or -∞."""
    from scipy.ndimage import distance_transform_edt

    known = values >= values.max() + LOWEST
    distances, nearest = distance_transform_edt(~known, _cell(rectangle)[::-1], return_indices=True)
    return np.asarray(values[tuple(nearest)] - (distances / FALL_OFF) ** 2 / 2, np.float32)
