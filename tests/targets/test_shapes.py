"""The shapes that are drawn from by formula; those with edges are in `test_pixels.py`."""

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.specs import SHAPES, ShapeName, ShapeSpec
from flowviz.targets import Target, build_target, densities
from flowviz.targets.densities import CIRCLES, DENSITIES, NOISES, pinwheel_entropy
from flowviz.targets.shapes import DRAWN, EDGED
from tests.targets.chance import deviation, estimated_entropy

FAINTEST = -14.0  # log-density of a draw, in nats


@cache
def shape(name: ShapeName) -> Target:
    return build_target(ShapeSpec(name=name))


def formula(name: ShapeName, count: int = 200_000) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """x and y of draws in the units of the formula."""
    x, y = DRAWN[name][0](count, np.random.default_rng(5)).astype(np.float64).T
    return x, y


def is_uniform(*coordinates: NDArray[np.float64], cells: int = 12) -> bool:
    """Whether coordinates that shall be uniform over [0, 1) and independent are: χ² over cells."""
    place = [np.clip((coordinate * cells).astype(int), 0, cells - 1) for coordinate in coordinates]
    observed = np.bincount(np.ravel_multi_index(place, [cells] * len(place)), minlength=cells ** len(place))
    return deviation(observed, np.full(len(observed), observed.sum() / len(observed))) < 5


def uniform_if_gaussian(x: NDArray[np.float64], y: NDArray[np.float64]) -> bool:
    """Whether points are of a standard Gaussian: exp(−r²/2) is uniform then, and so is the angle."""
    return is_uniform(np.exp(-(x**2 + y**2) / 2), np.arctan2(y, x) / (2 * np.pi) + 0.5)


def test_every_shape_of_the_catalogue_is_built() -> None:
    assert {*EDGED, *DRAWN} == set(SHAPES)
    assert not {*EDGED} & {*DRAWN}
    assert all(shape(name).entropy is not None for name in SHAPES)


@pytest.mark.parametrize("name", DRAWN)
def test_draws_have_the_target_units(name: ShapeName) -> None:
    points = shape(name).sample(100_000, np.random.default_rng(0))
    assert points.dtype == np.float32
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=0.02)
    assert points.std(axis=0).max() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("name", DRAWN)
def test_nearly_all_draws_lie_in_the_extent_and_the_preview_shows_them(name: ShapeName) -> None:
    target = shape(name)
    left, right, bottom, top = target.extent
    x, y = target.sample(50_000, np.random.default_rng(1)).T
    assert ((left <= x) & (x <= right) & (bottom <= y) & (y <= top)).mean() > 0.99
    rows, columns = target.preview().shape
    assert columns / rows == pytest.approx((right - left) / (top - bottom), rel=0.05)
    assert target.preview().max() == 255


@pytest.mark.parametrize("name", DRAWN)
def test_entropy_is_the_mean_surprise_of_draws(name: ShapeName) -> None:
    target = shape(name)
    found = target.log_prob(target.sample(20_000, np.random.default_rng(3)))
    assert found is not None
    assert found.min() > FAINTEST
    assert target.entropy == pytest.approx(-found.mean(), abs=4 * found.std() / np.sqrt(len(found)))


@pytest.mark.parametrize("name", DRAWN)
def test_density_integrates_to_1(name: ShapeName) -> None:
    x, y = (np.linspace(each.min() - 2, each.max() + 2, 701) for each in formula(name))
    mass = DENSITIES[name].on_grid(x, y).sum() * (x[1] - x[0]) * (y[1] - y[0])
    assert mass == pytest.approx(1, abs=5e-3 if name == "sine" else 1e-5), "the sine ends abruptly at both sides"


@pytest.mark.parametrize("name", DRAWN)
def test_density_on_a_grid_is_that_of_points(name: ShapeName) -> None:
    x, y = np.linspace(-2, 3, 7), np.linspace(-1.5, 2, 5)
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    density = DENSITIES[name]
    np.testing.assert_allclose(density.on_grid(x, y).ravel(), np.exp(density.log_prob(points)), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", NOISES)
def test_entropy_does_not_depend_on_the_grid(name: ShapeName, monkeypatch: pytest.MonkeyPatch) -> None:
    density = NOISES[name]
    usual = density.entropy()
    monkeypatch.setattr(densities, "FINENESS", 6)
    monkeypatch.setattr(densities, "REACH", 10)
    assert density.entropy() == pytest.approx(usual, abs=1e-7)


def test_entropy_of_the_pinwheel_does_not_depend_on_the_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = pinwheel_entropy()
    for name, value in {"PINWHEEL_STEP": 0.015, "PINWHEEL_REACH": 4.0, "NEWTON_STEPS": 12}.items():
        monkeypatch.setattr(densities, name, value)
    assert pinwheel_entropy() == pytest.approx(usual, abs=1e-5)


@pytest.mark.parametrize("name", DRAWN)
def test_the_entropy_is_that_of_the_samples(name: ShapeName) -> None:
    target = shape(name)
    left, right, bottom, top = target.extent
    cells = (int((top - bottom) / 0.015), int((right - left) / 0.015))
    # What lies outside of the extent is counted at its edge.
    assert target.entropy == pytest.approx(estimated_entropy(target, 3_000_000, cells), abs=0.01)


@pytest.mark.parametrize("name", DRAWN)
def test_what_is_not_known_is_not_guessed(name: ShapeName) -> None:
    points = shape(name).sample(10, np.random.default_rng(2))
    assert shape(name).coverage(points) is None


def test_the_gaussian_is_one_of_correlation_four_fifths() -> None:
    x, y = formula("gaussian")
    assert uniform_if_gaussian(x, (y - 0.8 * x) / 0.6)
    assert not uniform_if_gaussian(x, y)


def test_the_banana_is_a_sheared_gaussian() -> None:
    x, y = formula("banana")
    assert uniform_if_gaussian(x, (y - x**2 / 2) / 0.5)


def test_the_sine_is_a_noisy_wave() -> None:
    x, y = formula("sine")
    noise = (y - np.sin(x)) / 0.2
    assert is_uniform(x / (4 * np.pi) + 0.5)
    assert uniform_if_gaussian(noise[::2], noise[1::2])


def test_the_eight_gaussians_have_as_many_points_each() -> None:
    x, y = formula("eight_gaussians")
    assert is_uniform((np.arctan2(y, x) / (2 * np.pi) + 1 / 16) % 1, cells=8)
    x, y = (x - 2) / 0.25, y / 0.25
    near = x**2 + y**2 < 2.4**2  # where no other reaches
    height, edge = np.exp(-(x[near] ** 2 + y[near] ** 2) / 2), np.exp(-(2.4**2) / 2)
    assert is_uniform((height - edge) / (1 - edge), np.arctan2(y[near], x[near]) / (2 * np.pi) + 0.5)


def test_circles_are_even_all_around_and_have_as_many_points_each() -> None:
    x, y = formula("circles")
    assert is_uniform(np.arctan2(y, x) / (2 * np.pi) + 0.5)
    inner = np.hypot(x, y) < np.mean(CIRCLES)
    assert inner.mean() == pytest.approx(0.5, abs=0.005)


def test_the_star_stands_on_two_feet() -> None:
    """One point up, two down."""
    picture = shape("star").preview()
    widest = [np.flatnonzero(row) for row in (picture[len(picture) // 50], picture[-len(picture) // 50])]
    assert np.diff(widest[0]).max() == 1
    assert np.diff(widest[1]).max() > 100
