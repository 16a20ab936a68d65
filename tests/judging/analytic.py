"""Flows whose density is known by formula: compositions of simple maps of a base that has one."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mapped = tuple[Array, Array]  # points (n, 2), and log|det J| (n,)
Map = Callable[[Array], Mapped]
Draw = Callable[[np.random.Generator, int], Array]


@dataclass(frozen=True)
class AnalyticFlow:
    """A base and pairs of maps, forward and inverse, in the order from the base to the target."""

    draw: Draw
    base_log_prob: Callable[[Array], Array]
    layers: list[tuple[Map, Map]]
    rng: np.random.Generator

    def sample(self, n: int) -> Array:
        return self.forward(self.draw(self.rng, n))[0]

    def log_prob(self, points: Array) -> Array:
        latents, log_det = self.inverse(points)
        return self.base_log_prob(latents) + log_det

    def forward(self, points: Array) -> Mapped:
        return _through([layer[0] for layer in self.layers], points)

    def inverse(self, points: Array) -> Mapped:
        return _through([layer[1] for layer in reversed(self.layers)], points)


def random_flow(seed: int) -> AnalyticFlow:
    """Return a flow with a random base and three to six random layers."""
    rng = np.random.default_rng(seed)
    draw, log_prob = BASES[rng.integers(len(BASES))]
    kinds = rng.integers(len(LAYERS), size=rng.integers(3, 7))
    return AnalyticFlow(draw, log_prob, [LAYERS[kind](rng) for kind in kinds], rng)


def gaussian_flow(seed: int) -> AnalyticFlow:
    """Return the flow that is exactly the shape `gaussian`, in the units of its formula."""
    layer = _affine_of(np.array([[1, 0], [0.8, 0.6]]), np.zeros(2))
    return AnalyticFlow(*BASES[0], [layer], np.random.default_rng(seed))


def _through(maps: list[Map], points: Array) -> Mapped:
    total = np.zeros(len(points))
    for each in maps:
        points, log_det = each(points)
        total = total + log_det
    return points, total


def _affine_of(matrix: Array, shift: Array) -> tuple[Map, Map]:
    inverse, log_det = np.linalg.inv(matrix), float(np.log(abs(np.linalg.det(matrix))))
    return (
        lambda x: (x @ matrix.T + shift, np.full(len(x), log_det)),
        lambda y: ((y - shift) @ inverse.T, np.full(len(y), -log_det)),
    )


def _affine(rng: np.random.Generator) -> tuple[Map, Map]:
    angle, scales = rng.uniform(0, 2 * np.pi), np.exp(rng.normal(0, 0.4, 2))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return _affine_of(turn * scales, rng.normal(0, 0.5, 2))


def _coupling(rng: np.random.Generator) -> tuple[Map, Map]:
    """y = y eˢ⁽ˣ⁾ + t(x), with smooth functions of x."""
    a, b, c, d = rng.normal(0, 0.7, 4)

    def functions(x: Array) -> tuple[Array, Array]:
        return 0.5 * np.tanh(a * x[:, 0] + b), c * np.sin(2 * x[:, 0] + d)

    def forward(x: Array) -> Mapped:
        log_scale, shift = functions(x)
        return np.stack([x[:, 0], x[:, 1] * np.exp(log_scale) + shift], axis=1), log_scale

    def inverse(y: Array) -> Mapped:
        log_scale, shift = functions(y)
        return np.stack([y[:, 0], (y[:, 1] - shift) * np.exp(-log_scale)], axis=1), -log_scale

    return forward, inverse


def _tails(rng: np.random.Generator) -> tuple[Map, Map]:
    """sinh(k asinh x), which makes tails heavier or lighter: Jones and Pewsey 2009."""
    power = float(np.exp(rng.normal(0, 0.15)))

    def mapped(x: Array, k: float) -> Mapped:
        inner = k * np.arcsinh(x)
        return np.sinh(inner), (np.log(k) + np.log(np.cosh(inner)) - np.log(np.hypot(1, x))).sum(axis=1)

    return lambda x: mapped(x, power), lambda y: mapped(y, 1 / power)


def _kinks(rng: np.random.Generator) -> tuple[Map, Map]:
    """A leaky ReLU, which makes the density jump along both axes."""
    slope = float(rng.uniform(0.4, 0.9))

    def mapped(x: Array, k: float) -> Mapped:
        return np.where(x < 0, k * x, x), np.log(k) * (x < 0).sum(axis=1)

    return lambda x: mapped(x, slope), lambda y: mapped(y, 1 / slope)


def _square_log_prob(x: Array) -> Array:
    return np.where((np.abs(x) <= np.sqrt(3)).all(axis=1), -np.log(12), -np.inf)


BASES: list[tuple[Draw, Callable[[Array], Array]]] = [
    (lambda rng, n: rng.normal(size=(n, 2)), lambda x: -(x**2).sum(axis=1) / 2 - np.log(2 * np.pi)),
    (lambda rng, n: rng.laplace(size=(n, 2)), lambda x: -np.abs(x).sum(axis=1) - np.log(4)),
    (lambda rng, n: rng.uniform(-np.sqrt(3), np.sqrt(3), (n, 2)), _square_log_prob),
    (  # a Cauchy distribution of the plane, with tails of probability 1 / r
        lambda rng, n: rng.normal(size=(n, 2)) / np.sqrt(rng.chisquare(1, (n, 1))),
        lambda x: -1.5 * np.log1p((x**2).sum(axis=1)) - np.log(2 * np.pi),
    ),
]
LAYERS: list[Callable[[np.random.Generator], tuple[Map, Map]]] = [_affine, _coupling, _tails, _kinks]
