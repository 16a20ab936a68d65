"""What every bijector's recipe offers to the flow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorflow_probability import bijectors as tfb

from flowviz.flows.reporting import Moved, Numbers, Spans
from flowviz.records import Curve, StageReport
from flowviz.specs import FlowSpec
from flowviz.specs.flow import TABLE_KNOTS

Tensors = Mapping[str, Any]  # name -> tf.Tensor
Arrays = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Stage:
    """The recipe of one bijector, without its numbers.

    The flow keeps the numbers of all stages in two flat vectors and hands each stage its own slices, so one
    recipe serves training (slices of a loop variable) and drawing (slices of a `tf.Variable`) alike.
    """

    name: str
    spec: FlowSpec
    curves_over_output: ClassVar[bool] = (
        False  # whether what it learned are curves of where a point goes, not comes from
    )

    def initial_parameters(self, rng: np.random.Generator) -> Arrays:
        """What gradient descent changes, by name, at its start."""
        return {}

    def initial_statistics(self) -> Arrays:
        """What is measured rather than learned, by name, at its start."""
        return {}

    def bijector(self, parameters: Tensors, statistics: Tensors) -> tfb.Bijector:
        """The bijector with these numbers; `forward` goes from the base to the target."""
        raise NotImplementedError

    def adapted(
        self, parameters: Tensors, statistics: Tensors, batch: tf.Tensor, pace: Any
    ) -> tuple[tfb.Bijector, Tensors]:
        """The bijector that a training step uses on a batch (n, 2) of its outputs, and the statistics from then on.

        `pace`, 0 to 1, slows running averages down.
        """
        return self.bijector(parameters, statistics), statistics

    def fitted(self, parameters: Tensors, points: tf.Tensor) -> Tensors:
        """The initial parameters where they depend on the data: points (n, 2) are what the stage shall put out."""
        return parameters

    def report(self, numbers: Numbers, spans: Spans, moved: Moved) -> StageReport:
        """What the stage is with these numbers, found by moving points; its curves over where the particles are.

        The formula takes (x, y), horizontal and vertical, from the base towards the target.
        """
        raise NotImplementedError

    def table_line(self) -> tuple[str, ...]:
        """The line of the formula on the tables of a layer; none if its conditioner is a network."""
        return (f"tables of {TABLE_KNOTS} knots",) if self.spec.conditioner == "table" else ()

    def reported(
        self, formula: tuple[str, ...], numbers: Mapping[str, float], curves: tuple[Curve, ...] = (), across: str = ""
    ) -> StageReport:
        """The report of this stage, by its number and kind."""
        number, _, kind = self.name.partition("_")
        return StageReport(int(number), kind, formula, numbers, curves, across)


def undone(bijector: tfb.Bijector, y: tf.Tensor, log_det: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """One step from the data to the base: where y (n, 2) comes from, and the log|det J| (n,) of the way so far.

    Asked about the same tensor, image and log-det of a bijector share their work; `tfd.TransformedDistribution` asks
    for the log-dets on a way back, and a network is then evaluated, and its gradient taken, twice.
    """
    return bijector.inverse(y), log_det + bijector.inverse_log_det_jacobian(y, event_ndims=1)


def done(bijector: tfb.Bijector, x: tf.Tensor, log_det: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """One step from the base to the data, likewise."""
    return bijector.forward(x), log_det + bijector.forward_log_det_jacobian(x, event_ndims=1)
