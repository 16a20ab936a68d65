"""Log-densities on lattices."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.errors import SpecError
from flowviz.records.energy import FALL_OFF, Energy
from flowviz.records.importance import Importance

Array = NDArray[np.float64]
BOX = -6.0, 6.0, -7.0, 7.0


def gaussian(x: Array, y: Array) -> Array:
    return -(x**2 + y[:, np.newaxis] ** 2) / 2


def test_density_is_normalized_whatever_its_constant() -> None:
    plain, lifted = Energy.of(gaussian, BOX), Energy.of(lambda x, y: gaussian(x, y) + 30, BOX)
    points = np.random.default_rng(0).normal(size=(500, 2))
    expected = -(points**2).sum(axis=1) / 2 - np.log(2 * np.pi)
    np.testing.assert_allclose(plain.log_prob(points), expected, atol=3e-4)
    np.testing.assert_allclose(lifted.log_prob(points), plain.log_prob(points), atol=1e-5)
    assert lifted.log_mass - plain.log_mass == pytest.approx(30)


def test_entropy_is_that_of_the_density() -> None:
    assert Energy.of(gaussian, BOX).entropy == pytest.approx(1 + np.log(2 * np.pi), abs=1e-6)


def test_density_falls_off_outside_and_where_it_is_zero() -> None:
    energy = Energy.of(lambda x, y: np.where((x > 0) & (y[:, np.newaxis] > 0), gaussian(x, y), -np.inf), BOX)
    assert np.isfinite(energy.values).all()
    edge, outside = energy.log_prob(np.array([[6.0, 1.0], [6.0 + 2 * FALL_OFF, 1.0]]))
    assert edge - outside == pytest.approx(2)
    holes = energy.log_prob(np.stack([-np.arange(0.2, 5, 0.2), np.full(24, 1.0)], axis=1))
    assert (np.diff(holes) < 0).all()


@pytest.mark.parametrize(
    ("log_density", "sentence"),
    [
        (lambda x, y: np.full((len(y), len(x)), np.nan), "is NaN at 100.0% of the grid"),
        (lambda x, y: np.where(x > 0, np.nan, gaussian(x, y)), "is NaN at 50.0% of the grid"),
        (lambda x, y: gaussian(x, y) + np.where(x > 5.99, np.inf, 0), "is infinite at"),
        (lambda x, y: np.full((len(y), len(x)), -np.inf), "so there is nothing to learn"),
        (lambda x, y: np.zeros((len(y), len(x))), "cannot be normalized"),
        (lambda x, y: gaussian(x - 6, y), "cannot be normalized"),
        (lambda x, y: np.zeros(3), "has the shape"),
    ],
)
def test_invalid_density_is_one_sentence(log_density: Callable[[Array, Array], Array], sentence: str) -> None:
    with pytest.raises(SpecError, match=sentence):
        Energy.of(log_density, BOX)


def test_perfect_flow_has_all_samples_and_a_normalizer_of_one() -> None:
    assert Importance.of(np.zeros(100)) == Importance(1.0, 0.0)


def test_particles_that_miss_the_target_do_not_count() -> None:
    found = Importance.of(np.where(np.arange(100) < 25, 0.0, -np.inf))
    assert found is not None
    assert found.effective_share == pytest.approx(0.25)
    assert found.log_normalizer == pytest.approx(np.log(0.25))


@pytest.mark.parametrize("weights", [[0.0, np.nan], [-np.inf, -np.inf], []])
def test_unknown_weights_say_nothing(weights: list[float]) -> None:
    assert Importance.of(np.array(weights)) is None
