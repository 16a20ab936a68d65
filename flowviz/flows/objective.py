"""Objectives: the losses that training minimizes."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from flowviz.flows.chain import Chain
from flowviz.flows.strips import stratified
from flowviz.records.energy import Energy
from flowviz.specs import FlowSpec


class Objective(ABC):
    """A loss of a batch, as a function of the numbers of a flow."""

    columns: ClassVar[int]  # numbers of each training point, as `prepared` returns them, before the condition
    is_nll: ClassVar[bool]  # whether the loss is the NLL of the batch
    explosion: ClassVar[float] = 20.0  # nats; in a healthy training, the median loss of a chunk never rises by as much
    learns_from_density: ClassVar[bool] = (
        False  # whether it takes the log-density of the target, and none of its points
    )
    validation_share: ClassVar[float] = 1.0  # of the points and particles of a validation, lower if densities take long

    def __init__(self, spec: FlowSpec) -> None:
        self.spec = spec

    @abstractmethod
    def prepared(self, points: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
        """Return what a chunk of steps learns from (steps, batch, columns + k), given rows (steps, batch, 2 + k).

        Rows are points, followed by the k inputs that tell networks their conditions.
        """

    def lattice(self, energy: Energy, fraction: float) -> tuple[NDArray[np.float32], ...]:
        """Return the log-densities (SIDE, SIDE) to learn at a fraction of the budget, and their place.

        They need not be normalized. Called only if the objective learns from the density.
        """
        return energy.values, energy.place

    @abstractmethod
    def loss(
        self,
        chain: Chain,
        parameters: tf.Tensor,
        statistics: tf.Tensor,
        batch: tf.Tensor,
        pace: Any,
        *lattice: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the loss of a batch (batch, columns + k), a scalar, and the statistics after the step.

        `pace`, from 0 to 1, slows running averages down. The lattice is that of `lattice`, if the objective learns from
        the density.
        """


class MaximumLikelihood(Objective):
    """The mean NLL of the batch, whose points are spread evenly over the target."""

    columns = 2
    is_nll = True

    def prepared(self, points: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
        return stratified(points, rng)

    def loss(
        self,
        chain: Chain,
        parameters: tf.Tensor,
        statistics: tf.Tensor,
        batch: tf.Tensor,
        pace: Any,
        *lattice: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        log_prob, statistics = chain.training_log_prob(parameters, statistics, batch, pace)
        return -tf.reduce_mean(log_prob), statistics
