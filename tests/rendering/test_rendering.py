from itertools import pairwise

import numpy as np
import pytest

from flowviz.records import Trace, base_particles, untrained_trace
from flowviz.rendering import positions_at, quadrant_colors
from flowviz.rendering.annotate import em, tick_labels, tick_step
from flowviz.rendering.colors import SURROUNDINGS
from flowviz.rendering.projection import Panel
from flowviz.rendering.stamps import font
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
    """From each other, and from the background."""
    corners = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]])
    background = np.array(SURROUNDINGS[theme].background)
    tones = np.vstack([quadrant_colors(corners, ViewSpec(theme=theme)), background])
    assert np.diff(np.sort(tones @ [0.299, 0.587, 0.114])).min() >= 35


def test_in_between_is_the_straight_way(trace: Trace) -> None:
    np.testing.assert_array_equal(positions_at(trace, 3.0), trace.positions[3])
    np.testing.assert_array_equal(positions_at(trace, 99.0), trace.positions[-1])
    np.testing.assert_array_equal(positions_at(trace, -1.0), trace.positions[0])
    middle = (trace.positions[2] + trace.positions[3]) / 2
    np.testing.assert_allclose(positions_at(trace, 2.5), middle, atol=1e-6)
    np.testing.assert_allclose(middle[:, 0], middle[:, 1], atol=1e-6)  # a permutation, half-way: on y = x


def test_ticks_are_round_and_few() -> None:
    for half_extent in np.geomspace(1e-3, 1e6, 57):
        step = tick_step(half_extent)
        assert 2 * half_extent / step <= 8 + 1e-6
        assert f"{step:.0e}"[0] in "125"


PANELS = Panel(1080, 1080), Panel(1920, 1080), Panel(528, 240)


@pytest.mark.parametrize("panel", PANELS)
def test_text_grows_with_a_word_height_above_the_usual_one(panel: Panel) -> None:
    usual, larger = em(ViewSpec(), panel), em(ViewSpec(word_height=0.05), panel)
    assert larger == pytest.approx(2 * min(np.sqrt(panel.width * panel.height) / 56, min(panel) / 40))
    assert larger > 1.3 * usual


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("half_extent", [0.8, 4, 500])
@pytest.mark.parametrize("word_height", [0.025, 0.05, 0.1])
def test_numbers_of_the_lower_edge_do_not_touch_each_other(
    panel: Panel, half_extent: float, word_height: float
) -> None:
    view = ViewSpec(half_extent=half_extent, word_height=word_height)
    letters = font(em(view, panel))
    numbers = [label for label in tick_labels(view, panel) if label.anchor == "mb"]
    ends = [(word.x - letters.getlength(word.text) / 2, word.x + letters.getlength(word.text) / 2) for word in numbers]
    assert len(numbers) > 1
    assert all(end < start for (_, end), (start, _) in pairwise(ends))
