"""Distributions from which a flow starts. Their larger standard deviation is about 1."""

import numpy as np
from conditioners import softplus
from flow import Array


class Normal:
    """The standard normal distribution."""

    def log_prob(self, x: Array, y: Array) -> Array:
        return -(x * x + y * y) / 2 - np.log(2 * np.pi)

    def sample(self, n: int, seed: int | None) -> Array:
        return np.random.default_rng(seed).standard_normal((n, 2), np.float32)


class UniformSquare:
    """A square with smooth edges: each coordinate is the sum of a uniform and a logistic variable.

    Its density is [σ((x + a) / s) − σ((x − a) / s)] / 2a, with the logistic function σ.
    """

    edge = 0.05  # s
    half_side = np.sqrt(3 * (1 - (np.pi * edge) ** 2 / 3))  # a

    def log_prob(self, x: Array, y: Array) -> Array:
        return self._log_prob_of_one(x) + self._log_prob_of_one(y)

    def sample(self, n: int, seed: int | None) -> Array:
        flat, smooth = np.moveaxis(np.random.default_rng(seed).random((n, 2, 2)), 1, 0)
        smooth = np.maximum(smooth, 2.0**-53)
        points = self.half_side * (2 * flat - 1) + self.edge * np.log(smooth / (1 - smooth))
        return points.astype(np.float32)

    def _log_prob_of_one(self, x: Array) -> Array:
        u, v = (x + self.half_side) / self.edge, (x - self.half_side) / self.edge
        constant = np.log1p(-np.exp(-2 * self.half_side / self.edge)) - np.log(2 * self.half_side)
        return constant - softplus(-u) - softplus(v)


class StudentT:
    """The round Student's t distribution with 4 degrees of freedom and standard deviation 1."""

    freedom = 4
    spread = freedom - 2  # ν σ²

    def log_prob(self, x: Array, y: Array) -> Array:
        constant = np.log(2 * np.pi) + np.log(self.spread / self.freedom)
        return -(self.freedom / 2 + 1) * np.log1p((x * x + y * y) / self.spread) - constant

    def sample(self, n: int, seed: int | None) -> Array:
        normal = np.random.default_rng(seed).standard_normal((n, 2), np.float32).astype(np.float64)
        square = np.maximum((normal**2).sum(axis=1, keepdims=True), np.finfo(np.float64).tiny)
        return (normal * np.sqrt(self.spread * np.expm1(square / self.freedom) / square)).astype(np.float32)


class Mixture:
    """A mixture of round normal distributions, each given by its mean (x, y), standard deviation and weight."""

    def __init__(self, *components: tuple[float, float, float, float]) -> None:
        *self.means, self.scales, self.weights = np.array(components).T[:, :, np.newaxis]

    def log_prob(self, x: Array, y: Array) -> Array:
        squares = ((x - self.means[0]) ** 2 + (y - self.means[1]) ** 2) / self.scales**2
        terms = np.log(self.weights / (2 * np.pi * self.scales**2)) - squares / 2
        highest = terms.max(axis=0)
        return highest + np.log(np.exp(terms - highest).sum(axis=0))

    def sample(self, n: int, seed: int | None) -> Array:
        normal = np.random.default_rng(seed).standard_normal((n, 2), np.float32)
        drawn = np.random.default_rng(np.random.SeedSequence(seed).spawn(1)[0]).random(n)
        chosen = np.searchsorted(np.cumsum(self.weights)[:-1], drawn, side="right")
        return normal * self.scales[chosen] + np.hstack(self.means)[chosen]
