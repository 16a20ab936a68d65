"""What a training has learned: a project that grows event by event, and goes on from its checkpoint."""

from dataclasses import dataclass, replace

from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.training.worker import TrainingWorker
from flowviz.projects import Project
from flowviz.records import Checkpoint, Event, Finished, Snapshot
from flowviz.training.schedule import Budget


@dataclass(frozen=True)
class Run:
    """One training: the thread that it runs in, what is learned, and the project as the events tell it.

    `is_seen` from its first picture on; until then, what is seen is the flow before it.
    """

    worker: TrainingWorker
    goal: BuiltTarget
    project: Project
    is_seen: bool = False


@dataclass(frozen=True, eq=False)
class TrainedProject:
    """A trained project, and what it has learned; None where that can no longer be made. Equal only to itself."""

    project: Project
    goal: BuiltTarget | None

    @property
    def fraction(self) -> float:
        """How much of the budget is spent, 0 to 1; all of it where it is not known."""
        at = self.project.checkpoint
        if at is None:
            return 1.0
        return Budget(self.project.training, at.step, at.seconds, at.start_step, at.start_seconds).fraction

    def can_resume(self) -> bool:
        """Whether there is something left to train, and all that it takes."""
        return self.goal is not None and self.fraction < 1


def after(project: Project, event: Event) -> Project:
    """The project, after a training of it has sent this."""
    history = project.history.with_event(event)
    match event:
        case Snapshot():
            return replace(project, history=history, weights=event.weights, trace=event.trace)
        case Checkpoint():
            return replace(project, history=history, checkpoint=event)
        case Finished():
            return project.trained(event, history)
    return replace(project, history=history)
