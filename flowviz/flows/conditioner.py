"""Conditioners: functions of one coordinate that return the parameters of a map of the other coordinate."""

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np
import tensorflow as tf

from flowviz.flows.network import Network
from flowviz.flows.stage import Arrays, Tensors
from flowviz.flows.table import Table
from flowviz.specs import FlowSpec
from flowviz.specs.flow import ConditionerKind


class Conditioner(Protocol):
    """θ = θ(x_a): a function of one coordinate with several outputs. Its weights are passed as an argument."""

    def __call__(self, weights: Tensors, x_a: tf.Tensor) -> tf.Tensor:
        """Return θ (outputs, n) at x_a (n,)."""

    def tabulated(self, weights: Tensors, x_a: tf.Tensor) -> Tensors:
        """Return the weights for a training step on a batch x_a (n,), possibly with a table that saves evaluations."""

    def finely_tabulated(self, weights: Tensors, x_a: tf.Tensor) -> Tensors:
        """Return the weights with a fine table over the range of x_a (n,), which replaces most evaluations."""

    def initial_weights(self, outputs: int, rng: np.random.Generator) -> Arrays:
        """Return initial weights, for which θ is 0 everywhere, so that a layer starts as the identity.

        Args:
            outputs: Number of rows of θ.
            rng: Random generator.
        """


CONDITIONERS: Mapping[ConditionerKind, Callable[[FlowSpec], Conditioner]] = {"network": Network, "table": Table}


def conditioner_of(spec: FlowSpec) -> Conditioner:
    """Return the conditioner of the layers of a flow."""
    return CONDITIONERS[spec.conditioner](spec)
