"""Validation of a training: the points, when it is due, and whether the flow memorizes its training points."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from flowviz.flows import Flow
from flowviz.records import Kept, Overfitting, Progress, Trace
from flowviz.specs import TrainingSpec
from flowviz.targets import Target
from flowviz.training.clocks import Interval
from flowviz.training.overfitting import OverfittingMonitor
from flowviz.training.scoring import mean_nll, validation_points

VALIDATION_SECONDS = 0.5  # between validations, with a budget of seconds
MAX_VALIDATION_SHARE = 0.1  # of the training time
VALIDATION_CHUNKS = 5  # between validations, with a budget of steps


class Validation:
    """Validates the flow of a training on points that it is never trained on."""

    def __init__(self, flow: Flow, target: Target, spec: TrainingSpec) -> None:
        self._flow, self._spec = flow, spec
        self._due = Interval(VALIDATION_SECONDS, first=VALIDATION_SECONDS)
        self.begin(target)

    def begin(self, target: Target) -> None:
        """Validate on the points of a target from now on."""
        self.points = self._some(validation_points(target, self._spec))
        self._training_points, self._monitor = target.training_points, OverfittingMonitor()

    def is_due(self, chunks: int, seconds: float) -> bool:
        """Return whether to validate after a number of chunks and of seconds of training.

        With a budget of seconds, validate every half second, or less often if validations would take more than a tenth
        of the time. With a budget of steps, validate every five chunks, or more if densities take long, because the
        kept state must not depend on the speed of the machine.
        """
        if self._spec.steps is not None:
            return chunks % round(VALIDATION_CHUNKS / self._flow.objective.validation_share) == 0
        return self._due.passed(seconds)

    def postpone(self, started: float, ended: float) -> None:
        """Delay the next validation according to the training time that the latest one took."""
        self._due.postpone(ended + (ended - started) / MAX_VALIDATION_SHARE)

    def nll(self) -> float:
        """Return the validation NLL of the flow in nats, which may not be finite."""
        return mean_nll(self._flow, self.points)

    def trace(self) -> Trace:
        """Return the trace of the particles that a validation uses, which may not be finite."""
        return self._flow.trace(self._some(self._flow.particles()))

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
