import numpy as np
import pytest

from flowviz.records import Trace, base_particles, untrained_trace
from flowviz.rendering import fitted_view, positions_at, quadrant_colors
from flowviz.rendering.annotate import tick_step
from flowviz.rendering.colors import SURROUNDINGS
from flowviz.specs import FlowSpec, PictureSize, ViewSpec
from flowviz.specs.view import Theme

SMALL = PictureSize(width=90, height=80)


@pytest.fixture(scope="module")
def trace() -> Trace:
    return untrained_trace(FlowSpec(), base_particles(500))


def test_quadrants_have_the_colors_of_the_post() -> None:
    corners = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]])
    plain = quadrant_colors(corners, ViewSpec(palette="plain"))
    np.testing.assert_array_equal(plain, [[255, 0, 0], [0, 128, 0], [0, 0, 255], [0, 0, 0]])
    for theme in ("light", "dark"):
        safe = quadrant_colors(corners, ViewSpec(theme=theme)).astype(int)
        assert safe[0].argmax() == 0
        assert safe[1].argmax() == 1
        assert safe[2].argmax() == 2
        assert np.ptp(safe[3]) < 10


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_quadrants_can_be_told_apart_in_gray(theme: Theme) -> None:
    """From each other, and from the ground."""
    corners = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]])
    ground = np.array(SURROUNDINGS[theme].background)
    tones = np.vstack([quadrant_colors(corners, ViewSpec(theme=theme)), ground])
    assert np.diff(np.sort(tones @ [0.299, 0.587, 0.114])).min() >= 35


def test_in_between_is_the_straight_way(trace: Trace) -> None:
    np.testing.assert_array_equal(positions_at(trace, 3.0), trace.positions[3])
    np.testing.assert_array_equal(positions_at(trace, 99.0), trace.positions[-1])
    np.testing.assert_array_equal(positions_at(trace, -1.0), trace.positions[0])
    middle = (trace.positions[2] + trace.positions[3]) / 2
    np.testing.assert_allclose(positions_at(trace, 2.5), middle, atol=1e-6)
    np.testing.assert_allclose(middle[:, 0], middle[:, 1], atol=1e-6)  # a permutation, half-way: on y = x


def test_the_view_fits_every_stage_and_ignores_a_few_outliers(trace: Trace) -> None:
    assert fitted_view(trace, ViewSpec()).half_extent == 4
    wide = Trace(trace.names, trace.positions * 10, trace.log_det)
    assert fitted_view(wide, ViewSpec()).half_extent >= 25
    positions = trace.positions.copy()
    positions[5, :2] = [[1e6, 0], [np.nan, np.inf]]
    assert fitted_view(Trace(trace.names, positions, trace.log_det), ViewSpec()).half_extent == 4


def test_ticks_are_round_and_few() -> None:
    for half_extent in np.geomspace(1e-3, 1e6, 57):
        step = tick_step(half_extent)
        assert 2 * half_extent / step <= 8 + 1e-6
        assert f"{step:.0e}"[0] in "125"
