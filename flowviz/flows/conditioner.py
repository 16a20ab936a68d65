"""Conditioners: functions of one coordinate that give the parameters for transforming the other."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from flowviz.flows.network import Network
from flowviz.flows.stage import Arrays, Tensors
from flowviz.flows.table import Table
from flowviz.specs import FlowSpec
from flowviz.specs.flow import ConditionerKind

FUNCTIONS: Mapping[ConditionerKind, type[Network] | type[Table]] = {"network": Network, "table": Table}


class Conditioner(tf.Module):
    """rows = function(x_a), of a network or a table.

    Asked about the same points of a graph again, it gives the same tensor: the gradient then goes through the function
    once, not once a question.
    Shapes: points (n, 2) or (n, 1), of which it sees x_a, the first column -> (outputs, n).
    """

    def __init__(self, spec: FlowSpec, weights: Tensors) -> None:
        super().__init__(name="conditioner")
        self._function = FUNCTIONS[spec.conditioner](spec, weights)
        self._answered: tuple[tf.Tensor, tf.Tensor] | None = None
        self.dtype = self._function.dtype

    def __call__(self, points: tf.Tensor) -> tf.Tensor:
        if self._answered is not None and self._answered[0] is points:
            return self._answered[1]
        answer = self._function(points[:, 0])
        if in_graph(points):
            self._answered = points, answer
        return answer


def in_graph(points: tf.Tensor) -> bool:
    """Whether these points are still to come, so that what is found of them may be remembered.

    TFP's cache would keep a bijector that remembers real points, and all that it has been asked, for good.
    """
    return bool(tf.is_symbolic_tensor(points))


class AffineConditioner(Conditioner):
    """shift, log_scale = function(x_a), the log-scale bounded softly where there is a bound.

    So bounded, no step of training can make exp(log_scale) overflow. Shapes: points (n, 2) -> (n,), (n,).
    """

    def __init__(self, spec: FlowSpec, weights: Tensors) -> None:
        super().__init__(spec, weights)
        self._bound = spec.log_scale_bound

    def shift_and_log_scale(self, points: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """How far, and by which factor e^log_scale, each point is moved."""
        shift, log_scale = tf.unstack(self(points))
        return shift, softly_bounded(log_scale, self._bound)


def softly_bounded(log_scale: tf.Tensor, bound: float | None) -> tf.Tensor:
    """c·tanh(s/c): as s near zero, never beyond ±c."""
    return log_scale if bound is None else bound * tf.tanh(log_scale / bound)


def initial_weights(spec: FlowSpec, outputs: int, rng: np.random.Generator) -> Arrays:
    """The weights of a conditioner with which the layer of the flow starts as the identity."""
    return FUNCTIONS[spec.conditioner].initial_weights(spec, outputs, rng)
