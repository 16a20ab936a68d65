import numpy as np

from flowviz.records import Selection, nearest

POINTS = np.array([[0, 0], [1, 0], [2, 2], [-1, 3], [np.nan, 0], [np.inf, 1]], np.float32)


def numbers(selection: Selection) -> list[int]:
    return np.flatnonzero(selection.chosen).tolist()


def test_a_rectangle_has_any_two_opposite_corners() -> None:
    for corners in (((-0.5, -0.5), (2, 2)), ((2, 2), (-0.5, -0.5)), ((-0.5, 2), (2, -0.5))):
        assert numbers(Selection.in_rectangle(POINTS, *corners)) == [0, 1, 2]


def test_a_polygon_takes_what_is_inside() -> None:
    triangle = np.array([[-0.5, -0.5], [1.6, -0.5], [-0.5, 1.6]])
    assert numbers(Selection.in_polygon(POINTS, triangle)) == [0, 1]
    assert numbers(Selection.in_polygon(POINTS, triangle[::-1])) == [0, 1]
    assert Selection.in_polygon(POINTS, triangle[:2]).count == 0


def test_polygon_and_rectangle_agree() -> None:
    points = np.random.default_rng(0).normal(size=(2000, 2)).astype(np.float32)
    corners = np.array([[-1, -0.5], [0.7, -0.5], [0.7, 1.2], [-1, 1.2]])
    by_polygon = Selection.in_polygon(points, corners)
    by_rectangle = Selection.in_rectangle(points, (-1, -0.5), (0.7, 1.2))
    np.testing.assert_array_equal(by_polygon.chosen, by_rectangle.chosen)


def test_the_nearest_is_found_within_reach_only() -> None:
    assert nearest(POINTS, (0.9, 0.1), 1.0) == 1
    assert nearest(POINTS, (0.9, 0.1), 0.01) is None
    assert numbers(Selection.nearest(POINTS, (-1, 2.9), 0.5)) == [3]


def test_selections_combine() -> None:
    one, other = Selection.in_rectangle(POINTS, (0, 0), (1, 1)), Selection.in_rectangle(POINTS, (1, 0), (2, 2))
    assert numbers(one.combined(other, "replace")) == [1, 2]
    assert numbers(one.combined(other, "add")) == [0, 1, 2]
    assert numbers(one.combined(other, "subtract")) == [0]
    assert one.inverted().count == len(POINTS) - one.count
    assert Selection.none(3).inverted().count == 3
