"""The curve of the first lesson: it is monotone, its slope is exact, and the density of the moved points is one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowviz.lessons.one_dimension import KNOTS, RANGE, MonotoneCurve, bars_of, moved_density, slice_at, tangent_at
from flowviz.records.base_distribution import normal_density

EVERYWHERE = np.linspace(-8, 8, 6_001)
MOVES = st.lists(st.tuples(st.integers(0, len(KNOTS) - 1), st.floats(-RANGE, RANGE)), max_size=12)


def bent(moves: list[tuple[int, float]]) -> MonotoneCurve:
    curve = MonotoneCurve()
    for knot, height in moves:
        curve = curve.moved(knot, height)
    return curve


def test_the_first_curve_moves_nothing() -> None:
    y, slopes = MonotoneCurve().values_and_slopes(EVERYWHERE)
    np.testing.assert_allclose(y, EVERYWHERE, atol=1e-12)
    np.testing.assert_allclose(slopes, 1, atol=1e-12)


@given(MOVES)
def test_a_bent_curve_still_increases_and_its_slope_is_the_derivative(moves: list[tuple[int, float]]) -> None:
    y, slopes = bent(moves).values_and_slopes(EVERYWHERE)
    assert (np.diff(y) > 0).all()
    differences = np.diff(y) / np.diff(EVERYWHERE)
    middle = (slopes[1:] + slopes[:-1]) / 2
    assert np.abs(differences - middle).max() <= 0.02 * max(1.0, slopes.max())


@given(MOVES)
def test_the_density_of_the_moved_points_integrates_to_one(moves: list[tuple[int, float]]) -> None:
    y, density = moved_density(bent(moves), EVERYWHERE)
    assert np.trapezoid(density, y) == pytest.approx(1, abs=2e-3)


def test_a_flat_piece_makes_the_density_exceed_one() -> None:
    curve = MonotoneCurve().moved(2, -0.2).moved(4, 0.2)
    assert moved_density(curve, EVERYWHERE)[1].max() > 1 > normal_density(EVERYWHERE).max()


def test_a_slice_keeps_its_share_and_changes_its_density() -> None:
    curve = MonotoneCurve().moved(2, -0.2).moved(4, 0.2)
    before, after = slice_at(MonotoneCurve(), 0.0), slice_at(curve, 0.0)
    assert before.share == after.share == pytest.approx(0.1974, abs=1e-4)
    assert after.density_after > 4 * after.density_before


def test_a_knot_stops_at_its_neighbors() -> None:
    curve = MonotoneCurve().moved(3, 99.0)
    assert curve.heights[2] < curve.heights[3] < curve.heights[4]


def test_a_height_at_which_the_curve_would_turn_down_is_a_problem() -> None:
    curve = MonotoneCurve()
    assert curve.problem(4, 1.7) == ""
    assert "two points would land at the same place" in curve.problem(4, -0.1)
    assert curve.problem(4, 2.1)
    assert curve.problem(6, 99.0) == "", "the view ends there, but the curve would rise"


@given(MOVES)
def test_a_bent_curve_always_rises(moves: list[tuple[int, float]]) -> None:
    assert bent(moves).always_rises


def test_a_tangent_has_the_slope_of_the_curve_and_touches_it() -> None:
    tangent = tangent_at(MonotoneCurve().moved(2, -0.5).moved(4, 0.5), 0.0)
    assert tangent.slope == pytest.approx(0.5)
    assert np.diff(tangent.y) / np.diff(tangent.x) == pytest.approx(0.5)
    assert tangent.middle == (0, 0)


def test_bars_count_all_points_before_and_those_in_view_after() -> None:
    bars = bars_of(MonotoneCurve().moved(2, -0.2).moved(4, 0.2))
    assert bars.before.sum() * bars.width == pytest.approx(1, abs=1e-3)
    assert bars.after.sum() * bars.width == pytest.approx(1, abs=1e-3)
    assert bars.after.max() > 1 > bars.before.max()
