"""Conditioners: functions of one coordinate that give the parameters of a map of the other."""

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
    """θ = θ(x_a): a function of one number with several results, without its weights."""

    def __call__(self, weights: Tensors, x_a: tf.Tensor) -> tf.Tensor:
        """Return θ (outputs, n) at x_a (n,)."""

    def initial_weights(self, outputs: int, rng: np.random.Generator) -> Arrays:
        """Return weights with which θ is 0 everywhere, so that a layer starts as the identity."""


CONDITIONERS: Mapping[ConditionerKind, Callable[[FlowSpec], Conditioner]] = {"network": Network, "table": Table}


def conditioner_of(spec: FlowSpec) -> Conditioner:
    """Return the conditioner that each layer of a flow has."""
    return CONDITIONERS[spec.conditioner](spec)
