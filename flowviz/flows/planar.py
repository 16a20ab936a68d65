"""Planar flow: layers that move points along one direction, depending on their distance from one line."""

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from flowviz.flows.family import Family
from flowviz.flows.monotone import slope, slope_change
from flowviz.flows.reporting import Forward, Numbers, Spans, combination, curve, evenly, ranges
from flowviz.flows.stage import Arrays, Stage, Tensors
from flowviz.records import StageReport, written
from flowviz.specs import recipes

MAX_ITERATIONS = 100  # of Newton's method; layers of trained flows need about five


class PlanarLayer(Stage):
    """x = y + u · tanh(w·y + b): log|det J⁻¹| = log(1 + w·u · (1 − tanh²(w·y + b))).

    Training evaluates the inverse, from data to base, so this direction has the formula of the paper. Forward is
    y = x − u · tanh a, where a is the root of a + w·u · tanh a = w·x + b. The left side increases with a, because
    w·u > −1: as in the paper, the component along w of the learned u is changed to ensure this.
    Reference: Rezende & Mohamed 2015, "Variational inference with normalizing flows", https://arxiv.org/abs/1505.05770,
    eq. 10-12 and appendix A.1.
    """

    kind = recipes.PLANAR_LAYER

    def initial_parameters(self, rng: np.random.Generator) -> Arrays:
        angle, position = rng.uniform(0, 2 * np.pi), rng.normal()
        return {"u": np.zeros(2), "w": np.array([np.cos(angle), np.sin(angle)]), "b": np.array([position])}

    def forward_and_log_det(self, numbers: Tensors, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        u, product = constrained(numbers["u"], numbers["w"])
        t = tf.tanh(root(_level(numbers, x), product))
        return x - t[:, tf.newaxis] * u, -tf.math.log(slope(product, 1 - t**2))

    def inverse_and_log_det(self, numbers: Tensors, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        u, product = constrained(numbers["u"], numbers["w"])
        t = tf.tanh(_level(numbers, y))
        return y + t[:, tf.newaxis] * u, tf.math.log(slope(product, 1 - t**2))

    def report(self, numbers: Numbers, spans: Spans, forward: Forward) -> StageReport:
        """Describe the shift, in the direction opposite to u, as a function of the position s along w."""
        u, product = (np.asarray(each) for each in constrained(numbers["u"], numbers["w"]))
        across, along = _unit(numbers["w"]), _unit(-u)
        ends = across[:, np.newaxis] * spans
        s = evenly(np.array([ends.min(axis=1).sum(), ends.max(axis=1).sum()]))
        points = s[:, np.newaxis] * across
        images, log_det = forward(points)
        curves = curve("shift d(s)", s, (images - points) @ along), curve("log-scale ℓ(s)", s, log_det)
        formula = (
            "back: (x, y) → (x, y) + u · tanh(w · (x, y) + b)",
            f"forward: (x, y) → (x, y) + d(s) · ({written(along[0])}, {written(along[1])})",
            f"s = {combination(across, 0)}",
            "log|det J| = ℓ(s)",
            *ranges(curves),
        )
        found = {
            "horizontal u": float(u[0]),
            "vertical u": float(u[1]),
            "horizontal w": float(numbers["w"][0]),
            "vertical w": float(numbers["w"][1]),
            "b": float(numbers["b"][0]),
            "w · u": float(product),
        }
        return self.reported(formula, found, curves, across="position s along w")


def constrained(u: Any, w: Any) -> tuple[tf.Tensor, tf.Tensor]:
    """Return û (2,), which is u except for a change along w, and the scalar w·û > −1."""
    product = tf.reduce_sum(w * u)
    change = slope_change(product)
    return u + tf.math.divide_no_nan(change - product, tf.reduce_sum(w**2)) * w, change


def root(target: tf.Tensor, product: tf.Tensor) -> tf.Tensor:
    """Return a (n,) with f(a) = a + product · tanh a = target (n,), for a scalar product > −1.

    f is odd, so the root for |target| is computed. tanh a is at most a and at most 1, so both bounds are on the same
    side of the root: below it for a product ≥ 0, where f is concave, and above it otherwise, where f is convex. From
    there, Newton's method approaches the root without passing it. The last step carries the gradient, which is that of
    the implicit function.
    """
    size = tf.abs(target)
    bounds = size / (1 + product), size - product
    start = tf.where(product < 0, tf.minimum(*bounds), tf.maximum(*bounds))
    size_, product_, start_ = map(tf.stop_gradient, (size, product, start))
    tolerance = 4 * np.finfo(size.dtype.as_numpy_dtype).eps * (size_ + tf.abs(product_))

    def is_far(a: tf.Tensor) -> tf.Tensor:
        return tf.reduce_any(tf.abs(a + product_ * tf.tanh(a) - size_) > tolerance)

    (found,) = tf.while_loop(
        is_far,
        lambda a: (_newton(a, size_, product_),),
        (start_,),
        parallel_iterations=1,
        maximum_iterations=MAX_ITERATIONS,
    )
    return tf.sign(target) * _newton(tf.stop_gradient(found), size, product)


def _newton(a: tf.Tensor, size: tf.Tensor, product: tf.Tensor) -> tf.Tensor:
    t = tf.tanh(a)
    return a - (a + product * t - size) / slope(product, 1 - t**2)


def _level(numbers: Tensors, points: tf.Tensor) -> tf.Tensor:
    """Return w·x + b (n,) of points x (n, 2)."""
    return tf.reduce_sum(points * numbers["w"], axis=1) + numbers["b"]


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the direction of a vector; the horizontal one if the vector is 0."""
    length = np.linalg.norm(vector)
    return vector / length if length > 0 else np.array([1.0, 0.0])


PLANAR = Family("planar", PlanarLayer)
