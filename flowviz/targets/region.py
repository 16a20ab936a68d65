"""Highest-density regions: the smallest parts of the plane that hold a share of the probability."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowviz.targets.target import Extent

MASS = 0.999  # share of the probability inside a region
SIDE = 800  # cells of a region along each axis

# Maps x (columns,) and y (rows,) to the density (rows, columns) there, up to a factor.
GridDensity = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.floating]]


@dataclass(frozen=True)
class Region:
    """A part of the plane, as a mask of cells.

    Attributes:
        extent: Rectangle around the cells: left, right, bottom, top.
        mask: Cells (rows, columns) of the region, bottom row first.
    """

    extent: Extent
    mask: NDArray[np.bool_]

    @classmethod
    def of_highest_density(cls, density: GridDensity, extent: Extent) -> "Region":
        """Return the region that holds 99.9% of the probability of a density within a rectangle."""
        left, right, bottom, top = extent
        middles = (np.arange(SIDE) + 0.5) / SIDE
        p = density(left + (right - left) * middles, bottom + (top - bottom) * middles)
        ranked = np.sort(p, axis=None)
        held = np.cumsum(ranked, dtype=np.float64)  # the least dense cells first
        return cls(extent, p >= ranked[np.searchsorted(held, (1 - MASS) * held[-1])])

    def contains(self, points: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Return a mask (n,) of the points (n, 2) in the region. Points that are not finite are not."""
        left, right, bottom, top = self.extent
        with np.errstate(invalid="ignore"):
            column, row = ((points - (left, bottom)) / (right - left, top - bottom) * self.mask.shape[::-1]).T
            inside = (column >= 0) & (column < self.mask.shape[1]) & (row >= 0) & (row < self.mask.shape[0])
        column, row = (np.where(inside, each, 0).astype(np.intp) for each in (column, row))
        return np.asarray(inside & self.mask[row, column])
