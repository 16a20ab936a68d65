"""Losses over the course of a training."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from flowviz.records.adjusted import Adjusted, Settings, returned_to
from flowviz.records.checkpoint import Checkpoint
from flowviz.records.equality import EqualByContent
from flowviz.records.events import Event, Finished, InitialReport, Progress, Recovered, Retargeted
from flowviz.records.units import Units

SETTLED_SECONDS = 2.0  # of training; shorter-lived targets are intermediate, such as those of a half-typed word
COLUMNS = "step", "seconds", "train_nll", "validation_nll", "entropy", "loss", "on_target"
MAX_TOLD = 5  # events at one step that have a sentence
ENTROPY_TOLERANCE = 1e-3  # nats; rebuilding a target may change its entropy by rounding
_APPENDING = Lock()  # the histories of several threads may share memory


def _empty() -> NDArray[np.float64]:
    return np.zeros(0)


class Mark(NamedTuple):
    """A mark at a step of a loss plot: a short label, and sentences that explain it."""

    step: int
    label: str
    sentences: str


@dataclass(frozen=True)
class EntropySegment:
    """The entropy of one target over the steps that were trained on it.

    Attributes:
        start_step: Step at which the training on the target began.
        end_step: Step at which it ended. None for the present target.
        entropy: Entropy of the target in nats.
    """

    start_step: int
    end_step: int | None
    entropy: float


@dataclass(frozen=True, eq=False)
class History(EqualByContent):
    """The losses over a training, with one report per validation.

    All arrays have shape (reports,). NLLs and entropy are in nats; those of a project are per area in flow units.
    Adding a report takes amortized constant time, because a history shares memory with those that it continues.

    Attributes:
        step: Steps, strictly increasing.
        seconds: Training time so far.
        train_nll: Mean NLL of the latest steps. NaN if unknown.
        validation_nll: Mean NLL of the validation points. NaN if some of them have no density.
        changes: Changes of the target.
        entropy: Entropy of the target at the time of the report. NaN if unknown.
        kept_step: Step of the report with the lowest validation NLL since the target changed. None if there is no such
            report.
        loss: Mean loss of the latest steps, if it is not the NLL. NaN otherwise.
        on_target: Share of the particles that land on the target. NaN if unknown.
        adjustments: Changes of settings, such as the learning rate, at increasing steps.
        recoveries: Returns to an earlier state, in the order of training.
    """

    step: NDArray[np.float64] = field(default_factory=_empty)
    seconds: NDArray[np.float64] = field(default_factory=_empty)
    train_nll: NDArray[np.float64] = field(default_factory=_empty)
    validation_nll: NDArray[np.float64] = field(default_factory=_empty)
    changes: tuple[Retargeted, ...] = ()
    entropy: NDArray[np.float64] = field(default_factory=_empty)
    kept_step: int | None = None
    loss: NDArray[np.float64] = field(default_factory=_empty)
    on_target: NDArray[np.float64] = field(default_factory=_empty)
    adjustments: tuple[Adjusted, ...] = ()
    recoveries: tuple[Recovered, ...] = ()

    def __post_init__(self) -> None:
        for name in ("entropy", "loss", "on_target"):
            if not len(getattr(self, name)):
                object.__setattr__(self, name, np.full(self.step.shape, np.nan))
        if self.kept_point() is None:  # older versions did not report every kept step
            object.__setattr__(self, "kept_step", None)

    def with_event(self, event: Event) -> "History":
        """Return this history updated by an event.

        `Progress` and `Finished` add a report, `InitialReport` one before all others unless there is one of step 0,
        `Recovered` removes the reports that it undoes, `Retargeted` adds a change of target, and `Adjusted` one of the
        settings. Other events leave the history unchanged.
        """
        match event:
            case Recovered():
                return replace(
                    self.up_to(event.step),
                    adjustments=returned_to(self.adjustments, event.step),
                    recoveries=(*self.recoveries, event),
                )
            case Retargeted():
                return replace(self, changes=(*self.changes, event), kept_step=None)
            case Adjusted():
                return replace(self, adjustments=returned_to((*self.adjustments, event), event.step))
            case (Progress() as report) | Finished(progress=report):
                return self._with_progress(report)
            case InitialReport() if 0 not in self.step[:1]:
                columns: list[Any] = [np.append(_row(event.report)[name], getattr(self, name)) for name in COLUMNS]
                return replace(self, **dict(zip(COLUMNS, columns, strict=True)))
        return self

    def _with_progress(self, progress: Progress) -> "History":
        """Return this history with another report, which replaces any reports of the same or later steps."""
        if self.changes and progress.step <= self.changes[-1].step:  # no step with the new target yet
            return self
        before = self.up_to(progress.step - 1)
        columns = _appended([getattr(before, name) for name in COLUMNS], list(_row(progress).values()))
        return replace(before, **dict(zip(COLUMNS, columns, strict=True)), kept_step=progress.kept_step)

    def in_units(self, units: Units) -> "History":
        """Return this history with its NLLs and entropy converted from flow units.

        The same units apply to all reports, including those of earlier targets.
        """
        if units.are_flow_units:
            return self
        return replace(
            self,
            train_nll=units.nll(self.train_nll),
            validation_nll=units.nll(self.validation_nll),
            entropy=units.nll(self.entropy),
        )

    def last_progress(self, entropy: float | None = None) -> Progress | None:
        """Return the last report as that of a finished training, or None if there are no reports.

        Args:
            entropy: Entropy of the present target in nats, used if the report has none. None if unknown.
        """
        return self.progress_at(int(self.step[-1]), entropy) if len(self.step) else None

    def progress_at(self, step: int, entropy: float | None) -> Progress | None:
        """Return the latest report up to a step, or the first report if all are later, or None if there are none.

        Args:
            step: The step.
            entropy: Entropy of the present target in nats, used for its reports without one. None if unknown.
        """
        if not len(self.step):
            return None
        number = max(int(np.searchsorted(self.step, step, side="right")) - 1, 0)
        known = float(self.entropy[number])
        present = None if self.has_changed_since(self.step[number]) else entropy
        return self._progress(number, present if np.isnan(known) else known)

    @property
    def present_start(self) -> int:
        """Return the step at which the training on the present target began."""
        return self.changes[-1].step if self.changes else 0

    def settings(self, latest: Settings) -> dict[str, NDArray[Any]]:
        """Return the settings of the steps before each report, by name: arrays (reports,).

        Args:
            latest: The latest settings.
        """
        every = [*(change.before for change in self.adjustments), latest]
        numbers = np.searchsorted([change.step for change in self.adjustments], self.step)
        return {name: np.array([vars(each)[name] for each in every])[numbers] for name in vars(latest)}

    def has_changed_since(self, step: float) -> bool:
        """Return whether the target has changed since a step."""
        return any(change.step >= step for change in self.changes)

    @cached_property
    def settled_changes(self) -> tuple[Retargeted, ...]:
        """Return the changes of target without those that were soon followed by another, as while a word is typed."""
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
            train_nll=_known(self.train_nll[number]),
            validation_nll=_known(self.validation_nll[number]),
            entropy=entropy,
            steps_per_second=step / seconds if seconds else 0.0,
            seconds_left=0.0,
            loss=_known(self.loss[number]),
            on_target=_known(self.on_target[number]),
        )

    def up_to(self, step: int) -> "History":
        """Return this history without the reports of later steps."""
        count = int(np.searchsorted(self.step, step, side="right"))
        return replace(self, **{name: getattr(self, name)[:count] for name in COLUMNS})

    def seconds_until(self, on_target: float) -> float | None:
        """Return the training time until a share of the particles was on the present target. None if it never was.

        The time counts from the latest change of the target.
        """
        start = self.changes[-1].step if self.changes else -1
        reached = (self.on_target >= on_target) & (self.step > start)
        if not reached.any():
            return None
        began = np.interp(start, self.step, self.seconds, left=0.0)
        return float(self.seconds[reached][0] - began)

    def kept_point(self) -> tuple[float, float] | None:
        """Return the step and the validation NLL (nats, perhaps NaN) of the kept state, or None if unknown."""
        number = int(np.searchsorted(self.step, np.inf if self.kept_step is None else self.kept_step))
        if number == len(self.step) or self.step[number] != self.kept_step:
            return None
        return float(self.step[number]), float(self.validation_nll[number])

    def resumed(self, checkpoint: Checkpoint) -> "History":
        """Return this history as of a checkpoint, for a training that resumes from it.

        This drops the validation at the end of a stopped training, which an uninterrupted training would not have made.
        """
        kept_step = checkpoint.kept.step if checkpoint.kept else None
        return replace(
            self.up_to(checkpoint.validated_step),
            kept_step=kept_step,
            adjustments=returned_to(self.adjustments, checkpoint.step),
            recoveries=tuple(each for each in self.recoveries if each.seconds <= checkpoint.seconds),
        )

    def marks(self) -> list[Mark]:
        """Return the changes of settings and the recoveries at the steps where they took effect, one mark per step."""
        events: list[Adjusted | Recovered] = sorted([*self.adjustments, *self.recoveries], key=attrgetter("step"))
        groups = {step: list(group) for step, group in groupby(events, key=attrgetter("step"))}
        return [
            Mark(
                step,
                ", ".join(dict.fromkeys(event.label() for event in group)),
                "\n".join(event.sentence() for event in group[-MAX_TOLD:]),
            )
            for step, group in groups.items()
        ]

    def entropy_segments(self, entropy: float | None) -> tuple[EntropySegment, ...]:
        """Return the entropy of each target whose entropy is known, in the order of training.

        Args:
            entropy: Entropy of the present target in nats. None if unknown.
        """
        steps = [change.step for change in self.changes]
        segments = []
        for start, end in zip([0, *steps], [*steps, None], strict=True):
            known = self._entropies_between(start, end)
            if end is None and entropy is not None:
                known = np.append(known, entropy)
            # Files keep only the latest changes, so the reports in one segment may be of several targets.
            if len(known) and np.ptp(known) < ENTROPY_TOLERANCE:
                segments.append(EntropySegment(start, end, float(known[-1])))
        return tuple(segments)

    def _entropies_between(self, start: int, end: int | None) -> NDArray[np.float64]:
        """Return the known entropies of the reports after `start`, up to and including `end`."""
        is_inside = (self.step > start) | (start == 0)
        if end is not None:
            is_inside &= self.step <= end
        return self.entropy[is_inside & ~np.isnan(self.entropy)]


def _row(progress: Progress) -> dict[str, float]:
    """Return a report as numbers by column."""
    values = {name: getattr(progress, name) for name in COLUMNS}
    return {name: np.nan if value is None else value for name, value in values.items()}


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _appended(columns: list[NDArray[np.float64]], report: list[float]) -> NDArray[np.float64]:
    """Return columns (columns, reports + 1) with another report.

    It goes into the free memory behind the columns if they are rows of one table and no other history has used that
    memory. Otherwise, the columns move to a table with room for twice as many reports.
    """
    count, table = len(columns[0]), columns[0].base
    with _APPENDING:
        if (
            table is None
            or any(column.base is not table for column in columns)
            or table.shape[1:] <= (count,)
            or not np.isnan(table[0, count])  # the steps of free memory are NaN
        ):
            table = np.pad(columns, ((0, 0), (0, count + 1)), constant_values=np.nan)
        table[:, count] = report
    return table[:, : count + 1]
