"""The integral of densities on a quadtree."""

from collections.abc import Callable

import numpy as np
import pytest

from flowviz.judging.mass import integrated, is_inside
from tests.judging.analytic import Array, random_flow


def gaussian(points: Array, sigma: Array | float = 1.0) -> Array:
    scales = np.broadcast_to(sigma, 2)
    return np.asarray(-((points / scales) ** 2).sum(axis=1) / 2 - np.log(2 * np.pi * scales.prod()))


@pytest.mark.parametrize("sigma", [1.0, 1e-6, 1e6, np.array([1.0, 1e-3])])
def test_gaussian_of_any_scale_integrates_to_1(sigma: Array | float) -> None:
    points = sigma * np.random.default_rng(0).normal(size=(2000, 2))
    cells = integrated(lambda x: gaussian(x, sigma), points)
    assert cells.masses.sum() == pytest.approx(1, abs=1e-4)
    assert cells.errors.sum() < 2e-3


def test_narrow_peaks_are_found_where_points_are() -> None:
    centers = np.random.default_rng(1).normal(size=(20, 2))
    points = np.repeat(centers, 100, axis=0) + 1e-3 * np.random.default_rng(2).normal(size=(2000, 2))

    def log_density(x: Array) -> Array:
        return np.asarray(np.logaddexp.reduce([gaussian(x - each, 1e-3) for each in centers]) - np.log(20))

    assert integrated(log_density, points).masses.sum() == pytest.approx(1, abs=0.01)


def test_cells_tile_the_box_and_hold_their_shares_of_samples() -> None:
    flow = random_flow(1)
    samples = flow.sample(20_000)
    cells = integrated(flow.log_prob, samples)
    assert (0.25**cells.levels).sum() == pytest.approx(1)
    assert (np.diff(cells.codes) == 4 ** (20 - cells.levels[:-1])).all(), "without gaps or overlaps"
    inside = samples[is_inside(samples, cells.box)]
    share = np.bincount(cells.of(inside), minlength=len(cells.codes)) / len(samples)
    by_thirds = [part.sum() for part in np.array_split(share - cells.masses, 30)]
    assert np.abs(by_thirds).max() < 0.02


def test_shells_of_heavy_tails_shrink_by_half() -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(5000, 2)) / np.sqrt(rng.chisquare(1, (5000, 1)))
    shells = integrated(lambda x: -1.5 * np.log1p((x**2).sum(axis=1)) - np.log(2 * np.pi), points).shells
    assert len(shells) == 7
    np.testing.assert_allclose(shells[3:] / shells[2:-1], 0.5, atol=0.02)


@pytest.mark.parametrize(
    ("log_density", "mass"),
    [
        (lambda x: gaussian(x) + 0.3, np.exp(0.3)),
        (lambda x: np.where(x[:, 0] > 0, gaussian(x), np.nan), 0.5),
        (lambda x: np.where(x[:, 0] > 0, gaussian(x), -np.inf), 0.5),
    ],
)
def test_density_is_not_normalized(log_density: Callable[[Array], Array], mass: float) -> None:
    points = np.random.default_rng(0).normal(size=(2000, 2))
    assert integrated(log_density, points).masses.sum() == pytest.approx(mass, abs=0.01)
