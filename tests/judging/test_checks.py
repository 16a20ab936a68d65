"""Cells that hold equally many points."""

import numpy as np
import pytest

from flowviz.judging.checks import equal_cells


@pytest.mark.parametrize("points", [np.random.default_rng(0).normal(size=(6400, 2)), np.zeros((6400, 2))])
def test_cells_hold_equally_many_points(points: np.ndarray) -> None:
    assert np.bincount(equal_cells(points)).tolist() == 64 * [100]


def test_cells_are_rectangles() -> None:
    points = np.random.default_rng(1).normal(size=(640, 2))
    cells = equal_cells(points)
    for number in range(64):
        own = points[cells == number]
        inside = ((points >= own.min(axis=0)) & (points <= own.max(axis=0))).all(axis=1)
        assert (cells[inside] == number).all()
