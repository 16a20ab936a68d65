"""The training presenter: shows the events of a training, and keeps the trained project."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.desktop.existing import existing
from flowviz.app.notices.notice import Notice
from flowviz.app.pane.viewer import Viewer
from flowviz.app.state.known import NO_TRAINING
from flowviz.app.state.request import RequestState
from flowviz.app.state.view import ViewState
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.training.activity import RETRY, Activity, NextTraining
from flowviz.app.training.runner import Run, TrainingRunner
from flowviz.app.training.status import TrainingStatus
from flowviz.app.training.trained_project import TrainedProject, is_worth_keeping
from flowviz.app.training.training_state import RUNNING, TrainingState
from flowviz.projects import Project
from flowviz.projects.variant import Variant
from flowviz.records import (
    Adjusted,
    Checkpoint,
    Event,
    Finished,
    History,
    InitialReport,
    Moment,
    Overfitting,
    Preparing,
    Progress,
    Recovered,
    Retargeted,
    Score,
    Snapshot,
    Trial,
    Uncompiled,
    WarmUp,
)
from flowviz.specs import FlowSpec, explanations
from flowviz.training import Turn
from flowviz.training.settings import spent_budget


class TrainingPresenter(QObject):
    """Shows the trained flow in the viewer, and its metrics and state in the training status.

    Attributes:
        entrant: Key of the entrant of a comparison that is shown. None if the flow is on its own.
        activity: What the training does. While a comparison is shown, it is that of the selected flow.
        trained: The project that can be saved and resumed. None before the first snapshot of the first training.
        title: Title of the target of the trained flow that is shown. Empty for an untrained flow.
    """

    changed = pyqtSignal()  # the trained project, or its target
    state_changed = pyqtSignal()

    def __init__(
        self,
        request: RequestState,
        builder: TargetBuilder,
        runner: TrainingRunner,
        viewer: Viewer,
        status: TrainingStatus,
        view: ViewState,
        on_begun: Callable[[], object],
        parent: QObject,
    ) -> None:
        """Prepare to show trainings; `on_begun` is called when the first snapshot of one replaces the previous flow."""
        super().__init__(parent)
        self._request, self._builder, self._runner = request, builder, runner
        self._viewer, self._status, self._view, self._on_begun = viewer, status, view, on_begun
        self.entrant: str | None = None
        self.trained: TrainedProject | None = None
        self.title = ""
        self.activity = status.activity.value
        runner.turn_taken.connect(self._on_turn)
        runner.failed.connect(self._on_failed)
        viewer.moments.is_following.changed.connect(lambda _, following: self.show(is_following=following))
        viewer.moment_shown.connect(self._on_moment_shown)
        view.observe(lambda value: value.stage, lambda _: self._show_round_trip())
        request.observe(lambda value: value.plan.flow, lambda _: self.show_untrained())
        for changed in (request.changed, builder.built_changed):
            changed.connect(lambda: self.show())

    @property
    def project(self) -> Project | None:
        """Return the project of the trained flow that is shown. None before the first training."""
        shown = self.shown_run or self.trained
        return shown.project if shown else None

    @property
    def shown_run(self) -> Run | None:
        """Return the training whose particles are shown. None if there is none, or before its first snapshot."""
        run = self._runner.job.run
        return run if run is not None and run.is_shown else None

    def leave(self, project: Project) -> None:
        """Forget the flow that is shown, because another project is about to be shown.

        What the user requests can then become that of the project without being applied to the previous flow.
        """
        self.trained, self.activity = None, replace(self.activity, state=TrainingState.IDLE)
        self.title = project.target.title if project.weights.parameters else ""
        self.state_changed.emit()

    def show_project(self, project: Project, built: BuiltTarget | None) -> None:
        """Show a trained or untrained project after `leave`."""
        self.trained = TrainedProject(project, built) if project.weights.parameters else None
        target = built.target if built else None
        if self.trained is None:
            self._status.begin(project.history, None)
            self._viewer.show_untrained(project.flow, target)
            self.set_state(TrainingState.IDLE, self.activity.begun())
        else:
            self._status.begin(project.history, self.trained.entropy, self.trained.units)
            self._viewer.show_project(project, target)
            self._show_trained_metrics(self.trained)
            self.set_state(TrainingState.IDLE, self.activity.at_rest(self.trained))

    def attend(
        self, project: Project, built: BuiltTarget | None, activity: Activity, trained: TrainedProject | None = None
    ) -> None:
        """Show the flow of another pane after `leave`, with its latest particles and what its training does.

        `trained` is the project that can be saved and resumed, unless that is `project`.
        """
        self.show_project(project, built)
        self.trained = trained or self.trained
        if self.shown_run is not None:
            self._viewer.queries.is_ready.set(True)
        self.set_state(activity.state, activity)
        self.changed.emit()

    def start(self, built: BuiltTarget, project: Project) -> None:
        """Abandon the current training, and train a project from its checkpoint or from the beginning."""
        checkpoint = project.checkpoint
        history = project.history.resumed(checkpoint) if checkpoint else project.history
        self._runner.train(built, replace(project, history=history))
        self._status.begin(history, built.target.entropy, built.units)
        if not checkpoint:
            self._view.show_last_stage()
            if self.trained is not None and is_worth_keeping(self.trained.project):
                self.trained = replace(self.trained, previous=replace(self.trained, previous=None))
        self.set_state(TrainingState.PREPARING, replace(self.activity.begun(), event=""))
        self._viewer.end_playback.is_used = False

    def show(self, activity: Activity | None = None, **changes: Any) -> None:
        """Show what the training does.

        Everything that follows from the run, the trained project, the request and its target is derived here. The
        `activity` says what happened, if anything did, and the `changes` are other fields of it.
        """
        run, builder = self._runner.job.run, self._builder
        trained = self.trained if run is None else None
        derived = replace(
            activity or self.activity,
            target=run.built.title if run else "",
            can_train=builder.built is not None or builder.pending is not None,
            untrainable=NO_TRAINING if self._request.plan.flow.is_recorded else "",
            can_resume=trained is not None and trained.can_resume(),
            can_extend=trained is not None and trained.can_extend(),
            returning=int(self.trained is not None and self.trained.previous is not None),
            next=NextTraining.of(self.project, self._request.value, builder.problem)
            if builder.pending is None
            else self.activity.next,
        )
        self.activity = replace(derived, **changes)
        if self.entrant is None:
            self._status.activity.set(self.activity)
        else:  # the rest is that of the comparison
            self._status.activity.set(self._status.activity.value.having_delays_of(self.activity))

    def set_state(self, state: TrainingState, activity: Activity | None = None) -> None:
        """Show the state of the training and what happened, and an example while there is nothing else to see."""
        self.activity = replace(activity or self.activity, state=state)
        self._viewer.queries.give_way(state in RUNNING)
        if state == TrainingState.PREPARING and not self.title and self.entrant is None:
            self._viewer.example.begin(self._run.built.title)
        else:
            self._viewer.example.end()
        self.show()
        self._show_previous_losses()
        self.state_changed.emit()

    def show_untrained(self) -> None:
        """Show the requested flow, unless a trained one is shown."""
        if not self.title and self._runner.job.run is None:
            built = self._builder.built
            self._viewer.show_untrained(self._request.plan.flow, built.target if built else None)

    def show_variant(self, variant: Variant, snapshot: Snapshot) -> None:
        """Show the particles of another variant at the latest moment, and make them those of the project."""
        if self.shown_run is not None:
            self._runner.vary(variant, snapshot)
        else:
            self._keep(existing(self.trained))  # so that it is shown again if edits are removed
            self.trained = existing(self.trained).varied(variant, snapshot)
            self._show_trained(self.trained)
        self._viewer.moments.show_variant(variant, snapshot)
        self._keep(self.shown_run or existing(self.trained))
        self.changed.emit()

    def remove_edits(self, flow: FlowSpec) -> bool:
        """Show the trained flow exactly as it was before it was edited. Return whether that is known."""
        plain = self.trained.without_edits(flow) if self.trained and self._runner.job.run is None else None
        if plain is None:
            return False
        self.trained = plain
        self._show_trained(plain)
        self._viewer.moments.restore(Variant.of(plain.project), plain.project.timeline)
        self.changed.emit()
        return True

    def preview(self, variant: Variant, snapshot: Snapshot) -> None:
        """Show the particles of another variant at the current moment before it is that of the project."""
        if self._runner.job.run is None and self.trained is not None:
            self._show_trained(self.trained.varied(variant, snapshot))
        self._viewer.preview(variant, snapshot)
        self._status.metrics.table.show_flow(variant.flow)

    def end_preview(self) -> None:
        """Show the variant of the project again."""
        if self._runner.job.run is None and self.trained is not None:
            self._show_trained(self.trained)
        self._viewer.moments.show_again()

    def show_score(self, score: Score) -> None:
        """Show the score of the trained flow as its present variant."""
        self.trained = existing(self.trained).scored(score)
        if self._runner.job.run is None:  # the status is not that of another training
            self._show_trained(self.trained)
            self._on_moment_shown(self._viewer.moments.current, self._viewer.moments.is_live)
        self.changed.emit()

    def _on_turn(self, turn: Turn) -> None:
        """Show an event of the flow that is shown; the results of entrants are shown by the comparison."""
        event, runner = turn.event, self._runner
        if event is not None and not isinstance(event, Trial) and turn.name == runner.job.attended and runner.job.run:
            self._on_event(event)

    def _on_event(self, event: Event) -> None:
        match event:
            case Preparing():
                self.show(event=f"{event.activity}…")
                self._viewer.example.display.show_activity(event.activity)
            case WarmUp():
                self.show(is_warming_up=not event.has_ended)
            case Progress():
                self._show_progress(event)
                self.show(self.activity.spent(event))
            case Snapshot():
                self._take_snapshot(event)
            case Checkpoint():
                self._on_checkpoint()
            case Adjusted() | InitialReport():
                self._show_losses()
            case Retargeted():
                self._on_retargeted()
            case Recovered() | Overfitting() | Uncompiled():
                self._status.show_warning(event)
                self._show_losses()  # without the reports that a recovery undid, and with its mark
            case Finished():
                self._on_finished(event)

    @property
    def _run(self) -> Run:
        return existing(self._runner.job.run)

    def _take_snapshot(self, snapshot: Snapshot) -> None:
        """Show a snapshot of the training, perhaps the first one, or one with another integrator."""
        variant = Variant.of(self._run.project)
        if not self._run.is_shown:
            self._show_first(snapshot)
        elif variant == self._viewer.moments.variant:
            self._viewer.moments.take_snapshot(snapshot)
        else:
            self.show(is_deferred=False)
            self._viewer.moments.show_variant(variant, snapshot)

    def _show_first(self, snapshot: Snapshot) -> None:
        """Show the first snapshot of a training in place of the previous flow."""
        self._runner.mark_shown()
        run = self._run
        self.title = run.built.title
        past = self._viewer.moments.timeline if run.project.checkpoint else None  # includes computed particles
        self._viewer.begin_training(Variant.of(run.project), run.built.target, past)
        self._viewer.moments.take_snapshot(snapshot)
        self._keep(self._run)
        self._on_begun()
        # It may be paused or stopping already.
        state = TrainingState.TRAINING if self.activity.state == TrainingState.PREPARING else self.activity.state
        self.set_state(state, replace(self.activity, event=""))
        self.changed.emit()

    def _on_checkpoint(self) -> None:
        self._keep(self._run)
        if (budget := spent_budget(self._run.project)) is not None:
            self.show(self.activity.spent(budget))  # validations are less frequent
        self.changed.emit()

    def _keep(self, shown: Run | TrainedProject) -> None:
        """Make a flow, with the particles that are known, the one that is saved and resumed."""
        trained = shown if isinstance(shown, TrainedProject) else TrainedProject(
            shown.project, shown.built, previous=self.trained and self.trained.previous
        )  # fmt: skip
        self.trained = replace(trained, project=replace(trained.project, timeline=self._viewer.moments.timeline))

    def _on_finished(self, finished: Finished) -> None:
        self._show_progress(finished.progress)
        self._status.metrics.set_score(self._run.project.score, self._run.project.test_uses)
        self._take_snapshot(finished.snapshot)
        self._viewer.refit()
        self._keep(self._run)
        shown = finished.in_units(self._run.built.units)
        self._runner.finish()
        self.set_state(TrainingState.IDLE, self.activity.ended(shown))
        self.changed.emit()
        if self.entrant is None:
            self._status.show_end(shown)
            self._viewer.end_playback.play()

    def _on_retargeted(self) -> None:
        built = self._run.built
        self.title = built.title
        self._viewer.scenes.set_target(built.target)
        self.show(event="")
        self.changed.emit()
        self._show_losses()
        self._show_previous_losses()
        if not self._viewer.moments.is_live:
            self._viewer.moments.show_again()  # it belongs to an earlier target now

    def _on_failed(self, notice: Notice) -> None:
        if self.entrant is not None:
            return  # the comparison shows it
        was_shown, trained = self._run.is_shown, self.trained
        self._runner.discard()
        self.title = trained.project.target.title if trained else ""  # the run may have switched to another target
        if not was_shown and trained is not None:  # the previous flow is still shown
            self._status.begin(trained.project.history, trained.entropy, trained.units)
            self._show_trained_metrics(trained)
            self._viewer.moments.show_again()
        shown = self.activity.at_rest(trained) if not was_shown and trained else self.activity
        self._status.show_failure(notice)
        self.set_state(TrainingState.IDLE, replace(shown, event=RETRY))
        self.changed.emit()
        self.show_untrained()

    def _show_progress(self, progress: Progress) -> None:
        self._status.show_progress(progress, is_live=self._viewer.moments.is_live)
        self._show_losses()

    def _show_losses(self) -> None:
        built, history = self._run.built, self._run.project.history
        is_running = self.activity.state == TrainingState.TRAINING
        self._status.metrics.show_history(history, built.target.entropy, built.units, is_running=is_running)

    def _show_previous_losses(self) -> None:
        """Show the losses of the previous training beside those of the present one if that learns the same target."""
        previous, present = self.trained and self.trained.previous, self._runner.job.run or self.trained
        losses = History()
        if previous and present and previous.project.target == present.project.target:
            losses = previous.project.history.in_units(previous.units)
        self._status.metrics.loss_plot.show_previous(losses)

    def _show_trained(self, trained: TrainedProject) -> None:
        """Show the metrics of a flow that was trained before, and how it was trained, or that it has just failed."""
        self._show_trained_metrics(trained)
        self.show(self.activity if self.activity.event == RETRY else self.activity.at_rest(trained))

    def _show_trained_metrics(self, trained: TrainedProject) -> None:
        project, metrics = trained.project, self._status.metrics
        metrics.show_trained(project.history.last_progress(trained.entropy), project.score, project.test_uses)
        self._show_round_trip()

    def _show_round_trip(self) -> None:
        """Show how exactly the inverse of the flow returns to the particles of the current stage."""
        if self.title:  # the round trip of an untrained flow is not measured
            self._status.metrics.table.show_round_trip(self._viewer.scenes.generated, self._view.value.stage)

    def _on_moment_shown(self, moment: Moment, is_latest: bool) -> None:
        """Show the metrics of a moment, and its score unless it belongs to an earlier target."""
        self._status.metrics.show_moment(moment, is_latest=is_latest)
        if (project := self.project) is not None:
            self._status.metrics.table.show_flow(project.flow)
            is_earlier = not is_latest and project.history.has_changed_since(moment.step)
            self._viewer.scenes.hide_target(is_earlier)
            target, parts = None if is_earlier else project.target, (moment.covered, moment.parts)
            self._viewer.show_score(explanations.score(moment.on_target, target, moment.legibility, *parts))
        self._show_round_trip()
