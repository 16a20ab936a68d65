"""Densities of the shapes that are drawn by formula, in the units of the formulas."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowviz.specs import ShapeName
from flowviz.targets.target import Extent

Array = NDArray[np.float64]

CIRCLES, RINGS, CIRCLE_NOISE = (0.5, 1.0), (0.25, 0.5, 0.75, 1.0), 0.05
EIGHT_NOISE = 0.25
AROUND_A_CIRCLE = 240  # nodes, which are closer together than the noise around them
PANEL_NODES = 16  # Gauss–Legendre nodes on each part of a curve
PANEL_LENGTH = 5  # maximum length of a part, relative to the noise around it
REACH, FINENESS = 7, 3  # how far a grid extends beyond the nodes, and its steps, per standard deviation of the noise
TOGETHER = 500_000  # distances between points and nodes that are computed at once
SPOKES, NEWTON_STEPS = 5, 6
PINWHEEL_REACH, PINWHEEL_STEP = 3.1, 0.035
STEEPEST = 50.0  # radius from which the spokes of the pinwheel no longer turn faster, so that nothing overflows
LOG_NORMALIZER = float(np.log(2 * np.pi))  # of a standard normal distribution of the plane


@dataclass(frozen=True, eq=False)
class Formula:
    """A density given by a formula.

    Attributes:
        log_density: Maps coordinates x and y, which are broadcast against each other, to log-densities in nats.
    """

    log_density: Callable[[Array, Array], Array]

    def log_prob(self, points: Array) -> Array:
        """Return the log-density (n,) in nats at points (n, 2)."""
        return self.log_density(*points.T)

    def on_grid(self, x: Array, y: Array) -> Array:
        """Return the density (rows, columns) at x (columns,) and y (rows,)."""
        return np.asarray(np.exp(self.log_density(x, y[:, np.newaxis])))


@dataclass(frozen=True, eq=False)
class Noise:
    """The density of round Gaussian noise around nodes.

    Attributes:
        nodes: Points (m, 2).
        weights: Probabilities (m,) of the nodes.
        noise: Standard deviation of x and y.
    """

    nodes: Array
    weights: Array
    noise: float

    def log_prob(self, points: Array) -> Array:
        """Return the log-density (n,) in nats at points (n, 2)."""
        parts = np.array_split(points, 1 + len(points) * len(self.nodes) // TOGETHER)
        return np.concatenate([self._log_prob(part) for part in parts])

    def on_grid(self, x: Array, y: Array) -> Array:
        """Return the density (rows, columns) at x (columns,) and y (rows,)."""
        by_x, by_y = (
            np.exp(-(((ticks[:, np.newaxis] - nodes) / self.noise) ** 2) / 2)
            for ticks, nodes in zip((x, y), self.nodes.T, strict=True)
        )
        return np.asarray((by_y * self.weights) @ by_x.T / (2 * np.pi * self.noise**2))

    def entropy(self) -> float:
        """Return the entropy in nats, by quadrature over a grid; see `grid_entropy`."""
        margin = REACH * self.noise
        (left, bottom), (right, top) = self.nodes.min(axis=0) - margin, self.nodes.max(axis=0) + margin
        return grid_entropy(self.on_grid, (left, right, bottom, top), self.noise / FINENESS)

    def _log_prob(self, points: Array) -> Array:
        from scipy.spatial.distance import cdist  # imported here because it takes half a second
        from scipy.special import logsumexp

        exponents = cdist(points, self.nodes, "sqeuclidean") / (-2 * self.noise**2)
        return np.asarray(
            logsumexp(exponents, axis=1, b=self.weights) - LOG_NORMALIZER - 2 * np.log(self.noise), np.float64
        )


def grid_entropy(on_grid: Callable[[Array, Array], Array], box: Extent, step: float) -> float:
    """Return the entropy −∫ p log p in nats of a smooth density, by quadrature over a grid.

    The error falls faster than any power of the step, because the density vanishes smoothly toward the edges: see
    Trefethen and Weideman 2014, "The exponentially convergent trapezoidal rule".

    Args:
        on_grid: Returns the density (rows, columns) at x (columns,) and y (rows,).
        box: A rectangle that holds nearly all of the probability.
        step: Spacing of the grid.
    """
    left, right, bottom, top = box
    p = on_grid(np.arange(left, right, step), np.arange(bottom, top, step))
    return float(-(p * np.log(np.maximum(p, 1e-300))).sum() * step**2)


def _noise_along(curve: Callable[[Array], Array], density: Callable[[Array], Array], noise: float) -> Noise:
    """Return the density of noise around a smooth curve.

    Args:
        curve: Maps places (n,) from 0 to 1 to points (n, 2).
        density: Maps places (n,) to the probability density of a place.
        noise: Standard deviation of the noise.
    """
    steps = np.linalg.norm(np.diff(curve(np.linspace(0, 1, 1000)), axis=0), axis=1)
    panels = int(np.ceil(1000 * steps.max() / (PANEL_LENGTH * noise)))
    nodes, weights = np.polynomial.legendre.leggauss(PANEL_NODES)
    places = ((np.arange(panels)[:, np.newaxis] + (nodes + 1) / 2) / panels).ravel()
    return Noise(curve(places), np.tile(weights, panels) * density(places) / (2 * panels), noise)


def _both(one: Noise, other: Array) -> Noise:
    """Return the mixture, in equal parts, of a density and its image, which has other nodes."""
    return Noise(np.concatenate([one.nodes, other]), np.tile(one.weights / 2, 2), one.noise)


def polar(angle: Array, radius: Array | float = 1.0) -> Array:
    """Return points (n, 2) at angles (n,) in radians and radii (n,)."""
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _evenly_around(nodes: Array, noise: float) -> Noise:
    return Noise(nodes, np.full(len(nodes), 1 / len(nodes)), noise)


def _around_circles(radii: tuple[float, ...]) -> Noise:
    angles = 2 * np.pi * np.arange(AROUND_A_CIRCLE) / AROUND_A_CIRCLE
    return _evenly_around(np.concatenate([radius * polar(angles) for radius in radii]), CIRCLE_NOISE)


def _around_moons() -> Noise:
    upper = _noise_along(lambda place: polar(np.pi * place), np.ones_like, 0.08)
    return _both(upper, (1, 0.5) - upper.nodes)


def _around_spirals() -> Noise:
    # The place is the square root of a uniform number.
    arm = _noise_along(lambda place: polar(np.pi * (1 - 3 * place), 3 * np.pi * place), lambda place: 2 * place, 0.25)
    return _both(arm, -arm.nodes)


def _roll(place: Array) -> Array:
    turn = 1.5 * np.pi * (1 + 2 * place)
    return polar(turn, turn)


def _gaussian(x: Array, y: Array) -> Array:
    return _normal(x, (y - 0.8 * x) / 0.6) - float(np.log(0.6))


def _banana(x: Array, y: Array) -> Array:
    return _normal(x, (y - 0.5 * x**2) / 0.5) - float(np.log(0.5))


def _sine(x: Array, y: Array) -> Array:
    across = -((y - np.sin(x)) ** 2) / (2 * 0.2**2) - LOG_NORMALIZER / 2 - np.log(0.2)
    return np.where(np.abs(x) <= 2 * np.pi, across - np.log(4 * np.pi), -np.inf)


def _pinwheel(x: Array, y: Array) -> Array:
    """Return the log-density of spokes that are turned by an angle θ(a) = eᵃ/4 at the place a along them.

    The point at the radius r and the angle ψ comes from (a, b) = r (cos t, sin t), where t + θ(r cos t) = ψ, and areas
    grow by 1 − θ′(a) b. Newton's method finds t. Where the growth is 0, the plane folds over, but hardly any point
    comes from there; one of the solutions counts.
    """
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    spokes = [_spoke(radius, angle - 2 * np.pi * k / SPOKES) for k in range(SPOKES)]
    return np.asarray(np.logaddexp.reduce(spokes) - np.log(SPOKES))


def _spoke(radius: Array, angle: Array) -> Array:
    at = _wrapped(angle - _turn(radius))
    for _ in range(NEWTON_STEPS):
        along, across = radius * np.cos(at), radius * np.sin(at)
        at = at - _wrapped(at + _turn(along) - angle) / np.maximum(1 - _turn(along) * across, 0.1)
    along, across = radius * np.cos(at), radius * np.sin(at)
    growth = np.maximum(np.abs(1 - _turn(along) * across), 1e-3)
    log_density = _normal((along - 1) / 0.3, across / 0.1) - np.log(0.3 * 0.1) - np.log(growth)
    return np.where(np.abs(_wrapped(at + _turn(along) - angle)) < 1e-6, log_density, -np.inf)


def _turn(along: Array) -> Array:
    """Return the angle by which a place along a spoke is turned, which is also its derivative."""
    return np.asarray(np.exp(np.minimum(along, STEEPEST)) / 4)


def _wrapped(angle: Array) -> Array:
    """Return angles between −π and π."""
    return angle - 2 * np.pi * np.rint(angle / (2 * np.pi))


def _normal(x: Array, y: Array) -> Array:
    return -(x**2 + y**2) / 2 - LOG_NORMALIZER


def pinwheel_entropy() -> float:
    """Return the entropy of the pinwheel in nats, by quadrature over a grid; see `grid_entropy`."""
    ends = -PINWHEEL_REACH, PINWHEEL_REACH
    return grid_entropy(DENSITIES["pinwheel"].on_grid, (*ends, *ends), PINWHEEL_STEP)


EIGHT_CENTERS = polar(2 * np.pi * np.arange(8) / 8)
NOISES: Mapping[ShapeName, Noise] = {
    "two_moons": _around_moons(),
    "circles": _around_circles(CIRCLES),
    "rings": _around_circles(RINGS),
    "eight_gaussians": _evenly_around(2 * EIGHT_CENTERS, EIGHT_NOISE),
    "two_spirals": _around_spirals(),
    "swiss_roll": _noise_along(_roll, np.ones_like, 0.3),
}
DENSITIES: Mapping[ShapeName, Formula | Noise] = {
    **NOISES,
    "gaussian": Formula(_gaussian),
    "pinwheel": Formula(_pinwheel),
    "banana": Formula(_banana),
    "sine": Formula(_sine),
}
