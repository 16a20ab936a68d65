"""The training presenter: shows a training as its events arrive, and keeps the project that it learns."""

from dataclasses import replace

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.notices.notice import Notice
from flowviz.app.session.training_runner import Run, TrainingRunner
from flowviz.app.state.view import View, ViewState
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.training.status import TrainingStatus
from flowviz.app.training.trained_project import TrainedProject
from flowviz.app.training.training_state import TrainingState
from flowviz.app.viewer.viewer import Viewer
from flowviz.projects import Project
from flowviz.records import (
    Checkpoint,
    Event,
    Finished,
    Preparing,
    Progress,
    Recovered,
    Retargeted,
    Snapshot,
    Uncompiled,
)
from flowviz.specs import TargetSpec


class TrainingPresenter(QObject):
    """Shows the flow that is trained or was trained: pictures in the viewer, words and numbers in the status.

    Attributes:
        state: What the training is doing.
        trained: What can be saved and resumed; None before the first picture of the first training.
        title: Title of the target of the flow that is shown; empty for a flow that was not trained.
    """

    changed = pyqtSignal()  # the trained project, or the target of the flow that is shown
    failed = pyqtSignal()

    def __init__(
        self, runner: TrainingRunner, viewer: Viewer, status: TrainingStatus, view: ViewState, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._runner, self._viewer, self._status, self._view = runner, viewer, status, view
        self.state = TrainingState.IDLE
        self.trained: TrainedProject | None = None
        self.title = ""
        runner.event_arrived.connect(self._take_event)
        runner.retargeted.connect(self._take_target)
        runner.failed.connect(self._take_failure)
        viewer.moment_shown.connect(self._show_moment)
        viewer.following_changed.connect(status.show_following)
        view.changed.connect(self._take_view)

    @property
    def target(self) -> TargetSpec | None:
        """The target of the flow that is shown; None before the first training."""
        run = self._runner.run
        if run is not None and run.is_shown:
            return run.project.target
        return self.trained.project.target if self.trained else None

    def show_project(self, project: Project, built: BuiltTarget | None) -> None:
        """Show a project, trained or not. The present training is dropped."""
        self._runner.abandon()
        self.trained = TrainedProject(project, built) if project.weights.parameters else None
        self.title = project.target.title if self.trained else ""
        target = built.target if built else None
        self._status.begin(project.history, target.entropy if target else None)
        self.set_state(TrainingState.IDLE)
        if self.trained is None:
            self._viewer.show_untrained(project.flow, target)
        else:
            self._viewer.show_project(project, target)
            self._show_trained(self.trained)

    def start(self, built: BuiltTarget, project: Project) -> None:
        """Train a project from its checkpoint, if it has one. The present training is dropped."""
        checkpoint = project.checkpoint
        history = project.history.up_to(checkpoint.step) if checkpoint else project.history
        self._runner.start(built, replace(project, history=history))
        self._status.begin(history, built.target.entropy)
        self._status.show_target(built.title)
        self.set_state(TrainingState.PREPARING)
        if not checkpoint:
            self._viewer.leave_base()

    def set_state(self, state: TrainingState) -> None:
        """Show what the training is doing."""
        self.state = state
        self._status.set_can_resume(self.trained is not None and self.trained.can_resume())
        self._status.show_state(state)

    def _take_event(self, event: Event) -> None:
        match event:
            case Preparing():
                self._status.show_activity(event.activity)
            case Progress():
                self._show_progress(event)
            case Snapshot():
                self._take_snapshot(event)
            case Checkpoint():
                self._keep()
            case Retargeted():
                self._show_losses()
            case Recovered() | Uncompiled():
                self._status.show_warning(event)
            case Finished():
                self._finish(event)

    @property
    def _run(self) -> Run:
        assert self._runner.run is not None
        return self._runner.run

    def _take_snapshot(self, snapshot: Snapshot) -> None:
        is_first = not self._run.is_shown
        if is_first:
            self._show_first()
        self._viewer.take_snapshot(snapshot)
        if is_first:
            self._keep()  # the previous flow is not shown any more

    def _show_first(self) -> None:
        """Prepare for the first picture of a training."""
        self._runner.mark_shown()
        run = self._run
        if self.state == TrainingState.PREPARING:  # it may be stopping already
            self.set_state(TrainingState.TRAINING)
        self.title = run.built.title
        self._status.show_target(self.title)
        past = self._viewer.timeline if run.project.checkpoint else None  # with the particles of earlier moments
        self._viewer.begin_training(run.project.flow, run.built.target, past)

    def _keep(self) -> None:
        """Save, and resume, the training as it is now."""
        self.trained = TrainedProject(replace(self._run.project, timeline=self._viewer.timeline), self._run.built)
        self.changed.emit()

    def _finish(self, finished: Finished) -> None:
        self._show_progress(finished.progress)
        self._viewer.take_snapshot(finished.snapshot)
        self._viewer.refit()
        self._keep()
        self._runner.discard()
        self._status.show_end(finished)
        self.set_state(TrainingState.IDLE)

    def _take_target(self, built: BuiltTarget) -> None:
        self.title = built.title
        self._status.show_target(built.title)
        self._viewer.set_target(built.target)
        self.changed.emit()

    def _take_failure(self, notice: Notice) -> None:
        was_shown, trained = self._run.is_shown, self.trained
        self._runner.discard()
        if not was_shown and trained is not None:  # which is still what is shown
            self._status.begin(trained.project.history, trained.entropy)
            self._show_trained(trained)
            self._viewer.show_moment_again()
        self._status.show_failure(notice)
        self.set_state(TrainingState.IDLE)
        self.failed.emit()

    def _show_progress(self, progress: Progress) -> None:
        self._status.show_progress(progress, is_live=self._viewer.is_live)
        self._show_losses()

    def _show_losses(self) -> None:
        self._status.show_history(self._run.project.history, self._run.built.target.entropy)

    def _show_trained(self, trained: TrainedProject) -> None:
        """Show the metrics of a flow that was trained before."""
        project = trained.project
        progress = project.history.last_progress(trained.entropy)
        step = progress.step if progress else project.checkpoint.step if project.checkpoint else 0
        self._status.show_trained(self.title, step, progress, trained.fraction)
        self._show_round_trip()

    def _show_moment(self, snapshot: Snapshot, is_latest: bool) -> None:
        """Show the metrics of the moment that is shown."""
        self._status.show_moment(snapshot, is_latest=is_latest)
        self._show_round_trip()

    def _show_round_trip(self) -> None:
        if self.title:  # an untrained flow has nothing to show
            self._status.show_round_trip(self._viewer.generated, self._view.value.stage)

    def _take_view(self, old: View, new: View) -> None:
        if old.stage != new.stage:
            self._show_round_trip()
