"""MAF and IAF: masked autoregressive layers and their inverses."""

import numpy as np
import tensorflow as tf
from tensorflow_probability import bijectors as tfb

from flowviz.flows.conditioner import AffineConditioner, initial_weights, softly_bounded
from flowviz.flows.stage import Arrays, Stage, Tensors
from flowviz.specs.recipes import INVERSE_AUTOREGRESSIVE, MASKED_AUTOREGRESSIVE


class MaskedAutoregressive(Stage):
    """y_1 = x_1 · exp(s_1) + t_1,  y_2 = x_2 · exp(s(y_1)) + t(y_1).

    In two dimensions the mask leaves one constant pair and one pair of curves. The inverse needs y alone, and is fast;
    forward has to wait for y_1. Shapes: x, y (n, 2); log|det J| (n,) in nats.
    Source: Papamakarios et al. 2017, eq. 3-5.
    """

    def initial_parameters(self, rng: np.random.Generator) -> Arrays:
        return {"first_shift": np.zeros(1), "first_log_scale": np.zeros(1), **initial_weights(self.spec, 2, rng)}

    def bijector(self, parameters: Tensors, statistics: Tensors) -> tfb.Bijector:
        conditioner = AffineConditioner(parameters, self.spec.log_scale_bound)
        first_shift = parameters["first_shift"]
        first_log_scale = softly_bounded(parameters["first_log_scale"], self.spec.log_scale_bound)

        def shift_and_log_scale(y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            shift, log_scale = conditioner.shift_and_log_scale(y)
            return _columns(first_shift, shift), _columns(first_log_scale, log_scale)

        return tfb.MaskedAutoregressiveFlow(shift_and_log_scale, unroll_loop=True, name=MASKED_AUTOREGRESSIVE)


class InverseAutoregressive(MaskedAutoregressive):
    """x_1 = y_1 · exp(s_1) + t_1,  x_2 = y_2 · exp(s(x_1)) + t(x_1): the inverse of `MaskedAutoregressive`.

    Forward needs x alone, and is fast; the inverse, which scoring and training use, has to wait for x_1.
    Shapes: x, y (n, 2); log|det J| (n,) in nats. Source: Kingma et al. 2016, eq. 10.
    """

    def bijector(self, parameters: Tensors, statistics: Tensors) -> tfb.Bijector:
        return tfb.Invert(super().bijector(parameters, statistics), name=INVERSE_AUTOREGRESSIVE)


def _columns(first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
    """A number (1,) for all points beside one a point (n,): (n, 2)."""
    return tf.stack([tf.broadcast_to(first, tf.shape(second)), second], axis=1)
