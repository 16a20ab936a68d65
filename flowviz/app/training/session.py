"""The session: coordinates the target, the training and the viewer of one window."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.commands.history import UndoHistory
from flowviz.app.desktop.existing import existing
from flowviz.app.editing.layer_editor import LayerEditor
from flowviz.app.pane.viewer import Viewer
from flowviz.app.state.request import RequestState
from flowviz.app.state.view import View, ViewState
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.target.built_target import BuiltTarget, build_or_explain
from flowviz.app.training.adjusting import Adjusting
from flowviz.app.training.best_loss import BestLoss
from flowviz.app.training.runner import Run, TrainingRunner
from flowviz.app.training.status import TrainingStatus
from flowviz.app.training.trained_project import TrainedProject
from flowviz.app.training.training_presenter import TrainingPresenter
from flowviz.app.training.training_state import TrainingState
from flowviz.app.training.undo import ProjectUndo
from flowviz.app.training.variants import Variants
from flowviz.app.training.work import Work
from flowviz.projects import Plan, Project
from flowviz.projects.variant import Variant
from flowviz.specs import TargetSpec, TrainingSpec
from flowviz.specs.edits import Edits
from flowviz.targets import Target


class Session(QObject):
    """Starts and stops trainings, and assembles the project of one window."""

    changed = pyqtSignal()  # the project, or what is requested next
    started = pyqtSignal()  # a training was started or resumed, or goes on with the requested target

    def __init__(
        self,
        request: RequestState,
        view: ViewState,
        editor: LayerEditor,
        builder: TargetBuilder,
        viewer: Viewer,
        status: TrainingStatus,
        runner: TrainingRunner,
        parent: QObject,
        *,
        show_hint: Callable[[str], object],
        leave_comparison: Callable[[], object],
    ) -> None:
        """Show an untrained flow.

        Args:
            request: What is requested.
            view: The view of the flow.
            editor: Edits its layers.
            builder: Builds the requested target.
            viewer: Shows the flow.
            status: Shows what the training does.
            runner: Runs the training.
            parent: The owner.
            show_hint: Shows when a change of the settings of the training applies.
            leave_comparison: Called before a project is shown in place of a comparison.
        """
        super().__init__(parent)
        self._request, self._view, self._edits = request, view, editor.edits
        self._builder, self._viewer = builder, viewer
        self._runner, self._leave_comparison = runner, leave_comparison
        self._presenter = TrainingPresenter(
            request, builder, runner, viewer, status, view, lambda: self.variants.show_included(), self
        )
        BestLoss(viewer, status.metrics.loss_plot)
        self.adjusting = Adjusting(request, builder, self._presenter, runner, self, show_hint)
        self.undo = ProjectUndo(request, view, self._edits, self)
        self.history: UndoHistory = self.undo  # that of the comparison while it is shown
        self.variants = Variants(
            request, editor, self._presenter, runner, viewer, lambda: self.history, status, self
        )  # fmt: skip
        self._awaited: TargetSpec | None = None  # training starts as soon as it is built
        self._aside: Work | None = None
        self._extension: TrainingSpec | None = None  # the request by which the current training was extended
        self._connect()
        if builder.pending is None:  # else the flow is shown when its target has been built, which takes a moment
            self._presenter.show_untrained()
        self._presenter.show()

    @property
    def state(self) -> TrainingState:
        """Return the state of the training."""
        return self._presenter.activity.state

    @property
    def entrant(self) -> str | None:
        """Return the key of the entrant of a comparison that is shown. None if the flow of the window is shown."""
        return self._presenter.entrant

    @property
    def displayed(self) -> Project | None:
        """Return the project of the trained flow that is shown. None if it has not been trained."""
        return self._presenter.project

    @property
    def run(self) -> Run | None:
        """Return the training that is running or paused, or None."""
        return self._runner.job.run

    @property
    def trained_title(self) -> str:
        """Return the title of the target of the trained flow, or of the requested target before the first training."""
        if self._aside is not None:
            return self._aside.project().target.title
        return self._presenter.title or ("" if self._builder.problem else self._request.plan.target.title)

    @property
    def trained_target(self) -> Target | None:
        """Return the target of the trained flow that is shown. None if there is none, or if it cannot be built."""
        trained = self._presenter.trained
        return trained.built.target if trained and trained.built else None

    @property
    def shown(self) -> Work:
        """Return the flow that is shown, which is that of the selected pane in a comparison."""
        presenter = self._presenter
        return Work(
            self._request.value, self._builder.built, self._view.value, self._edits.value, presenter.trained,
            self._runner.job.run, presenter.activity, self._viewer.moments.timeline,
        )  # fmt: skip

    @property
    def work(self) -> Work:
        """Return the flow of the project of the window, which is set aside while a comparison is shown."""
        return self._aside or self.shown

    def project(self) -> Project:
        """Return the project of the window, which contains a running training up to its latest checkpoint."""
        return self.work.project()

    def show_project(self, project: Project, result: BuiltTarget | str | None = None) -> str:
        """Show a project as it was saved, and abandon the current training.

        Args:
            project: The project.
            result: The target of the project, or the reason why it cannot be built. None builds it.

        Returns:
            The reason why the target cannot be built, or an empty string.
        """
        if self._aside is not None:
            self._leave_comparison()
        self.cancel_start()
        result = result or build_or_explain(project.target)
        built, problem = (None, result) if isinstance(result, str) else (result, "")
        self._runner.abandon()
        self._leave_for(project, built, partial(self._request.show_plan, project.asked), project.edits)
        self._presenter.show_project(project, built)
        self._viewer.restore(View(project.seen, selection=project.selection))
        self.undo.clear()
        self.changed.emit()
        return problem

    def set_aside(self, *, shares_training: bool = False) -> None:
        """Set the flow of the window aside to show a comparison.

        Args:
            shares_training: Whether its training goes on as that of the first entrant. Otherwise, it pauses.
        """
        self.cancel_start()
        if shares_training:
            self._aside = self.work.at_rest()
            self._runner.share()
        else:
            if self.state in {TrainingState.PREPARING, TrainingState.TRAINING}:
                self.toggle_pause()
            self._aside = self.work
            self._runner.exchange()
        self.undo.is_paused = True
        self._presenter.entrant = ""

    def replace_aside(self, trained: TrainedProject) -> None:
        """Replace the project that was set aside with one that was trained further since."""
        self._aside = existing(self._aside).having(trained)

    def bring_back(self) -> None:
        """Show the flow of the window again, at the stage and moment at which it was set aside."""
        work, self._aside = self._aside, None
        if work is None:
            return
        project = work.shown_project()
        self._presenter.entrant = None
        self._runner.attend("")  # until the flow is shown again
        self._leave_for(project, work.built, partial(self._request.restore, work.request), work.edits)
        self._runner.exchange()
        built = work.trained.built if work.trained else work.built
        self._presenter.attend(project, work.run.built if work.run else built, work.activity, work.trained)
        self._viewer.restore(self._view.with_current_style(work.view))
        self.undo.resume()
        self._runner.catch_up()

    def attend(
        self,
        key: str,
        plan: Plan,
        edits: Edits,
        project: Project,
        built: BuiltTarget | None,
        state: TrainingState,
        start: Variant | None = None,
    ) -> None:
        """Show an entrant of a comparison at the depth and the moment of the one before it.

        If it is shown already and its training starts, it is shown at its latest moment.

        Args:
            key: Its key.
            plan: What is requested of it.
            edits: The requested edits of its layers.
            project: Its project.
            built: Its target. None if it has not been built.
            state: The state of its training.
            start: The variant with which its training started. None for that of the project.
        """
        view, value, probed = self._view, self._view.value, self._viewer.probed_place
        starts = self.entrant == key and self.state == TrainingState.IDLE != state
        self._presenter.entrant = key
        self._runner.attend(key)
        self._leave_for(project, built, partial(self._request.show_plan, plan), edits)
        if state != TrainingState.IDLE:
            self._runner.attend(key, built, project, start)
        self._presenter.attend(project, built, replace(self._presenter.activity, state=state))
        view.update(moment=None if starts else value.seen.moment)
        view.set(view.value.at_depth(value.depth_of(value.stage), view.value.last_stage))
        if probed is not None:
            view.update(probe=(view.value.last_stage if probed[0] else 0, probed[1]))
        playhead, stage = self._viewer.playhead, view.value.stage
        if not playhead.is_playing.value or playhead.stage != stage:  # an entrant is also shown again while it plays
            playhead.jump_to(stage)

    def _leave_for(
        self, project: Project, built: BuiltTarget | None, request: Callable[[], object], edits: Edits
    ) -> None:
        """Leave the flow that is shown, and only then request the settings and edits of one that is shown next."""
        self._presenter.leave(project)
        self._builder.expect(built)
        request()
        self._edits.set(edits)

    def set_state(self, state: TrainingState) -> None:
        """Show another state of the training."""
        if state != self.state:
            self._presenter.set_state(state)

    def train(self) -> None:
        """Abandon the current training, and start one on the requested target as soon as it is built."""
        built, plan = self._builder.built, self._request.plan
        self._awaited = self._builder.pending
        if built is not None and not plan.flow.is_recorded:
            self._start(built, Project.untrained(built.spec, plan.flow, plan.training))

    def train_again(self) -> None:
        """Train the flow that is shown again, from the same initial weights, on the same points in the same order.

        The settings and the budget are those that are requested, so that a change of one of them shows its effect.
        """
        shown, training = self._runner.job.run or self._presenter.trained, self._request.plan.training
        if shown is None or shown.built is None or shown.project.flow.is_recorded:
            self.train()
        else:
            flow, seed = shown.project.flow, shown.project.training.seed
            self._start(shown.built, Project.untrained(shown.built.spec, flow, training.with_seed(seed)))

    def learn(self) -> None:
        """Learn the requested target: a training that follows it switches to it; otherwise, a new one starts."""
        if not self.adjusting.is_followed(self._extension):
            self.train()
            return
        if self._builder.problem:
            return
        self.cancel_start()
        self._view.show_last_stage()
        self._viewer.end_playback.is_used = False
        if self.state == TrainingState.PAUSED:
            self.toggle_pause()
        self.started.emit()

    def cancel_start(self) -> None:
        """Cancel a start that waits for its target."""
        self._awaited = None

    def return_to_previous(self) -> None:
        """Show the previous training again; the present one becomes its previous training."""
        present, presenter = self._presenter.trained, self._presenter
        if present is None or present.previous is None:
            return
        project, back = present.previous.project, replace(present.previous, previous=replace(present, previous=None))
        self._runner.abandon()
        presenter.leave(project)
        self.undo.reset("edits", partial(self._edits.set, project.edits))
        presenter.attend(project, back.built, presenter.activity.at_rest(back), back)  # known as saved if it was

    def train_from_here(self) -> None:
        """Train the flow that is shown, with its edits, for the requested time or number of steps.

        Bends stay on top of what is learned, and disabled layers remain the identity.
        """
        trained = self._presenter.trained
        if trained is not None and (trained.project.edits or trained.is_edited_since_training):
            self._continue()

    def resume(self) -> None:
        """Continue a training that was stopped or opened, exactly as if it had not been interrupted.

        It takes the requested settings, and if "Follow the target" is on, it then switches to the requested target.
        """
        trained = self._presenter.trained
        if trained is not None and trained.built is not None and trained.can_resume():
            self._start(trained.built, self.adjusting.continued(trained.project))

    def toggle_pause(self) -> None:
        """Pause or resume the training, or extend one whose budget is used up."""
        if self.state == TrainingState.IDLE:
            self._continue()
        else:
            self.set_state(self._runner.job.toggle_pause(self.state, has_begun=self._presenter.shown_run is not None))

    def _continue(self) -> None:
        """Resume the training that has ended, or extend it by the requested time or steps if its budget is used up.

        If edits have changed since, train from what is shown.
        """
        trained, budget = self._presenter.trained, self._request.plan.training
        if trained is None or trained.built is None:
            return
        if trained.is_edited_since_training:
            self._start(trained.built, replace(trained.project, training=budget))
        elif trained.can_extend():
            self._start(trained.built, self.adjusting.continued(trained.extended(budget)))
            self._extension = budget
        else:
            self.resume()

    def stop(self) -> None:
        """Stop the training and keep its result. Cancel a start that waits for its target, too."""
        self.cancel_start()
        if self._runner.job.run is not None:
            self._runner.job.run.worker.stop()
            self._presenter.set_state(TrainingState.STOPPING)

    def shut_down(self) -> None:
        """End all background work as soon as possible."""
        self._runner.abandon_all()
        self._builder.close()
        self._viewer.close()

    def _connect(self) -> None:
        for changed in (self._request.changed, self._edits.changed, self._presenter.changed):
            changed.connect(self.changed)
        self._view.observe(lambda value: value.selection, lambda _: self.changed.emit())
        self._builder.built_changed.connect(self._on_built)

    def _start(self, built: BuiltTarget, project: Project) -> None:
        self.cancel_start()
        self._extension = None
        self._presenter.start(built, project)
        self.adjusting.follow()
        self.started.emit()

    def _on_built(self, built: BuiltTarget | None) -> None:
        awaited, self._awaited = self._awaited, None
        self._presenter.show_untrained()
        self.changed.emit()  # the title goes if there is a problem with the target
        if built is not None and built.spec == awaited:
            self.train()
