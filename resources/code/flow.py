"""A flow that moves nothing, as an example of the modules that flowviz exports.

`flowviz render FILE -o flow.py` writes one module from the files in this folder: see `flowviz/exporting/code.py`. It
contains what the flow needs, and replaces the definitions from `ORIGIN` to `stages`, `BUMPS` and `NUMBERS` by its own.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from bases import Normal
from conditioners import Network
from stages import Permutation

Array = np.ndarray
TOGETHER = 1024  # points that are moved at once: their arrays stay in the cache of the processor

ORIGIN = 0.0, 0.0
SCALE = 1.0, 1.0


def base() -> Normal:
    return Normal()


def conditioner(numbers: dict[str, Array]) -> Callable:
    return Network(numbers, hats=0, waves=0, reach=3.0)


@cache
def stages() -> tuple:
    return (Permutation(), Permutation())


def sample(n: int, seed: int | None = None) -> Array:
    """Draw points x (n, 2) from the flow.

    The same seed always gives the same points, and a smaller n gives the first of them. Without a seed, each call draws
    different points.
    """
    return forward(base().sample(n, seed))


def log_prob(x: Array) -> Array:
    """Return the log-density (n,) of the flow at points x (n, 2), in nats."""
    return _together(_moved_back, x)[:, 2] - np.log(np.abs(SCALE)).sum()


def forward(z: Array) -> Array:
    """Return the points x (n, 2) to which the flow moves points z (n, 2) of the base."""
    return _together(_moved, z) * SCALE + ORIGIN


def inverse(x: Array) -> Array:
    """Return the points z (n, 2) of the base that the flow moves to points x (n, 2)."""
    return _together(_moved_back, x)[:, :2]


def _moved(x: Array, y: Array) -> tuple[Array, Array]:
    """Move points (x, y), both (n,), through all stages."""
    for stage in stages():
        x, y = stage.forward(x, y)
    return x, y


def _moved_back(x: Array, y: Array) -> tuple[Array, Array, Array]:
    """Move points (x, y), both (n,), back through all stages. Also return the log-density at x and y, per flow unit."""
    x, y = (x - ORIGIN[0]) / SCALE[0], (y - ORIGIN[1]) / SCALE[1]
    log_det = np.zeros_like(x)
    for stage in reversed(stages()):
        x, y, change = stage.inverse(x, y)
        log_det = log_det + change
    found = np.where(np.isnan(log_det), np.nan, [x, y])
    return *found, base().log_prob(*found) + log_det


def _together(move: Callable, points: Array) -> Array:
    """Return what a function of coordinates (n,) returns for points (n, 2), some of them at a time."""
    points = np.asarray(points, np.float64)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"The points must be an array of shape (n, 2), not {points.shape}.")
    with np.errstate(all="ignore"):  # far away, densities are 0
        starts = range(0, max(len(points), 1), TOGETHER)
        return np.concatenate([np.stack(move(*points[i : i + TOGETHER].T), axis=1) for i in starts])
