"""Moments of a training: the flow at a step, and how well its particles hit the target."""

from dataclasses import dataclass, field
from typing import TypedDict

from flowviz.records.trace import PARTICLES, Trace
from flowviz.records.weights import Weights
from flowviz.specs.shares import percent


class Hits(TypedDict):
    """The fields of `Moment` that measure how well particles fit the target."""

    on_target: float | None
    coverage: float | None
    legibility: float | None
    effective_share: float | None
    log_normalizer: float | None
    covered: int | None
    parts: int | None


@dataclass(frozen=True)
class Moment:
    """The flow at a step of its training.

    Attributes:
        step: Number of the step.
        weights: Weights of the flow after the step.
        on_target: Share of the particles that land on the target. None if that is unknown.
        coverage: Share of the target that the particles reach. None if the support is unknown.
        legibility: How clearly the particles show the strokes of the target, from 0 to 1. None if there are none, or if
            it is unknown.
        effective_share: Effective sample size as a share of the particles; see `Importance`. None if unknown.
        log_normalizer: Estimate of log Z, 0 for a perfect flow, in nats; see `Importance`. None if unknown.
        covered: Number of parts of the target, such as letters, that get a quarter of their share of the particles or
            more. None if unknown.
        parts: Number of parts of the target. None if unknown.
    """

    step: int
    weights: Weights
    on_target: float | None
    coverage: float | None
    legibility: float | None = field(default=None, kw_only=True)
    effective_share: float | None = field(default=None, kw_only=True)
    log_normalizer: float | None = field(default=None, kw_only=True)
    covered: int | None = field(default=None, kw_only=True)
    parts: int | None = field(default=None, kw_only=True)

    @property
    def hits(self) -> Hits:
        """Return how well the particles hit the target."""
        return {
            "on_target": self.on_target,
            "coverage": self.coverage,
            "legibility": self.legibility,
            "effective_share": self.effective_share,
            "log_normalizer": self.log_normalizer,
            "covered": self.covered,
            "parts": self.parts,
        }

    @property
    def leaked(self) -> float | None:
        """Return the share of the particles that do not land on the target. None if that is unknown."""
        return None if self.on_target is None else 1 - self.on_target

    def figures(self) -> dict[str, float | None]:
        """Return the figures of the moment for scripts. None means unknown."""
        return {"on_target": self.on_target, "leaked": self.leaked, **self.hits}  # type: ignore[dict-item]  # mypy knows no items of typed dicts

    def leaked_words(self) -> str:
        """Return how many particles do not land on the target, such as "143, 1.8%", or "" if that is unknown."""
        if self.leaked is None:
            return ""
        count = round(self.leaked * PARTICLES)
        return f"{count:,}, {percent(count / PARTICLES, 1)}"  # as the legend of the picture has it


@dataclass(frozen=True)
class Snapshot(Moment):
    """A moment with the trace of its particles through the flow."""

    trace: Trace

    def finite(self) -> bool:
        """Return whether all positions and log-determinants of the particles are finite."""
        return self.trace.finite()
