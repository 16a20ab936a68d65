"""Latents beside their base: regions, quantiles and histograms, whose errors are known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.records import Base, Trace, base_of
from flowviz.records.base_distribution import STANDARD_NORMAL
from flowviz.records.latents import Latents
from tests.records.test_base_distributions import MIXTURES, SPECS

N = 40_000
BASES = [base_of(spec) for spec in (*SPECS[:3], MIXTURES[1], MIXTURES[5])]  # of each kind
every_base = pytest.mark.parametrize("base", BASES, ids=lambda base: base.name)


def draws(base: Base, seed: int = 5) -> NDArray[np.float32]:
    return base.sample(N, seed)


@every_base
def test_density_of_a_coordinate_is_that_of_its_draws(base: Base) -> None:
    points = base.sample(200_000, seed=1).astype(np.float64)
    for axis in (0, 1):
        x = np.linspace(-8, 8, 8001)
        density, below = base.coordinate_density(axis, x), base.coordinate_below(axis, x)
        np.testing.assert_allclose(np.diff(below) / (x[1] - x[0]), (density[1:] + density[:-1]) / 2, atol=2e-3)
        shares = np.searchsorted(np.sort(points[:, axis]), x) / len(points)
        assert np.abs(shares - below).max() < 5 / np.sqrt(len(points))


@every_base
def test_quantiles_of_a_coordinate_are_the_inverse_of_its_distribution(base: Base) -> None:
    shares = np.array([1e-6, 0.01, 0.3, 0.5, 0.9, 1 - 1e-6])
    for axis in (0, 1):
        found = base.coordinate_below(axis, base.coordinate_quantiles(axis, shares))
        np.testing.assert_allclose(found, shares, atol=1e-9)


@every_base
def test_draws_of_the_base_fill_its_regions(base: Base) -> None:
    for region in Latents(base, draws(base)).regions:
        assert abs(region.share - region.mass) < 4 * region.error
        assert region.error == pytest.approx(np.sqrt(region.mass * (1 - region.mass) / N))


def test_regions_of_a_gaussian_are_the_circles_of_the_textbook() -> None:
    for mass in (0.5, 0.9, 0.99):
        edge = np.array([[np.sqrt(-2 * np.log(1 - mass)), 0.0]])
        assert STANDARD_NORMAL.log_prob(edge)[0] == pytest.approx(STANDARD_NORMAL.region_level(mass))


@pytest.mark.parametrize(("scale", "expected"), [(0.8, "many"), (1.25, "few")])
def test_latents_that_are_too_narrow_or_too_wide_are_off(scale: float, expected: str) -> None:
    latents = Latents(STANDARD_NORMAL, np.float32(scale) * draws(STANDARD_NORMAL))
    for region in latents.regions:
        assert region.is_off
        assert region.share == pytest.approx(1 - (1 - region.mass) ** (1 / scale**2), abs=0.01)
        assert (region.share > region.mass) == (expected == "many")


@every_base
def test_quantiles_of_draws_stay_within_chance(base: Base) -> None:
    latents = Latents(base, draws(base))
    for axis in (0, 1):
        found = latents.quantiles(axis)
        off = np.abs(found.found - found.expected) / found.error
        assert np.quantile(off, 0.9) < 3.5
        assert (np.diff(found.expected) > 0).all()


def test_quantiles_show_a_shift_and_a_stretch() -> None:
    moved = draws(STANDARD_NORMAL) * np.array([2, 1], np.float32) + np.array([0, 0.5], np.float32)
    latents = Latents(STANDARD_NORMAL, moved)
    stretched, shifted = latents.quantiles(0), latents.quantiles(1)
    np.testing.assert_allclose(stretched.found, 2 * stretched.expected, atol=0.1)
    np.testing.assert_allclose(shifted.found, shifted.expected + 0.5, atol=0.06)


@every_base
def test_histogram_of_draws_follows_the_base(base: Base) -> None:
    for axis in (0, 1):
        edges, expected, found, error = Latents(base, draws(base)).histogram(axis)
        assert (expected * np.diff(edges)).sum() == pytest.approx(0.996, abs=1e-6)
        assert np.quantile(np.abs(found - expected) / error, 0.9) < 2.5


def test_points_without_a_latent_are_counted_apart() -> None:
    points, log_det = np.zeros((2, 5, 2), np.float32), np.zeros((2, 5), np.float32)
    points[0, 0], log_det[1, 1] = np.nan, np.nan
    latents = Latents.of(Trace(("00_base", "01_flow_step"), points, log_det))
    assert (len(latents.points), latents.unknown) == (3, 2)


def test_no_latents_at_all_are_no_error() -> None:
    latents = Latents(STANDARD_NORMAL, np.zeros((0, 2), np.float32), unknown=9)
    assert [region.share for region in latents.regions] == [0, 0, 0]
    assert np.isnan(latents.quantiles(0).found).all()
    assert (latents.histogram(1).found == 0).all()


def test_table_has_a_row_for_each_comparison() -> None:
    columns = Latents(STANDARD_NORMAL, draws(STANDARD_NORMAL)[:500]).columns()
    assert list(columns) == ["compared", "coordinate", "at", "expected", "found", "standard_error"]
    counts = {kind: int((columns["compared"] == kind).sum()) for kind in ("region", "quantile", "density")}
    assert counts == {"region": 3, "quantile": 2 * 199, "density": 2 * 40}
    assert set(columns["coordinate"]) == {"both", "x", "y"}
