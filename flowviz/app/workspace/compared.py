"""The flows of a comparison, and the comparison that they are saved as."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from operator import attrgetter

from flowviz.app.state.state import State
from flowviz.app.state.view import View
from flowviz.app.training.activity import Scope
from flowviz.app.training.training_state import RUNNING, TrainingState
from flowviz.app.workspace.entrants import FAILED, EntrantRun, Status
from flowviz.projects import Comparison
from flowviz.records import Trial
from flowviz.specs import TargetSpec, TrainingSpec
from flowviz.specs.comparison import MAX_NAME
from flowviz.training.schedule import Budget

UNTITLED = "comparison"  # name of one without a file
NUMBER_LENGTH = 4  # characters that a number at the end of a name may need, with the space before it


@dataclass(frozen=True)
class Compared:
    """The entrants, which of them is selected, and the state of the training as a whole.

    Attributes:
        runs: The entrants.
        selected: Name of the selected entrant. Empty if there is none.
        state: State of the training.
        seeds: Number of runs of each entrant that were asked for.
        limits: The limits by counting that are known, by target. None if they are not asked for.
        trains_all: Whether Train starts all entrants, each with the same budget, or only the selected one.
        training: Keys of the entrants that take part in the training.
        started: Keys of the entrants that started over together most recently.
        is_shown: Whether they are shown in place of the flow of the window.
        view: Their view when they were opened or left. None if it is unknown. While they are shown, the view of the
            window is newer.
    """

    runs: tuple[EntrantRun, ...] = ()
    selected: str = ""
    state: TrainingState = TrainingState.IDLE
    seeds: int = 1
    limits: Mapping[TargetSpec, Trial] | None = None
    trains_all: bool = True
    training: frozenset[str] = frozenset()
    started: frozenset[str] = frozenset()
    is_shown: bool = False
    view: View | None = None

    @property
    def keys(self) -> frozenset[str]:
        """Return the keys of the entrants."""
        return frozenset(run.key for run in self.runs)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the entrants."""
        return tuple(run.name for run in self.runs)

    @property
    def selected_run(self) -> EntrantRun | None:
        """Return the selected entrant. None if there is none."""
        return self.run(self.selected)

    @property
    def selected_key(self) -> str:
        """Return the key of the selected entrant. Empty if there is none."""
        return self.selected_run.key if self.selected_run else ""

    @property
    def concerned(self) -> tuple[EntrantRun, ...]:
        """Return the entrants that Train starts. Recorded ones cannot be trained."""
        selected = self.selected_run
        concerned = self.runs if self.trains_all or selected is None else (selected,)
        return tuple(run for run in concerned if not run.is_recorded)

    @property
    def scope(self) -> Scope:
        """Return what Train starts."""
        return "selected" if not self.trains_all else "all" if len(self.runs) > 1 else "only"

    @property
    def trainable(self) -> frozenset[str]:
        """Return the keys of the entrants that can be trained."""
        return frozenset(run.key for run in self.runs if not run.is_recorded)

    @property
    def returning(self) -> tuple[EntrantRun, ...]:
        """Return the entrants that would return to their previous trainings.

        These are the selected one, and those started with it.
        """
        keys = self.started if self.selected_key in self.started else {self.selected_key}
        return tuple(run for run in self.runs if run.key in keys and run.previous is not None)

    @property
    def fraction(self) -> float:
        """Return the mean share of the budget that the entrants that Train starts have spent, from 0 to 1.

        The budget of a flow that has diverged counts as spent.
        """
        shares = [1.0 if run.status in FAILED else run.fraction for run in self.concerned]
        return sum(shares) / max(len(shares), 1)

    @property
    def has_fields(self) -> bool:
        """Return whether all panes show fields: computing them during a training would take the time of the flows."""
        return self.state not in RUNNING

    @property
    def shares_target(self) -> bool:
        """Return whether all entrants have the same target."""
        return all(run.target == self.runs[0].target for run in self.runs)

    def run(self, name: str) -> EntrantRun | None:
        """Return the entrant with a name. None if there is none."""
        return next((run for run in self.runs if run.name == name), None)

    def keyed(self, key: str) -> EntrantRun | None:
        """Return the entrant that is trained under a key. None if there is none."""
        return next((run for run in self.runs if run.key == key), None)

    def having(self, changed: EntrantRun) -> "Compared":
        """Return a copy with another state of an entrant."""
        return replace(self, runs=tuple(changed if run.name == changed.name else run for run in self.runs))

    def with_runs(self, runs: Sequence[EntrantRun]) -> "Compared":
        """Return a copy with other entrants. The same one stays selected, or the one beside it if it has left."""
        number = self.names.index(self.selected)
        style = self.runs[number].style
        same = next((run for run in runs if run.style == style), runs[min(number, len(runs) - 1)])
        training = self.training & {run.key for run in runs}
        return replace(self, runs=tuple(runs), selected=same.name, training=training)

    def with_budget(self, budget: TrainingSpec) -> "Compared":
        """Return a copy in which all entrants have the budget of a training."""
        runs = [replace(run, project=run.project.with_budget(budget)) for run in self.runs]
        return replace(self, runs=tuple(runs))


class ComparedState(State[Compared]):
    """Observable entrants."""

    def by_key(self, keys: Collection[str] | None = None) -> Comparison:
        """Return some entrants, or all of them, with their keys as their names, as they can be trained."""
        runs = tuple(run for run in self.value.runs if keys is None or run.key in keys)
        return comparison_of(replace(self.value, runs=runs, view=None), attrgetter("key"))

    def show(self, comparison: Comparison) -> None:
        """Show the entrants of another comparison. The first one is selected if the comparison has not been viewed."""
        runs, selected = runs_of(comparison), comparison.selected
        # Else Train would start over what has been learned.
        trains_all = len({run.is_begun for run in runs if not run.is_recorded}) <= 1
        self.set(Compared(
            runs, selected or comparison.names[0], seeds=comparison.seeds, limits=comparison.limits,
            trains_all=trains_all, is_shown=self.value.is_shown,
            view=View(comparison[selected].seen, selection=comparison.selection) if selected else None,
        ))  # fmt: skip

    def update(self, run: EntrantRun) -> None:
        """Show another state of an entrant."""
        self.set(self.value.having(run))

    def select(self, name: str) -> None:
        """Select an entrant."""
        if name in self.value.names:
            self.change(selected=name)

    def select_pane(self, number: int) -> None:
        """Select the entrant with a number, from 1, if there is one."""
        for name in self.value.names[number - 1 : number]:
            self.select(name)

    def add(self, run: EntrantRun) -> None:
        """Add an entrant in the lowest style that no other has, and select it."""
        taken = {each.style for each in self.value.runs}
        style = next(number for number in count() if number not in taken)
        self.change(runs=(*self.value.runs, replace(run, style=style)), selected=run.name)


def free_name(wanted: str, taken: Collection[str]) -> str:
    """Return a name that is not taken: the wanted one, or that with another number at its end."""
    stem = re.sub(r" \d+$", "", wanted)[: MAX_NAME - NUMBER_LENGTH].strip()
    names = chain([wanted], (f"{stem} {number}" for number in count(2)))
    return next(name for name in names if name not in taken)


def runs_of(comparison: Comparison) -> tuple[EntrantRun, ...]:
    """Return the entrants of a comparison that was saved, or that has not been trained."""
    return tuple(_run_of(comparison, name) for name in comparison.names)


def comparison_of(compared: Compared, name_of: Callable[[EntrantRun], str] = attrgetter("name")) -> Comparison:
    """Return the comparison, as it can be saved, perhaps with other names of the entrants."""
    named, view = [(name_of(run), run) for run in compared.runs], compared.view
    found = Comparison(
        {name: run.project for name, run in named},
        tuple(replace(trial, name=name) for name, run in named for trial in (run.result, *run.later) if trial),
        compared.seeds,
        {name: run.style for name, run in named},
        compared.limits,
    )
    return found if view is None else found.seen_as(compared.selected, view.seen, view.selection)


def complete(compared: Compared) -> Comparison:
    """Return the comparison with all requested edits, even those not yet computed.

    It may load TensorFlow and take seconds, so call it in the background.
    """
    found = comparison_of(compared)
    projects = {run.name: found[run.name].with_edits(run.requested_variant.edits) for run in compared.runs}
    return replace(found, projects=projects)


def edits_of(compared: Compared) -> tuple[object, ...]:
    """Return a value that changes with every edit of the entrants, but not while they are trained."""
    return (
        [run.requested for run in compared.runs],
        compared.limits is not None,
        compared.view and compared.view.selection,
    )


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
    run = EntrantRun(name, project, trial=trial, later=later, style=comparison.style(name))
    last = project.checkpoint
    fraction = Budget.at(last, project.training).fraction if last else float(run.is_begun)
    return replace(run, status=_status_of(run), fraction=fraction)


def _status_of(run: EntrantRun) -> Status:
    """Return the status of an entrant that is not being trained."""
    if run.is_recorded or not run.is_begun:
        return "recorded" if run.is_recorded else "waiting"
    if run.result is not None:
        return run.result.ending
    return "trained" if run.project.checkpoint is None else "stopped"
