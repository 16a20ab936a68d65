"""The rational-quadratic spline in single precision, at knots and within two units in the last place of them."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from flowviz.flows.rational_quadratic import MIN_WIDTH, RationalQuadraticSpline
from flowviz.flows.table import Lookup

BOUND = 3.0
ROUNDING = 4e-6  # by which a point may be off before and after the spline: 16 units in the last place of 3
SPLINES = {2: 30, 8: 30, 32: 10}  # by their bins
Points = NDArray[np.float64]


def spline_and_knots(bins: int, scale: float) -> tuple[RationalQuadraticSpline, NDArray[np.float32], list[Points]]:
    """Return a spline, θ (3·bins - 1, m) of that scale, and the knots (bins + 1, m) along y and x."""
    spline = RationalQuadraticSpline(bins, BOUND, min_height=1e-5)
    theta = np.random.default_rng(0).normal(scale=scale, size=(3 * bins - 1, SPLINES[bins])).astype(np.float32)
    knots = []
    for logits, minimum in ((theta[:bins], MIN_WIDTH), (theta[bins : 2 * bins], spline.min_height)):
        powers = np.exp(logits.astype(np.float64))
        sizes = minimum + (1 - minimum * bins) * powers / powers.sum(axis=0)
        knots.append(2 * BOUND * (np.pad(np.cumsum(sizes, axis=0), ((1, 0), (0, 0))) - 0.5))
    return spline, theta, knots


def near(knots: Points) -> NDArray[np.float32]:
    """Return knots (k, m), and the two numbers below and above each: (5, k, m)."""
    rounded = knots.astype(np.float32)
    steps = [rounded]
    for direction in (np.float32(np.inf), np.float32(-np.inf)):
        step = rounded
        for _ in range(2):
            step = np.nextafter(step, direction)
            steps.append(step)
    return np.stack(steps)


def evaluated(
    evaluate: Any, theta: NDArray[np.float32], points: NDArray[Any], dtype: tf.DType
) -> tuple[Points, Points]:
    """Return images and log-slopes of points (..., m) as float64."""
    wide = np.broadcast_to(theta.reshape(len(theta), *[1] * (points.ndim - 1), -1), (len(theta), *points.shape))
    found = evaluate(tf.constant(wide.reshape(len(theta), -1), dtype), tf.constant(points.reshape(-1), dtype))
    image, log_slope = (each.numpy().astype(np.float64).reshape(points.shape) for each in found)
    return image, log_slope


@pytest.mark.parametrize("direction", ["data to base", "base to data"])
@pytest.mark.parametrize(("bins", "scale"), [(2, 3.0), (8, 1.5), (32, 1.5)])
def test_rounding_moves_a_point_near_a_knot_by_next_to_nothing(direction: str, bins: int, scale: float) -> None:
    """Compare with float64 at points a little below and above, because slopes may differ by e^10 between neighbors."""
    spline, theta, knots = spline_and_knots(bins, scale)
    axis = 0 if direction == "data to base" else 1
    evaluate = spline.inverse if axis else spline
    points = near(knots[axis])
    image, log_slope = evaluated(evaluate, theta, points, tf.float32)
    around = points + np.linspace(-ROUNDING, ROUNDING, 21).reshape(-1, 1, 1, 1)
    images, log_slopes = evaluated(evaluate, theta, around, tf.float64)
    assert (image >= images[0] - ROUNDING).all()
    assert (image <= images[-1] + ROUNDING).all()
    _, at_knots = evaluated(evaluate, theta, knots[axis], tf.float64)  # where the slope has a peak or a valley
    assert (log_slope >= np.minimum(log_slopes.min(axis=0), at_knots) - 0.01).all()
    assert (log_slope <= np.maximum(log_slopes.max(axis=0), at_knots) + 0.01).all()


@pytest.mark.parametrize("bins", [2, 8, 32])
def test_moderate_slopes_near_a_knot_are_those_of_double_precision(bins: int) -> None:
    spline, theta, knots = spline_and_knots(bins, 0.3)
    for points, there, back in (
        (near(knots[0]), spline, spline.inverse),
        (near(knots[1]), spline.inverse, spline),
    ):
        image, log_slope = evaluated(there, theta, points, tf.float32)
        exact_image, exact_log_slope = evaluated(there, theta, points, tf.float64)
        again, opposite = evaluated(back, theta, image, tf.float32)
        np.testing.assert_allclose(image, exact_image, atol=ROUNDING)
        np.testing.assert_allclose(log_slope, exact_log_slope, atol=2e-4)
        np.testing.assert_allclose(again, points, atol=ROUNDING)
        np.testing.assert_allclose(opposite, -log_slope, atol=2e-4)


@pytest.mark.parametrize("dtype", [tf.float32, tf.float64])
def test_derivatives_at_knots_are_finite(dtype: tf.DType) -> None:
    """At a knot, the discriminant of the quadratic equation may be rounded to zero."""
    spline, theta, knots = spline_and_knots(8, 3.0)
    for points, evaluate in ((near(knots[0]), spline), (near(knots[1]), spline.inverse)):
        wide = np.broadcast_to(theta[:, np.newaxis, np.newaxis], (len(theta), *points.shape)).reshape(len(theta), -1)
        inputs = tf.constant(wide, dtype), tf.constant(points.reshape(-1), dtype)
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            image, log_slope = evaluate(*inputs)
            total = tf.reduce_sum(image) + tf.reduce_sum(log_slope)
        for gradient in tape.gradient(total, inputs):
            assert np.isfinite(gradient).all()


@pytest.mark.parametrize("bins", [2, 8, 32])
def test_derivative_of_the_inverse_in_the_middle_of_a_piece_is_that_of_the_identity(bins: int) -> None:
    """Check the middle of a piece at θ = 0, where the linear term of the equation is 0 and changes its sign."""
    spline = RationalQuadraticSpline(bins, BOUND, min_height=1e-5)
    theta = tf.zeros((3 * bins - 1, bins), tf.float64)
    x = tf.constant(BOUND * (2 * np.arange(bins) + 1 - bins) / bins)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y, _ = spline.inverse(theta, x)
    np.testing.assert_allclose(y, x, atol=1e-12)
    np.testing.assert_allclose(tape.gradient(y, x), 1, rtol=1e-12)


@pytest.mark.parametrize("dtype", [tf.float32, tf.float64])
@pytest.mark.parametrize(("min_height", "scale"), [(1e-5, 3.0), (1e-8, 6.0)])
def test_from_the_bound_outwards_it_is_the_identity(dtype: tf.DType, min_height: float, scale: float) -> None:
    """Include last pieces that are steep, and ones that are lower than the rounding of their start."""
    spline = RationalQuadraticSpline(8, BOUND, min_height)
    theta = np.random.default_rng(0).normal(scale=scale, size=(23, 300)).astype(np.float32)
    next_to = float(np.nextafter(np.float32(BOUND), np.float32(np.inf)))
    points = np.append(np.linspace([-1e3, BOUND], [-BOUND, 1e3], 5), [-next_to, next_to]).reshape(-1, 1) * np.ones(300)
    for evaluate in (spline, spline.inverse):
        image, log_slope = evaluated(evaluate, theta, points, dtype)
        np.testing.assert_allclose(image, points, rtol=1e-6)
        np.testing.assert_allclose(log_slope, 0, atol=2e-7)


@pytest.mark.parametrize("direction", ["data to base", "base to data"])
def test_at_the_knots_of_a_table_a_spline_is_that_of_the_knot(direction: str) -> None:
    spline = RationalQuadraticSpline(8, BOUND, min_height=1e-5)
    evaluate = spline.inverse if direction == "base to data" else spline
    rng = np.random.default_rng(0)
    table = tf.constant(rng.normal(size=(23, 5)))
    numbers, points = rng.integers(0, 5, 200), tf.constant(rng.uniform(-1.1 * BOUND, 1.1 * BOUND, 200))
    found = evaluate(Lookup.at(table, tf.constant(numbers, tf.float64)), points)
    np.testing.assert_allclose(found, evaluate(tf.gather(table, numbers, axis=1), points), atol=1e-9)


def test_between_the_knots_of_a_table_a_spline_rises_with_its_slope_and_has_an_inverse() -> None:
    spline = RationalQuadraticSpline(8, BOUND, min_height=1e-5)
    table = tf.constant(np.random.default_rng(0).normal(size=(23, 5)))
    for place in (0.3, 2.5, 3.9):
        points = tf.constant(np.linspace(-1.1 * BOUND, 1.1 * BOUND, 501))
        lookup = Lookup.at(table, tf.fill(points.shape, tf.constant(place, tf.float64)))
        with tf.GradientTape() as tape:
            tape.watch(points)
            image, log_slope = spline(lookup, points)
        assert np.all(np.diff(image) > 0)
        np.testing.assert_allclose(tf.exp(log_slope), tape.gradient(image, points), rtol=1e-9)
        back, back_log_slope = spline.inverse(lookup, image)
        np.testing.assert_allclose(back, points, atol=1e-9)
        np.testing.assert_allclose(back_log_slope, -log_slope, atol=1e-7)
