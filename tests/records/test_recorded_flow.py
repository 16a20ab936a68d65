"""Queries that a recorded flow can answer from its particles, and others that it refuses."""

import numpy as np
import pytest

from flowviz.errors import SpecError
from flowviz.projects.recording import recorded_project
from flowviz.records import lattice_points
from flowviz.records.recorded_flow import RecordedFlow, estimated_density, interpolated

BASE = np.random.default_rng(1).standard_normal((4000, 2)).astype(np.float32)
WALK = np.stack([BASE, 2 * BASE])


def flow(**arrays: object) -> RecordedFlow:
    """Return a flow that doubles all lengths."""
    project = recorded_project({"positions": WALK, **arrays}, "doubled")  # type: ignore[dict-item]
    return RecordedFlow(project.flow, project.weights)


def normal(points: np.ndarray, deviation: float = 1) -> np.ndarray:
    """Return the log-density of a round Gaussian."""
    return np.asarray(-0.5 * (points**2).sum(axis=-1) / deviation**2 - np.log(2 * np.pi * deviation**2))


@pytest.mark.parametrize("deviation", [1.0, 2.0])
def test_an_estimated_density_is_close_to_the_true_one(deviation: float) -> None:
    points = BASE[:500].astype(np.float64) * deviation
    error = flow().log_density(round(deviation) - 1, points) - normal(points, deviation)

    assert np.median(np.abs(error)) < 0.15
    assert abs(np.median(error)) < 0.1


def test_an_estimated_density_integrates_to_one() -> None:
    (left, right, bottom, top), values = estimated_density(BASE)
    cell = (right - left) * (top - bottom) / values.size

    assert np.exp(values).sum() * cell == pytest.approx(1, abs=0.01)


def test_densities_say_whether_they_are_estimates() -> None:
    boxes = np.array([[-4, 4, -4, 4], [-8, 8, -8, 8]])
    lattices = np.zeros((2, 64, 64))
    rectangle = (-1.0, 1.0, -1.0, 1.0)

    assert flow().density(1, rectangle).is_estimate
    assert not flow(density=lattices, density_box=boxes).density(1, rectangle).is_estimate


def test_interpolation_finds_the_rows_from_the_top() -> None:
    box, values = (0.0, 2.0, 0.0, 2.0), np.array([[1, 2], [3, 4]], np.float32)
    centers = np.array([[0.5, 1.5], [1.5, 1.5], [0.5, 0.5], [1.5, 0.5], [1.0, 1.0], [9.0, 9.0]])

    assert interpolated(box, values, centers).tolist() == [1, 2, 3, 4, 2.5, -np.inf]


def test_recorded_particles_are_followed_and_others_refused() -> None:
    found = flow(mass=np.arange(4000)).trace(BASE[5:8])

    np.testing.assert_array_equal(found.positions[1], 2 * BASE[5:8])
    np.testing.assert_array_equal(found.columns["mass"], [5, 6, 7])
    with pytest.raises(SpecError, match="not known"):
        flow().trace(BASE[5:8] + 0.1)
    with pytest.raises(SpecError, match="4,000 particles"):
        flow().particles(5000)


def test_a_recorded_grid_is_shown_and_a_missing_one_refused() -> None:
    nodes = lattice_points()
    grid = np.stack([nodes, 2 * nodes])

    np.testing.assert_array_equal(flow(grid=grid).trace_through(nodes, 0).positions, grid)
    with pytest.raises(SpecError, match="grid"):
        flow().trace_through(nodes, 0)


def test_only_recorded_points_have_a_log_prob() -> None:
    points = np.random.default_rng(2).standard_normal((50, 2)).astype(np.float32)
    known = flow(points=points, points_log_prob=normal(points))

    np.testing.assert_allclose(known.log_prob(points), normal(points), rtol=1e-5)
    with pytest.raises(SpecError, match="not known"):
        known.log_prob(points + 1)
    with pytest.raises(SpecError, match="not known"):
        flow().log_prob(points)


def test_particles_at_one_place_have_a_density() -> None:
    box, values = estimated_density(np.zeros((30, 2), np.float32))

    assert np.isfinite(box).all()
    assert np.isfinite(values).all()
