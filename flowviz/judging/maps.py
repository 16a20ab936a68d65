"""Checks of the maps of a flow: their log-dets against differences, and the round trip."""

import numpy as np
from numpy.typing import NDArray

from flowviz.judging.evidence import UNKNOWN, Evidence, Function, mapped
from flowviz.records.judgment import Verdict
from flowviz.specs.shares import percent

Array = NDArray[np.float64]

MAPPED = 2000  # points
STEPS = 10.0 ** -np.arange(1.5, 6.5, 0.5)  # of differences, relative to the scales of the points
AGREEING = 0.02  # nats by which the results of two steps may differ
LOG_DET_TOLERANCE = 0.1  # nats
ROUND_TRIP_TOLERANCE = 0.01  # relative to the scales of the points
WRONG_SHARE = 0.02  # share of the points that may be off, because a map may have kinks or be steep


def round_trip(given: Evidence) -> tuple[Verdict, str, dict[str, float]]:
    """Map points or samples to the base and back."""
    points, latents = _pairs(given)
    assert given.forward is not None
    found = mapped("forward", given.forward, latents)[0]
    errors = np.linalg.norm(found - points, axis=1) / _scales(points)
    off = float((~(errors <= ROUND_TRIP_TOLERANCE)).mean())
    moved = f"The round trip to the base and back moves {percent(off, 1)} of the points"
    return _verdict(off), f"{moved} by more than {percent(ROUND_TRIP_TOLERANCE)} of their scale.", {"share": off}


def log_det(given: Evidence) -> tuple[Verdict, str, dict[str, float]]:
    """Compare the log-dets that the maps return with differences. Points where differences are rough do not count."""
    points, latents = _pairs(given)
    sides = ("forward", given.forward, latents), ("inverse", given.inverse, points)
    found = [_errors(name, function, at) for name, function, at in sides if function is not None]
    errors = np.concatenate([UNKNOWN, *found])
    if not len(errors):
        return "not checked", "It needs maps that return pairs of points and log|det J|, and are smooth.", {}
    off, median = float((~(errors <= LOG_DET_TOLERANCE)).mean()), float(np.median(errors))
    typical = f"Log-dets are off by {median:.2g} nats in the median"
    sentence = f"{typical}, and by more than {LOG_DET_TOLERANCE} at {percent(off, 1)} of the points."
    return _verdict(off), sentence, {"share": off, "median": median}


def _verdict(off: float) -> Verdict:
    return "inconsistent" if off > WRONG_SHARE else "consistent"


def _pairs(given: Evidence) -> tuple[Array, Array]:
    """Return points (n, 2) and where the inverse maps them (n, 2); without one, standard normal points."""
    points = (given.samples if len(given.samples) else given.points)[:MAPPED]
    if given.inverse is None:
        return points, np.random.default_rng(0).standard_normal(points.shape)
    return points, mapped("inverse", given.inverse, points)[0]


def _errors(name: str, function: Function, points: Array) -> Array:
    """Return the errors (m,) of the log-dets of a map, at those of some points (n, 2) where differences agree."""
    points = points[np.isfinite(points).all(axis=1)][: MAPPED // 4]
    log_dets = mapped(name, function, points)[1]
    if not len(log_dets):
        return log_dets
    by_step = np.stack([_differences(name, function, points, step * _scales(points)) for step in STEPS])
    with np.errstate(invalid="ignore"):
        changes = np.nan_to_num(np.abs(np.diff(by_step, axis=0)), nan=np.inf)
    best = changes.argmin(axis=0), np.arange(len(points))
    return np.asarray(np.abs(log_dets - by_step[1:][best])[changes[best] < AGREEING])


def _scales(points: Array) -> Array:
    """Return the scales (n,) of points (n, 2): their distances from the middle, plus the median of all these."""
    distances = np.linalg.norm(points - np.median(points, axis=0), axis=1)
    return np.asarray(distances + np.median(distances))


def _differences(name: str, function: Function, points: Array, step: Array) -> Array:
    """Return log|det J| (n,) by central differences, with a step (n,) for each point."""
    ends = np.concatenate([points + sign * step[:, np.newaxis] * axis for axis in np.eye(2) for sign in (1, -1)])
    right, left, up, down = np.split(mapped(name, function, ends)[0], 4)
    (a, c), (b, d) = (right - left).T / (2 * step), (up - down).T / (2 * step)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log(np.abs(a * d - b * c)))
