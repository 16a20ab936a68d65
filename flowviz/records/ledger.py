"""Ledgers, which say what the base and each stage add to a log-density."""

from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil, log2
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowviz.records.equality import EqualByContent
from flowviz.records.trace import Trace
from flowviz.records.units import FLOW_UNITS, Units

REACH = 0.02, 0.98  # quantiles of the log-densities of the particles that a common scale shows


@dataclass(frozen=True)
class Entry:
    """A line of a ledger.

    Attributes:
        title: The title of the line.
        nats: Its contribution to the log-density, in nats. NaN if unknown.
        before: The sum of all lines above.
        stages: The first and the last stage that it is about. None for the units.
    """

    title: str
    nats: float
    before: float
    stages: tuple[int, int] | None = None

    @property
    def after(self) -> float:
        """Return the sum up to this line."""
        return self.before + self.nats


@dataclass(frozen=True, eq=False)
class Ledger(EqualByContent):
    """log p(x) = log p_base(z) − Σ log|det J|: the terms of the log-density of a point, or their means over points.

    The mean ledger of points of the data sums up to minus their NLL.

    Attributes:
        names: Names of the stages (stages,).
        titles: Short titles of the stages (stages,).
        terms: Contribution of each stage (stages,), float64, in nats: the log-density of the base at z, then −log|det
            J| of each stage. NaN if unknown.
        base: Name of the base distribution.
        count: Number of points, over which the terms are means.
        unknown: Number of further points, left out because their log-densities are unknown or not finite.
        is_mean: Whether the ledger is that of the data rather than of one point.
        is_inexact: Whether a stage folds the plane over at the points, so that the log-density is inexact.
        of_units: Contribution of the conversion from flow units to the units of the data.
    """

    names: tuple[str, ...]
    titles: tuple[str, ...]
    terms: NDArray[np.float64]
    base: str
    count: int = 1
    unknown: int = 0
    is_mean: bool = False
    is_inexact: bool = False
    of_units: float = 0.0

    @classmethod
    def of_point(cls, trace: Trace, units: Units = FLOW_UNITS, *, is_inexact: bool = False) -> "Ledger":
        """Return the ledger of the first particle of a trace.

        Args:
            trace: The trace of the point.
            units: The units of the log-density.
            is_inexact: Whether a stage folds the plane over there.
        """
        return cls(*_described(trace), _terms(trace)[:, 0], trace.base.name, is_inexact=is_inexact)._in(units)

    @classmethod
    def mean_of(cls, trace: Trace, units: Units = FLOW_UNITS) -> "Ledger":
        """Return the mean ledger of the particles of a trace, such as points of the data that were pulled back."""
        terms = _terms(trace)
        known = np.isfinite(terms).all(axis=0)
        means = terms[:, known].mean(axis=1) if known.any() else np.full(len(terms), np.nan)
        counts, is_inexact = (int(known.sum()), int((~known).sum())), trace.folded is not None
        return cls(*_described(trace), means, trace.base.name, *counts, is_mean=True, is_inexact=is_inexact)._in(units)

    def _in(self, units: Units) -> "Ledger":
        return self if units.are_flow_units else replace(self, of_units=-units.log_det)

    @property
    def is_known(self) -> bool:
        """Return whether the log-density is known."""
        return bool(np.isfinite(self.total))

    @property
    def total(self) -> float:
        """Return the log-density, or its mean, in nats. NaN if unknown."""
        return float(self.terms.sum() + self.of_units)

    @property
    def log_det(self) -> float:
        """Return the sum of log|det J| of all stages, or its mean, in nats. NaN if unknown."""
        return -float(self.terms[1:].sum())

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Return a line for each stage, and one for the units unless they are flow units."""
        return self.grouped(len(self.terms))

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return a table by column, with a row for each line and one for their sum.

        The columns are name (that of a stage, or units or sum), title, nats (what it adds to the log-density) and
        log_density (the sum up to this line).
        """
        entries = self.entries
        others = ("units", "sum") if self.of_units else ("sum",)
        return {
            "name": np.array([*self.names, *others]),
            "title": np.array([*(entry.title for entry in entries), "sum"]),
            "nats": np.array([*(entry.nats for entry in entries), self.total]),
            "log_density": np.array([*(entry.after for entry in entries), self.total]),
        }

    def grouped(self, most: int) -> tuple[Entry, ...]:
        """Return the lines with at most `most` for the stages: the base, then groups of consecutive stages."""
        last = len(self.terms) - 1
        stride = -(-last // max(most - 1, 1)) if last else 1
        found = [Entry(self.titles[0], float(self.terms[0]), 0.0, (0, 0))]
        for first in range(1, last + 1, stride):
            end = min(first + stride - 1, last)
            nats = float(self.terms[first : end + 1].sum())
            found.append(Entry(self._title(first, end), nats, found[-1].after, (first, end)))
        if self.of_units:
            found.append(Entry("units of the data", self.of_units, found[-1].after))
        return tuple(found)

    def _title(self, first: int, last: int) -> str:
        if first == last:
            return self.titles[first]
        one, other = (self.titles[stage].partition(" · ")[0] for stage in (first, last))
        return f"{one} to {other.removeprefix('t = ')}"


def common_limits(trace: Trace) -> tuple[float, float] | None:
    """Return a scale, in whole nats, on which the ledgers of most particles of a trace fit; it seldom changes.

    Returns:
        The lowest and the highest sum, with 0 between them. None if no log-determinants are known.
    """
    sums = trace.base_log_density - trace.log_det
    known = sums[np.isfinite(sums)]
    if not len(known):
        return None
    low, high = np.quantile(known, REACH)
    return min(float(np.floor(low)), -1.0), max(float(np.ceil(high)), 1.0)


def limits_for(ledger: Ledger, common: tuple[float, float] | None) -> tuple[float, float]:
    """Return the sums at the ends of a scale for a ledger: common ones, each doubled until the ledger fits.

    The scale therefore stays the same while a probe moves, except far from the data.
    """
    sums = [0.0, ledger.total, *(entry.after for entry in ledger.entries)]
    known = [each for each in sums if np.isfinite(each)]
    low, high = common or (-1.0, 1.0)
    return _doubled(low, min(known)), _doubled(high, max(known))


def _doubled(end: float, outermost: float) -> float:
    """Return an end of a scale that is at least as far from 0 as another number on its side."""
    return end * 2.0 ** ceil(log2(max(outermost / end, 1.0)))


def _described(trace: Trace) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return trace.names, tuple(trace.short_title(stage) for stage in range(len(trace.names)))


def _terms(trace: Trace) -> NDArray[np.float64]:
    """Return what each stage adds to the log-density of each particle (stages, n).

    The differences of accumulated float32 numbers are exact in float64, so that their sum is that of the trace.
    """
    with np.errstate(invalid="ignore"):
        changes = -np.diff(trace.log_det.astype(np.float64), axis=0)
    return np.concatenate([trace.base_log_density.astype(np.float64)[None] - trace.log_det[:1], changes])
