"""What of the plane is seen at each stage."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Trace
from flowviz.records.trace import BULK, reach
from flowviz.specs import ViewSpec

SMALLEST_HALF_EXTENT = 4.0  # a standard normal cloud of 8000 points just fits
LARGEST_HALF_EXTENT = 1e12
MARGIN = 1.25  # of a fitted view around the bulk of the particles


@dataclass(frozen=True)
class Camera:
    """A view that is the same at all stages, or one that follows the cloud: wider where the cloud is.

    `extents` (stages,) are then the half extents of the view, in target units, around the origin.
    """

    view: ViewSpec
    extents: NDArray[np.float64] | None = None

    @classmethod
    def following(cls, view: ViewSpec, reaches: Iterable[NDArray[np.float64]]) -> "Camera":
        """Wide enough at each stage for the cloud there; `reaches` (stages,) are those of one trace, or of several.

        From the base on it only widens, up to the widest stage, and then only narrows: so it moves little. One particle
        in twenty may come to lie near the edge or beyond it, so that a few far ones do not shrink the cloud to a dot.
        """
        needed = MARGIN * np.max(list(reaches), axis=0)
        rounded = np.array([_rounded_up(max(extent, SMALLEST_HALF_EXTENT)) for extent in needed])
        widest_before, widest_after = np.maximum.accumulate(rounded), np.maximum.accumulate(rounded[::-1])[::-1]
        return cls(view, np.minimum(widest_before, widest_after))

    def at(self, stage: float) -> ViewSpec:
        """The view of a stage; 2.25 is on the way from stage 2 to stage 3."""
        if self.extents is None:
            return self.view
        last = len(self.extents) - 1
        before = min(max(floor(stage), 0), last)
        here, there = self.extents[before], self.extents[min(before + 1, last)]
        return self._around_origin(here * (there / here) ** min(max(stage - before, 0.0), 1.0))

    def around(self, stage: int) -> ViewSpec:
        """The widest view within half a stage, as far as its density is seen."""
        return max((self.at(stage + way) for way in (-0.5, 0, 0.5)), key=lambda view: view.half_extent)

    @property
    def widest(self) -> ViewSpec:
        """One view for all stages."""
        return self.view if self.extents is None else self._around_origin(self.extents.max())

    def _around_origin(self, extent: float) -> ViewSpec:
        return self.view.model_copy(update={"center": (0.0, 0.0), "half_extent": float(extent)})


def fitted_view(trace: Trace, view: ViewSpec, stage: int) -> ViewSpec:
    """The view of the cloud of one stage alone, centered on it and as near as it goes."""
    positions = trace.positions[stage]
    center = _middle(positions[np.isfinite(positions).all(axis=1)])
    extent = _rounded_up(max(MARGIN * reach(positions, center), 1e-6))
    return view.model_copy(update={"center": center, "half_extent": extent})


def _middle(positions: NDArray[np.float32]) -> tuple[float, float]:
    """Half-way between where the outer fortieths of the finite positions (n, 2) begin, on each axis."""
    if not len(positions):
        return 0.0, 0.0
    x, y = np.quantile(positions.astype(np.float64), [(1 - BULK) / 2, (1 + BULK) / 2], axis=0).mean(axis=0)
    return float(x), float(y)


def _rounded_up(extent: float) -> float:
    """The next larger of 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 30, ...: few values, so that a view seldom changes."""
    power = 10 ** np.floor(np.log10(extent))
    rounded = next(power * f for f in (1, 1.2, 1.5, 2, 3, 4, 5, 6, 7, 8, 9, 10) if power * f >= extent * (1 - 1e-9))
    return min(float(rounded), LARGEST_HALF_EXTENT)
