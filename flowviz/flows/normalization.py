"""Batch normalization that stays invertible while it trains."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow_probability import bijectors as tfb

from flowviz.flows.stage import Arrays, Stage, Tensors

VARIANCE_FLOOR = 1e-4


class RunningBatchNormalization(tfb.Bijector):
    """x = (y - mean) / sqrt(variance) · exp(gamma) + beta, with running averages for mean and variance.

    The normalizing direction is `inverse` (data to base). TFP's own bijector normalizes there with the statistics of
    the minibatch but denormalizes with moving averages, so in training its two directions are not inverses; this one
    has one set of statistics for both. `adapted` gives the next set, through whose newest share the gradient flows.
    Shapes: x, y (n, 2); all four parameters (2,). Source: Dinh et al. 2017, section 3.7.
    """

    def __init__(
        self,
        mean: tf.Tensor,
        variance: tf.Tensor,
        beta: tf.Tensor,
        gamma: tf.Tensor,
        momentum: float,
        name: str = "batch_normalization",
    ) -> None:
        parameters = dict(locals())
        self.mean, self.variance = mean, variance
        self.beta, self.gamma = beta, gamma
        self.momentum = momentum
        super().__init__(
            forward_min_event_ndims=1, is_constant_jacobian=True, dtype=mean.dtype, parameters=parameters, name=name
        )

    @classmethod
    def _parameter_properties(cls, dtype: Any) -> dict[str, Any]:
        return {}

    def adapted(self, batch: tf.Tensor, pace: Any = 1.0) -> "RunningBatchNormalization":
        """This bijector after its averages have taken in one batch (n, 2) of its outputs.

        average <- (1 - share) · average + share · statistic of the batch,  share = (1 - momentum) · pace
        """
        share = (1 - self.momentum) * pace
        batch_mean, batch_variance = tf.nn.moments(batch, axes=[0])
        return RunningBatchNormalization(
            (1 - share) * self.mean + share * batch_mean,
            (1 - share) * self.variance + share * batch_variance,
            self.beta,
            self.gamma,
            self.momentum,
            self.name,
        )

    def _log_scale(self) -> tf.Tensor:
        return 0.5 * tf.math.log(self.variance + VARIANCE_FLOOR) - self.gamma

    def _forward(self, x: tf.Tensor) -> tf.Tensor:
        return (x - self.beta) * tf.exp(self._log_scale()) + self.mean

    def _inverse(self, y: tf.Tensor) -> tf.Tensor:
        return (y - self.mean) * tf.exp(-self._log_scale()) + self.beta

    def _forward_log_det_jacobian(self, x: tf.Tensor) -> tf.Tensor:
        return tf.reduce_sum(self._log_scale())


@dataclass(frozen=True)
class BatchNormalization(Stage):
    """The recipe of a `RunningBatchNormalization`, which starts as the identity."""

    momentum: float

    def initial_parameters(self, rng: np.random.Generator) -> Arrays:
        return {"beta": np.zeros(2), "gamma": np.full(2, 0.5 * np.log1p(VARIANCE_FLOOR))}

    def initial_statistics(self) -> Arrays:
        return {"mean": np.zeros(2), "variance": np.ones(2)}

    def bijector(self, parameters: Tensors, statistics: Tensors) -> tfb.Bijector:
        return RunningBatchNormalization(**statistics, **parameters, momentum=self.momentum)

    def statistics_of(self, bijector: Any) -> Tensors:
        return {"mean": bijector.mean, "variance": bijector.variance}
