"""Densities of the shapes that are drawn by formula, on grids, in the units of the formulas and up to a factor."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from flowviz.specs import ShapeName
from flowviz.targets.region import GridDensity

Array = NDArray[np.float64]

CIRCLES, RINGS, CIRCLE_NOISE = (0.5, 1.0), (0.25, 0.5, 0.75, 1.0), 0.05
EIGHT_CENTERS = np.stack([f(2 * np.pi * np.arange(8) / 8) for f in (np.cos, np.sin)], axis=1)
EIGHT_NOISE = 0.25
NODES = 1200  # on a curve, which are closer together than half the noise around it


def _noise_around(x_nodes: Array, y_nodes: Array, noise: float) -> GridDensity:
    """Return the density of round Gaussian noise around equally likely nodes."""

    def density(x: Array, y: Array) -> NDArray[np.float32]:
        by_x, by_y = (
            np.exp(-(((ticks[:, np.newaxis] - nodes) / noise) ** 2) / 2).astype(np.float32)
            for ticks, nodes in ((x, x_nodes), (y, y_nodes))
        )
        return by_y @ by_x.T

    return density


def _along(count: int = NODES) -> Array:
    """Return evenly spaced numbers between 0 and 1."""
    return (np.arange(count) + 0.5) / count


def _around_circles(radii: tuple[float, ...]) -> GridDensity:
    angle = 2 * np.pi * _along(NODES // 2)
    x, y = (np.concatenate([radius * each for radius in radii]) for each in (np.cos(angle), np.sin(angle)))
    return _noise_around(x, y, CIRCLE_NOISE)


def _around_moons() -> GridDensity:
    x, y = np.cos(np.pi * _along()), np.sin(np.pi * _along())
    return _noise_around(np.concatenate([x, 1 - x]), np.concatenate([y, 0.5 - y]), 0.08)


def _around_spirals() -> GridDensity:
    turn = 3 * np.pi * np.sqrt(_along())
    x, y = -np.cos(turn) * turn, np.sin(turn) * turn
    return _noise_around(np.concatenate([x, -x]), np.concatenate([y, -y]), 0.25)


def _around_roll() -> GridDensity:
    turn = 1.5 * np.pi * (1 + 2 * _along())
    return _noise_around(turn * np.cos(turn), turn * np.sin(turn), 0.3)


def _gaussian(x: Array, y: Array) -> Array:
    return _normal(x) * _normal((y[:, np.newaxis] - 0.8 * x) / 0.6)


def _banana(x: Array, y: Array) -> Array:
    return _normal(x) * _normal((y[:, np.newaxis] - 0.5 * x**2) / 0.5)


def _sine(x: Array, y: Array) -> Array:
    return (np.abs(x) <= 2 * np.pi) * _normal((y[:, np.newaxis] - np.sin(x)) / 0.2)


def _pinwheel(x: Array, y: Array) -> Array:
    """Sum up the probability that falls into each cell, for a fine grid along and across the spokes."""
    along, across = (np.linspace(-5, 5, count) for count in (2400, 1200))
    weights = (_normal(along)[:, np.newaxis] * _normal(across)).ravel()
    radius, side = np.broadcast_arrays((1 + 0.3 * along)[:, np.newaxis], 0.1 * across)
    spacing = x[1] - x[0], y[1] - y[0]
    total = np.zeros(len(x) * len(y))
    for spoke in range(5):
        angle = 2 * np.pi * spoke / 5 + 0.25 * np.exp(1 + 0.3 * along)[:, np.newaxis]
        cos, sin = np.cos(angle), np.sin(angle)
        column = np.rint((radius * cos - side * sin - x[0]) / spacing[0]).astype(np.intp)
        row = np.rint((radius * sin + side * cos - y[0]) / spacing[1]).astype(np.intp)
        inside = (column >= 0) & (column < len(x)) & (row >= 0) & (row < len(y))
        cell = np.where(inside, row * len(x) + column, 0).ravel()
        total += np.bincount(cell, weights=np.where(inside.ravel(), weights, 0), minlength=len(total))
    return total.reshape(len(y), len(x))


def _normal(x: Array) -> Array:
    return np.exp(-(x**2) / 2)


DENSITIES: Mapping[ShapeName, GridDensity] = {
    "gaussian": _gaussian,
    "two_moons": _around_moons(),
    "circles": _around_circles(CIRCLES),
    "rings": _around_circles(RINGS),
    "eight_gaussians": _noise_around(2 * EIGHT_CENTERS[:, 0], 2 * EIGHT_CENTERS[:, 1], EIGHT_NOISE),
    "pinwheel": _pinwheel,
    "two_spirals": _around_spirals(),
    "swiss_roll": _around_roll(),
    "banana": _banana,
    "sine": _sine,
}
