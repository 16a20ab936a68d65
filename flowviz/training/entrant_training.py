"""The training of one entrant, which keeps its project up to date."""

import logging
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import Any

from flowviz.errors import FlowvizError, clause_of
from flowviz.projects import Project
from flowviz.projects.moments import without_particles
from flowviz.projects.variant import Variant
from flowviz.records import Advanced, Checkpoint, Event, Finished, Moment, Retargeted, Snapshot, Trial
from flowviz.targets import Target
from flowviz.training.changes import Retarget
from flowviz.training.from_here import continued, from_here
from flowviz.training.prepare import Shape, shape_of
from flowviz.training.requests import NewTarget, Stop
from flowviz.training.schedule import Budget
from flowviz.training.train import train

UNEXPECTED = "an unexpected error"
log = logging.getLogger(__name__)


class EntrantTraining:
    """An entrant that is being trained.

    Attributes:
        name: Its name, which identifies it.
        project: Its project after the latest event.
        target: The target that it learns.
        training: The training whose learning rate, clip norm and batch it takes before the next chunk.
        variant: The variant that moves the particles of the next snapshot.
        spent: The share of the budget that is spent.
        is_ahead: Whether it has taken steps since its checkpoint.
        events: The events of its training, once that has begun.
        pending: The next event while it is being computed in another thread.
    """

    def __init__(self, name: str, project: Project, target: Target) -> None:
        self.name, self.project, self.target = name, project, target
        self.training = project.training
        self.variant = self._start = self._shown = Variant.of(project)
        self.spent, self.is_ahead = 0.0, False
        self.events: Generator[Event, None, None] | None = None
        self.pending: Future[Event] | None = None
        self._next: Retarget | None = None  # requested
        self._spec = project.target  # of the target that it learns

    def begin(self, options: Mapping[str, Any], stop_requested: Callable[[], Stop]) -> Generator[Event, None, None]:
        """Begin to train, from what is shown if its edits are others than those of the checkpoint. Return the events.

        Args:
            options: Arguments for `train`.
            stop_requested: As for `train`. It is also called before a snapshot, so that it can update the variant.
        """
        checkpoint = self.project.checkpoint
        if checkpoint is not None:
            self.project = replace(self.project, history=self.project.history.resumed(checkpoint))
            self.spent = 0.0 if self._next else Budget.at(checkpoint, self.project.training).fraction
        self.events = self._events(options, stop_requested)
        return self.events

    @property
    def shape(self) -> Shape:
        """Return everything that the compiled code depends on."""
        return shape_of(self.project.flow, self.project.training)

    def retarget(self, change: Retarget) -> None:
        """Learn another target from the next chunk on, or from the start if there was none."""
        self.spent = 0.0
        if self.events is None and self.project.checkpoint is None:
            self._spec, self.target = change.spec, change.target
            self.project = replace(self.project, target=change.spec)
        else:
            self._next = change

    def take(self, event: Event) -> None:
        """Update the project by an event."""
        if isinstance(event, Retargeted):
            self.project = replace(self.project, target=self._spec)
        self.project = self.project.after(event)
        moment = event.snapshot if isinstance(event, Finished) else event
        if isinstance(moment, Snapshot):
            shown = self._shown.as_trained(self._start) if isinstance(event, Finished) else self._shown
            self.project = replace(self.project, flow=shown.flow, edits=shown.edits)
        if isinstance(moment, Moment):
            timeline = self.project.timeline.with_moment(without_particles(moment))
            self.project = replace(self.project, timeline=timeline)
        if isinstance(event, Advanced):
            self.spent = event.fraction
        self.is_ahead = isinstance(event, Advanced) or (self.is_ahead and not isinstance(event, Checkpoint))

    def result(self, end: Finished) -> Trial:
        """Return the result of the training."""
        project = self.project
        return Trial.of(self.name, project.flow, project.training, end, project.history)

    def _events(self, options: Mapping[str, Any], stop_requested: Callable[[], Stop]) -> Generator[Event, None, None]:
        yield from train(
            self.target,
            self.project.flow,
            self.project.training,
            **options,
            stop_requested=stop_requested,
            resume=self._start_of_training().checkpoint,
            retarget=self._take_target,
            adjust=lambda: self.training,
            vary=partial(self._take_variant, stop_requested),
        )

    def _start_of_training(self) -> Project:
        """Return the project from which the training continues; weights are kept even without a checkpoint."""
        is_kept = self.project.checkpoint is None and bool(self.project.weights.parameters)
        return from_here(self.project) if is_kept else continued(self.project)

    def _take_target(self) -> NewTarget | None:
        change, self._next = self._next, None
        if change is None or change.spec == self._spec:
            return None
        self._spec, self.target = change.spec, change.target
        return NewTarget(change.target, change.spec.title)

    def _take_variant(self, stop_requested: Callable[[], Stop]) -> Variant:
        stop_requested()
        self._shown = self.variant
        return self._shown


def failure(name: str, project: Project, error: Exception) -> Trial:
    """Return the result of a training that raised an error, which is logged if the user cannot have caused it."""
    if not isinstance(error, FlowvizError):
        log.error("an entrant failed", exc_info=error)
    reason = clause_of(error) if isinstance(error, FlowvizError) else f"{UNEXPECTED}: {clause_of(error)}"
    return Trial.failed(name, project.flow, project.training, reason)
