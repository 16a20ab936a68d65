"""The stage that takes the place of a disabled one."""

import tensorflow as tf

from flowviz.flows.reporting import Forward, Numbers, Spans
from flowviz.flows.stage import Stage, Tensors
from flowviz.records import StageReport


class Disabled(Stage):
    """y = x: log|det J| = 0."""

    kind = "disabled"

    def forward_and_log_det(self, numbers: Tensors, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return x, tf.zeros_like(x[:, 0])

    def inverse_and_log_det(self, numbers: Tensors, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return y, tf.zeros_like(y[:, 0])

    def report(self, numbers: Numbers, spans: Spans, forward: Forward) -> StageReport:
        return self.reported(("points stay",), {})
