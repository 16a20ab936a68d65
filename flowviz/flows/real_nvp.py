"""RealNVP: affine couplings."""

import tensorflow as tf

from flowviz.flows.affine import scale_and_shift, shift_and_log_scale, unshift_and_unscale
from flowviz.flows.coupling import Coupling
from flowviz.flows.family import Family
from flowviz.flows.permutation import Permutation
from flowviz.flows.reporting import Forward, Numbers, Spans, at, curve, evenly, ranges
from flowviz.flows.stage import Tensors
from flowviz.records import StageReport
from flowviz.specs import recipes


class AffineCoupling(Coupling):
    """y_a = x_a,  y_b = x_b · exp(s(x_a)) + t(x_a): log|det J| = s(x_a).

    Reference: Dinh et al. 2017, "Density estimation using Real NVP", https://arxiv.org/abs/1605.08803, eq. 7-8.
    """

    kind = recipes.REAL_NVP
    outputs = 2

    def theta(self, numbers: Tensors, x_a: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return shift_and_log_scale(self.spec, numbers, x_a)

    def transform(self, theta: tuple[tf.Tensor, tf.Tensor], x_b: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        shift, log_scale = theta
        return scale_and_shift(x_b, log_scale, shift), log_scale

    def inverse_transform(self, theta: tuple[tf.Tensor, tf.Tensor], y_b: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        shift, log_scale = theta
        return unshift_and_unscale(y_b, log_scale, shift), -log_scale

    def report(self, numbers: Numbers, spans: Spans, forward: Forward) -> StageReport:
        x = evenly(spans[0])
        images, log_scale = forward(at(x))  # at y = 0, where the image is the shift
        curves = curve("shift t(x)", x, images[:, 1], "shift"), curve("log-scale s(x)", x, log_scale, "log-scale")
        formula = "horizontal: x → x", "vertical: y → y · exp(s(x)) + t(x)", "log|det J| = s(x)", *ranges(curves)
        return self.reported((*formula, *self.table_line()), {}, curves, across="horizontal x")


REAL_NVP = Family("realnvp", AffineCoupling, Permutation)
