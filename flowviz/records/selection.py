"""Which particles are chosen."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Combination = Literal["replace", "add", "subtract"]


@dataclass(frozen=True, eq=False)
class Selection:
    """A choice among the particles of a trace: `chosen` (n,), the same particles at every stage."""

    chosen: NDArray[np.bool_]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Selection) and (self is other or np.array_equal(self.chosen, other.chosen))

    def __hash__(self) -> int:
        return hash(self.chosen.tobytes())

    @classmethod
    def none(cls, count: int) -> "Selection":
        """Nothing of so many particles."""
        return cls(np.zeros(count, np.bool_))

    @classmethod
    def in_rectangle(
        cls, positions: NDArray[np.floating], corner: tuple[float, float], opposite: tuple[float, float]
    ) -> "Selection":
        """The particles (n, 2) that lie in the rectangle between two opposite corners."""
        low, high = np.minimum(corner, opposite), np.maximum(corner, opposite)
        inside = (positions >= low) & (positions <= high)
        return cls(inside[:, 0] & inside[:, 1])

    @classmethod
    def in_polygon(cls, positions: NDArray[np.floating], corners: NDArray[np.floating]) -> "Selection":
        """The particles (n, 2) that lie in the polygon with these corners (k, 2); none where it has fewer than 3."""
        if len(corners) < 3:
            return cls.none(len(positions))
        from matplotlib.path import (
            Path,
        )  # takes a tenth of a second to load, which the window's start need not wait for

        return cls(Path(corners, closed=False).contains_points(positions))

    @classmethod
    def nearest(cls, positions: NDArray[np.floating], point: tuple[float, float], reach: float) -> "Selection":
        """The one particle (n, 2) nearest to a point, if it lies within reach."""
        found = nearest(positions, point, reach)
        chosen = np.zeros(len(positions), np.bool_)
        if found is not None:
            chosen[found] = True
        return cls(chosen)

    @property
    def count(self) -> int:
        """How many particles are chosen."""
        return int(self.chosen.sum())

    def combined(self, other: "Selection", how: Combination) -> "Selection":
        """This selection replaced by the other, with it added, or with it taken away."""
        if how == "replace":
            return other
        return Selection(self.chosen | other.chosen if how == "add" else self.chosen & ~other.chosen)

    def inverted(self) -> "Selection":
        """All other particles."""
        return Selection(~self.chosen)


def nearest(positions: NDArray[np.floating], point: tuple[float, float], reach: float) -> int | None:
    """The number of the particle (n, 2) nearest to a point; None where none lies within reach."""
    distance = np.hypot(*(positions - np.asarray(point, positions.dtype)).T)
    distance = np.where(np.isfinite(distance), distance, np.inf)
    found = int(distance.argmin())
    return found if distance[found] <= reach else None
