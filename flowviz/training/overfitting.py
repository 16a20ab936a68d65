"""Detection of overfitting."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from flowviz.records import Event, Finished, Overfitting, Progress

SMOOTHED = 5  # validations in the running median that smooths the losses
OBSERVED = 20  # latest validations from which the noise is estimated
MIN_RISE = 0.05  # nats
CLEAR_RISE = 0.2  # nats; a rise that is more than noise even without a series of validations
NOISE_FACTOR = 4.0  # multiple of the mean absolute difference between consecutive validations


class Losses(NamedTuple):
    """The training and validation losses at a step, in nats."""

    step: int
    validation_nll: float
    train_nll: float


class OverfittingMonitor:
    """A monitor that detects overfitting: the validation loss rises while the training loss keeps falling.

    The losses are smoothed, and the rise must exceed the noise of the latest validations. Overfitting is reported
    once, and again only after a new best state, with a lower validation loss than all before.
    """

    def __init__(self) -> None:
        self._observed = deque[Losses](maxlen=OBSERVED)
        self._best = np.inf, np.inf  # smoothed validation and training NLL, in nats
        self._reported_step: int | None = None

    def detects(self, progress: Progress) -> bool:
        """Add the report of a validation, and return whether overfitting has just become evident.

        Reports with an unknown NLL are ignored.
        """
        if progress.validation_nll is None or progress.train_nll is None:
            return False
        self._observed.append(Losses(progress.step, progress.validation_nll, progress.train_nll))
        latest = list(self._observed)[-SMOOTHED:]
        validation_nll = float(np.median([report.validation_nll for report in latest]))
        train_nll = float(np.median([report.train_nll for report in latest]))
        if len(self._observed) < 2 * SMOOTHED or validation_nll <= self._best[0]:
            self._best = min(self._best, (validation_nll, train_nll))
            return False
        rise = validation_nll - self._best[0]
        kept_step = progress.kept_step
        if kept_step == self._reported_step or kept_step is None or latest[0].step <= kept_step:
            return False
        if rise <= max(MIN_RISE, NOISE_FACTOR * self._noise) or train_nll >= self._best[1]:
            return False
        self._reported_step = kept_step
        return True

    @property
    def _noise(self) -> float:
        return float(np.abs(np.diff([report.validation_nll for report in self._observed])).mean())


def with_final_report(events: Iterable[Event], training_points: int | None) -> Iterator[Event]:
    """Yield the events of a training, with a report of overfitting before its end if there was none but should be.

    A short training is validated only a few times, too few for `OverfittingMonitor`.

    Args:
        events: The events of a training.
        training_points: Number of training points of the target, or None if there are always new ones.
    """
    reported = None
    for event in events:
        if isinstance(event, Overfitting):
            reported = event.step
        if isinstance(event, Finished) and training_points and event.kept.step != reported and _has_risen(event):
            yield Overfitting(event.kept.step, training_points)
        yield event


def _has_risen(end: Finished) -> bool:
    """Return whether the validation loss at the end of a training is clearly above that of the kept state."""
    last, kept = end.progress.validation_nll, end.kept
    if end.ending == "diverged" or last is None or kept.without_density:
        return False
    return last > kept.validation_nll + CLEAR_RISE
