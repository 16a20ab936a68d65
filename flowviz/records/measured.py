"""Measurements: mean NLLs together with the points on which they were measured, and their units."""

from dataclasses import dataclass, replace
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from flowviz.records.bounds import Count
from flowviz.records.units import Units
from flowviz.specs.shares import percent

Split = Literal["training", "validation", "test"]
Share = Annotated[float, Field(ge=0, le=1)]

TAIL_SHARE = 1e-3  # share of the points whose influence on the mean is measured
HEAVY_TAIL = 0.05  # nats by which they may raise the mean; for letters, those at the edges raise it by about 0.01
CHANCE = 8.0  # nats by which the largest NLL of n points of a Gaussian rarely exceeds its usual value, log(n) + 1


@dataclass(frozen=True)
class Measured:
    """The mean NLL of points, in nats.

    A point at which a flow has no inverse has no density. If any point has no density, the mean is unknown, because
    leaving these points out would make it smaller.

    Attributes:
        split: The points: "training" points trained the flow, "validation" points selected the state that is kept, and
            "test" points played no part in the training.
        points: Number of points. 0 if unknown, in files of older versions.
        mean: Mean NLL. None if a point has no density, or if the mean overflows.
        standard_error: Standard error of the mean. None if it is unknown, or for a single point.
        median: Median NLL. None if the mean is unknown.
        tail: Part of the mean that is due to the 0.1% of the points with the largest NLLs. None if the mean is unknown.
        without_density: Share of the points without a density, from 0 to 1.
        units: "flow" if the NLLs are per area in flow units, "data" if they are per area in the units of the data.
    """

    split: Split
    points: Count
    mean: float | None
    standard_error: Annotated[float, Field(ge=0)] | None = None
    median: float | None = None
    tail: float | None = None
    without_density: Share = 0.0
    units: Literal["flow", "data"] = "flow"

    @classmethod
    def of(cls, nlls: NDArray[np.float64], split: Split, *, can_fold: bool = False) -> "Measured":
        """Return the measurement of points in flow units.

        Args:
            nlls: NLL of each point (n,) in nats, not finite where it overflows or is unknown.
            split: The set to which the points belong.
            can_fold: Whether NaN means that the flow has no inverse at a point.
        """
        missing = float(np.isnan(nlls).mean()) if can_fold and len(nlls) else 0.0
        if not len(nlls) or not np.isfinite(nlls).all():
            return cls(split, len(nlls), mean=None, without_density=missing)
        mean, most = float(nlls.mean()), max(1, round(TAIL_SHARE * len(nlls)))
        is_one = len(nlls) == 1
        return cls(
            split,
            len(nlls),
            mean,
            standard_error=None if is_one else float(nlls.std(ddof=1) / np.sqrt(len(nlls))),
            median=float(np.median(nlls)),
            tail=None if is_one else mean - float(np.partition(nlls, -most)[:-most].mean()),
        )

    @property
    def overflows(self) -> bool:
        """Return whether the mean is unknown although all points have a density."""
        return self.points > 0 and self.mean is None and not self.without_density

    @property
    def is_dominated(self) -> bool:
        """Return whether a few points dominate the mean, more than one of so few points would by chance."""
        if self.tail is None:
            return False
        count = max(self.points, 1)
        return self.tail > HEAVY_TAIL + (float(np.log(count)) + CHANCE) / count

    def in_units(self, units: Units) -> "Measured":
        """Return this measurement per area in the units of the data.

        Raises:
            TypeError: If it has already been converted.
        """
        if self.units != "flow":
            raise TypeError("The measurement is already in the units of the data.")
        return replace(self, mean=units.nll(self.mean), median=units.nll(self.median), units="data")

    def sentence(self, entropy: float | None = None) -> str:
        """Describe the measurement for the user: the gap if the entropy is known, or else the NLL.

        Args:
            entropy: Entropy of the target in nats, per area in the units of the measurement. None if unknown.

        Raises:
            TypeError: If it has not been converted to the units of the data.
        """
        if self.units == "flow":
            raise TypeError("Convert the measurement to the units of the data by `in_units` before it is displayed.")
        if self.without_density:
            return not_comparable(self.without_density)
        if self.mean is None:
            return f"unknown {self.split} NLL"
        name, value = ("NLL", self.mean) if entropy is None else ("gap", self.mean - entropy)
        error = "" if self.standard_error is None else f" ± {self.standard_error:.3f}"
        median = f" (median NLL {self.median:.3f})" if self.is_dominated else ""
        return f"{self.split} {name} {value:.3f}{error} nats{median}"


def not_comparable(without_density: float, *, brief: bool = False) -> str:
    """Return a phrase saying that an NLL is unknown, because a share of the points, from 0 to 1, has no density."""
    points = "" if brief else " of the points"
    return f"not comparable: {percent(max(without_density, 0.001), 1)}{points} have no density"
