"""Mixtures of normal distributions as base distributions of flows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowviz.records.base_distribution import (
    LOG_2PI,
    STANDARD_NORMAL,
    Base,
    normal_below,
    normal_density,
    normal_draws,
)

SPACING = 8.0  # standard deviations of a component between it and its nearest neighbor
LEARNED_SPACING = 4.0  # the same at the start of a training that moves the components
BOUND = 3.0  # a training changes scales and relative weights by factors of e^±3 at most
MIN_LOG_DENSITY = -1e30  # nats; a smaller log-density overflows in float32
REACH, FIRST_STEP, MIN_STEP = 9.0, 0.5, 1 / 32  # of the quadrature of the entropy, in standard deviations
ACCURACY = 1e-7  # nats


@dataclass(frozen=True)
class Component:
    """A component of a mixture: w N((x, y), σ² I).

    Its numbers are floats, or scalar tensors while a flow is being trained.

    Attributes:
        x: Horizontal coordinate of the mean.
        y: Vertical coordinate of the mean.
        scale: Standard deviation σ.
        log_peak: Log-density w / 2πσ² at the mean, in nats.
    """

    x: Any
    y: Any
    scale: Any
    log_peak: Any

    @property
    def weight(self) -> float:
        """Return the probability w of the component."""
        return float(2 * np.pi * self.scale**2 * np.exp(self.log_peak))

    def log_density(self, points: Any, xp: Any) -> Any:
        """Return the log-density (n,) in nats at points (n, 2), of which the weight is a part."""
        x, y = (points[:, 0] - self.x) / self.scale, (points[:, 1] - self.y) / self.scale
        return xp.maximum(self.log_peak - 0.5 * (x * x + y * y), MIN_LOG_DENSITY)

    def standardized(self, axis: int, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values (n,) of a coordinate, 0 for x and 1 for y, in standard deviations from the mean."""
        return np.asarray((values - (self.x, self.y)[axis]) / self.scale)

    def moved(self, points: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return standard normal points (n, 2) as points of this component."""
        return np.asarray(points * self.scale + np.array([self.x, self.y], points.dtype))


@dataclass(frozen=True)
class Mixture(Base):
    """A mixture of round normal distributions: p = Σ wₖ N(μₖ, σₖ² I)."""

    components: tuple[Component, ...]
    name = "mixture"

    @classmethod
    def arranged(cls, positions: Sequence[tuple[float, float]], spacing: float = SPACING) -> "Mixture":
        """Return equal components, scaled such that the larger standard deviation of the mixture is 1.

        Args:
            positions: Positions of the components, up to a scale and a shift.
            spacing: Distance of the nearest two components, in standard deviations of a component.
        """
        at = np.array(positions) - np.mean(positions, axis=0)
        scale = min(np.hypot(*(one - other)) for i, one in enumerate(at) for other in at[:i]) / spacing
        unit = float(np.sqrt(at.var(axis=0).max() + scale**2))
        scale, log_weight = scale / unit, -np.log(len(at))
        log_peak = float(log_weight - 2 * np.log(scale) - LOG_2PI)
        return cls(
            tuple(Component(float(x), float(y), float(scale), log_peak) for x, y in np.round(at / unit, 12) + 0.0)
        )

    def learned(self, numbers: Mapping[str, Any], xp: Any = np, scalar: Callable[[Any], Any] = float) -> "Mixture":
        """Return the mixture with parameters that a training has changed from their initial ones.

        Args:
            numbers: The parameters, by the names of `initial_parameters`.
            xp: The module `numpy` or `tf.math`.
            scalar: Converts an element of an array to a number of a component.
        """
        means = numbers["means"]
        stretch, logits = (BOUND * xp.tanh(numbers[name] / BOUND) for name in ("log_scales", "logits"))
        count = len(self.components)
        total = xp.log(sum(xp.exp(logits[k]) for k in range(count)) / count)
        return Mixture(
            tuple(
                Component(
                    scalar(means[k, 0]),
                    scalar(means[k, 1]),
                    scalar(start.scale * xp.exp(stretch[k])),
                    scalar(start.log_peak - 2 * stretch[k] + logits[k] - total),
                )
                for k, start in enumerate(self.components)
            )
        )

    def initial_parameters(self) -> dict[str, NDArray[np.float64]]:
        """Return the parameters by name with which `learned` returns this mixture of equal components."""
        zeros = np.zeros(len(self.components))
        means = np.array([(each.x, each.y) for each in self.components])
        return {"means": means, "log_scales": zeros, "logits": zeros.copy()}

    def log_prob(self, points: Any, xp: Any = np) -> Any:
        """Return the log-density (n,) in nats at points (n, 2)."""
        terms = [each.log_density(points, xp) for each in self.components]
        highest = reduce(xp.maximum, terms)
        return highest + xp.log(sum(xp.exp(term - highest) for term in terms))

    def sample(self, count: int, seed: int) -> NDArray[np.float32]:
        """Draw points by moving standard normal ones: those of one seed follow a mixture that is being trained."""
        points = normal_draws(count, seed)
        drawn = np.random.default_rng(np.random.SeedSequence(seed).spawn(1)[0]).random(count)
        ends = np.cumsum([each.weight for each in self.components])[:-1]  # the rest is of the last one
        chosen = np.searchsorted(ends, drawn, side="right")
        for number, each in enumerate(self.components):
            own = chosen == number
            points[own] = each.moved(points[own])
        return points

    def coordinate_density(self, axis: int, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the density of a coordinate at values (n,)."""
        return _sum(c.weight / c.scale * normal_density(c.standardized(axis, values)) for c in self.components)

    def coordinate_below(self, axis: int, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability that a coordinate is below values (n,)."""
        return _sum(c.weight * normal_below(c.standardized(axis, values)) for c in self.components)

    @cached_property
    def entropy(self) -> float | None:
        """Return the entropy in nats by quadrature. None if a component is too narrow beside another one for that."""
        step, found = FIRST_STEP, self._entropy_on_grids(FIRST_STEP)
        while step > MIN_STEP:
            step, before = step / 2, found
            found = self._entropy_on_grids(step)
            if abs(found - before) < ACCURACY:
                return found
        return None

    @property
    def formula(self) -> tuple[str, ...]:
        """Return lines that define the density, one of them for each component."""
        lines = (f"{c.weight:.3g} · N(({c.x:.3g}, {c.y:.3g}), {c.scale:.3g}²)" for c in self.components)
        return "p(x, y) = the sum of", *(line.replace("-", "−") for line in lines)

    def component_of(self, points: NDArray[np.floating]) -> NDArray[np.intp]:
        """Return the number (n,) of the component that most likely produced each point."""
        return np.asarray(np.argmax([each.log_density(points, np) for each in self.components], axis=0))

    def _entropy_on_grids(self, step: float) -> float:
        """Return −Σ wₖ E[log p] over the components, each by the trapezoidal rule on a grid in its own units."""
        ticks = np.arange(-REACH, REACH + step / 2, step)
        grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
        mass = np.exp(STANDARD_NORMAL.log_prob(grid)) * step**2
        return -sum(each.weight * float(mass @ self.log_prob(each.moved(grid))) for each in self.components)


def _sum(parts: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the sum of arrays (n,)."""
    return np.asarray(np.sum(list(parts), axis=0))
