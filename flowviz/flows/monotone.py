"""The constraint that keeps planar and radial layers invertible."""

import tensorflow as tf

MIN_SLOPE = 1e-3  # of a layer from the data to the base, so it never spreads particles more than a thousandfold


def slope_change(number: tf.Tensor) -> tf.Tensor:
    """Return m(v) ≥ −1 + `MIN_SLOPE` for any number v: v itself where v ≥ 0, and about e^v − 1 elsewhere.

    Rezende & Mohamed use m(v) = log(1 + e^v) − 1. With m(0) = 0, a layer whose numbers are 0 is the identity.
    """
    room = 1 - MIN_SLOPE
    return tf.where(number < 0, room * tf.math.expm1(tf.minimum(number, 0) / room), number)


def slope(change: tf.Tensor, share: tf.Tensor) -> tf.Tensor:
    """Return 1 + change · share for shares from 0 to 1, without cancellation where the change is near −1."""
    return (1 - share) + (1 + change) * share
