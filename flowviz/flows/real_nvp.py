"""RealNVP: affine couplings."""

from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow_probability import bijectors as tfb

from flowviz.flows.conditioner import AffineConditioner, initial_weights
from flowviz.flows.reporting import Moved, Numbers, Spans, at, curve, evenly, ranges
from flowviz.flows.stage import Arrays, Stage, Tensors
from flowviz.records import StageReport
from flowviz.specs.recipes import REAL_NVP


class AffineBijector(tfb.Bijector):
    """y_a = x_a,  y_b = x_b · exp(s(x_a)) + t(x_a).

    Here x_a is the horizontal coordinate and x_b the vertical one: only the vertical one moves. The same as
    `tfb.RealNVP`, which asks its network once for the image and once for the log-det, and then the gradient goes
    through it twice; here it is asked once.
    Shapes: x, y (n, 2); log|det J| (n,) in nats. Source: Dinh et al. 2017, eq. 7-8.
    """

    def __init__(self, conditioner: AffineConditioner) -> None:
        parameters = dict(locals())
        self._conditioner = conditioner
        super().__init__(forward_min_event_ndims=1, dtype=conditioner.dtype, parameters=parameters, name=REAL_NVP)

    @classmethod
    def _parameter_properties(cls, dtype: Any) -> dict[str, Any]:
        return {}

    def _forward(self, x: tf.Tensor) -> tf.Tensor:
        shift, log_scale = self._conditioner.shift_and_log_scale(x)
        return tf.stack([x[:, 0], x[:, 1] * tf.exp(log_scale) + shift], axis=1)

    def _inverse(self, y: tf.Tensor) -> tf.Tensor:
        shift, log_scale = self._conditioner.shift_and_log_scale(y)
        return tf.stack([y[:, 0], (y[:, 1] - shift) * tf.exp(-log_scale)], axis=1)

    def _forward_log_det_jacobian(self, x: tf.Tensor) -> tf.Tensor:
        return self._conditioner.shift_and_log_scale(x)[1]

    def _inverse_log_det_jacobian(self, y: tf.Tensor) -> tf.Tensor:
        return -self._conditioner.shift_and_log_scale(y)[1]


class AffineCoupling(Stage):
    """The recipe of an `AffineBijector`, which starts as the identity."""

    def initial_parameters(self, rng: np.random.Generator) -> Arrays:
        return initial_weights(self.spec, 2, rng)

    def bijector(self, parameters: Tensors, statistics: Tensors) -> tfb.Bijector:
        return AffineBijector(AffineConditioner(self.spec, parameters))

    def report(self, numbers: Numbers, spans: Spans, moved: Moved) -> StageReport:
        x = evenly(spans[0])
        images, log_scale = moved(at(x))  # from y = 0, so that what comes out is the shift
        curves = curve("shift t(x)", x, images[:, 1]), curve("log-scale s(x)", x, log_scale)
        formula = "horizontal: x → x", "vertical: y → y · exp(s(x)) + t(x)", "log|det J| = s(x)", *ranges(curves)
        return self.reported((*formula, *self.table_line()), {}, curves, across="horizontal x")
