"""Stages: the invertible maps that a flow is composed of."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from flowviz.flows.reporting import Forward, Numbers, Spans, spans_of
from flowviz.records import Curve, StageReport
from flowviz.specs import FlowSpec
from flowviz.specs.flow import TABLE_KNOTS

Tensors = Mapping[str, Any]  # name -> tf.Tensor
Arrays = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Stage(ABC):
    """y = f(x), an invertible map of the plane: forward goes from the base toward the data, inverse goes back.

    A stage does not hold its numbers (parameters and statistics). The flow keeps those of all stages in two flat
    vectors and passes each stage its own, by name, so the same stage serves training, where they are slices of a loop
    variable, and drawing, where they are slices of a `tf.Variable`.

    A subclass defines `kind`, `forward_and_log_det`, `inverse_and_log_det` and `report`; `initial_parameters` and
    `initial_statistics` if it has numbers; `adapt` or `fit` if they depend on batches or on the data.
    Shapes: x and y (n, 2), log|det J| (n,) in nats.
    """

    name: str  # number and kind, such as "01_real_nvp"
    spec: FlowSpec
    kind: ClassVar[str]
    curves_over_output: ClassVar[bool] = False  # whether the curves of its report are functions of y rather than of x
    can_fold: ClassVar[bool] = False  # whether it may lack an inverse at some points; finding one is slow

    @abstractmethod
    def forward_and_log_det(self, numbers: Tensors, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return y = f(x) and log|det ∂f/∂x|."""

    @abstractmethod
    def inverse_and_log_det(self, numbers: Tensors, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return x = f⁻¹(y) and log|det ∂f⁻¹/∂y|."""

    @abstractmethod
    def report(self, numbers: Numbers, spans: Spans, forward: Forward) -> StageReport:
        """Describe the stage with these numbers: its formula, and its curves over the spans of the particles.

        The formula maps (x, y), horizontal and vertical, from the base toward the data. `forward` evaluates the stage
        at points (n, 2).
        """

    @property
    def numbers_name(self) -> str:
        """Return the name under which the flow stores the numbers. Stages with the same name share them."""
        return self.name

    @property
    def constants(self) -> Mapping[str, float]:
        """Return numbers that follow from the spec, by name. They are passed with the others, but not stored."""
        return {}

    def is_identity(self, numbers: Tensors) -> tf.Tensor:
        """Return whether f is known to be the identity, as before training, so that it need not be evaluated."""
        return tf.constant(False)

    def forward_log_det_and_fold(self, numbers: Tensors, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Return y, log|det ∂f/∂x|, and whether f folds the plane over at x (n,), so that it cannot be undone there."""
        return *self.forward_and_log_det(numbers, x), tf.zeros_like(x[:, 0], tf.bool)

    def forward(self, numbers: Tensors, x: tf.Tensor) -> tf.Tensor:
        """Return y = f(x)."""
        return self.forward_and_log_det(numbers, x)[0]

    def inverse(self, numbers: Tensors, y: tf.Tensor) -> tf.Tensor:
        """Return x = f⁻¹(y)."""
        return self.inverse_and_log_det(numbers, y)[0]

    def velocity(self, numbers: Tensors, x: tf.Tensor, *, at_end: bool = False) -> tf.Tensor:
        """Return the displacement f(x) − x (n, 2), or the velocity at x if the stage follows a field.

        `at_end` selects the time at which the stage ends, rather than the one at which it begins.
        """
        return self.forward(numbers, x) - x

    def initial_parameters(self, rng: np.random.Generator) -> Arrays:
        """Return the initial values of the numbers that gradient descent learns, by name."""
        return {}

    def initial_statistics(self) -> Arrays:
        """Return the initial values of the numbers that training measures, such as running averages, by name."""
        return {}

    def adapt(self, numbers: Tensors, batch: tf.Tensor, pace: Any) -> tuple[Tensors, Tensors]:
        """Return the numbers that a training step uses for a batch (n, 2) of y, and the statistics after the step.

        `pace`, from 0 to 1, slows running averages down.
        """
        return numbers, {}

    def tabulated(self, numbers: Tensors, x: tf.Tensor) -> Tensors:
        """Return the numbers, with tables that make `forward` faster and slightly inexact at many points x (n, 2).

        The tables cover the range of these points, and are looked up at no others.
        """
        return numbers

    def fit(self, points: tf.Tensor) -> Tensors:
        """Return the initial parameters that depend on the data, given points (n, 2) of y."""
        return {}

    def report_at(self, numbers: Numbers, points: NDArray[np.float64], forward: Forward) -> StageReport:
        """Describe the stage where particles (n, 2) are; see `report`."""
        return self.report(numbers, spans_of(points), forward)

    def table_line(self) -> tuple[str, ...]:
        """Return the line of the formula about tables; none if the conditioner is a network."""
        return (f"tables of {TABLE_KNOTS} knots",) if self.spec.conditioner == "table" else ()

    def reported(
        self, formula: tuple[str, ...], numbers: Mapping[str, float], curves: tuple[Curve, ...] = (), across: str = ""
    ) -> StageReport:
        """Return a report with the number and kind of this stage."""
        return StageReport(int(self.name.partition("_")[0]), self.kind, formula, numbers, curves, across)
