"""The entrants of a comparison while they are trained."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from typing import Literal, NamedTuple

import numpy as np
from PyQt6.QtCore import QObject

from flowviz.app.state.state import State
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.training.training_state import TrainingState
from flowviz.projects import Comparison, Plan, Project
from flowviz.records import (
    FLOW_UNITS,
    Advanced,
    Event,
    Finished,
    Moment,
    Preparing,
    Progress,
    Retargeted,
    Snapshot,
    Trial,
)
from flowviz.records.comparison_table import COLUMNS
from flowviz.records.trial import ON_TARGET_GOAL
from flowviz.specs import TargetSpec
from flowviz.specs.comparison import MAX_NAME
from flowviz.training.schedule import Budget

Status = Literal["waiting", "preparing", "training", "completed", "stopped", "diverged", "failed"]
WORDS: Mapping[Status, str] = {
    "waiting": "waiting",
    "preparing": "preparing…",
    "training": "training",
    "completed": "done",
    "stopped": "stopped",
    "diverged": "diverged",
    "failed": "failed",
}
ENDED: frozenset[Status] = frozenset({"completed", "stopped", "diverged", "failed"})
FAILED: frozenset[Status] = frozenset({"diverged", "failed"})
UNTITLED = "comparison"  # name of one without a file
Figures = Mapping[str, float | None]
NUMBER_LENGTH = 4  # characters that a number at the end of a name may need, with the space before it


class Requested(NamedTuple):
    """An entrant as it is requested. Its style identifies it, also under another name."""

    style: int
    name: str
    plan: Plan


@dataclass(frozen=True, eq=False)
class EntrantRun:
    """An entrant and the state of its training.

    Attributes:
        name: Its name.
        project: Its project as of the latest event.
        status: The state of its training.
        fraction: Share of the budget that is spent, from 0 to 1.
        moment: The latest moment, with the shares of particles on the target. None before the first one.
        progress: The latest report of the losses. None before the first one.
        built: The target, as soon as it has been built.
        asked: The target that it learns next. None if that is the same one.
        wanted: The target that it learns next once it has been built. None if there is none, or if it has been.
        trial: The result of its training. None before it has ended.
        later: The results of runs with later seeds, which the command line computes.
        style: Number of its color and dashes, which identifies it, also under another name.
    """

    name: str
    project: Project
    status: Status = "waiting"
    fraction: float = 0.0
    moment: Moment | None = None
    progress: Progress | None = None
    built: BuiltTarget | None = None
    asked: BuiltTarget | None = None
    wanted: TargetSpec | None = None
    trial: Trial | None = None
    later: tuple[Trial, ...] = ()
    style: int = 0

    @property
    def key(self) -> str:
        """Return the name under which it is trained, which stays the same when it is renamed."""
        return str(self.style)

    @property
    def problem(self) -> str:
        """Return why its training has failed. Empty if it has not."""
        return self.trial.failure if self.trial else ""

    @property
    def has_ended(self) -> bool:
        """Return whether its training has ended."""
        return self.status in ENDED

    @property
    def target(self) -> TargetSpec:
        """Return the requested target."""
        return self.wanted or (self.asked.spec if self.asked else self.project.target)

    @property
    def requested(self) -> Requested:
        """Return the entrant as it is requested."""
        return Requested(self.style, self.name, Plan(self.target, self.project.flow, self.project.training))

    @property
    def is_begun(self) -> bool:
        """Return whether it has been trained, at least in part."""
        return self.project.checkpoint is not None

    @property
    def is_unscored(self) -> bool:
        """Return whether its training was stopped and its result is still being computed."""
        return self.status == "stopped" and self.trial is None and bool(Comparison({self.name: self.project}).unscored)

    @property
    def can_go_on(self) -> bool:
        """Return whether it can train further: its training has not ended, or its budget has grown since."""
        if self.target != self.project.target or self.trial is None or self.trial.ending in {"failed", "stopped"}:
            return True
        last, training = self.project.checkpoint, self.project.training
        return self.trial.ending == "completed" and last is not None and Budget.at(last, training).fraction < 1

    @property
    def gap(self) -> float | None:
        """Test gap after the end of the training, and the latest validation gap before, in nats. None if unknown."""
        return self.figures()["gap"]

    def anew(self) -> "EntrantRun":
        """Return this entrant as it is before its training on the requested target."""
        project = Project.untrained(self.target, self.project.flow, self.project.training)
        built = next((each for each in (self.asked, self.built) if each and each.spec == self.target), None)
        return EntrantRun(self.name, project, built=built, style=self.style)

    def renamed(self, name: str) -> "EntrantRun":
        """Return this entrant with another name."""
        trial = replace(self.trial, name=name) if self.trial else None
        return replace(self, name=name, trial=trial, later=tuple(replace(each, name=name) for each in self.later))

    def after(self, event: Event | Trial, project: Project) -> "EntrantRun":
        """Return this entrant after an event of its training, or with its result, and with its project thereafter."""
        changed = replace(self, project=project)
        match event:
            case Preparing():
                return replace(changed, status="preparing", trial=None)
            case Advanced():
                return replace(changed, status="training", fraction=event.fraction)
            case Progress():
                return replace(changed, progress=event)
            case Snapshot():
                return replace(changed, moment=event)
            case Retargeted():
                return self._retargeted(project)
            case Finished():
                return replace(changed, status=event.ending, moment=event.snapshot, progress=event.progress)
            case Trial():
                return replace(changed, status=event.ending, trial=replace(event, name=self.name))
        return changed

    def _retargeted(self, project: Project) -> "EntrantRun":
        """Return this entrant after it has begun to learn another target, which need not be the one asked for last."""
        known = self.asked if self.asked and self.asked.spec == project.target else None
        return replace(
            self,
            project=project,
            status="training",
            fraction=0.0,
            progress=None,
            trial=None,
            built=known,
            asked=None if known else self.asked,
        )

    def figures(self) -> Figures:
        """Return the figures of the table by name: the latest ones, and those of the result after the end.

        NLLs are in the units of the data.
        """
        if self.trial is not None and self.trial.figures:
            return {column.name: self.trial.figures.get(column.name) for column in COLUMNS}
        units = self.built.units if self.built else FLOW_UNITS
        progress = self.progress.in_units(units) if self.progress else None
        parameters = sum(array.size for array in self.project.weights.parameters.values())
        return {
            "gap": progress.validation_gap if progress else None,
            "test_nll": progress.validation_nll if progress else None,
            "on_target": self.moment.on_target if self.moment else None,
            "coverage": self.moment.coverage if self.moment else None,
            "leaked": self.moment.leaked if self.moment else None,
            "parameters": parameters or None,
            "steps_per_second": progress.steps_per_second if progress else None,
            "seconds_to_goal": self.project.history.seconds_until(ON_TARGET_GOAL),
        }

    def words(self) -> str:
        """Return the state of the training for users, such as "45%" or "diverged"."""
        if self.is_unscored:
            return "stopped, scoring…"
        return f"{self.fraction:.0%}" if self.status == "training" else WORDS[self.status]


@dataclass(frozen=True)
class Compared:
    """The entrants, which of them is selected, and the state of the training as a whole.

    Attributes:
        runs: The entrants.
        selected: Name of the selected entrant. Empty if there is none.
        state: State of the training.
        seeds: Number of runs of each entrant that were asked for.
        limits: The limits by counting that are known, by target. None if they are not asked for.
    """

    runs: tuple[EntrantRun, ...] = ()
    selected: str = ""
    state: TrainingState = TrainingState.IDLE
    seeds: int = 1
    limits: Mapping[TargetSpec, Trial] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the entrants."""
        return tuple(run.name for run in self.runs)

    @property
    def selected_run(self) -> EntrantRun | None:
        """The selected entrant. None if there is none."""
        return self.run(self.selected)

    @property
    def selected_key(self) -> str:
        """Key of the selected entrant. Empty if there is none."""
        return self.selected_run.key if self.selected_run else ""

    @property
    def fraction(self) -> float:
        """Mean share of the budget that is spent, from 0 to 1. That of a flow that has diverged counts as spent."""
        shares = [1.0 if run.status in FAILED else run.fraction for run in self.runs]
        return sum(shares) / max(len(shares), 1)

    @property
    def deepest(self) -> int:
        """Return the largest number of stages after the base."""
        return max((run.project.trace.last_stage for run in self.runs), default=1)

    @property
    def shares_target(self) -> bool:
        """Return whether all entrants have the same target."""
        return all(run.target == self.runs[0].target for run in self.runs)

    @property
    def is_ended(self) -> bool:
        """Return whether the trainings of all entrants have ended."""
        return all(run.has_ended for run in self.runs)

    def run(self, name: str) -> EntrantRun | None:
        """Return the entrant of a name. None if there is none."""
        return next((run for run in self.runs if run.name == name), None)

    def keyed(self, key: str) -> EntrantRun | None:
        """Return the entrant that is trained under a key. None if there is none."""
        return next((run for run in self.runs if run.key == key), None)

    def having(self, changed: EntrantRun) -> "Compared":
        """Return a copy with another state of an entrant."""
        return replace(self, runs=tuple(changed if run.name == changed.name else run for run in self.runs))

    @property
    def free_style(self) -> int:
        """Return the lowest number of a style that no entrant has."""
        return next(number for number in count() if number not in {run.style for run in self.runs})

    def with_runs(self, runs: Sequence[EntrantRun]) -> "Compared":
        """Return a copy with other entrants. The same one stays selected, or the one beside it if it has left."""
        number = self.names.index(self.selected)
        style = self.runs[number].style
        same = next((run for run in runs if run.style == style), runs[min(number, len(runs) - 1)])
        return replace(self, runs=tuple(runs), selected=same.name)

    def free_name(self, wanted: str) -> str:
        """Return a name that no entrant has: the wanted one, or that with a number."""
        return free_name(wanted, self.names)


class ComparedState(State[Compared]):
    """Observable entrants."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(Compared(), parent)

    @property
    def comparison(self) -> Comparison:
        """The comparison, as it can be saved."""
        return comparison_of(self.value)

    @property
    def keyed(self) -> Comparison:
        """The comparison with the keys of its entrants as their names, as it can be trained."""
        return comparison_of(replace(self.value, runs=tuple(run.renamed(run.key) for run in self.value.runs)))

    def show(self, comparison: Comparison) -> None:
        """Show the entrants of another comparison, the first of which is selected."""
        self.set(Compared(runs_of(comparison), comparison.names[0], seeds=comparison.seeds, limits=comparison.limits))

    def update(self, run: EntrantRun) -> None:
        """Show another state of an entrant."""
        self.set(self.value.having(run))

    def select(self, name: str) -> None:
        """Select an entrant."""
        if name in self.value.names:
            self.set(replace(self.value, selected=name))

    def set_state(self, state: TrainingState) -> None:
        """Set the state of the training."""
        self.set(replace(self.value, state=state))

    def add(self, run: EntrantRun) -> None:
        """Add an entrant in a free style, and select it."""
        styled = replace(run, style=self.value.free_style)
        self.set(replace(self.value, runs=(*self.value.runs, styled), selected=run.name))

    def remove(self, name: str) -> None:
        """Remove an entrant, and select the one beside it if it was selected."""
        self.set(self.value.with_runs([run for run in self.value.runs if run.name != name]))


def free_name(wanted: str, taken: Collection[str]) -> str:
    """Return a name that is not taken: the wanted one, or that with another number at its end."""
    stem = re.sub(r" \d+$", "", wanted)[: MAX_NAME - NUMBER_LENGTH].strip()
    names = chain([wanted], (f"{stem} {number}" for number in count(2)))
    return next(name for name in names if name not in taken)


def runs_of(comparison: Comparison) -> tuple[EntrantRun, ...]:
    """Return the entrants of a comparison that was saved, or that has not been trained."""
    return tuple(_run_of(comparison, name) for name in comparison.names)


def comparison_of(compared: Compared) -> Comparison:
    """Return the comparison, as it can be saved."""
    trials = tuple(trial for run in compared.runs for trial in (run.trial, *run.later) if trial is not None)
    styles = {run.name: run.style for run in compared.runs}
    return Comparison({run.name: run.project for run in compared.runs}, trials, compared.seeds, styles, compared.limits)


def edits_of(compared: Compared) -> tuple[object, ...]:
    """Return a value that changes with every edit of the entrants, but not while they are trained."""
    return [run.requested for run in compared.runs], compared.limits is not None


def state_of(compared: Compared) -> tuple[object, ...]:
    """Return a value that changes whenever there is something new to save.

    It excludes scores, which are saved as well but follow from the checkpoints.
    """
    checkpoints = [run.project.checkpoint for run in compared.runs]
    learned = [(last.step, last.seconds) if last else None for last in checkpoints]
    return edits_of(compared), learned, [run.status if run.has_ended else None for run in compared.runs]


def _run_of(comparison: Comparison, name: str) -> EntrantRun:
    project, trial = comparison[name], comparison.trial(name)
    later = tuple(each for each in comparison.trials if each.name == name and each is not trial)
    last = project.checkpoint
    style = comparison.style(name)
    if last is None:
        return EntrantRun(name, project, trial=trial, later=later, style=style)
    history = project.history
    entropy = None if not len(history.entropy) or np.isnan(history.entropy[-1]) else float(history.entropy[-1])
    moments = project.timeline.moments
    return EntrantRun(
        name,
        project,
        status=trial.ending if trial else "stopped",
        fraction=Budget.at(last, project.training).fraction,
        moment=moments[-1] if moments else None,
        progress=history.last_progress(entropy),
        trial=trial,
        later=later,
        style=style,
    )
