"""Normalizations: stages whose inverse standardizes its input."""

from typing import Any

import numpy as np
import tensorflow as tf

from flowviz.flows.affine import ElementwiseAffine
from flowviz.flows.reporting import Forward, Numbers, Spans
from flowviz.flows.stage import Arrays, Tensors
from flowviz.records import StageReport
from flowviz.specs import recipes

RUNNING_VARIANCE_FLOOR = 1e-4
MINIBATCH_VARIANCE_FLOOR = 1e-3  # as in Keras and `tfb.BatchNormalization`
BOX = 1.7  # half the side of the square that the target fills, like that of the uniform base
MIN_DEVIATION = 1e-4  # lower bound on the standard deviation that initializes an actnorm


class BatchNormalization(ElementwiseAffine):
    """x = (y - μ) / √(σ² + ε) · γ + β, where μ and σ² are measured, and β and log γ (`gamma`) are learned.

    With `running` normalization, a training step first updates the running averages with its batch, and then normalizes
    with them: average ← (1 - share) · average + share · batch statistic, where share = (1 - momentum) · pace.
    The gradient passes through the contribution of the batch. The picture always agrees with the loss.

    With `minibatch` normalization, as in `tfb.BatchNormalization`, a training step normalizes with the statistics of
    its batch, while the picture uses running averages. During training, forward and inverse are therefore not exact
    inverses of each other.
    References: Dinh et al. 2017, "Density estimation using Real NVP", https://arxiv.org/abs/1605.08803, section 3.7;
    Ioffe & Szegedy 2015, "Batch normalization", https://arxiv.org/abs/1502.03167.
    """

    kind = recipes.BATCH_NORMALIZATION

    def initial_parameters(self, rng: np.random.Generator) -> Arrays:
        return {"beta": np.zeros(2), "gamma": np.full(2, 0.5 * np.log1p(self._variance_floor))}

    def initial_statistics(self) -> Arrays:
        return {"mean": np.zeros(2), "variance": np.ones(2)}

    def log_scale_and_shift(self, numbers: Tensors) -> tuple[tf.Tensor, tf.Tensor]:
        log_scale = 0.5 * tf.math.log(numbers["variance"] + self._variance_floor) - numbers["gamma"]
        return log_scale, numbers["mean"] - numbers["beta"] * tf.exp(log_scale)

    def adapt(self, numbers: Tensors, batch: tf.Tensor, pace: Any) -> tuple[Tensors, Tensors]:
        mean, variance = tf.nn.moments(batch, axes=[0])
        share = (1 - self.spec.batch_normalization_momentum) * (1 if self._by_minibatch else pace)
        averages = {
            "mean": (1 - share) * numbers["mean"] + share * mean,
            "variance": (1 - share) * numbers["variance"] + share * variance,
        }
        used = {"mean": mean, "variance": variance} if self._by_minibatch else averages
        return {**numbers, **used}, averages

    def report(self, numbers: Numbers, spans: Spans, forward: Forward) -> StageReport:
        affine = super().report(numbers, spans, forward)
        measured = {"mean μ": numbers["mean"], "variance σ²": numbers["variance"]}
        learned = {"γ": np.exp(numbers["gamma"]), "β": numbers["beta"]}
        found = {
            f"{coordinate} {name}": float(pair[i])
            for pairs in (measured, learned)
            for i, coordinate in enumerate(("horizontal", "vertical"))
            for name, pair in pairs.items()
        }
        formula = "each: v → (v − β) / γ · √(σ² + ε) + μ", *affine.formula
        return self.reported(formula, {**found, "ε": self._variance_floor, **affine.numbers})

    @property
    def _by_minibatch(self) -> bool:
        return self.spec.normalization == "minibatch"

    @property
    def _variance_floor(self) -> float:
        return MINIBATCH_VARIANCE_FLOOR if self._by_minibatch else RUNNING_VARIANCE_FLOOR


class ActNorm(ElementwiseAffine):
    """y = x · exp(s) + t, with learned s and t for each coordinate, which are initialized such that x is standardized.

    With `box` normalization, x is initialized such that it extends from -BOX to BOX.

    Reference: Kingma & Dhariwal 2018, "Glow: Generative flow with invertible 1×1 convolutions",
    https://arxiv.org/abs/1807.03039, section 3.1.
    """

    kind = recipes.ACTNORM

    def initial_parameters(self, rng: np.random.Generator) -> Arrays:
        return {"shift": np.zeros(2), "log_scale": np.zeros(2)}

    def log_scale_and_shift(self, numbers: Tensors) -> tuple[tf.Tensor, tf.Tensor]:
        return numbers["log_scale"], numbers["shift"]

    def fit(self, points: tf.Tensor) -> Tensors:
        if self.spec.normalization == "box":
            low, high = tf.reduce_min(points, axis=0), tf.reduce_max(points, axis=0)
            mean, deviation = (low + high) / 2, (high - low) / (2 * BOX)
        else:
            mean, variance = tf.nn.moments(points, axes=[0])
            deviation = tf.sqrt(variance)
        deviation = tf.maximum(deviation, MIN_DEVIATION)
        return {"shift": mean, "log_scale": tf.math.log(deviation)}
