"""The losses over a training."""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from flowviz.records.checkpoint import Checkpoint
from flowviz.records.events import Event, Finished, Progress, Recovered, Retargeted

SETTLED_SECONDS = 2.0  # of training: a target that was kept for less is only on the way to the next one
ENTROPY_TOLERANCE = 1e-3  # nats; a target that is built again may differ by rounding


def _empty() -> NDArray[np.float64]:
    return np.zeros(0)


@dataclass(frozen=True)
class EntropySegment:
    """The entropy of one target, in nats, from the step where its training began to the step where it ended.

    `end_step` is None for the present target.
    """

    start_step: int
    end_step: int | None
    entropy: float


@dataclass(frozen=True)
class History:
    """One entry per validation: step, seconds, and train NLL, validation NLL and entropy in nats, all (reports,).

    Attributes:
        step: Steps, ascending and each of them once.
        entropy: Entropy of the target at the time of the report, NaN if unknown.
        changes: Changes of the target.
        kept_step: Step of the report with the lowest validation NLL since the target changed. None if there is no such
            report.
    """

    step: NDArray[np.float64] = field(default_factory=_empty)
    seconds: NDArray[np.float64] = field(default_factory=_empty)
    train_nll: NDArray[np.float64] = field(default_factory=_empty)
    validation_nll: NDArray[np.float64] = field(default_factory=_empty)
    changes: tuple[Retargeted, ...] = ()
    entropy: NDArray[np.float64] = field(default_factory=_empty)
    kept_step: int | None = None

    def __post_init__(self) -> None:
        if not len(self.entropy):
            object.__setattr__(self, "entropy", np.full(self.step.shape, np.nan))
        if self.kept_step not in self.step:  # of a training that an older flowviz began: it was not reported
            object.__setattr__(self, "kept_step", None)

    def with_event(self, event: Event) -> "History":
        """Return this history with the report of an event, if it has one, and without reports that a recovery undid."""
        match event:
            case Recovered():
                return self.up_to(event.step)
            case Retargeted():
                return replace(self, changes=(*self.changes, event), kept_step=None)
            case Finished():
                return self._with_progress(event.progress)
            case Progress():
                return self._with_progress(event)
        return self

    def _with_progress(self, progress: Progress) -> "History":
        """Return this history with a report, which replaces the one of the same step."""
        if self.changes and progress.step <= self.changes[-1].step:  # the flow has not learned the new target yet
            return self
        before = self.up_to(progress.step - 1)
        return History(
            np.append(before.step, progress.step),
            np.append(before.seconds, progress.seconds),
            np.append(before.train_nll, progress.train_nll),
            np.append(before.validation_nll, progress.validation_nll),
            self.changes,
            np.append(before.entropy, np.nan if progress.entropy is None else progress.entropy),
            progress.kept_step,
        )

    def last_progress(self, entropy: float | None) -> Progress | None:
        """Return the last report, as of the end of the training, or None if there is no report."""
        return self._progress(len(self.step) - 1, entropy) if len(self.step) else None

    def progress_at(self, step: int, entropy: float | None) -> Progress | None:
        """Return the report of a step, or else the latest one before it or the first one.

        Args:
            step: The step.
            entropy: The entropy of the present target in nats, None if unknown; used where a report has none.
        """
        if not len(self.step):
            return None
        number = max(int(np.searchsorted(self.step, step, side="right")) - 1, 0)
        known = float(self.entropy[number])
        present = None if self.has_changed_since(self.step[number]) else entropy
        return self._progress(number, present if np.isnan(known) else known)

    def has_changed_since(self, step: float) -> bool:
        """Return whether the target was another one at a step."""
        return any(change.step >= step for change in self.changes)

    @cached_property
    def settled_changes(self) -> tuple[Retargeted, ...]:
        """The changes of target without those that another one followed soon, as while a word is typed."""
        if not len(self.step):
            return self.changes[-1:]
        times = np.interp([change.step for change in self.changes], self.step, self.seconds)
        lasted = np.diff(times, append=np.inf)
        return tuple(change for change, seconds in zip(self.changes, lasted, strict=True) if seconds >= SETTLED_SECONDS)

    def _progress(self, number: int, entropy: float | None) -> Progress:
        step, seconds = int(self.step[number]), float(self.seconds[number])
        return Progress(
            step=step,
            seconds=seconds,
            fraction=1.0,
            train_nll=float(self.train_nll[number]),
            validation_nll=float(self.validation_nll[number]),
            entropy=entropy,
            steps_per_second=step / seconds if seconds else 0.0,
            seconds_left=0.0,
        )

    def up_to(self, step: int) -> "History":
        """Return this history without the reports of later steps."""
        kept = self.step <= step
        return History(
            self.step[kept],
            self.seconds[kept],
            self.train_nll[kept],
            self.validation_nll[kept],
            self.changes,
            self.entropy[kept],
            self.kept_step,
        )

    def kept_point(self) -> tuple[float, float] | None:
        """Return the step and the validation NLL of the kept report, or None if it is unknown."""
        if self.kept_step is None:
            return None
        return float(self.kept_step), float(self.validation_nll[self.step == self.kept_step][0])

    def resumed(self, checkpoint: Checkpoint) -> "History":
        """Return the history of a training that resumes from a checkpoint, as it was when the checkpoint was made.

        The end of a training validates its last state, which a training that goes on does not.
        """
        kept_step = checkpoint.kept.step if checkpoint.kept else None
        return replace(self.up_to(checkpoint.validated_step), kept_step=kept_step)

    def entropy_segments(self, entropy: float | None) -> tuple[EntropySegment, ...]:
        """Return the entropy of each target whose entropy is known.

        Args:
            entropy: The entropy of the present target in nats, None if unknown.
        """
        steps = [change.step for change in self.changes]
        segments = []
        for start, end in zip([0, *steps], [*steps, None], strict=True):
            known = self._entropies_between(start, end)
            if end is None and entropy is not None:
                known = np.append(known, entropy)
            # Files keep only the latest changes, so the reports of one segment may stem from several targets.
            if len(known) and np.ptp(known) < ENTROPY_TOLERANCE:
                segments.append(EntropySegment(start, end, float(known[-1])))
        return tuple(segments)

    def _entropies_between(self, start: int, end: int | None) -> NDArray[np.float64]:
        """Return the known entropies of the reports after `start`, up to and including `end`."""
        is_inside = (self.step > start) | (start == 0)
        if end is not None:
            is_inside &= self.step <= end
        return self.entropy[is_inside & ~np.isnan(self.entropy)]
