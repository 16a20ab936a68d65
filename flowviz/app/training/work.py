"""The flow of a window, its training and its view, as they are shown or set aside."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from flowviz.app.state.request import Request
from flowviz.app.state.view import View
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.training.activity import Activity
from flowviz.app.training.runner import Run
from flowviz.app.training.trained_project import TrainedProject
from flowviz.app.training.training_state import TrainingState
from flowviz.projects import Project
from flowviz.records import Timeline
from flowviz.specs.edits import Edits


@dataclass(frozen=True)
class Work:
    """A flow, its training and its view.

    Attributes:
        request: What is requested.
        built: The requested target. None if it is being built, or cannot be.
        view: The view.
        edits: The requested edits of layers.
        trained: The trained project. None before the first snapshot of the first training.
        run: The training that is running or paused. None if there is none.
        activity: What the training does.
        timeline: The moments of the training, with the particles that are known.
    """

    request: Request
    built: BuiltTarget | None
    view: View
    edits: Edits
    trained: TrainedProject | None
    run: Run | None
    activity: Activity
    timeline: Timeline

    def at_rest(self) -> "Work":
        """Return the same work without its training, which goes on elsewhere."""
        activity = self.activity.at_rest(self.trained) if self.trained else self.activity.begun()
        return replace(self, run=None, activity=replace(activity, state=TrainingState.IDLE))

    def having(self, trained: TrainedProject) -> "Work":
        """Return the same work with another state of the trained project."""
        trained = replace(trained, previous=trained.previous or (self.trained and self.trained.previous))
        return replace(
            self, trained=trained, timeline=trained.project.timeline, activity=self.activity.at_rest(trained)
        )

    @property
    def targets(self) -> list[BuiltTarget]:
        """Return the targets that have been built, the one that is being learned first."""
        learned = [each.built for each in (self.run, self.trained) if each is not None]
        return [built for built in (*learned, self.built) if built is not None]

    def project(self) -> Project:
        """Return the project, which contains a running training up to its latest checkpoint."""
        plan, trained = self.request.plan, self.trained
        project = trained.project if trained else Project.untrained(plan.target, plan.flow, plan.training)
        selection, coming = self.view.selection, None if plan == project.plan else plan
        return replace(project, seen=self.view.seen, selection=selection, next=coming)

    def complete(self) -> Callable[[], Project]:
        """Return a function that returns the project with all requested edits, even those not yet computed.

        It may load TensorFlow and take seconds, so call it in the background.
        """
        return partial(self.project().with_edits, self.edits)

    def shown_project(self) -> Project:
        """Return the project with the latest particles of its training."""
        run = self.run
        return replace(run.project, timeline=self.timeline) if run is not None and run.is_shown else self.project()

    def trained_project(self) -> Project:
        """Return the project that is being trained, even before its first snapshot, or else the one that is shown."""
        run = self.run
        return run.project if run is not None and not run.is_shown else self.shown_project()

    def content(self) -> tuple[object, ...]:
        """Return a value that changes whenever there is something new to save.

        It excludes the view, which is saved as well but is no reason to ask before closing.
        """
        known = self.trained and (self.trained.project.score, self.trained.project.edits)
        return self.request.plan, self.trained, known, self.view.selection, self.edits

    def all_edits(self) -> tuple[object, ...]:
        """Return a value that changes with every edit and every new training, but not while a training runs."""
        trained = self.run.worker if self.run else self.trained
        return self.request.plan, trained, self.view.selection, self.edits
