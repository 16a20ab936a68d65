"""IAF: inverses of masked autoregressive layers."""

import numpy as np
import tensorflow as tf

from flowviz.flows.family import Family
from flowviz.flows.maf import MaskedAutoregressive
from flowviz.flows.permutation import Permutation
from flowviz.flows.reporting import Forward, Numbers, Spans, at, curve, evenly, horizontal_part
from flowviz.flows.stage import Tensors
from flowviz.records import StageReport
from flowviz.specs import recipes


class InverseAutoregressive(MaskedAutoregressive):
    """x_1 = y_1 · exp(s_1) + t_1,  x_2 = y_2 · exp(s(x_1)) + t(x_1): the inverse of `MaskedAutoregressive`.

    Forward computes both coordinates from x alone; the inverse, which training uses, needs x_1 before x_2.
    Reference: Kingma et al. 2016, "Improving variational inference with inverse autoregressive flow",
    https://arxiv.org/abs/1606.04934, eq. 10.
    """

    kind = recipes.INVERSE_AUTOREGRESSIVE
    curves_over_output = False

    def forward_and_log_det(self, numbers: Tensors, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return super().inverse_and_log_det(numbers, x)

    def inverse_and_log_det(self, numbers: Tensors, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return super().forward_and_log_det(numbers, y)

    def report(self, numbers: Numbers, spans: Spans, forward: Forward) -> StageReport:
        scale, shift = horizontal_part(forward)
        x = evenly(spans[0])
        images, log_det = forward(at(x))  # at y = 0: −t(x) · exp(−s(x))
        log_scale = np.log(scale) - log_det
        shift_curve = curve("shift t(x)", x, -images[:, 1] * np.exp(log_scale), "shift")
        curves = shift_curve, curve("log-scale s(x)", x, log_scale, "log-scale")
        return self._reported(scale, shift, curves, "(y − t(x)) · exp(−s(x))", "− s(x)")


IAF = Family("iaf", InverseAutoregressive, Permutation)
