"""Latents, the positions on the base to which a flow pulls points of the data back, compared with the base."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from flowviz.records.base_distribution import Base
from flowviz.records.equality import EqualByContent
from flowviz.records.trace import Trace

MASSES = 0.5, 0.9, 0.99  # nominal probabilities of the regions
BINS = 40  # of a histogram
OUTERMOST = 0.002  # probability beyond each end of a histogram
QUANTILES = 199  # of a Q-Q plot, evenly spaced in probability
SURE = 3.0  # standard errors; a larger difference is not by chance


class Region(NamedTuple):
    """The smallest region of the base with a given probability, and the share of the latents in it.

    Attributes:
        mass: Probability of the region under the base.
        share: Share of the latents in it.
        error: Standard error of the share if the latents follow the base.
    """

    mass: float
    share: float
    error: float

    @property
    def is_off(self) -> bool:
        """Return whether the share differs from the probability by more than chance explains."""
        return abs(self.share - self.mass) > SURE * self.error


class Coordinate(NamedTuple):
    """The distribution of a coordinate: its quantiles, or its histogram over the central part of the base.

    Attributes:
        at: Increasing probabilities of the quantiles (m,), or edges of the bins (m + 1,).
        expected: Quantiles of the base, or its mean density in each bin (m,).
        found: Quantiles of the latents, or their density in each bin (m,).
        error: Standard errors of the latter if the latents follow the base (m,).
    """

    at: NDArray[np.float64]
    expected: NDArray[np.float64]
    found: NDArray[np.float64]
    error: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Latents(EqualByContent):
    """The latents of points on which the flow was not trained. If the flow fits, they are draws from its base.

    Attributes:
        base: The base distribution.
        points: The latents (n, 2), finite, in units of the base.
        unknown: Number of further points for which the flow finds no latent, because it folds the plane over there.
    """

    base: Base
    points: NDArray[np.float32]
    unknown: int = 0

    @classmethod
    def of(cls, trace: Trace) -> "Latents":
        """Return the latents in the trace of points of the data that were pulled back."""
        known = np.isfinite(trace.positions[0]).all(axis=1) & ~np.isnan(trace.log_det[-1])
        return cls(trace.base, trace.positions[0][known], int((~known).sum()))

    @cached_property
    def regions(self) -> tuple[Region, ...]:
        """Return the regions of the base that hold 50%, 90% and 99% of its probability."""
        log_density = self.base.log_prob(self.points.astype(np.float64))
        count = max(len(self.points), 1)
        return tuple(
            Region(
                mass,
                float((log_density >= self.base.region_level(mass)).sum() / count),
                float(np.sqrt(mass * (1 - mass) / count)),
            )
            for mass in MASSES
        )

    def quantiles(self, axis: int) -> Coordinate:
        """Return quantiles of a coordinate, 0 for x and 1 for y. Without latents, those found are NaN."""
        shares = np.arange(1, QUANTILES + 1) / (QUANTILES + 1)
        expected, own = self.base.coordinate_quantiles(axis, shares), self.points[:, axis].astype(np.float64)
        found = np.quantile(own, shares) if len(own) else np.full(len(shares), np.nan)
        density = np.maximum(self.base.coordinate_density(axis, expected), np.finfo(np.float64).tiny)
        return Coordinate(shares, expected, found, np.sqrt(shares * (1 - shares) / max(len(own), 1)) / density)

    def histogram(self, axis: int) -> Coordinate:
        """Return the histogram of a coordinate, 0 for x and 1 for y."""
        low, high = self.base.coordinate_quantiles(axis, np.array([OUTERMOST, 1 - OUTERMOST]))
        edges, count = np.linspace(low, high, BINS + 1), max(len(self.points), 1)
        width, mass = edges[1] - edges[0], np.diff(self.base.coordinate_below(axis, edges))
        found, _ = np.histogram(self.points[:, axis], edges)
        error = np.sqrt(mass * (1 - mass) / count) / width
        return Coordinate(edges, mass / width, found / count / width, error)

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return a table by column, with a row for each region, and for each quantile and bin of a coordinate.

        The columns are compared, coordinate, at (a probability, or the middle of a bin), expected, found and
        standard_error.
        """
        masses, shares, errors = (np.array(column) for column in zip(*self.regions, strict=True))
        parts: list[tuple[str, str, Sequence[NDArray[np.float64]]]] = [
            ("region", "both", (masses, masses, shares, errors))
        ]
        for axis, name in enumerate(("x", "y")):
            edges, *densities = self.histogram(axis)
            parts.append(("quantile", name, self.quantiles(axis)))
            parts.append(("density", name, ((edges[1:] + edges[:-1]) / 2, *densities)))
        numbers = [np.concatenate(column) for column in zip(*(part[2] for part in parts), strict=True)]
        counts = [len(part[2][0]) for part in parts]
        words = [np.repeat([part[place] for part in parts], counts) for place in (0, 1)]
        names = "compared", "coordinate", "at", "expected", "found", "standard_error"
        return dict(zip(names, (*words, *numbers), strict=True))
