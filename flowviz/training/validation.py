"""Validation of a training: the points, when it is due, and whether the flow memorizes its training points."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from flowviz.flows import Flow
from flowviz.records import Kept, Measured, Overfitting, Progress, Trace
from flowviz.records.trace import PARTICLES
from flowviz.specs import TrainingSpec
from flowviz.targets import Target
from flowviz.training.clocks import Interval, Stopwatch
from flowviz.training.overfitting import OverfittingMonitor
from flowviz.training.scoring import nlls_of, validation_points

VALIDATION_SECONDS = 0.5  # between validations, with a budget of seconds
MAX_VALIDATION_SHARE = 0.1  # of the training time
VALIDATION_CHUNKS = 5  # between validations, with a budget of steps


class Validity(NamedTuple):
    """The measurement of a state on the validation points.

    Attributes:
        measured: The measurement, without a mean if some of the points have no density.
        known_nll: Mean NLL in nats of the points that have a density, 0 if none has. Not finite if it overflows.
    """

    measured: Measured
    known_nll: float

    def kept(self, flow: Flow, step: int) -> Kept:
        """Return the current state of a flow with this measurement."""
        return Kept(flow.weights(), self.known_nll, step, self.measured.without_density)


class Validation:
    """Validates the flow of a training on points that it is never trained on."""

    def __init__(self, flow: Flow, target: Target, spec: TrainingSpec, clock: Stopwatch) -> None:
        self._flow, self._spec, self._clock = flow, spec, clock
        self._due = Interval(VALIDATION_SECONDS, first=VALIDATION_SECONDS)
        self.begin(target)

    def begin(self, target: Target) -> None:
        """Validate on the points of a target from now on."""
        drawn = validation_points(target, self._spec)
        self.points = drawn.part(slice(self._count(len(drawn.points))))
        self._training_points, self._monitor = target.training_points, OverfittingMonitor()

    @property
    def rise_is_fault(self) -> bool:
        """Return whether a rise of the NLL means that the training is unsteady.

        On a finite set of training points, it may be overfitting; flows that can fold have no NLL at some points; and
        if a flow learns from a density, these points neither train it nor select its state.
        """
        objective = self._flow.objective
        return self._training_points is None and not self._flow.can_fold and not objective.learns_from_density

    def is_due(self, chunks: int) -> bool:
        """Return whether to validate after a number of chunks.

        With a budget of seconds, validate every half second, or less often if validations would take more than a tenth
        of the time. With a budget of steps, validate every five chunks, or more if densities take long, because the
        kept state must not depend on the speed of the machine.
        """
        if self._spec.steps is not None:
            return chunks % round(VALIDATION_CHUNKS / self._flow.objective.validation_share) == 0
        return self._due.passed(self._clock.seconds)

    def measured(self) -> Validity:
        """Measure the flow on the validation points."""
        nlls = nlls_of(self._flow, self.points)
        known = nlls[~np.isnan(nlls)] if self._flow.can_fold else nlls
        measured = Measured.of(nlls, "validation", can_fold=self._flow.can_fold)
        return Validity(measured, float(known.mean()) if len(known) else 0.0)

    def measured_and_traced(self) -> tuple[Validity, Trace]:
        """Measure the flow and trace some of its particles. If this is slow, delay the next validation."""
        started = self._clock.seconds
        found, trace = self.measured(), self._flow.trace(self._flow.particles()[: self._count(PARTICLES)])
        self._due.postpone(started + (self._clock.seconds - started) * (1 + 1 / MAX_VALIDATION_SHARE))
        return found, trace

    def repeated(self, kept: Kept) -> Kept:
        """Return a kept state as it is measured on the current validation points, and give the flow its weights.

        A checkpoint from an older version may have used a different validation set.
        """
        self._flow.restore(kept.weights)
        found = self.measured()
        return replace(kept, validation_nll=found.known_nll, without_density=found.measured.without_density)

    def overfitting(self, report: Progress) -> list[Overfitting]:
        """Return an event if the flow begins to memorize a finite set of training points."""
        if self._training_points is None or not self._monitor.detects(report):
            return []
        assert report.kept_step is not None
        return [Overfitting(report.kept_step, self._training_points)]

    def _count(self, points: int) -> int:
        return round(points * self._flow.objective.validation_share)
