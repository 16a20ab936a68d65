"""Parts of a target that are apart from each other, such as letters, and what they mean for a flow."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Rectangle
from flowviz.specs import FlowSpec
from flowviz.specs.flow import MAX_COMPONENTS
from flowviz.targets.target import Target

POINTS = 20_000
SEED = 0
CELL = 0.15  # flow units; parts are separate if an empty cell is between them
EXTENT = 5.0  # flow units; what is farther away is an outlier
MIN_DENSITY = 0.15  # of a cell that is not empty, relative to the densest one
MIN_SHARE = 0.02  # of the points, of a part that counts
MIN_SIZE = 0.2  # of a part, relative to the largest; smaller pieces, such as dots, belong to the nearest part
COVERED = 0.25  # of its share of the target: share of the particles that a covered part gets


@dataclass(frozen=True, eq=False)
class Parts:
    """Parts of a target, to the nearest of which every place belongs.

    Attributes:
        rectangle: Rectangle around the cells.
        nearest: Number of the part at each cell (rows, columns), top row first.
        shares: Share of the target of each part (n,).
    """

    rectangle: Rectangle
    nearest: NDArray[np.intp]
    shares: NDArray[np.float64]

    @classmethod
    def of(
        cls, weights: NDArray[np.number | np.bool_], rectangle: Rectangle, lowest: float = 0, smallest: float = MIN_SIZE
    ) -> Self:
        """Return the connected parts of cells with nonnegative weights (rows, columns), top row first.

        Args:
            weights: Weights of the cells.
            rectangle: Rectangle around the cells.
            lowest: Weight up to which a cell is empty.
            smallest: Size of the smallest part that counts, relative to the largest one.
        """
        from scipy import ndimage  # for few flows only, because it takes a moment to load

        labels, found = ndimage.label(weights > lowest, np.ones((3, 3)))
        masses = weights.astype(np.float64)
        sizes = ndimage.sum_labels(masses, labels, np.arange(found + 1)) / masses.sum()
        sizes[0] = 0
        counts = sizes >= max(MIN_SHARE, smallest * sizes.max())
        own = np.where(counts, np.cumsum(counts), 0)[labels]
        closest = ndimage.distance_transform_edt(own == 0, return_distances=False, return_indices=True)
        found = cls.nearest_to(np.maximum(own[tuple(closest)] - 1, 0), masses, rectangle)
        return found if counts.any() else cls(rectangle, found.nearest, found.shares[:0])

    @classmethod
    def nearest_to(
        cls, nearest: NDArray[np.intp], weights: NDArray[np.number | np.bool_], rectangle: Rectangle
    ) -> Self:
        """Return parts, given the number of the nearest one to each cell, and the weights of the cells."""
        shares = np.bincount(nearest.ravel(), weights.ravel().astype(np.float64))
        return cls(rectangle, nearest, shares / shares.sum())

    def covered(self, points: NDArray[np.floating]) -> int:
        """Return the number of parts to which a quarter of their share of the points (n, 2), or more, belongs."""
        left, right, bottom, top = self.rectangle
        rows, columns = self.nearest.shape
        x, y = ((np.nan_to_num(points) - (left, top)) / (right - left, bottom - top) * (columns, rows)).T
        column, row = (np.clip(each, 0, most - 1).astype(np.intp) for each, most in ((x, columns), (y, rows)))
        found = np.bincount(self.nearest[row, column], minlength=len(self.shares))[: len(self.shares)] / len(points)
        return int((found >= COVERED * self.shares).sum())


def widely_separate(target: Target) -> Parts:
    """Return the parts of a target with wide gaps between them, such as the 8 of eight Gaussians.

    Parts with few points do not count, so there is none in a target of many small parts.
    """
    points = target.sample(POINTS, np.random.default_rng(SEED))
    edges = np.arange(-EXTENT, EXTENT + CELL / 2, CELL)
    counts, _, _ = np.histogram2d(points[:, 1], points[:, 0], (edges, edges))
    rectangle = -EXTENT, EXTENT, -EXTENT, EXTENT
    return Parts.of(counts[::-1], rectangle, np.nextafter(MIN_DENSITY * counts.max(), 0), smallest=0)


def count_parts(target: Target) -> int:
    """Return the number of parts of a target with wide gaps between them, 0 for a target of many small parts."""
    return len(widely_separate(target).shares)


def base_warning(flow: FlowSpec, target: Target) -> str:
    """Return a warning to show before a flow is trained on a target; empty if its base suits the target.

    The components of a mixture base stay apart, so whatever connects them in the target needs strong stretching.
    Learned components can move together.
    """
    if flow.base != "mixture" or flow.arrangement == "learned":
        return ""
    parts = count_parts(target)
    if parts == flow.components:
        return ""
    described = "is connected" if parts == 1 else f"has {parts} separate parts" if parts else "has many small parts"
    advice = f"Choose {parts} components" if 1 < parts <= MAX_COMPONENTS else "Choose one Gaussian as the base"
    return (
        f"A base of {flow.components} separate Gaussians does not suit this target, which {described}: many particles "
        f"will miss it. {advice}."
    )
