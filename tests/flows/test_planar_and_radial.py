"""Planar and radial layers are invertible whatever their numbers are, and their roots are exact."""

from collections.abc import Callable

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from flowviz.flows import planar, radial
from flowviz.flows.monotone import MIN_SLOPE, slope_change
from flowviz.flows.planar import PlanarLayer
from flowviz.flows.radial import RadialLayer
from flowviz.flows.stage import Stage, Tensors
from flowviz.specs import FlowSpec

PRODUCTS = [MIN_SLOPE - 1, -0.99, -0.5, -1e-6, 0.0, 1e-6, 0.7, 30.0, 1e4]
SIZES = np.array([0, 1e-30, 1e-8, 1e-4, 1e-3, 0.03, 0.5, 1, 3, 20, 1e4, 3e4])
TARGETS = np.concatenate([-SIZES[::-1], SIZES])
numbers = st.floats(-20, 20)
pairs = st.tuples(numbers, numbers)


def evaluated(stage: Stage, values: dict[str, NDArray[np.float64]]) -> None:
    """Check that a layer is increasing, is undone by its inverse, and is finite."""
    tensors: Tensors = {name: tf.constant(value, tf.float64) for name, value in values.items()}
    y = tf.constant(np.random.default_rng(0).normal(scale=2, size=(200, 2)))
    x, inverse_log_det = stage.inverse_and_log_det(tensors, y)
    back, log_det = stage.forward_and_log_det(tensors, x)
    assert np.isfinite(inverse_log_det).all()
    assert (inverse_log_det.numpy() >= 2 * np.log(MIN_SLOPE) - 1e-9).all()
    np.testing.assert_allclose(log_det, -inverse_log_det, atol=1e-5)
    np.testing.assert_allclose(back, y, atol=1e-8)


@settings(deadline=None, max_examples=30)
@given(u=pairs, w=pairs | st.just((0.0, 0.0)), b=numbers)
def test_planar_layer_is_invertible_with_any_numbers(u: tuple[float, float], w: tuple[float, float], b: float) -> None:
    values = {"u": np.array(u), "w": np.array(w), "b": np.array([b])}
    evaluated(PlanarLayer("01_planar", FlowSpec(family="planar")), values)
    constrained, product = planar.constrained(np.array(u), np.array(w))
    assert product >= MIN_SLOPE - 1
    assert float(product) == pytest.approx(float(np.dot(constrained, w)), abs=1e-6)
    if np.dot(u, w) >= 0:
        np.testing.assert_allclose(constrained, u, atol=1e-12)


@settings(deadline=None, max_examples=30)
@given(center=pairs, log_alpha=st.floats(-6, 6), ratio=numbers)
def test_radial_layer_is_invertible_with_any_numbers(
    center: tuple[float, float], log_alpha: float, ratio: float
) -> None:
    values = {"center": np.array(center), "log_alpha": np.array([log_alpha]), "ratio": np.array([ratio])}
    evaluated(RadialLayer("01_radial", FlowSpec(family="radial")), values)


def test_radial_layer_keeps_its_center() -> None:
    center = tf.constant([[0.3, -1.0]])
    values = {"center": center[0], "log_alpha": tf.constant([0.5]), "ratio": tf.constant([2.0])}
    with tf.GradientTape() as tape:
        tape.watch(values)
        image, log_det = RadialLayer("01_radial", FlowSpec(family="radial")).inverse_and_log_det(values, center)
        total = tf.reduce_sum(image) + log_det[0]
    np.testing.assert_allclose(image, center, atol=1e-6)
    assert float(log_det[0]) == pytest.approx(2 * np.log(3))
    assert all(np.isfinite(gradient).all() for gradient in tape.gradient(total, values).values())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize(
    ("root", "f"),
    [
        (planar.root, lambda a, c: a + c * np.tanh(a)),
        (radial.root, lambda s, c: s + c * s / (1 + s)),
    ],
    ids=["planar", "radial"],
)
def test_root_is_as_exact_as_the_numbers(
    root: Callable[..., tf.Tensor], f: Callable[..., NDArray[np.float64]], product: float, dtype: str
) -> None:
    targets = tf.constant(TARGETS if root is planar.root else SIZES, dtype)
    constant = tf.constant(product, dtype)
    found = root(targets, constant).numpy()
    assert found.dtype == dtype
    exact = f(found.astype(np.float64), float(constant))
    epsilon = float(np.finfo(dtype).eps)
    np.testing.assert_allclose(exact, targets, rtol=8 * epsilon, atol=8 * epsilon * (abs(product) + 1) * 1e-1)
    assert (np.diff(found) >= 0).all()


@pytest.mark.parametrize("product", PRODUCTS)
def test_gradient_of_the_root_is_that_of_the_implicit_function(product: float) -> None:
    targets, constant = tf.constant(TARGETS[np.abs(TARGETS) > 1e-5]), tf.constant(product, tf.float64)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch((targets, constant))
        found = planar.root(targets, constant)
        total = tf.reduce_sum(tf.abs(found))
    t = np.tanh(found)
    slopes = 1 + product * (1 - t**2)
    np.testing.assert_allclose(tape.gradient(found, targets), 1 / slopes, rtol=1e-6)
    np.testing.assert_allclose(tape.gradient(total, constant), -np.sum(np.abs(t) / slopes), rtol=1e-6)


def test_constraint_leaves_what_is_allowed_unchanged() -> None:
    values = np.array([-1e3, -1.0, -1e-9, 0.0, 1e-9, 2.0, 1e3])
    changes = slope_change(tf.constant(values)).numpy()
    np.testing.assert_array_equal(changes[3:], values[3:])
    assert (np.diff(changes) > 0).all()
    assert changes[0] == MIN_SLOPE - 1
    assert changes[2] == pytest.approx(-1e-9)
