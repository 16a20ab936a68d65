"""Base distributions of flows, whose density the stages transform and from which the particles are drawn."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import erfc
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

LOG_2PI, SQRT_2 = float(np.log(2 * np.pi)), float(np.sqrt(2))
REGION_DRAWS = 2**18  # from which the levels of regions are estimated: their share is exact to 0.1%
FARTHEST_QUANTILE = 1e4  # Student's t reaches this far with a probability of 1e-15
EDGE = 0.05  # scale of the logistic distribution that smooths the edges of the square
HALF_SIDE = float(np.sqrt(3 * (1 - (np.pi * EDGE) ** 2 / 3)))  # such that the standard deviation is 1
DEGREES_OF_FREEDOM = 4  # few, for many outliers; with 2 or fewer, the variance would be infinite


@dataclass(frozen=True)
class Base(ABC):
    """A distribution over the plane whose larger standard deviation is about 1.

    The same class serves NumPy arrays and TensorFlow tensors: `log_prob` uses arithmetic operators and the functions
    exp, log, log1p, abs and maximum of a module `xp`, `numpy` or `tf.math`, and returns the same type in the same
    precision.
    """

    name: ClassVar[str]

    @abstractmethod
    def log_prob(self, points: Any, xp: Any = np) -> Any:
        """Return the log-density (n,) in nats at points (n, 2)."""

    @abstractmethod
    def sample(self, count: int, seed: int) -> NDArray[np.float32]:
        """Draw independent points (count, 2). More points of the same seed begin with the same ones."""

    @property
    @abstractmethod
    def entropy(self) -> float | None:
        """Return the entropy in nats. None if unknown."""

    @property
    @abstractmethod
    def formula(self) -> tuple[str, ...]:
        """Return lines that define the density."""

    @abstractmethod
    def coordinate_density(self, axis: int, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the density of a coordinate, 0 for x and 1 for y, at values (n,)."""

    @abstractmethod
    def coordinate_below(self, axis: int, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability that a coordinate, 0 for x and 1 for y, is below values (n,)."""

    def coordinate_quantiles(self, axis: int, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the values (n,) below which a coordinate lies with given probabilities (n,), by bisection."""
        low, high = (np.full(len(shares), end) for end in (-FARTHEST_QUANTILE, FARTHEST_QUANTILE))
        for _ in range(60):
            middle = (low + high) / 2
            is_below = self.coordinate_below(axis, middle) < shares
            low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
        return np.asarray((low + high) / 2)

    def region_level(self, mass: float) -> float:
        """Return the log-density in nats on the edge of the smallest region that has a probability of `mass`."""
        return float(np.quantile(_region_draws(self), 1 - mass))

    @property
    def has_density(self) -> bool:
        """Return whether the density is known."""
        return True

    def component_of(self, points: NDArray[np.floating]) -> NDArray[np.intp] | None:
        """Return the number (n,) of the component that most likely produced each point, or None without them."""
        return None


class StandardNormal(Base):
    """The standard normal distribution: log p(x, y) = −(x² + y²) / 2 − log 2π."""

    name = "normal"
    formula = ("x, y ~ N(0, 1), independent", "p(x, y) = exp(−(x² + y²) / 2) / 2π")
    entropy = 1 + LOG_2PI

    def log_prob(self, points: Any, xp: Any = np) -> Any:
        """Return the log-density (n,) in nats at points (n, 2)."""
        x, y = points[:, 0], points[:, 1]
        return -0.5 * (x * x + y * y) - LOG_2PI

    def sample(self, count: int, seed: int) -> NDArray[np.float32]:
        """Draw independent points (count, 2)."""
        return normal_draws(count, seed)

    def coordinate_density(self, axis: int, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the density of a coordinate at values (n,)."""
        return normal_density(values)

    def coordinate_below(self, axis: int, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability that a coordinate is below values (n,)."""
        return normal_below(values)

    def region_level(self, mass: float) -> float:
        """Return the log-density in nats on the edge of the circle that has a probability of `mass`."""
        return float(np.log1p(-mass)) - LOG_2PI


class Uniform(Base):
    """A square with smooth edges: x and y are each the sum of a uniform and a logistic variable.

    The density is the convolution of the two, p(x) = [σ((x + a) / s) − σ((x − a) / s)] / 2a, which is nearly constant
    inside the square and positive everywhere, with exponential tails.
    """

    name = "uniform"
    formula = (
        f"x, y independent: even on ±{HALF_SIDE:.3g}, with edges of width {EDGE:g}",
        "p(x) = [σ((x + a) / s) − σ((x − a) / s)] / 2a",
    )

    def log_prob(self, points: Any, xp: Any = np) -> Any:
        """Return the log-density (n,) in nats at points (n, 2)."""
        return self._log_prob_of_one(points[:, 0], xp) + self._log_prob_of_one(points[:, 1], xp)

    def sample(self, count: int, seed: int) -> NDArray[np.float32]:
        """Draw independent points (count, 2)."""
        flat, smooth = np.moveaxis(np.random.default_rng(seed).random((count, 2, 2)), 1, 0)
        smooth = np.clip(smooth, 2.0**-53, None)  # 0 has no logit
        points: NDArray[np.float64] = HALF_SIDE * (2 * flat - 1) + EDGE * np.log(smooth / (1 - smooth))
        return points.astype(np.float32)

    def coordinate_density(self, axis: int, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the density of a coordinate at values (n,)."""
        return np.asarray(np.exp(self._log_prob_of_one(values, np)))

    def coordinate_below(self, axis: int, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability that a coordinate is below values (n,), the integral of its density."""
        edges = ((values + side) / EDGE for side in (HALF_SIDE, -HALF_SIDE))
        left, right = (_softplus(edge, np) for edge in edges)
        return np.asarray(EDGE / (2 * HALF_SIDE) * (left - right))

    @cached_property
    def entropy(self) -> float:
        """Return the entropy in nats, twice that of one coordinate, by quadrature."""
        x = np.linspace(-HALF_SIDE - 50 * EDGE, HALF_SIDE + 50 * EDGE, 20_001)
        log_p = self._log_prob_of_one(x, np)
        return float(-2 * np.sum(np.exp(log_p) * log_p) * (x[1] - x[0]))

    def _log_prob_of_one(self, x: Any, xp: Any) -> Any:
        # σ(u) − σ(v) = (1 − exp(v − u)) · σ(u) · σ(−v), which does not cancel far outside.
        u, v = (x + HALF_SIDE) / EDGE, (x - HALF_SIDE) / EDGE
        constant = float(np.log1p(-np.exp(-2 * HALF_SIDE / EDGE)) - np.log(2 * HALF_SIDE))
        return constant - _softplus(-u, xp) - _softplus(v, xp)


class StudentT(Base):
    """The round Student's t distribution with ν = 4 degrees of freedom, scaled to standard deviation 1.

    In the plane, p(x, y) = (1 + r² / νσ²)^(−ν/2 − 1) / 2πσ², where r² = x² + y². Far points are much more frequent than
    in a normal distribution. Reference: Kotz & Nadarajah 2004, "Multivariate t distributions and their applications".
    """

    name = "student_t"
    scale = float(np.sqrt(1 - 2 / DEGREES_OF_FREEDOM))  # σ, because the variance of a coordinate is νσ² / (ν − 2)
    formula = (
        f"(x, y) ~ Student's t, ν = {DEGREES_OF_FREEDOM} degrees of freedom",
        "p(x, y) = (1 + r² / νσ²)^(−ν/2 − 1) / 2πσ²",
        f"r² = x² + y², σ = {scale:.3g}",
    )
    # log(1 + r² / νσ²) is exponentially distributed with mean 2/ν.
    entropy = float(LOG_2PI + 2 * np.log(scale) + (DEGREES_OF_FREEDOM + 2) / DEGREES_OF_FREEDOM)

    def log_prob(self, points: Any, xp: Any = np) -> Any:
        """Return the log-density (n,) in nats at points (n, 2)."""
        x, y = points[:, 0], points[:, 1]
        spread, constant = DEGREES_OF_FREEDOM * self.scale**2, LOG_2PI + 2 * float(np.log(self.scale))
        return -(DEGREES_OF_FREEDOM / 2 + 1) * xp.log1p((x * x + y * y) / spread) - constant

    def sample(self, count: int, seed: int) -> NDArray[np.float32]:
        """Draw points by moving those of the standard normal distribution outward, which keeps their directions."""
        normal = normal_draws(count, seed).astype(np.float64)
        square = np.maximum((normal**2).sum(axis=1, keepdims=True), np.finfo(np.float64).tiny)
        spread = DEGREES_OF_FREEDOM * self.scale**2
        points: NDArray[np.float64] = normal * np.sqrt(spread * np.expm1(square / DEGREES_OF_FREEDOM) / square)
        return points.astype(np.float32)

    def coordinate_density(self, axis: int, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the density of a coordinate at values (n,): of Student's t with 4 degrees of freedom, scaled."""
        return np.asarray(3 / 8 * (1 + (values / self.scale) ** 2 / 4) ** -2.5 / self.scale)

    def coordinate_below(self, axis: int, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability that a coordinate is below values (n,), in closed form for 4 degrees of freedom."""
        t = values / self.scale
        sine = t / np.sqrt(4 + t * t)
        return np.asarray(0.5 + 0.75 * (sine - sine**3 / 3))

    def region_level(self, mass: float) -> float:
        """Return the log-density in nats on the edge of the circle that has a probability of `mass`."""
        constant = LOG_2PI + 2 * float(np.log(self.scale))
        return float((1 + 2 / DEGREES_OF_FREEDOM) * np.log1p(-mass)) - constant


STANDARD_NORMAL = StandardNormal()


def normal_draws(count: int, seed: int) -> NDArray[np.float32]:
    """Draw points (count, 2) from the standard normal distribution."""
    return np.random.default_rng(seed).standard_normal((count, 2), dtype=np.float32)


def normal_density(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the standard normal density at values (n,)."""
    return np.exp(-0.5 * (values * values + LOG_2PI))


def normal_below(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability that a standard normal variable is below values (n,)."""
    return np.array([0.5 * erfc(-value / SQRT_2) for value in values.tolist()])


@lru_cache(maxsize=4)
def _region_draws(base: Base) -> NDArray[np.float32]:
    """Return the log-densities of draws from a base, whose quantiles are the levels of regions."""
    return np.asarray(base.log_prob(base.sample(REGION_DRAWS, seed=0)))


def _softplus(t: Any, xp: Any) -> Any:
    """Return log(1 + exp(t)) without overflow."""
    return xp.maximum(t, 0) + xp.log1p(xp.exp(-xp.abs(t)))
