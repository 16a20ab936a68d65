"""MAF: masked autoregressive layers."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from flowviz.flows.affine import scale_and_shift, shift_and_log_scale, softly_bounded, unshift_and_unscale
from flowviz.flows.conditioner import conditioner_of
from flowviz.flows.family import Family
from flowviz.flows.network import given_constants
from flowviz.flows.permutation import Permutation
from flowviz.flows.reporting import Forward, Numbers, Spans, at, combination, curve, evenly, horizontal_part, ranges
from flowviz.flows.stage import Arrays, Stage, Tensors
from flowviz.records import Curve, StageReport, written
from flowviz.specs import recipes


class MaskedAutoregressive(Stage):
    """y_1 = x_1 · exp(s_1) + t_1,  y_2 = x_2 · exp(s(y_1)) + t(y_1): log|det J| = s_1 + s(y_1).

    In two dimensions the mask leaves two numbers, s_1 and t_1, and two functions, s and t. The inverse computes both
    coordinates from y alone; forward needs y_1 before y_2.
    Reference: Papamakarios et al. 2017, "Masked autoregressive flow for density estimation",
    https://arxiv.org/abs/1705.07057, eq. 3-5.
    """

    kind = recipes.MASKED_AUTOREGRESSIVE
    curves_over_output = True

    @property
    def constants(self) -> Mapping[str, float]:
        return given_constants(self.spec)

    def initial_parameters(self, rng: np.random.Generator) -> Arrays:
        weights = conditioner_of(self.spec).initial_weights(2, rng)
        return {"first_shift": np.zeros(1), "first_log_scale": np.zeros(1), **weights}

    def forward_and_log_det(self, numbers: Tensors, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        first_log_scale, first_shift = self._first(numbers)
        y_1 = scale_and_shift(x[:, 0], first_log_scale, first_shift)
        shift, log_scale = shift_and_log_scale(self.spec, numbers, y_1)
        return tf.stack([y_1, scale_and_shift(x[:, 1], log_scale, shift)], axis=1), first_log_scale + log_scale

    def inverse_and_log_det(self, numbers: Tensors, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        y_1, y_2 = tf.unstack(y, axis=1)
        first_log_scale, first_shift = self._first(numbers)
        shift, log_scale = shift_and_log_scale(self.spec, numbers, y_1)
        x_1, x_2 = (unshift_and_unscale(y_1, first_log_scale, first_shift), unshift_and_unscale(y_2, log_scale, shift))
        return tf.stack([x_1, x_2], axis=1), -first_log_scale - log_scale

    def tabulated(self, numbers: Tensors, x: tf.Tensor) -> Tensors:
        first = scale_and_shift(x[:, 0], *self._first(numbers)) if self.curves_over_output else x[:, 0]
        return conditioner_of(self.spec).finely_tabulated(numbers, first)

    def report(self, numbers: Numbers, spans: Spans, forward: Forward) -> StageReport:
        scale, shift = horizontal_part(forward)
        x = evenly(spans[0])
        images, log_det = forward(at((x - shift) / scale))
        log_scale = log_det - np.log(scale)
        curves = curve("shift t(x′)", x, images[:, 1], "shift"), curve("log-scale s(x′)", x, log_scale, "log-scale")
        return self._reported(scale, shift, curves, "y · exp(s(x′)) + t(x′)", "+ s(x′)")

    def _first(self, numbers: Tensors) -> tuple[tf.Tensor, tf.Tensor]:
        """Return s_1 and t_1, both (1,)."""
        return softly_bounded(numbers["first_log_scale"], self.spec.log_scale_bound), numbers["first_shift"]

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


MAF = Family("maf", MaskedAutoregressive, Permutation)
