"""Couplings: one coordinate determines how the other is transformed."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from flowviz.flows.conditioner import Conditioner, conditioner_of
from flowviz.flows.network import FEW, given_constants
from flowviz.flows.stage import Arrays, Stage, Tensors


class Coupling(Stage):
    """y_a = x_a,  y_b = g(x_b; θ(x_a)): x_a, the horizontal coordinate, determines a map g of x_b, the vertical one.

    θ is the conditioner; its weights are the parameters of the stage. log|det J| = log ∂g/∂x_b.
    A subclass defines g by `transform` and `inverse_transform`, and the number of its parameters by `outputs`.
    It may change what the conditioner returns by `theta`.
    """

    @property
    @abstractmethod
    def outputs(self) -> int:
        """Return the number of parameters of g."""

    @abstractmethod
    def transform(self, theta: Any, x_b: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return y_b = g(x_b; θ) and log ∂g/∂x_b, both (n,)."""

    @abstractmethod
    def inverse_transform(self, theta: Any, y_b: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return x_b = g⁻¹(y_b; θ) and log ∂g⁻¹/∂y_b, both (n,)."""

    def theta(self, numbers: Tensors, x_a: tf.Tensor) -> Any:
        """Return θ at x_a (n,): a tensor (outputs, n), or that many tensors (n,)."""
        return self._conditioner(numbers, x_a)

    @property
    def constants(self) -> Mapping[str, float]:
        return given_constants(self.spec)

    def initial_parameters(self, rng: np.random.Generator) -> Arrays:
        return self._conditioner.initial_weights(self.outputs, rng)

    def adapt(self, numbers: Tensors, batch: tf.Tensor, pace: Any) -> tuple[Tensors, Tensors]:
        return self._conditioner.tabulated(numbers, batch[:, 0]), {}

    def tabulated(self, numbers: Tensors, x: tf.Tensor) -> Tensors:
        has_few = self.outputs <= FEW  # interpolating many would take longer than the network
        return self._conditioner.finely_tabulated(numbers, x[:, 0]) if has_few else numbers

    def forward_and_log_det(self, numbers: Tensors, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        x_a, x_b = tf.unstack(x, axis=1)
        y_b, log_det = self.transform(self.theta(numbers, x_a), x_b)
        return tf.stack([x_a, y_b], axis=1), log_det

    def inverse_and_log_det(self, numbers: Tensors, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        y_a, y_b = tf.unstack(y, axis=1)
        x_b, log_det = self.inverse_transform(self.theta(numbers, y_a), y_b)
        return tf.stack([y_a, x_b], axis=1), log_det

    @property
    def _conditioner(self) -> Conditioner:
        return conditioner_of(self.spec)
