"""The best possible velocity, against sums over all points, closed forms and limits."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.errors import TargetError
from flowviz.records.base_distribution import STANDARD_NORMAL, Base
from flowviz.records.bases import base_of
from flowviz.specs import FlowSpec, ShapeSpec
from flowviz.targets import Ink, Points, Target, build_target, points_spec
from flowviz.targets.best_velocity import MAX_POINTS, best_loss, best_velocity, best_velocity_problem
from flowviz.targets.mix import mixed

Array = NDArray[np.float64]

FLOW = FlowSpec(family="flow_matching", base="normal", pairing="independent")
BASES = [
    FLOW,
    FLOW.model_copy(update={"base": "uniform"}),
    FlowSpec(family="flow_matching", base="mixture", components=3, arrangement="ring"),
]
MASK = np.zeros((30, 40), np.bool_)
MASK[4:26, 3:9] = MASK[10:14, 3:37] = MASK[20:22, 30:38] = True
INK = Ink(MASK)


def table(count: int) -> Points:
    return build_target(points_spec(np.random.default_rng(count).normal(size=(count, 2))))


def pairs(target: Target, time: float, base: Base, count: int = 12) -> Array:
    """Return points (n, 2) to which pairs come at a time."""
    end = target.sample(count, np.random.default_rng(1))
    return np.asarray((1 - time) * base.sample(count, 0) + time * end, np.float64)


def summed(atoms: Array, x: Array, time: float, base: Base) -> Array:
    """Return the best velocity (n, 2) toward equally likely atoms (m, 2), one point after the other."""
    found = []
    for place in x:
        start = (place - time * atoms) / (1 - time)
        weights = np.exp(base.log_prob(start))
        found.append((weights[:, np.newaxis] * (atoms - start)).sum(axis=0) / weights.sum())
    return np.array(found)


def pieces(target: Ink, parts: int) -> Array:
    """Return the centers of the parts × parts pieces of each pixel of ink."""
    row, column = np.nonzero(np.kron(target.mask, np.ones((parts, parts))))
    left, right, _, top = target.extent
    side = (right - left) / target.mask.shape[1] / parts
    return np.stack([left + (column + 0.5) * side, top - (row + 0.5) * side], axis=1)


@pytest.mark.parametrize("flow", BASES, ids=lambda flow: flow.base)
@pytest.mark.parametrize("time", [0.05, 0.5, 0.9])
def test_velocity_toward_pixels_is_the_sum_over_all_of_them(flow: FlowSpec, time: float) -> None:
    base = base_of(flow)
    x = pairs(INK, time, base)
    np.testing.assert_allclose(best_velocity(INK, x, time, base), summed(pieces(INK, 6), x, time, base), atol=0.02)


@pytest.mark.parametrize("flow", [*BASES, FLOW.model_copy(update={"base": "student_t"})], ids=lambda flow: flow.base)
def test_velocity_toward_few_points_is_the_sum_over_them(flow: FlowSpec) -> None:
    target, base = table(20), base_of(flow)
    x = pairs(target, 0.6, base)
    expected = summed(target.training_set.astype(np.float64), x, 0.6, base)
    np.testing.assert_allclose(best_velocity(target, x, 0.6, base), expected, atol=1e-5)


def gaussian_slope(covariance: Array, time: float) -> Array:
    """Return the matrix of the velocity, which is linear for a Gaussian around 0."""
    spread = time**2 * covariance + (1 - time) ** 2 * np.eye(2)
    return np.asarray((time * covariance - (1 - time) * np.eye(2)) @ np.linalg.inv(spread))


COVARIANCE = np.array([[1, 0.8], [0.8, 1]])


@pytest.mark.parametrize("time", [0.0, 0.3, 0.7, 0.95])
def test_velocity_toward_a_gaussian_has_a_closed_form(time: float) -> None:
    target = build_target(ShapeSpec(name="gaussian"))
    x = pairs(target, time, STANDARD_NORMAL)
    np.testing.assert_allclose(best_velocity(target, x, time), x @ gaussian_slope(COVARIANCE, time).T, atol=0.03)


def test_large_table_is_as_good_as_its_density() -> None:
    x = pairs(INK, 0.5, STANDARD_NORMAL)
    rows = Points(INK.sample(20 * MAX_POINTS, np.random.default_rng(0)))
    np.testing.assert_allclose(best_velocity(rows, x, 0.5), best_velocity(INK, x, 0.5), atol=0.05)


def test_velocity_leads_to_the_mean_at_first() -> None:
    x = pairs(INK, 0.0, STANDARD_NORMAL)
    np.testing.assert_allclose(best_velocity(INK, x, 0.0), -x, atol=2e-3)
    points = table(20)
    np.testing.assert_allclose(best_velocity(points, x, 0.0), points.training_set.mean(axis=0) - x, atol=2e-3)


def test_velocity_is_finite_at_last_and_leads_to_the_nearest_ink() -> None:
    atoms = pieces(INK, 1)
    far = np.array([[5.0, 5.0], [0.0, 2.0], [-9.0, 0.5]])
    nearest = atoms[np.argmin(np.hypot(*(far[:, np.newaxis] - atoms).T), axis=0)]
    found = best_velocity(INK, far, 1.0)
    assert np.isfinite(found).all()
    cosines = (found * (nearest - far)).sum(axis=1) / np.hypot(*found.T) / np.hypot(*(nearest - far).T)
    np.testing.assert_allclose(cosines, 1, atol=1e-3)


def test_velocity_inside_the_ink_is_the_place_at_last() -> None:
    inside = pieces(INK, 1)[[30, 40]]  # where all places around are equally likely, so the base is at its mean
    np.testing.assert_allclose(best_velocity(INK, inside, 1.0), inside, atol=0.02)


def test_few_training_points_are_memorized() -> None:
    target = table(20)
    x = np.asarray(STANDARD_NORMAL.sample(200, 0), np.float64)
    times = np.linspace(0, 0.999, 200)
    for before, after in pairwise(times.tolist()):
        x += (after - before) * best_velocity(target, x, before)
    distances = np.hypot(*(x[:, np.newaxis] - target.training_set).T).T
    assert np.quantile(distances.min(axis=1), 0.95) < 0.02, "particles end at training points"
    assert len({*distances.argmin(axis=1).tolist()}) > 12, "not all at the same one"


def test_best_loss_of_a_gaussian_has_a_closed_form() -> None:
    target = build_target(ShapeSpec(name="gaussian"))
    times = (np.arange(1000) + 0.5) / 1000
    explained = [
        np.trace(slope @ (t**2 * COVARIANCE + (1 - t) ** 2 * np.eye(2)) @ slope.T)
        for t in times
        for slope in [gaussian_slope(COVARIANCE, t)]
    ]
    found = best_loss(target, FLOW)
    assert found == pytest.approx(np.trace(COVARIANCE) + 2 - np.mean(explained), rel=0.015)


@pytest.mark.parametrize("target", [INK, table(20)], ids=["ink", "points"])
def test_best_loss_is_always_the_same_and_below_that_of_no_velocity(target: Target) -> None:
    found = best_loss(target, FLOW)
    assert found is not None
    spread = float(target.sample(10_000, np.random.default_rng(2)).var(axis=0).sum())
    assert 0.5 < found < 0.9 * (spread + 2), "E|x_1 − x_0|² is the loss of a velocity of 0"
    assert best_loss(target, FLOW) == found


def test_best_loss_is_unknown_for_a_transport_plan_and_for_other_flows() -> None:
    assert best_loss(INK, FLOW.model_copy(update={"pairing": "transport"})) is None
    assert best_loss(INK, FlowSpec(family="spline")) is None


def test_unknown_velocities_have_a_sentence() -> None:
    student = FLOW.model_copy(update={"base": "student_t"})
    mix = mixed([table(20), INK], [1, 1], "over")
    assert not best_velocity_problem(INK, FLOW)
    assert not best_velocity_problem(table(20), student)
    assert "Student's t" in best_velocity_problem(INK, student)
    assert "tables without a condition" in best_velocity_problem(mix, FLOW)
    assert "Only flow matching" in best_velocity_problem(INK, FlowSpec(family="spline"))
    with pytest.raises(TargetError, match="tables without a condition"):
        best_velocity(mix, np.zeros((1, 2)), 0.5)
