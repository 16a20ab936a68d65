"""Conditioners that are tables: piecewise linear functions of one coordinate, determined by their values at knots."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from flowviz.flows.stage import Arrays, Tensors
from flowviz.specs import FlowSpec
from flowviz.specs.flow import TABLE_KNOTS

LEVELS = int(np.log2(TABLE_KNOTS - 1))
WIDTH = 2.0  # w in u = x_a / √(w + x_a²): places two thirds of the knots within 1.3 standard deviations


@dataclass(frozen=True)
class Table:
    """θ = Σ_k c_k · hat_k(u),  u = x_a / √(2 + x_a²): piecewise linear in u, between TABLE_KNOTS evenly spaced knots.

    The hats form a hierarchical basis: two lines over all of (-1, 1), then on each level the hats between the knots of
    the previous levels, half as wide as those of the previous level, and lower by a factor of √2. The coefficient of a
    coarse hat changes many values at once, so gradient descent learns the coarse shape before its details.
    Reference: Yserentant 1986, "On the multi-level splitting of finite element spaces", Numerische Mathematik 49.
    """

    spec: FlowSpec

    def __call__(self, weights: Tensors, x_a: tf.Tensor) -> tf.Tensor:
        """Return θ (outputs, n) at x_a (n,)."""
        coefficients = weights["coefficients"]
        values = coefficients @ tf.constant(_hats(), coefficients.dtype)
        u = x_a * tf.math.rsqrt(WIDTH + x_a**2)
        return interpolated(values, (u + 1) * ((TABLE_KNOTS - 1) / 2))

    def tabulated(self, weights: Tensors, x_a: tf.Tensor) -> Tensors:
        """Return the weights, which are a table already."""
        return weights

    finely_tabulated = tabulated

    def initial_weights(self, outputs: int, rng: np.random.Generator) -> Arrays:
        """Return coefficients (outputs, TABLE_KNOTS) of 0, so that θ is 0 everywhere."""
        return {"coefficients": np.zeros((outputs, TABLE_KNOTS))}


def _hats() -> NDArray[np.float64]:
    """Return the values of all hats at the knots (hats, knots), coarse hats first. There are as many hats as knots."""
    knots = np.linspace(0, 1, TABLE_KNOTS)
    rows = [1 - knots, knots]
    for level in range(1, LEVELS + 1):
        middles = np.arange(1, 2**level, 2)[:, np.newaxis] / 2**level
        rows.extend(np.maximum(0, 1 - np.abs(knots - middles) * 2**level) * 2 ** (-level / 2))
    return np.array(rows)


@tf.custom_gradient
def interpolated(values: tf.Tensor, place: tf.Tensor) -> tuple[tf.Tensor, Any]:
    """Interpolate values at knots linearly, with a custom gradient.

    The gradient with respect to the values is a matrix product with the hats of all knots, because XLA's scatter adds
    one number at a time.

    Args:
        values: Values at the knots (outputs, knots).
        place: Positions of the points (n,) in units of knots, from 0 to knots - 1.

    Returns:
        The interpolated values (outputs, n).
    """
    count = values.shape[1]
    left = tf.where(place > 0, tf.minimum(tf.floor(place), count - 2), 0)  # 0 if the place is NaN, as the result is
    share = place - left
    low, high = (tf.gather(values, tf.cast(left, tf.int32) + side, axis=1) for side in (0, 1))

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        knots = tf.constant(np.arange(count)[:, np.newaxis], place.dtype)
        hats = tf.nn.relu(1 - tf.abs(place - knots))
        return tf.matmul(upstream, hats, transpose_b=True), tf.reduce_sum(upstream * (high - low), axis=0)

    return low + share * (high - low), gradient
