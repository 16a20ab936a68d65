"""Training of one or several flows, in turns, each with its own clock, budget and random numbers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from typing import Any

from flowviz import targets
from flowviz.errors import FlowvizError, clause_of
from flowviz.projects import Comparison, Project
from flowviz.projects.results import kept_result
from flowviz.records import Checkpoint, Event, Finished, Preparing, Retargeted, Trial
from flowviz.specs import TargetSpec
from flowviz.targets import Target
from flowviz.training.changes import Add, Adjust, Change, Remove, Retarget, Vary
from flowviz.training.entrant_training import EntrantTraining, failure
from flowviz.training.prepare import Shape, prepare
from flowviz.training.requests import Stop
from flowviz.training.settings import can_go_on

POLL_SECONDS = 0.05  # between checks for a stop, during a long call


@dataclass(frozen=True)
class Turn:
    """An event of an entrant, and the comparison thereafter, which can be saved and resumed.

    Attributes:
        name: Name of the entrant.
        event: The event of its training; its result, after `Finished` or after an error; or None if it was removed.
        comparison: The comparison after the event.
    """

    name: str
    event: Event | Trial | None
    comparison: Comparison

    @property
    def project(self) -> Project:
        """Return the project of the entrant after the event."""
        return self.comparison[self.name]


def train_in_turns(
    comparison: Comparison,
    *,
    snapshot_seconds: float | None = None,
    moment_seconds: float | None = None,
    checkpoint_seconds: float | None = None,
    stop_requested: Callable[[], Stop] = lambda: False,
    changes: Callable[[], Sequence[Change]] = lambda: (),
    built: Mapping[TargetSpec, Target] | None = None,
    takes_turns: bool = True,
) -> Iterator[Turn]:
    """Train the entrants of a comparison in turns of one chunk of steps, so that all progress evenly.

    The next chunk is that of the entrant that has spent the smallest share of its budget. Everything is compiled, one
    flow after the other, before the first step, because compiling slows the steps of others down. With a budget of
    steps, the results are those of separate trainings with the same number of threads.

    This is a generator: all trainings are paused between two turns until the caller requests the next one. An entrant
    whose training has ended is not trained again, unless it failed or its budget has grown.

    Args:
        comparison: The comparison. Entrants with a checkpoint continue from it.
        snapshot_seconds: As for `train`, of each entrant.
        moment_seconds: As for `train`, of each entrant.
        checkpoint_seconds: As for `train`, of each entrant.
        stop_requested: Called at least every 50 ms, in the thread of the caller. If it returns true, all trainings end:
            every entrant that has taken steps yields its checkpoint at once. It has no result then; `score_stopped`
            computes it, which can take seconds.
        changes: Called before each chunk. Returns the requested changes in order.
        built: Targets that have been built. The others are built.
        takes_turns: Whether other entrants may train as well. If not, there must be only one, to which `Add` and
            `Remove` do not apply. It is trained exactly as by `train`, in the thread of the caller: snapshots count as
            training time, a stop yields the result, and an error is raised.

    Yields:
        The turns. The comparison of the last one is the result.

    Raises:
        FlowvizError: As for `train`, if the only entrant does not take turns.
        TargetError: If there is nothing to learn.
        FileError: If a picture in a target is damaged.
    """
    options = {
        "snapshot_seconds": snapshot_seconds,
        "moment_seconds": moment_seconds,
        "checkpoint_seconds": checkpoint_seconds,
        "reports_chunks": takes_turns,
    }
    trainings = _Trainings(comparison, options, stop_requested, changes, dict(built or {}))
    try:
        yield from trainings.turns() if takes_turns else trainings.alone()
    finally:
        trainings.close()


class _Trainings:
    """The trainings of the entrants that have not ended."""

    def __init__(
        self,
        comparison: Comparison,
        options: Mapping[str, Any],
        stop_requested: Callable[[], Stop],
        changes: Callable[[], Sequence[Change]],
        built: dict[TargetSpec, Target],
    ) -> None:
        self._comparison, self._options = comparison, options
        self._stop_requested, self._changes = stop_requested, changes
        self._is_stopping: Stop = False
        self._prepared: set[Shape] = set()
        self._targets = built
        self._entrants = {
            name: self._entrant(name, project)
            for name, project in comparison.projects.items()
            if can_go_on(project, comparison.trial(name))
        }
        self._threads = ThreadPoolExecutor(2, "comparison")  # the second is for a stop while the first is busy

    def turns(self) -> Iterator[Turn]:
        """Train all entrants, one chunk at a time."""
        while not self._stops():
            for change in self._changes():
                yield from self._change(change)
            if not self._entrants:
                return
            waiting = (each for each in self._entrants.values() if each.events is None)
            unprepared = next((each for each in waiting if each.shape not in self._prepared), None)
            entrant = min(self._entrants.values(), key=lambda each: each.spent)
            if unprepared is not None:
                yield from self._prepare(unprepared)
            elif self._await(self._pending(entrant)):  # not if a stop is requested meanwhile
                yield from self._taken(entrant)
        yield from self._stopped()

    def alone(self) -> Iterator[Turn]:
        """Train the only entrant in this thread, because handing each event over would take time."""
        for entrant in tuple(self._entrants.values()):
            for event in entrant.begin(self._options, self._stops_alone):
                yield from self._after(entrant, event)

    def close(self) -> None:
        """Abandon unfinished work."""
        self._is_stopping = True
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _stops(self) -> Stop:
        self._is_stopping = self._is_stopping or self._stop_requested()
        return self._is_stopping

    def _stops_alone(self) -> Stop:
        """Apply the requested changes, and return whether to stop."""
        for change in self._changes():
            self._steer(change)
        return self._stops()

    def _prepare(self, entrant: EntrantTraining) -> Iterator[Turn]:
        yield self._turn(entrant, Preparing("Compiling the training step"))
        is_watched, project = self._options["snapshot_seconds"] is not None, entrant.project
        job = partial(prepare, project.flow, project.training, is_watched=is_watched)
        preparing = self._threads.submit(job, stop_requested=lambda: self._is_stopping)
        if not self._await(preparing):
            return
        try:
            preparing.result()
        except Exception as error:
            yield self._failed(entrant, error)
        else:
            self._prepared.add(entrant.shape)

    def _pending(self, entrant: EntrantTraining) -> Future[Event]:
        """Return the next event of an entrant, which another thread computes."""
        events = entrant.events or entrant.begin(self._options, lambda: self._is_stopping)
        entrant.pending = entrant.pending or self._threads.submit(next, events)
        return entrant.pending

    def _await(self, future: "Future[Any]") -> bool:
        """Wait for a result, but no longer than until a stop is requested, and return whether it is there."""
        while not future.done() and not self._stops():
            wait([future], POLL_SECONDS)
        return future.done()

    def _taken(self, entrant: EntrantTraining) -> Iterator[Turn]:
        """Wait for the pending event of an entrant, and yield it, and the result if it is the last one."""
        pending, entrant.pending = self._pending(entrant), None
        try:
            turns = list(self._after(entrant, pending.result()))
        except Exception as error:
            turns = [self._failed(entrant, error)]
        yield from turns

    def _after(self, entrant: EntrantTraining, event: Event) -> Iterator[Turn]:
        """Update an entrant by an event, and yield it, and the result if it is the last one."""
        entrant.take(event)
        if isinstance(event, Retargeted):
            self._comparison = self._comparison.without_trials(entrant.name)
        yield self._turn(entrant, event)
        if isinstance(event, Finished):
            self._entrants.pop(entrant.name, None)
            yield self._turn(entrant, entrant.result(event))

    def _stopped(self) -> Iterator[Turn]:
        """End all trainings at their checkpoints, the busy one last. A score that is being computed is abandoned."""
        ahead = [each for each in self._entrants.values() if each.is_ahead]
        for entrant in sorted(ahead, key=lambda each: each.pending is not None):
            yield from self._to_checkpoint(entrant)

    def _to_checkpoint(self, entrant: EntrantTraining) -> Iterator[Turn]:
        """Yield the events of an entrant up to its checkpoint, or up to its end."""
        while entrant.name in self._entrants:
            found = list(self._taken(entrant))
            yield from found
            if any(isinstance(turn.event, Checkpoint) for turn in found):
                return

    def _change(self, change: Change) -> Iterator[Turn]:
        match change:
            case Add(name, project):
                yield from self._add(name, project)
            case Remove(name):
                self._remove(name)
                yield Turn(name, None, self._comparison)
            case _:
                self._steer(change)

    def _steer(self, change: Change) -> None:
        """Apply a change to one entrant or to all of them."""
        if isinstance(change, Retarget):
            self._prepare_target(change)
        for entrant in [each for each in self._entrants.values() if change.name in (None, each.name)]:
            match change:
                case Retarget():
                    entrant.retarget(change)
                case Adjust(training):
                    entrant.training = training
                case Vary(variant):
                    entrant.variant = variant

    def _add(self, name: str, project: Project) -> Iterator[Turn]:
        try:
            self._comparison = self._comparison.with_project(name, project)
            if can_go_on(project, kept_result(project, None)):
                self._entrants[name] = self._entrant(name, project)
        except FlowvizError as error:
            yield Turn(name, Trial.failed(name, project.flow, project.training, clause_of(error)), self._comparison)

    def _remove(self, name: str) -> None:
        self._entrants.pop(name, None)
        is_only_one = self._comparison.names == (name,)  # a replacement is about to be added
        self._comparison = self._comparison.without_trials(name) if is_only_one else self._comparison.without(name)

    def _prepare_target(self, change: Retarget) -> None:
        """Keep a target that will be learned, also by entrants whose training has ended."""
        self._entrants |= {
            name: self._entrant(name, project)
            for name, project in self._comparison.projects.items()
            if name not in self._entrants and change.name in (None, name) and project.target != change.spec
            if not project.flow.is_recorded
        }
        learned = {each.project.target for each in self._entrants.values()}
        known = {spec: target for spec, target in self._targets.items() if spec in learned}
        self._targets = {**known, change.spec: change.target}

    def _failed(self, entrant: EntrantTraining, error: Exception) -> Turn:
        self._entrants.pop(entrant.name, None)
        return self._turn(entrant, failure(entrant.name, entrant.project, error))

    def _turn(self, entrant: EntrantTraining, event: Event | Trial) -> Turn:
        self._comparison = self._comparison.with_project(entrant.name, entrant.project)
        if isinstance(event, Trial):
            self._comparison = self._comparison.with_trial(event)
        return Turn(entrant.name, event, self._comparison)

    def _entrant(self, name: str, project: Project) -> EntrantTraining:
        """Return an entrant, whose target others share, because it can take much memory."""
        if project.target not in self._targets:
            self._targets[project.target] = targets.build_target(project.target)
        return EntrantTraining(name, project, self._targets[project.target])
