"""Flows as bijectors and distributions of TensorFlow Probability."""

from typing import Any

import tensorflow as tf
from tensorflow_probability import bijectors as tfb
from tensorflow_probability import distributions as tfd

from flowviz.flows.flow import Flow


class FlowBijector(tfb.Bijector):
    """f = stage_k ∘ … ∘ stage_1: all stages of a flow, from the base to the data, for points (..., 2).

    The parameters of the flow are its trainable variables. A bijector remembers the results for a tensor, as all
    bijectors of TensorFlow Probability do; after a change of the parameters, pass a new tensor.
    """

    def __init__(self, flow: Flow, name: str = "flow") -> None:
        parameters = dict(locals())
        self._flow = flow
        super().__init__(forward_min_event_ndims=1, dtype=flow.dtype, parameters=parameters, name=name)

    @classmethod
    def _parameter_properties(cls, dtype: Any) -> dict[str, Any]:
        return {}

    def _forward(self, x: tf.Tensor) -> tf.Tensor:
        return self._forward_and_log_det(x)[0]

    def _forward_log_det_jacobian(self, x: tf.Tensor) -> tf.Tensor:
        return self._forward_and_log_det(x)[1]

    def _inverse(self, y: tf.Tensor) -> tf.Tensor:
        return self._inverse_and_log_det(y)[0]

    def _inverse_log_det_jacobian(self, y: tf.Tensor) -> tf.Tensor:
        return self._inverse_and_log_det(y)[1]

    def _forward_and_log_det(self, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        flow, shape = self._flow, tf.shape(x)
        y, log_det = flow.chain.forward_and_log_det(flow.parameters, flow.statistics, tf.reshape(x, [-1, 2]))
        return tf.reshape(y, shape), tf.reshape(log_det, shape[:-1])

    def _inverse_and_log_det(self, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        flow, shape = self._flow, tf.shape(y)
        x, log_det = flow.chain.inverse_and_log_det(flow.parameters, flow.statistics, tf.reshape(y, [-1, 2]))
        return tf.reshape(x, shape), tf.reshape(log_det, shape[:-1])


def distribution_of(flow: Flow) -> tfd.TransformedDistribution:
    """Return the distribution of a flow: the standard normal in the plane, transformed by its stages."""
    base = tfd.MultivariateNormalDiag(tf.zeros(2, flow.dtype), tf.ones(2, flow.dtype))
    return tfd.TransformedDistribution(base, FlowBijector(flow))
