"""Tables as conditioners: piecewise linear functions of one number, given by their values at knots."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from flowviz.flows.stage import Arrays, Tensors
from flowviz.specs import FlowSpec
from flowviz.specs.flow import TABLE_KNOTS

LEVELS = int(np.log2(TABLE_KNOTS - 1))
WIDTH = 2.0  # w in u = x / √(w + x²): two thirds of the knots are within 1.1 standard deviations


@dataclass(frozen=True)
class Table:
    """θ = Σ_k c_k · hat_k(u),  u = x_a / √(2 + x_a²): piecewise linear in u, between TABLE_KNOTS even knots.

    The hats form a hierarchical basis: two lines over all of (-1, 1), then for each level the hats between the knots of
    the levels before, half as wide as theirs, and lower by √2. The coefficient of a coarse hat moves many values at
    once, so gradient descent learns the coarse shape before its details.
    Reference: Yserentant 1986, "On the multi-level splitting of finite element spaces", Numerische Mathematik 49.
    """

    spec: FlowSpec

    def __call__(self, weights: Tensors, x_a: tf.Tensor) -> tf.Tensor:
        """Return θ (outputs, n) at x_a (n,)."""
        coefficients = weights["coefficients"]
        values = coefficients @ tf.constant(_hats(), coefficients.dtype)
        u = x_a * tf.math.rsqrt(WIDTH + x_a**2)
        return _interpolated(values, (u + 1) * ((TABLE_KNOTS - 1) / 2))

    def initial_weights(self, outputs: int, rng: np.random.Generator) -> Arrays:
        """Return coefficients (outputs, TABLE_KNOTS) that are 0, with which θ is 0 everywhere."""
        return {"coefficients": np.zeros((outputs, TABLE_KNOTS))}


def _hats() -> NDArray[np.float64]:
    """Return the values of each hat at the knots (TABLE_KNOTS, TABLE_KNOTS), coarse hats first."""
    knots = np.linspace(0, 1, TABLE_KNOTS)
    rows = [1 - knots, knots]
    for level in range(1, LEVELS + 1):
        middles = np.arange(1, 2**level, 2)[:, np.newaxis] / 2**level
        rows.extend(np.maximum(0, 1 - np.abs(knots - middles) * 2**level) * 2 ** (-level / 2))
    return np.array(rows)


@tf.custom_gradient
def _interpolated(values: tf.Tensor, place: tf.Tensor) -> tuple[tf.Tensor, Any]:
    """Return values (outputs, n) at places (n,) between 0 and TABLE_KNOTS - 1, with an explicit gradient.

    The gradient by the values is a product with the hats of all knots: XLA's scatter adds one number at a time.
    """
    left = tf.clip_by_value(tf.floor(place), 0, TABLE_KNOTS - 2)
    share = place - left
    low, high = (tf.gather(values, tf.cast(left, tf.int32) + side, axis=1) for side in (0, 1))

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        knots = tf.constant(np.arange(TABLE_KNOTS)[:, np.newaxis], place.dtype)
        hats = tf.nn.relu(1 - tf.abs(place - knots))
        return tf.matmul(upstream, hats, transpose_b=True), tf.reduce_sum(upstream * (high - low), axis=0)

    return low + share * (high - low), gradient
