"""Batch normalization, by running averages or by the minibatch."""

from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow_probability import bijectors as tfb

from flowviz.flows.reporting import Moved, Numbers, Spans, diagonal_numbers, linear_lines, linear_part
from flowviz.flows.stage import Arrays, Stage, Tensors
from flowviz.records import StageReport
from flowviz.specs.recipes import BATCH_NORMALIZATION

RUNNING_VARIANCE_FLOOR = 1e-4
MINIBATCH_VARIANCE_FLOOR = 1e-3  # that of Keras, which TFP's bijector uses


class Normalization(tfb.Bijector):
    """x = (y - mean) / sqrt(variance + floor) · exp(gamma) + beta.

    The normalizing direction is `inverse`, from the data to the base. Shapes: x, y (n, 2); all four parameters (2,).
    Source: Dinh et al. 2017, section 3.7; Ioffe & Szegedy 2015.
    """

    def __init__(
        self, mean: tf.Tensor, variance: tf.Tensor, beta: tf.Tensor, gamma: tf.Tensor, variance_floor: float
    ) -> None:
        parameters = dict(locals())
        self.mean, self.variance = mean, variance
        self.beta, self.gamma = beta, gamma
        self.variance_floor = variance_floor
        super().__init__(
            forward_min_event_ndims=1,
            is_constant_jacobian=True,
            dtype=mean.dtype,
            parameters=parameters,
            name=BATCH_NORMALIZATION,
        )

    @classmethod
    def _parameter_properties(cls, dtype: Any) -> dict[str, Any]:
        return {}

    def _log_scale(self) -> tf.Tensor:
        return 0.5 * tf.math.log(self.variance + self.variance_floor) - self.gamma

    def _forward(self, x: tf.Tensor) -> tf.Tensor:
        return (x - self.beta) * tf.exp(self._log_scale()) + self.mean

    def _inverse(self, y: tf.Tensor) -> tf.Tensor:
        return (y - self.mean) * tf.exp(-self._log_scale()) + self.beta

    def _forward_log_det_jacobian(self, x: tf.Tensor) -> tf.Tensor:
        return tf.reduce_sum(self._log_scale())


class BatchNormalization(Stage):
    """The recipe of a `Normalization` by statistics that are measured. It starts as the identity.

    With `running`, a training step normalizes with the running averages, into which it first takes the batch:
    average <- (1 - share) · average + share · statistic of the batch,  share = (1 - momentum) · pace;
    the gradient flows through the share of the batch, and picture and loss agree at every moment.
    With `minibatch`, as in `tfb.BatchNormalization`, a training step normalizes with the statistics of the batch, and
    the picture with the running averages: while it trains, the two directions are not inverses.
    """

    def initial_parameters(self, rng: np.random.Generator) -> Arrays:
        return {"beta": np.zeros(2), "gamma": np.full(2, 0.5 * np.log1p(self._variance_floor))}

    def initial_statistics(self) -> Arrays:
        return {"mean": np.zeros(2), "variance": np.ones(2)}

    def bijector(self, parameters: Tensors, statistics: Tensors) -> Normalization:
        return Normalization(**statistics, **parameters, variance_floor=self._variance_floor)

    def adapted(
        self, parameters: Tensors, statistics: Tensors, batch: tf.Tensor, pace: Any
    ) -> tuple[Normalization, Tensors]:
        mean, variance = tf.nn.moments(batch, axes=[0])
        share = (1 - self.spec.batch_normalization_momentum) * (1 if self._by_minibatch else pace)
        averages = {
            "mean": (1 - share) * statistics["mean"] + share * mean,
            "variance": (1 - share) * statistics["variance"] + share * variance,
        }
        used = {"mean": mean, "variance": variance} if self._by_minibatch else averages
        return self.bijector(parameters, used), averages

    def report(self, numbers: Numbers, spans: Spans, moved: Moved) -> StageReport:
        linear = linear_part(moved)
        pairs = {
            "mean μ": numbers["mean"],
            "variance σ²": numbers["variance"],
            "γ": np.exp(numbers["gamma"]),
            "β": numbers["beta"],
        }
        found = {
            f"{coordinate} {name}": float(pair[i])
            for i, coordinate in enumerate(("horizontal", "vertical"))
            for name, pair in pairs.items()
        }
        formula = "each: v → (v − β) / γ · √(σ² + ε) + μ", *linear_lines(*linear)
        return self.reported(formula, {**found, "ε": self._variance_floor, **diagonal_numbers(*linear)})

    @property
    def _by_minibatch(self) -> bool:
        return self.spec.normalization == "minibatch"

    @property
    def _variance_floor(self) -> float:
        return MINIBATCH_VARIANCE_FLOOR if self._by_minibatch else RUNNING_VARIANCE_FLOOR
