"""Validation of a training: the points, when it is due, and whether the flow memorizes its training points."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from flowviz.flows import Flow
from flowviz.records import Kept, Overfitting, Progress, Trace
from flowviz.specs import TrainingSpec
from flowviz.targets import Target
from flowviz.training.clocks import Interval, Stopwatch
from flowviz.training.overfitting import OverfittingMonitor
from flowviz.training.scoring import mean_nll, validation_points

VALIDATION_SECONDS = 0.5  # between validations, with a budget of seconds
MAX_VALIDATION_SHARE = 0.1  # of the training time
VALIDATION_CHUNKS = 5  # between validations, with a budget of steps


class Validation:
    """Validates the flow of a training on points that it is never trained on."""

    def __init__(self, flow: Flow, target: Target, spec: TrainingSpec, clock: Stopwatch) -> None:
        self._flow, self._spec, self._clock = flow, spec, clock
        self._due = Interval(VALIDATION_SECONDS, first=VALIDATION_SECONDS)
        self.begin(target)

    def begin(self, target: Target) -> None:
        """Validate on the points of a target from now on."""
        self.points = self._some(validation_points(target, self._spec))
        self._training_points, self._monitor = target.training_points, OverfittingMonitor()

    def is_due(self, chunks: int) -> bool:
        """Return whether to validate after a number of chunks.

        With a budget of seconds, validate every half second, or less often if validations would take more than a tenth
        of the time. With a budget of steps, validate every five chunks, or more if densities take long, because the
        kept state must not depend on the speed of the machine.
        """
        if self._spec.steps is not None:
            return chunks % round(VALIDATION_CHUNKS / self._flow.objective.validation_share) == 0
        return self._due.passed(self._clock.seconds)

    def nll(self) -> float:
        """Return the validation NLL of the flow in nats, which may not be finite."""
        return mean_nll(self._flow, self.points)

    def measured(self) -> tuple[float, Trace]:
        """Return the validation NLL and the trace of some particles, and delay the next validation if this is slow."""
        started = self._clock.seconds
        nll, trace = self.nll(), self._flow.trace(self._some(self._flow.particles()))
        self._due.postpone(started + (self._clock.seconds - started) * (1 + 1 / MAX_VALIDATION_SHARE))
        return nll, trace

    def repeated(self, kept: Kept) -> Kept:
        """Return a kept state with its NLL on the current validation points, and give the flow its weights.

        A checkpoint from an older version may have used a different validation set.
        """
        self._flow.restore(kept.weights)
        return replace(kept, validation_nll=self.nll())

    def overfitting(self, report: Progress) -> list[Overfitting]:
        """Return an event if the flow begins to memorize a finite set of training points."""
        if self._training_points is None or not self._monitor.detects(report):
            return []
        assert report.kept_step is not None
        return [Overfitting(report.kept_step, self._training_points)]

    def _some(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        return points[: round(len(points) * self._flow.objective.validation_share)]
