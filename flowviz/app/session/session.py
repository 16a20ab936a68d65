"""The session owns the work: a target, a flow, its training. What is looked at is the exploration's."""

from dataclasses import replace
from itertools import count

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.notices.notice import Notice
from flowviz.app.session.plans import Plans
from flowviz.app.session.undo import UndoHistory
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.target.built_target import BuiltTarget, build_or_explain
from flowviz.app.training.controls import TrainingState
from flowviz.app.training.status import TrainingStatus, beside
from flowviz.app.training.trained_project import Run, TrainedProject, after
from flowviz.app.training.widgets import TrainingWidgets
from flowviz.app.training.worker import TrainingWorker
from flowviz.app.viewer.viewer import Viewer
from flowviz.projects import Plan, Project
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
from flowviz.specs import TargetSpec, TextSpec
from flowviz.specs.target import FIRST_TEXT
from flowviz.specs.view import Theme


class Session(QObject):
    """One window's work: it hears the panels, starts and stops trainings, and tells the panels what to show.

    Announces that its project may have become another one, and that a training begins, or goes on.
    """

    changed = pyqtSignal()
    started = pyqtSignal()

    def __init__(self, panels: TrainingWidgets, target_builder: TargetBuilder, viewer: Viewer, parent: QObject) -> None:
        super().__init__(parent)
        self._panels, self._target_builder, self._viewer = panels, target_builder, viewer
        self._plans = Plans(panels.target, panels.flow, panels.controls, target_builder, self)
        self._run: Run | None = None
        self._abandoned: TrainingWorker | None = None  # it may not have ended yet
        self._learned: TrainedProject | None = None  # what can be saved, and resumed
        self._trained = ""  # what the flow that is shown was trained on
        self._wanted: TargetSpec | None = None  # to be trained on as soon as it is made
        self._numbers = count(1)
        self._state = TrainingState.IDLE
        self.status_report = TrainingStatus(panels.controls, panels.losses, panels.figures, panels.status, self)
        self._connect()
        panels.target.show_spec(TextSpec(text=FIRST_TEXT))
        self.undo = UndoHistory(self._plans, viewer, self)

    @property
    def trained_title(self) -> str:
        """What the particles shown were trained on, or what is chosen before the first training; for people."""
        goal = self._target_builder.goal
        return self._trained or (goal.title if goal else "")

    def project(self) -> Project:
        """All of it as it stands now: while it trains, as it was at the latest snapshot."""
        asked = self._plans.asked()
        if self._learned is None:
            project = Project.untrained(asked.target, asked.flow, asked.training)
        else:
            project = self._learned.project
        return replace(
            project,
            seen=self._viewer.seen(),
            selection=self._viewer.selection,
            next=None if asked == project.plan else asked,
        )

    def standing(self) -> tuple[object, ...]:
        """Equal to another one if nothing has changed that is worth saving: merely looking changes nothing."""
        selection = self._viewer.selection
        return self._plans.asked(), self._learned, selection and selection.chosen.tobytes()

    def show_project(self, project: Project, found: BuiltTarget | str | None = None) -> str:
        """Show what was saved, as it was; a training that runs is dropped.

        `found` is what was learned, or why it cannot be made, where that is known already. The sentence of what could
        not be restored, or nothing.
        """
        found = found or build_or_explain(project.target)
        goal, problem = (None, found) if isinstance(found, str) else (found, "")
        self._abandon()
        self._target_builder.expect(goal)
        self._learned = TrainedProject(project, goal) if project.weights.parameters else None
        self._trained = project.target.title if self._learned else ""
        self.status_report.begin(project.history, goal.target.entropy if goal else None)
        self._set_state(TrainingState.IDLE)
        unseen = self._plans.show(project.asked)
        self._tell_next()
        target = goal.target if goal else None
        if self._learned is None:
            self._viewer.show_untrained(project.flow, target)
        else:
            self._viewer.show_project(project, target)
            self._show_trained(project, goal)
        self._viewer.show_seen(project.seen, project.selection)
        self.undo.clear()
        self.changed.emit()
        return problem or unseen

    def train(self) -> None:
        """Start a training on the target that is chosen, as soon as it is made; one that runs is dropped."""
        goal, asked = self._target_builder.goal, self._plans.asked()
        self._wanted = self._target_builder.making
        if goal is not None:
            plan = Plan(goal.spec, asked.flow, asked.training)
            self._plans.take(plan)
            self._start(goal, Project.untrained(plan.target, plan.flow, plan.training))

    def call_off(self) -> None:
        """Start no training on what is still being made."""
        self._wanted = None

    def resume(self) -> None:
        """Go on with the training that was stopped, saved or lost, step for step as if it had not been."""
        learned = self._learned
        if learned is not None and learned.goal is not None and learned.can_resume():
            self._start(learned.goal, learned.project)

    def _start(self, goal: BuiltTarget, project: Project) -> None:
        self._abandon()
        checkpoint = project.checkpoint
        history = project.history.up_to(checkpoint.step) if checkpoint else project.history
        worker = TrainingWorker(next(self._numbers), goal, project.plan, checkpoint, self._abandoned)
        worker.event_arrived.connect(self._take_event)
        worker.retargeted.connect(self._take_reached)
        worker.failed.connect(self._take_failure)
        self._run = Run(worker, goal, replace(project, history=history))
        self.status_report.begin(history, goal.target.entropy)
        self.status_report.show_target(goal.title)
        self._set_state(TrainingState.PREPARING)
        worker.start()
        if not checkpoint:
            self._viewer.leave_base()
        self.started.emit()

    def toggle_pause(self) -> None:
        """Pause the training, or go on: also with one that was stopped, or opened."""
        if self._state == TrainingState.IDLE:
            self.resume()
        if self._run is None:
            return
        if self._state == TrainingState.TRAINING:
            self._run.worker.pause()
            self._set_state(TrainingState.PAUSED)
        elif self._state == TrainingState.PAUSED:
            self._run.worker.resume()
            self._set_state(TrainingState.TRAINING)

    def stop(self) -> None:
        """Stop the training and keep what was learned."""
        if self._run is not None:
            self._run.worker.stop()
            self._set_state(TrainingState.STOPPING)

    def set_theme(self, theme: Theme) -> None:
        """Draw everything for a light or a dark ground."""
        self._viewer.set_theme(theme)
        self._panels.target.set_theme(theme)
        self._panels.losses.set_theme(theme)

    def shut_down(self) -> None:
        """End all work, as soon as it can be ended."""
        self._abandon()
        self._target_builder.close()
        self._viewer.close()

    def _connect(self) -> None:
        panels = self._panels
        self._target_builder.built_changed.connect(self._take_goal)
        panels.controls.follow_toggled.connect(lambda: self._follow())
        panels.flow.flow_changed.connect(self._take_flow)
        panels.controls.train_requested.connect(self.train)
        panels.controls.pause_toggled.connect(self.toggle_pause)
        panels.controls.stop_requested.connect(self.stop)
        self._viewer.stage_changed.connect(self._show_round_trip)
        self._viewer.moment_shown.connect(self._show_moment)
        self._viewer.following_changed.connect(self.status_report.tell_following)
        self._viewer.selection_changed.connect(self.changed)
        self._plans.changed.connect(self.changed)
        self._plans.changed.connect(self._tell_next)

    def _take_goal(self, goal: BuiltTarget | None) -> None:
        wanted, self._wanted = self._wanted, None
        self._panels.controls.set_can_train(goal is not None or self._target_builder.making is not None)
        self._follow()
        self._take_flow()
        self._tell_next()
        if goal is not None and goal.spec == wanted:
            self.train()

    def _tell_next(self) -> None:
        """Say what the next training would learn, where that is not what is seen; while it is made, what was said."""
        lacking, follows = self._panels.target.problem, self._panels.controls.follows
        if self._target_builder.goal is not None:
            asked = self._plans.asked().target
            self.status_report.tell_next(beside(self._shown, asked, self._state, follows=follows))
        elif lacking:
            self.status_report.tell_next("", lacking if self._state == TrainingState.IDLE else "")

    @property
    def _shown(self) -> TargetSpec | None:
        """What the flow that is seen has learned; None before the first training."""
        if self._run is not None and self._run.is_seen:
            return self._run.project.target
        return self._learned.project.target if self._learned else None

    def _follow(self) -> None:
        """Let the training that runs turn to what is chosen, where that is wanted."""
        goal, run = self._target_builder.goal, self._run
        if run is None or self._state in {TrainingState.IDLE, TrainingState.STOPPING}:
            return
        if not self._panels.controls.follows:
            run.worker.stay()
        elif goal is not None:
            run.worker.follow(goal)

    def _take_reached(self, number: int, goal: BuiltTarget) -> None:
        """The training that runs has turned to another goal."""
        if self._run is not None and number == self._run.worker.number:
            self._run = replace(self._run, goal=goal, project=replace(self._run.project, target=goal.spec))
            self._trained = goal.title
            self.status_report.show_target(goal.title)
            self._viewer.set_target(goal.target)
            self._tell_next()

    def _take_flow(self) -> None:
        """A flow that was trained stays in view until the next training; before the first one, show what is chosen."""
        if not self._trained and self._run is None:
            goal = self._target_builder.goal
            self._viewer.show_untrained(self._plans.asked().flow, goal.target if goal else None)

    def _take_event(self, number: int, event: Event) -> None:
        if self._run is None or number != self._run.worker.number:
            return  # of an older run
        self._run = replace(self._run, project=after(self._run.project, event))
        match event:
            case Preparing():
                self.status_report.tell_activity(event.activity)
            case Progress():
                self._show_progress(event)
            case Snapshot():
                self._show_snapshot(event)
            case Checkpoint():
                self._keep()
            case Retargeted():
                self._show_losses()
            case Recovered() | Uncompiled():
                self.status_report.tell_warning(event)
            case Finished():
                self._finish(event)

    def _show_snapshot(self, snapshot: Snapshot) -> None:
        assert self._run is not None
        is_first = not self._run.is_seen
        if is_first:
            self._begin()
        self._viewer.take_snapshot(snapshot)
        if is_first:
            self._keep()  # what was learned before is not what is seen any more

    def _begin(self) -> None:
        """The first picture of a training: from now on it is what is looked at."""
        assert self._run is not None
        self._run = replace(self._run, is_seen=True)
        if self._state == TrainingState.PREPARING:  # it may be stopping already
            self._set_state(TrainingState.TRAINING)
        self._trained = self._run.goal.title
        self.status_report.show_target(self._trained)
        project, goes_on = self._run.project, self._run.project.checkpoint is not None
        past = self._viewer.timeline if goes_on else None  # with the particles that were followed meanwhile
        self._viewer.begin_training(project.flow, self._run.goal.target, past)

    def _keep(self) -> None:
        """This is what is saved, and resumed, from now on."""
        assert self._run is not None
        self._learned = TrainedProject(replace(self._run.project, timeline=self._viewer.timeline), self._run.goal)
        self.changed.emit()

    def _take_failure(self, number: int, notice: Notice) -> None:
        if self._run is None or number != self._run.worker.number:
            return
        if not self._run.is_seen and self._learned is not None:  # which is still what is seen
            goal = self._learned.goal
            self.status_report.begin(self._learned.project.history, goal.target.entropy if goal else None)
            self._show_trained(self._learned.project, goal)
            self._viewer.tell_moment()
        self.status_report.tell_failure(notice)
        self._abandoned, self._run = self._run.worker, None
        self._set_state(TrainingState.IDLE)
        self._take_flow()

    def _finish(self, finished: Finished) -> None:
        self._show_progress(finished.progress)
        self._viewer.take_snapshot(finished.snapshot)
        self._viewer.refit()
        self._keep()
        self.status_report.tell_end(finished)
        self._set_state(TrainingState.IDLE)

    def _show_progress(self, progress: Progress) -> None:
        self.status_report.show_progress(progress, is_live=self._viewer.is_live)
        self._show_losses()

    def _show_losses(self) -> None:
        assert self._run is not None
        self.status_report.show_history(self._run.project.history, self._run.goal.target.entropy)

    def _show_trained(self, project: Project, goal: BuiltTarget | None) -> None:
        """Show the figures of a flow that was trained before."""
        assert self._learned is not None
        progress = project.history.last_progress(goal.target.entropy if goal else None)
        step = progress.step if progress else project.checkpoint.step if project.checkpoint else 0
        self.status_report.show_trained(self._trained, step, progress, self._learned.fraction)
        self._show_round_trip()

    def _show_moment(self, snapshot: Snapshot, is_latest: bool) -> None:
        """Show the figures of the moment that is seen."""
        self._panels.figures.show_hits(snapshot.on_target, snapshot.coverage)
        self.status_report.show_figures(is_live=is_latest)
        self._show_round_trip()

    def _show_round_trip(self) -> None:
        if self._trained:  # a flow that was not trained has nothing to show
            self._panels.figures.show_round_trip(self._viewer.generated, self._viewer.stage)

    def _set_state(self, state: TrainingState) -> None:
        self._state = state
        self._panels.controls.set_can_resume(self._learned is not None and self._learned.can_resume())
        self.status_report.show_state(state)
        self._tell_next()

    def _abandon(self) -> None:
        """Let the present worker end, unheard."""
        if self._run is not None:
            self._abandoned, self._run = self._run.worker, None
            self._abandoned.abandon()
