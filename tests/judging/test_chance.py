"""Chances of statistics, and cells that hold equally many points."""

import numpy as np
import pytest

from flowviz.judging.chance import chi_squared_chance, distance_chance, equal_cells


@pytest.mark.parametrize(
    ("statistic", "degrees", "chance"),
    [(5.991, 2, 0.05), (18.307, 10, 0.05), (140.169, 100, 0.005), (0, 62, 1), (1e6, 62, 0)],  # of printed tables
)
def test_chi_squared_is_that_of_tables(statistic: float, degrees: int, chance: float) -> None:
    assert chi_squared_chance(statistic, degrees) == pytest.approx(chance, rel=1e-3)


def test_chances_of_equal_distributions_are_hardly_ever_small() -> None:
    rng = np.random.default_rng(0)
    found = [distance_chance(rng.normal(size=300), rng.normal(size=500))[1] for _ in range(500)]
    assert np.mean(np.array(found) < 0.05) < 0.08
    assert distance_chance(np.zeros(300), np.zeros(500)) == (0, 1), "ties"
    assert distance_chance(np.zeros(300), np.ones(300))[1] < 1e-9


@pytest.mark.parametrize("points", [np.random.default_rng(0).normal(size=(6400, 2)), np.zeros((6400, 2))])
def test_cells_hold_equally_many_points(points: np.ndarray) -> None:
    assert np.bincount(equal_cells(points)).tolist() == 64 * [100]
