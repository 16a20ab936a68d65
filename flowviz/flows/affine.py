"""Affine maps of each coordinate: y = x · exp(s) + t."""

from abc import abstractmethod

import tensorflow as tf

from flowviz.flows.bumps import BUMPS, added
from flowviz.flows.conditioner import conditioner_of
from flowviz.flows.reporting import Forward, Numbers, Spans, diagonal_numbers, linear_lines, linear_part
from flowviz.flows.stage import Stage, Tensors
from flowviz.records import StageReport
from flowviz.specs import FlowSpec


def scale_and_shift(x: tf.Tensor, log_scale: tf.Tensor, shift: tf.Tensor) -> tf.Tensor:
    """Return y = x · exp(s) + t."""
    return x * tf.exp(log_scale) + shift


def unshift_and_unscale(y: tf.Tensor, log_scale: tf.Tensor, shift: tf.Tensor) -> tf.Tensor:
    """Return x = (y - t) · exp(-s), the inverse of `scale_and_shift`."""
    return (y - shift) * tf.exp(-log_scale)


def softly_bounded(log_scale: tf.Tensor, bound: float | None) -> tf.Tensor:
    """Return c·tanh(s / c): about s near 0, and never beyond ±c, so that exp(s) cannot overflow in a training step."""
    return log_scale if bound is None else bound * tf.tanh(log_scale * (1 / bound))


def shift_and_log_scale(spec: FlowSpec, numbers: Tensors, x_a: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return t(x_a) and s(x_a), both (n,), which the conditioner of a flow computes and edits bend."""
    shift, log_scale = tf.unstack(conditioner_of(spec)(numbers, x_a))
    log_scale = softly_bounded(log_scale, spec.log_scale_bound)
    if BUMPS not in numbers:
        return shift, log_scale
    higher_shift, higher_log_scale = tf.unstack(added(numbers[BUMPS], x_a))
    return shift + higher_shift, log_scale + higher_log_scale


class ElementwiseAffine(Stage):
    """y = x · exp(s) + t, with numbers s and t for each coordinate: log|det J| = s_1 + s_2 everywhere."""

    @abstractmethod
    def log_scale_and_shift(self, numbers: Tensors) -> tuple[tf.Tensor, tf.Tensor]:
        """Return s (2,) and t (2,)."""

    def forward_and_log_det(self, numbers: Tensors, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        log_scale, shift = self.log_scale_and_shift(numbers)
        return scale_and_shift(x, log_scale, shift), spread(tf.reduce_sum(log_scale), x)

    def inverse_and_log_det(self, numbers: Tensors, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        log_scale, shift = self.log_scale_and_shift(numbers)
        return unshift_and_unscale(y, log_scale, shift), spread(-tf.reduce_sum(log_scale), y)

    def report(self, numbers: Numbers, spans: Spans, forward: Forward) -> StageReport:
        linear = linear_part(forward)
        return self.reported(linear_lines(*linear), diagonal_numbers(*linear))


def spread(number: tf.Tensor, points: tf.Tensor) -> tf.Tensor:
    """Return a scalar once for each of n points, (n,)."""
    return tf.fill(tf.shape(points)[:1], number)
