"""The evidence about a density estimator: functions of a user, and arrays that they returned."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowviz.arguments import unmasked
from flowviz.errors import ArgumentError, clause_of
from flowviz.judging.mass import Cells, integrated

Array = NDArray[np.float64]
Function = Callable[..., Any]

TOGETHER = 50_000  # points that a function gets at once
LEVELS = np.array([0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99])  # probabilities of highest-density regions
UNKNOWN = np.empty(0)


@dataclass(frozen=True)
class Evidence:
    """The functions and arrays that describe an estimator and its target, in data units. Unknown arrays are empty.

    Attributes:
        points: Points (n, 2) of the target, on which the estimator was not trained.
        samples: Samples (m, 2) of the estimator.
        entropy: Entropy of the target in nats, or None if unknown.
        density: Maps points (n, 2) to log-densities (n,) of the estimator in nats, or None if unknown.
        forward: Maps points (n, 2) of the base to points (n, 2), or to a pair of these and log|det J| (n,); or None.
        inverse: The same in the other direction.
        log_prob: Log-densities (n,) of the estimator at the points.
        samples_log_prob: Log-densities (m,) of the estimator at its samples.
        truth: Log-densities (n,) of the target at the points.
        samples_truth: Log-densities (m,) of the target at the samples.
    """

    points: Array
    samples: Array
    entropy: float | None
    density: Function | None
    forward: Function | None
    inverse: Function | None
    log_prob: Array
    samples_log_prob: Array
    truth: Array
    samples_truth: Array

    @cached_property
    def cells(self) -> Cells:
        """Return the integral of the density."""
        return integrated(lambda places: scored(self.density, places), np.concatenate([self.points, self.samples]))

    @cached_property
    def coverage(self) -> Array:
        """Return the expected and the observed shares (2, k) of points in highest-density regions; (2, 0) if unknown.

        The region with a share m of the probability has the (1 − m)-quantile of the log-densities of samples as its
        level: Hyndman 1996, "Computing and graphing highest density regions".
        """
        if not len(self.log_prob) or not np.isfinite(self.samples_log_prob).any():
            return np.empty((2, 0))
        levels = np.nanquantile(self.samples_log_prob, 1 - LEVELS)
        return np.stack([LEVELS, (self.log_prob[:, np.newaxis] >= levels).mean(axis=0)])


def scored(density: Function | None, points: Array) -> Array:
    """Return the log-densities (n,) of points (n, 2); (0,) without a function. Raises `ArgumentError` if it fails."""
    if density is None:
        return UNKNOWN
    parts = np.array_split(points, 1 + len(points) // TOGETHER)
    return np.concatenate([array_of(called("log_prob", density, part), "log_prob", len(part)) for part in parts])


def mapped(name: str, function: Function, points: Array) -> tuple[Array, Array]:
    """Return the images (n, 2) of points (n, 2) under a map, and its log|det J| (n,), or (0,) if it returns none.

    Raises:
        ArgumentError: If the function fails or returns something else.
    """
    found = called(name, function, points)
    is_pair = isinstance(found, tuple) or (isinstance(found, list) and len(found) == 2 and np.ndim(found[0]) == 2)
    image, *log_dets = found if is_pair else (found,)
    if len(log_dets) > 1:
        raise ArgumentError(f"{name} must return points, or a pair of points and log-dets, not {len(found)} values.")
    even = [np.full(len(points), each) if np.ndim(each) == 0 else each for each in log_dets]  # alike at all points
    known = [array_of(each, f"the log-det of {name}", len(points)) for each in even]
    return array_of(image, name, len(points), 2), known[0] if known else UNKNOWN


def called(name: str, function: Function, *arguments: Any) -> Any:
    """Return what a function of a user returns. Raises `ArgumentError` if it raises an exception."""
    try:
        return function(*arguments)
    except Exception as error:  # whatever the code of a user raises
        raise ArgumentError(f"{name} failed: {type(error).__name__}: {clause_of(error)}.") from error


def array_of(value: Any, name: str, *shape: int | None) -> Array:
    """Return an array or a tensor of any library as a float64 array.

    Raises:
        ArgumentError: If its shape differs from the given one. A length of None allows any length.
    """
    for method in ("detach", "cpu"):  # of a tensor of PyTorch that requires a gradient, or is on a GPU
        value = getattr(value, method, lambda value=value: value)()
    try:
        plain = np.asarray(unmasked(value))
        found = plain.astype(np.float64, casting="same_kind" if np.iscomplexobj(plain) else "unsafe")
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"{name} must be an array of numbers, not {type(value).__name__}.") from error
    if found.ndim != len(shape) or any(size not in {None, own} for size, own in zip(shape, found.shape, strict=True)):
        wanted = ", ".join("n" if size is None else str(size) for size in shape)
        raise ArgumentError(f"{name} is an array of shape {found.shape}. The shape must be ({wanted}).")
    return found
