from itertools import pairwise

import numpy as np
import pytest

from flowviz.records import Trace, base_particles, untrained_trace
from flowviz.rendering import Camera, positions_at, quadrant_colors
from flowviz.rendering.annotate import em, font, tick_step, tick_words
from flowviz.rendering.colors import SURROUNDINGS
from flowviz.rendering.projection import Panel
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


class TestTheCameraThatFollows:
    """The view of each stage."""

    def test_it_is_as_wide_as_the_base_at_least_and_ignores_a_few_outliers(self, trace: Trace) -> None:
        assert extents(trace) == [4] * len(trace.names)
        assert min(extents(Trace(trace.names, trace.positions * 10, trace.log_det))) >= 25
        positions = trace.positions.copy()
        positions[5, :2] = [[1e6, 0], [np.nan, np.inf]]
        assert extents(Trace(trace.names, positions, trace.log_det)) == [4] * len(trace.names)

    def test_it_widens_up_to_the_widest_stage_and_narrows_after_it(self, trace: Trace) -> None:
        positions = trace.positions.copy()
        for stage, factor in {2: 3, 4: 2, 5: 10, 7: 4, 9: 5}.items():
            positions[stage] *= factor
        wide = Trace(trace.names, positions, trace.log_det)
        found = extents(wide)
        assert found[:2] == [4, 4]
        assert found[2] == found[3] == found[4] == 9
        assert found[5] == max(found) == 30
        assert found[6] == found[7] == found[8] == found[9] == 15
        assert found[10:] == [4] * (len(found) - 10)
        camera = Camera.following(ViewSpec(theme="dark"), [wide.reaches])
        assert camera.widest == ViewSpec(theme="dark", half_extent=30)
        assert camera.at(5) == camera.widest
        assert camera.at(1.5).half_extent == pytest.approx(6), "half-way from 4 to 9 as one sees it"
        assert camera.at(-1).half_extent == camera.at(99).half_extent == 4

    def test_it_holds_the_cloud_of_every_moment(self, trace: Trace) -> None:
        wide = trace.reaches.copy()
        wide[3] *= 3
        camera = Camera.following(ViewSpec(), [trace.reaches, wide, trace.reaches])
        assert [camera.at(stage).half_extent for stage in (2, 3, 4)] == [4, 9, 4]

    def test_one_that_stays_is_the_same_at_every_stage(self) -> None:
        view = ViewSpec(center=(1.0, 2.0), half_extent=0.3)
        assert Camera(view).at(3.5) == Camera(view).widest == view


def extents(trace: Trace) -> list[float]:
    camera = Camera.following(ViewSpec(), [trace.reaches])
    return [camera.at(stage).half_extent for stage in range(len(trace.names))]


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
    numbers = [word for word in tick_words(view, panel) if word.anchor == "mb"]
    ends = [(word.x - letters.getlength(word.text) / 2, word.x + letters.getlength(word.text) / 2) for word in numbers]
    assert len(numbers) > 1
    assert all(end < start for (_, end), (start, _) in pairwise(ends))
