"""Base distributions: their densities, samples, entropies and components."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from flowviz.records import Base, base_of
from flowviz.records.bases import STAGE_NAME, initial_parameters
from flowviz.records.mixture import Component, Mixture
from flowviz.specs import FlowSpec
from flowviz.specs.flow import Arrangement

MIXTURES = [
    FlowSpec(base="mixture", components=components, arrangement=arrangement)
    for components, arrangement in ((2, "ring"), (3, "ring"), (3, "learned"), (8, "grid"), (9, "grid"), (9, "learned"))
]
SPECS = [FlowSpec(), FlowSpec(base="uniform"), FlowSpec(base="student_t"), *MIXTURES]
NAMES = [f"{spec.base} {spec.components} {spec.arrangement}" for spec in SPECS]
every_base = pytest.mark.parametrize("base", [base_of(spec) for spec in SPECS], ids=NAMES)


def grid(reach: float, count: int) -> tuple[NDArray[np.float64], float]:
    """Return points (count², 2) of a square grid, and the area of its cells."""
    ticks = np.linspace(-reach, reach, count)
    return np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2), float((ticks[1] - ticks[0]) ** 2)


def tails(base: Base, reach: float) -> float:
    """Return the probability outside a circle, of which only Student's distribution has much."""
    return (1 + reach**2 / 2) ** -2.0 if base.name == "student_t" else 0.0


@every_base
def test_density_integrates_to_one(base: Base) -> None:
    points, cell = grid(10, 400)
    inside = np.hypot(*points.T) < 10
    mass = np.exp(base.log_prob(points[inside])).sum() * cell
    assert mass == pytest.approx(1 - tails(base, 10), abs=2e-4)


@every_base
def test_larger_standard_deviation_is_one_and_the_center_is_the_origin(base: Base) -> None:
    points = base.sample(200_000, seed=1).astype(np.float64)
    assert points.std(axis=0).max() == pytest.approx(1, abs=0.02)
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=0.02 if base.name != "mixture" else 0.25)


@every_base
def test_entropy_is_the_mean_of_the_surprise(base: Base) -> None:
    surprise = -base.log_prob(base.sample(200_000, seed=2).astype(np.float64))
    assert base.entropy == pytest.approx(surprise.mean(), abs=5 * surprise.std() / np.sqrt(len(surprise)))


@pytest.mark.parametrize("spec", [SPECS[1], MIXTURES[1], MIXTURES[2], MIXTURES[4]])
def test_entropy_is_that_of_a_quadrature(spec: FlowSpec) -> None:
    base = base_of(spec)
    points, cell = grid(6, 600)
    log_p = base.log_prob(points)
    assert base.entropy == pytest.approx(-(np.exp(log_p) * log_p).sum() * cell, abs=1e-6)


def test_entropy_of_a_component_too_narrow_for_the_quadrature_is_unknown() -> None:
    half = float(np.log(0.5) - np.log(2 * np.pi))
    narrow = Component(0.0, 0.0, 1e-4, half - 2 * float(np.log(1e-4)))
    assert Mixture((Component(0.0, 0.0, 1.0, half), narrow)).entropy is None


@every_base
def test_same_seed_draws_the_same_first_points(base: Base) -> None:
    few, many = base.sample(100, seed=3), base.sample(5000, seed=3)
    assert few.dtype == np.float32
    np.testing.assert_array_equal(few, many[:100])
    assert not np.array_equal(few, base.sample(100, seed=4))
    assert base.sample(0, seed=3).shape == (0, 2)


@every_base
def test_samples_have_the_density(base: Base) -> None:
    """Compare the shares of samples in the cells of a coarse grid with the integral of the density there."""
    edges, points = np.linspace(-2, 2, 9), base.sample(200_000, seed=5).astype(np.float64)
    counts, _, _ = np.histogram2d(points[:, 0], points[:, 1], bins=[edges, edges])
    fine = 40
    ticks = -2 + (np.arange(8 * fine) + 0.5) / (2 * fine)
    x, y = np.meshgrid(ticks, ticks, indexing="ij")
    density = np.exp(base.log_prob(np.stack([x.ravel(), y.ravel()], axis=1))).reshape(8, fine, 8, fine)
    expected = density.mean(axis=(1, 3)) * 0.25
    error = np.sqrt(expected * (1 - expected) / len(points))
    assert np.all(np.abs(counts / len(points) - expected) < 5 * error + 1e-4)


@every_base
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_density_of_tensors_is_that_of_arrays_in_their_precision(base: Base, dtype: str) -> None:
    points = np.concatenate([base.sample(100, seed=6), [[50, -50], [0, 1e4], [-1e18, 3]]]).astype(dtype)
    expected = base.log_prob(points)
    found = base.log_prob(tf.constant(points), tf.math)  # the laws of flows evaluate it in graphs
    assert expected.dtype == found.dtype.as_numpy_dtype == np.dtype(dtype)
    assert np.isfinite(expected).all()
    np.testing.assert_allclose(found, expected, rtol=1e-5 if dtype == "float32" else 1e-12, atol=1e-5)


@every_base
def test_gradient_of_the_density_is_finite_wherever_points_are(base: Base) -> None:
    points = tf.constant([[0, 0], [1.7, -1.7], [1e-8, 0], [300, 0], [-1e15, 1e15]], tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(points)
        log_prob = base.log_prob(points, tf.math)
    assert np.isfinite(tape.gradient(log_prob, points)).all()


@pytest.mark.parametrize("spec", MIXTURES)
def test_component_of_a_point_is_the_nearest_of_equal_ones(spec: FlowSpec) -> None:
    base = base_of(spec)
    assert isinstance(base, Mixture)
    points = base.sample(1000, seed=7)
    centers = np.array([(each.x, each.y) for each in base.components])
    distances = np.hypot(*(points[:, np.newaxis] - centers).transpose(2, 0, 1))
    np.testing.assert_array_equal(base.component_of(points), distances.argmin(axis=1))
    assert sum(each.weight for each in base.components) == pytest.approx(1)
    assert len(set(base.component_of(points).tolist())) == spec.components


@pytest.mark.parametrize("base", [base_of(spec) for spec in SPECS[:3]])
def test_other_bases_have_no_components(base: Base) -> None:
    assert base.component_of(base.sample(10, seed=0)) is None


@pytest.mark.parametrize("arrangement", ["ring", "grid"])
def test_components_are_apart(arrangement: Arrangement) -> None:
    for count in range(2, 10):
        base = base_of(FlowSpec(base="mixture", components=count, arrangement=arrangement))
        assert isinstance(base, Mixture)
        at = np.array([(each.x, each.y) for each in base.components])
        distances = np.hypot(*(at[:, np.newaxis] - at).transpose(2, 0, 1))[np.triu_indices(count, 1)]
        assert distances.min() / base.components[0].scale == pytest.approx(8)


LEARNED = FlowSpec(base="mixture", components=3, arrangement="learned")


def test_learned_mixture_starts_as_it_was_arranged() -> None:
    start, again = base_of(LEARNED), base_of(LEARNED, initial_parameters(LEARNED))
    points = start.sample(100, seed=0)
    np.testing.assert_allclose(again.log_prob(points), start.log_prob(points), atol=1e-6)
    assert initial_parameters(FlowSpec(base="mixture")) == {}


@given(st.lists(st.floats(-1e3, 1e3), min_size=12, max_size=12))
@settings(deadline=None, max_examples=40)
def test_any_parameters_are_a_mixture(numbers: list[float]) -> None:
    means, scales, logits = np.split(np.array(numbers, np.float32), [6, 9])
    named = {"means": means.reshape(3, 2), "log_scales": scales, "logits": logits}
    base = base_of(LEARNED, {f"{STAGE_NAME}/{name}": array for name, array in named.items()})
    assert isinstance(base, Mixture)
    assert sum(each.weight for each in base.components) == pytest.approx(1)
    points = base.sample(50, seed=0)
    assert np.isfinite(points).all()
    assert np.isfinite(base.log_prob(points)).all()
    start = base_of(LEARNED)
    assert isinstance(start, Mixture)
    tensors = {name: tf.constant(array) for name, array in named.items()}
    of_tensors = start.learned(tensors, tf.math, tf.identity)
    far = np.array([[0, 0], [3, -2]], np.float32)
    np.testing.assert_allclose(of_tensors.log_prob(tf.constant(far), tf.math), base.log_prob(far), rtol=1e-3)
