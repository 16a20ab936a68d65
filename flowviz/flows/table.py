"""A table as a conditioner: a broken line of one number, given by its values at knots."""

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from flowviz.flows.stage import Arrays, Tensors
from flowviz.specs import FlowSpec
from flowviz.specs.flow import TABLE_KNOTS

LEVELS = int(np.log2(TABLE_KNOTS - 1))
WIDTH = 2.0  # of x² in x/√(2 + x²): two thirds of the knots are within 1.1 standard deviations


class Table(tf.Module):
    """rows = Σ_k c_k · hat_k(u),  u = x_a / √(2 + x_a²): piecewise linear in u, between TABLE_KNOTS even knots.

    The hats are hierarchical: two lines over all of (-1, 1), then for each level the tents between the knots of the
    levels before, half as wide as theirs, and lower by √2. So a coefficient of a coarse tent moves many values at once,
    and gradient descent learns the shape before its details.
    Source: Yserentant 1986, "On the multi-level splitting of finite element spaces".
    """

    def __init__(self, spec: FlowSpec, weights: Tensors) -> None:
        super().__init__(name="table")
        coefficients = weights["coefficients"]
        self._values = coefficients @ tf.constant(_hats(), coefficients.dtype)
        self.dtype = coefficients.dtype

    def __call__(self, x_a: tf.Tensor) -> tf.Tensor:
        """Return the rows (outputs, n) at x_a (n,)."""
        u = x_a * tf.math.rsqrt(WIDTH + x_a**2)
        return _interpolated(self._values, (u + 1) * ((TABLE_KNOTS - 1) / 2))

    @classmethod
    def initial_weights(cls, spec: FlowSpec, outputs: int, rng: np.random.Generator) -> Arrays:
        """All zero, so that the layer of the flow starts as the identity: coefficients (outputs, TABLE_KNOTS)."""
        return {"coefficients": np.zeros((outputs, TABLE_KNOTS))}


def _hats() -> NDArray[np.float64]:
    """The hats (TABLE_KNOTS, TABLE_KNOTS), coarse ones first, each by its values at the knots."""
    knots = np.linspace(0, 1, TABLE_KNOTS)
    rows = [1 - knots, knots]
    for level in range(1, LEVELS + 1):
        middles = np.arange(1, 2**level, 2)[:, np.newaxis] / 2**level
        rows.extend(np.maximum(0, 1 - np.abs(knots - middles) * 2**level) * 2 ** (-level / 2))
    return np.array(rows)


@tf.custom_gradient
def _interpolated(values: tf.Tensor, place: tf.Tensor) -> tuple[tf.Tensor, Any]:
    """The values (outputs, n) at places (n,), 0 to TABLE_KNOTS - 1, with a gradient that scatters nothing.

    XLA adds to scattered places one by one; a product with the hats of all knots is faster.
    """
    left = tf.clip_by_value(tf.floor(place), 0, TABLE_KNOTS - 2)
    share = place - left
    low, high = (tf.gather(values, tf.cast(left, tf.int32) + side, axis=1) for side in (0, 1))

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        knots = tf.constant(np.arange(TABLE_KNOTS)[:, np.newaxis], place.dtype)
        hats = tf.nn.relu(1 - tf.abs(place - knots))
        return tf.matmul(upstream, hats, transpose_b=True), tf.reduce_sum(upstream * (high - low), axis=0)

    return low + share * (high - low), gradient
