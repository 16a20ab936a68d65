"""MAF and IAF: masked autoregressive layers and their inverses."""

from typing import ClassVar

import numpy as np
import tensorflow as tf
from tensorflow_probability import bijectors as tfb

from flowviz.flows.conditioner import AffineConditioner, initial_weights, softly_bounded
from flowviz.flows.reporting import (
    Moved,
    Numbers,
    Spans,
    at,
    combination,
    curve,
    evenly,
    horizontal_part,
    ranges,
)
from flowviz.flows.stage import Arrays, Stage, Tensors
from flowviz.records import Curve, StageReport, written
from flowviz.specs.recipes import INVERSE_AUTOREGRESSIVE, MASKED_AUTOREGRESSIVE


class MaskedAutoregressive(Stage):
    """y_1 = x_1 · exp(s_1) + t_1,  y_2 = x_2 · exp(s(y_1)) + t(y_1).

    In two dimensions the mask leaves one constant pair and one pair of curves. The inverse needs y alone, and is fast;
    forward has to wait for y_1. Shapes: x, y (n, 2); log|det J| (n,) in nats.
    Source: Papamakarios et al. 2017, eq. 3-5.
    """

    curves_over_output: ClassVar[bool] = True

    def initial_parameters(self, rng: np.random.Generator) -> Arrays:
        return {"first_shift": np.zeros(1), "first_log_scale": np.zeros(1), **initial_weights(self.spec, 2, rng)}

    def bijector(self, parameters: Tensors, statistics: Tensors) -> tfb.Bijector:
        conditioner = AffineConditioner(self.spec, parameters)
        first_shift = parameters["first_shift"]
        first_log_scale = softly_bounded(parameters["first_log_scale"], self.spec.log_scale_bound)

        def shift_and_log_scale(y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            shift, log_scale = conditioner.shift_and_log_scale(y)
            return _columns(first_shift, shift), _columns(first_log_scale, log_scale)

        return tfb.MaskedAutoregressiveFlow(shift_and_log_scale, unroll_loop=True, name=MASKED_AUTOREGRESSIVE)

    def report(self, numbers: Numbers, spans: Spans, moved: Moved) -> StageReport:
        scale, shift = horizontal_part(moved)
        x = evenly(spans[0])
        images, log_det = moved(at((x - shift) / scale))
        curves = curve("shift t(x′)", x, images[:, 1]), curve("log-scale s(x′)", x, log_det - np.log(scale))
        return self._reported(scale, shift, curves, "y · exp(s(x′)) + t(x′)", "+ s(x′)")

    def _reported(
        self, scale: float, shift: float, curves: tuple[Curve, Curve], vertical: str, log_det: str
    ) -> StageReport:
        formula = (
            f"horizontal: x → x′ = {combination([scale], shift)}",
            f"vertical: y → {vertical}",
            f"log|det J| = {written(np.log(scale))} {log_det}",
        )
        numbers = {"horizontal scale": scale, "horizontal shift": shift}
        across = "horizontal x′" if self.curves_over_output else "horizontal x"
        return self.reported((*formula, *ranges(curves), *self.table_line()), numbers, curves, across)


class InverseAutoregressive(MaskedAutoregressive):
    """x_1 = y_1 · exp(s_1) + t_1,  x_2 = y_2 · exp(s(x_1)) + t(x_1): the inverse of `MaskedAutoregressive`.

    Forward needs x alone, and is fast; the inverse, which scoring and training use, has to wait for x_1.
    Shapes: x, y (n, 2); log|det J| (n,) in nats. Source: Kingma et al. 2016, eq. 10.
    """

    curves_over_output: ClassVar[bool] = False

    def bijector(self, parameters: Tensors, statistics: Tensors) -> tfb.Bijector:
        return tfb.Invert(super().bijector(parameters, statistics), name=INVERSE_AUTOREGRESSIVE)

    def report(self, numbers: Numbers, spans: Spans, moved: Moved) -> StageReport:
        scale, shift = horizontal_part(moved)
        x = evenly(spans[0])
        images, log_det = moved(at(x))  # of y = 0: −t(x) · exp(−s(x))
        log_scale = np.log(scale) - log_det
        curves = curve("shift t(x)", x, -images[:, 1] * np.exp(log_scale)), curve("log-scale s(x)", x, log_scale)
        return self._reported(scale, shift, curves, "(y − t(x)) · exp(−s(x))", "− s(x)")


def _columns(first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
    """A number (1,) for all points beside one a point (n,): (n, 2)."""
    return tf.stack([tf.broadcast_to(first, tf.shape(second)), second], axis=1)
