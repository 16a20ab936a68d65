"""Training of several flows in turns, each with its own clock, budget and random numbers."""

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from flowviz import targets
from flowviz.errors import FlowvizError, clause_of
from flowviz.projects import Comparison, Project
from flowviz.projects.moments import without_particles
from flowviz.records import Advanced, Checkpoint, Event, Finished, Moment, Preparing, Retargeted, Settings, Trial
from flowviz.specs import FlowSpec, TargetSpec
from flowviz.targets import Target
from flowviz.training.prepare import prepare
from flowviz.training.requests import NewTarget
from flowviz.training.schedule import Budget
from flowviz.training.train import train

POLL_SECONDS = 0.05  # between checks for a stop, during a long call
UNEXPECTED = "an unexpected error"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Add:
    """Let another entrant join, whose training continues from the checkpoint of its project, if it has one."""

    name: str
    project: Project


@dataclass(frozen=True)
class Remove:
    """Let an entrant leave. Its project and its results are dropped."""

    name: str


@dataclass(frozen=True)
class Retarget:
    """Let all entrants learn another target from now on, from their current weights and with a new budget."""

    spec: TargetSpec
    target: Target


Change = Add | Remove | Retarget


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


def no_changes() -> Sequence[Change]:
    """Return no changes. The default for `changes`."""
    return ()


def train_in_turns(
    comparison: Comparison,
    *,
    snapshot_seconds: float | None = None,
    moment_seconds: float | None = None,
    checkpoint_seconds: float | None = None,
    stop_requested: Callable[[], bool] = lambda: False,
    changes: Callable[[], Sequence[Change]] = no_changes,
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
        changes: Called before each chunk. Returns the entrants to add and to remove and the targets to learn, in order.

    Yields:
        The turns. The comparison of the last one is the result.

    Raises:
        TargetError: If there is nothing to learn.
        FileError: If a picture in a target is damaged.
    """
    pace = {"snapshot_seconds": snapshot_seconds, "moment_seconds": moment_seconds}
    trainings = _Trainings(comparison, {**pace, "checkpoint_seconds": checkpoint_seconds}, stop_requested, changes)
    try:
        yield from trainings.turns()
    finally:
        trainings.close()


class _Entrant:
    """An entrant that is being trained."""

    def __init__(self, name: str, project: Project, target: Target) -> None:
        self.name, self.project, self.target = name, project, target
        self.spent = 0.0  # share of its budget
        self.is_ahead = False  # of its checkpoint
        self.events: Generator[Event, None, None] | None = None
        self.pending: Future[Event] | None = None  # the next event, which is being computed
        self._next: Retarget | None = None  # requested
        self._latest: Retarget | None = None

    def begin(self, pace: dict[str, float | None], stop_requested: Callable[[], bool]) -> None:
        """Begin to train, or to continue from the checkpoint."""
        checkpoint = self.project.checkpoint
        if checkpoint is not None:
            self.project = replace(self.project, history=self.project.history.resumed(checkpoint))
            self.spent = 0.0 if self._next else Budget.at(checkpoint, self.project.training).fraction
        self.events = train(  # type: ignore[assignment]  # it is a generator
            self.target,
            self.project.flow,
            self.project.training,
            **pace,  # type: ignore[arg-type]
            stop_requested=stop_requested,
            resume=checkpoint,
            retarget=self._take_target,
            reports_chunks=True,
        )

    @property
    def shape(self) -> tuple[FlowSpec, int]:
        """Everything that the compiled code depends on: the flow apart from its seed, and the batch."""
        flow = self.project.flow
        return flow.model_copy(update={"seed": 0}), Settings.of(self.project.training, flow.recipe).batch

    def retarget(self, change: Retarget) -> None:
        """Learn another target from the next chunk on, or from the start if there was none."""
        self.spent = 0.0
        if self.events is None and self.project.checkpoint is None:
            self.project, self.target = replace(self.project, target=change.spec), change.target
        else:
            self._next = change

    def take(self, event: Event) -> None:
        """Update the project by an event."""
        if isinstance(event, Retargeted):
            assert self._latest is not None
            self.project = replace(self.project, target=self._latest.spec)
        self.project = self.project.after(event)
        moment = event.snapshot if isinstance(event, Finished) else event
        if isinstance(moment, Moment):
            timeline = self.project.timeline.with_moment(without_particles(moment))
            self.project = replace(self.project, timeline=timeline)
        if isinstance(event, Advanced):
            self.spent = event.fraction
        self.is_ahead = isinstance(event, Advanced) or (self.is_ahead and not isinstance(event, Checkpoint))

    def _take_target(self) -> NewTarget | None:
        change, self._next = self._next, None
        if change is None:
            return None
        self._latest, self.target = change, change.target
        return NewTarget(change.target, change.spec.title)

    def result(self, end: Finished) -> Trial:
        """Return the result of the training."""
        project, units = self.project, targets.target_units(self.target, "data")
        return Trial.of(self.name, project.flow, project.training, end, project.history, units)

    def failure(self, error: Exception) -> Trial:
        """Return the result of a training that raised an error."""
        reason = clause_of(error) if isinstance(error, FlowvizError) else f"{UNEXPECTED}: {clause_of(error)}"
        return Trial.failed(self.name, self.project.flow, self.project.training, reason)


class _Trainings:
    """The trainings of the entrants that have not ended."""

    def __init__(
        self,
        comparison: Comparison,
        pace: dict[str, float | None],
        stop_requested: Callable[[], bool],
        changes: Callable[[], Sequence[Change]],
    ) -> None:
        self._comparison, self._pace = comparison, pace
        self._stop_requested, self._changes = stop_requested, changes
        self._is_stopping = False
        self._prepared: set[tuple[FlowSpec, int]] = set()
        self._targets: list[tuple[TargetSpec, Target]] = []
        self._entrants = {
            name: self._entrant(name, project)
            for name, project in comparison.projects.items()
            if not _has_ended(comparison, name)
        }
        self._threads = ThreadPoolExecutor(2, "comparison")  # the second is for a stop while the first is busy

    def turns(self) -> Iterator[Turn]:
        while not self._stops():
            for change in self._changes():
                yield from self._change(change)
            if not self._entrants:
                return
            unprepared = next((each for each in self._entrants.values() if each.shape not in self._prepared), None)
            if unprepared is not None:
                yield from self._prepare(unprepared)
            else:
                yield from self._advance(min(self._entrants.values(), key=lambda each: each.spent))
        yield from self._stopped()

    def close(self) -> None:
        """Abandon unfinished work."""
        self._is_stopping = True
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _stops(self) -> bool:
        self._is_stopping = self._is_stopping or self._stop_requested()
        return self._is_stopping

    def _prepare(self, entrant: _Entrant) -> Iterator[Turn]:
        yield self._turn(entrant, Preparing("Compiling the training step"))
        project = entrant.project
        job = partial(prepare, project.flow, project.training, stop_requested=lambda: self._is_stopping)
        preparing = self._threads.submit(job)
        if not self._await(preparing):
            return
        try:
            preparing.result()
        except Exception as error:
            yield self._failed(entrant, error)
        else:
            self._prepared.add(entrant.shape)

    def _advance(self, entrant: _Entrant) -> Iterator[Turn]:
        """Let an entrant compute its next event, unless a stop is requested while it does."""
        if entrant.pending is None:
            if entrant.events is None:
                entrant.begin(self._pace, lambda: self._is_stopping)
            assert entrant.events is not None
            entrant.pending = self._threads.submit(next, entrant.events)
        if self._await(entrant.pending):
            yield from self._taken(entrant)

    def _await(self, future: "Future[Any]") -> bool:
        """Wait for a result, but no longer than until a stop is requested, and return whether it is there."""
        while not future.done() and not self._stops():
            wait([future], POLL_SECONDS)
        return future.done()

    def _taken(self, entrant: _Entrant) -> Iterator[Turn]:
        """Wait for the pending event of an entrant, and yield it, and the result if it is the last one."""
        assert entrant.pending is not None
        pending, entrant.pending = entrant.pending, None
        try:
            event = pending.result()
            entrant.take(event)
        except Exception as error:
            yield self._failed(entrant, error)
            return
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

    def _to_checkpoint(self, entrant: _Entrant) -> Iterator[Turn]:
        """Yield the events of an entrant up to its checkpoint, or up to its end."""
        while entrant.name in self._entrants:
            assert entrant.events is not None
            entrant.pending = entrant.pending or self._threads.submit(next, entrant.events)
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
            case Retarget():
                self._retarget(change)

    def _add(self, name: str, project: Project) -> Iterator[Turn]:
        try:
            self._comparison = self._comparison.with_project(name, project)
            self._entrants[name] = self._entrant(name, project)
        except FlowvizError as error:
            yield Turn(name, Trial.failed(name, project.flow, project.training, clause_of(error)), self._comparison)

    def _remove(self, name: str) -> None:
        self._entrants.pop(name, None)
        is_only_one = self._comparison.names == (name,)  # a replacement is about to be added
        self._comparison = self._comparison.without_trials(name) if is_only_one else self._comparison.without(name)

    def _retarget(self, change: Retarget) -> None:
        """Retarget all entrants, including those whose training has ended."""
        self._targets = [(change.spec, change.target)]
        for name, project in self._comparison.projects.items():
            entrant = self._entrants.get(name) or self._entrant(name, project)
            entrant.retarget(change)
            self._entrants[name] = entrant

    def _failed(self, entrant: _Entrant, error: Exception) -> Turn:
        if not isinstance(error, FlowvizError):
            log.error("an entrant failed", exc_info=error)
        self._entrants.pop(entrant.name, None)
        return self._turn(entrant, entrant.failure(error))

    def _turn(self, entrant: _Entrant, event: Event | Trial) -> Turn:
        self._comparison = self._comparison.with_project(entrant.name, entrant.project)
        if isinstance(event, Trial):
            self._comparison = self._comparison.with_trial(event)
        return Turn(entrant.name, event, self._comparison)

    def _entrant(self, name: str, project: Project) -> _Entrant:
        return _Entrant(name, project, self._target(project.target))

    def _target(self, spec: TargetSpec) -> Target:
        """Return the target of a spec, which entrants share, because it can take much memory."""
        found = next((target for known, target in self._targets if known == spec), None)
        if found is None:
            found = targets.build_target(spec)
            self._targets.append((spec, found))
        return found


def _has_ended(comparison: Comparison, name: str) -> bool:
    """Return whether the training of an entrant has ended for good."""
    trial, project = comparison.trial(name), comparison[name]
    if trial is None or trial.ending in ("failed", "stopped"):
        return False
    is_spent = project.checkpoint is not None and Budget.at(project.checkpoint, project.training).fraction == 1
    return trial.ending == "diverged" or is_spent
