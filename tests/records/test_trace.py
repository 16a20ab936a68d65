"""Traces: those of untrained flows, shares of the total stretching, and folds."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from flowviz.errors import SpecError
from flowviz.records import Trace, base_particles, checked_points, untrained_trace
from flowviz.specs import FlowSpec

NAMES = "00_base", "01_real_nvp", "02_real_nvp"
POSITIONS = np.zeros((3, 100, 2), np.float32)
LOG_DET = np.repeat(np.array([0, 0.5, -1.0], np.float32)[:, None], 100, axis=1)


def test_volume_shares_add_up_to_one() -> None:
    shares = Trace(NAMES, POSITIONS, LOG_DET).volume_shares
    np.testing.assert_allclose(shares, (0, 0.25, 0.75))


def test_the_trace_of_an_untrained_flow_is_computed_once() -> None:
    """Computing it again at every checkpoint of a comparison stopped the window for 4 ms."""
    spec = FlowSpec(layers=3)
    assert untrained_trace(spec) is untrained_trace(FlowSpec(layers=3))
    assert untrained_trace(spec).positions.shape[0] != untrained_trace(FlowSpec(layers=4)).positions.shape[0]
    few = untrained_trace(spec, base_particles(9))
    assert few.positions.shape[1] == 9


def test_volume_shares_of_a_flow_that_preserves_areas_are_zero() -> None:
    assert not Trace(NAMES, POSITIONS, np.float32(1e-7) * LOG_DET).volume_shares.any()


def test_volume_shares_ignore_particles_without_a_finite_log_det() -> None:
    shares = Trace(NAMES, POSITIONS, np.where(np.arange(100) < 9, np.nan, LOG_DET)).volume_shares
    assert np.isfinite(shares).all()
    assert shares.sum() == pytest.approx(1)


def test_the_nearest_particle_tells_whether_the_plane_is_folded_over() -> None:
    particles = np.array([[0, 0], [1, 0], [np.nan, 0], [1e30, 0]], np.float32)
    trace = Trace(NAMES[:1], particles[None], np.zeros((1, 4), np.float32))
    points = np.array([[0.9, 0.1], [0.1, 0.1], [5, 0]])
    assert not trace.folds_near(points).any()
    trace = replace(trace, folded=np.array([False, True, False, False]))
    assert trace.folds_near(points).tolist() == [True, False, True]
    assert len(trace.folds_near(points[:0])) == 0
    assert len(trace.folds_near(np.array([[np.nan, np.inf], [1e300, 0]]))) == 2
    assert not replace(trace, positions=np.full_like(trace.positions, np.inf)).folds_near(points).any()


@pytest.mark.parametrize(
    "given", [[[1, 2]], [["1", "2"]], np.array([[1, 2]], object), np.array([[1, 2]], np.longdouble)]
)
def test_points_are_converted_to_numbers_that_a_flow_takes(given: Any) -> None:
    found = checked_points(given)
    assert found.dtype == np.float64
    assert found.tolist() == [[1, 2]]


@pytest.mark.parametrize("given", [[[1j, 0]], [["a", "b"]], np.zeros((1, 2), "datetime64[s]"), [[1], [1, 2]]])
def test_points_that_are_no_numbers_get_a_sentence(given: Any) -> None:
    with pytest.raises(SpecError, match=r"^Points must be an array of numbers with shape \(n, 2\)\.$"):
        checked_points(given)
