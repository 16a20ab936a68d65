"""The numbers at the axes of a picture are in the units of the data."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowviz.records import FLOW_UNITS, Units
from flowviz.rendering.annotate import Label, background, em, grid_lines, tick_labels
from flowviz.rendering.colors import SURROUNDINGS, packed_color
from flowviz.rendering.projection import Panel, Projection
from flowviz.rendering.stamps import font
from flowviz.specs import ViewSpec

PANEL = Panel(900, 800)
SCALES = st.floats(1e-3, 1e5).flatmap(lambda size: st.sampled_from([size, -size]))
UNITS = st.builds(Units, st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), st.tuples(st.floats(1e-2, 1e5), SCALES))


def numbers(units: Units, anchor: str) -> list[Label]:
    return [label for label in tick_labels(ViewSpec(), PANEL, units) if label.anchor == anchor]


def pixels(values: list[tuple[float, float]], units: Units) -> np.ndarray:
    return Projection(ViewSpec(), PANEL).pixels(units.points(np.array(values)))


@given(UNITS)
def test_each_number_is_at_its_value(units: Units) -> None:
    x, y = units.origin
    for word in numbers(units, "mb"):
        assert word.x == pytest.approx(pixels([(float(word.text), y)], units)[0, 0], abs=0.5)
    for word in numbers(units, "lm"):
        assert word.y == pytest.approx(pixels([(x, float(word.text))], units)[0, 1], abs=0.5)


@given(UNITS)
def test_numbers_differ_and_do_not_touch_each_other(units: Units) -> None:
    letters = font(em(ViewSpec(), PANEL))
    words = sorted(numbers(units, "mb"), key=lambda word: word.x)
    ends = [(word.x - letters.getlength(word.text) / 2, word.x + letters.getlength(word.text) / 2) for word in words]
    assert len({word.text for word in words}) == len(words)
    assert all(end < start for (_, end), (start, _) in pairwise(ends))


def test_a_picture_in_data_units_has_their_round_numbers() -> None:
    units = Units((300.0, -5.0), (50.0, 50.0))
    assert [word.text for word in numbers(units, "mb")] == [
        "100",
        "150",
        "200",
        "250",
        "300",
        "350",
        "400",
        "450",
        "500",
    ]


def test_pixels_are_counted_downwards() -> None:
    units = Units((100.0, 50.0), (20.0, -20.0))
    words = sorted(numbers(units, "lm"), key=lambda word: word.y)
    assert [float(word.text) for word in words] == sorted(float(word.text) for word in words)


def test_lines_of_flow_units_are_those_of_the_plane() -> None:
    view = ViewSpec()
    assert list(grid_lines(view, PANEL)) == list(grid_lines(view, PANEL, FLOW_UNITS))
    assert {color for _, color in grid_lines(view, PANEL)} == {
        color for _, color in grid_lines(view, PANEL, Units((0.0, 0.0), (50.0, 50.0)))
    }


@given(UNITS)
def test_no_line_lies_outside_the_panel(units: Units) -> None:
    for (x0, y0, x1, y1), _ in grid_lines(ViewSpec(), PANEL, units):
        assert 0 <= x0 <= x1 <= PANEL.width
        assert 0 <= y0 <= y1 <= PANEL.height


def test_an_axis_outside_the_panel_is_not_drawn_on_its_other_side() -> None:
    axis = packed_color(SURROUNDINGS["light"].axis)
    far, near = Units((300.0, -5.0), (50.0, 50.0)), Units((50.0, -5.0), (50.0, 50.0))
    columns = [
        (background(ViewSpec(), PANEL, units).view(np.uint32)[..., 0] == axis).all(axis=0).sum()
        for units in (far, near)
    ]
    assert columns == [0, 1]
