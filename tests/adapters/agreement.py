"""Checks that a walk through a flow agrees with the flow itself, and with differences of its own maps."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.adapters.walk import Walk
from flowviz.records.density import cell_centers
from flowviz.records.recorded_flow import interpolated

STEP = 2e-3  # of central differences in float32


def log_det_by_differences(function: Callable[[Any], Any], points: NDArray[np.floating]) -> NDArray[np.float64]:
    columns = []
    for step in STEP * np.eye(2):
        high, low = (np.asarray(function(points + way * step)[0], np.float64) for way in (1, -1))
        columns.append((high - low) / (2 * STEP))
    return np.asarray(np.log(np.abs(np.linalg.det(np.stack(columns, axis=-1)))))


def check_walk(
    walk: Walk, log_prob: Callable[[Any], Any], tolerance: float = 1e-3, *, searches: bool = False
) -> dict[str, NDArray[Any]]:
    """Return what is recorded of a flow, after checks of positions, log-determinants and densities at every stage.

    Args:
        walk: The walk.
        log_prob: The log-density (n,) of points (n, 2), as the library of the flow computes it.
        tolerance: Accepted error of positions and of log-densities.
        searches: Whether the forward map is found by a search, which is too coarse for differences. The only family
            that does so is so narrow before any training that its density changes a lot from cell to cell.
    """
    found = walk.recorded(2000, seed=3)
    positions, log_det, boxes = found["positions"], found["log_det"], found["density_box"]
    assert positions.shape == (len(walk.layers) + 1, 2000, 2)
    np.testing.assert_allclose(np.asarray(log_prob(positions[-1])), found["log_prob"], atol=tolerance)
    for stage, (_, forward, inverse) in enumerate(walk.layers, start=1):
        before, after = positions[stage - 1], positions[stage]
        change = log_det[stage] - log_det[stage - 1]
        np.testing.assert_allclose(np.asarray(inverse(after)[0]), before, atol=tolerance)
        by_differences = (
            -log_det_by_differences(inverse, after) if searches else log_det_by_differences(forward, before)
        )
        assert np.median(np.abs(by_differences - change)) < 2e-3  # a spline has kinks
    side = found["density"].shape[1]
    base = found["log_prob"] + log_det[-1]
    for stage, box in enumerate(boxes):
        left, right, bottom, top = box
        mass = np.exp(found["density"][stage]).sum() * (right - left) * (top - bottom) / side**2
        assert mass == pytest.approx(1, abs=0.03)
        there = interpolated(tuple(box), found["density"][stage], positions[stage])
        assert np.isfinite(there).mean() > 0.99
        assert np.median(np.abs(there - (base - log_det[stage]))) < (0.5 if searches else 0.05)
    cells = cell_centers(tuple(boxes[-1]), (side, side))
    own = np.asarray(log_prob(cells)).reshape(side, side)
    likely = own > -10
    np.testing.assert_allclose(found["density"][-1][likely], own[likely], atol=tolerance)
    return found
