"""The session: coordinates the target, the training and the viewer of one window."""

from dataclasses import replace

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.session.adjusting import Adjusting, same_course, same_weights
from flowviz.app.session.integration import Integration
from flowviz.app.session.previous import PreviousTraining
from flowviz.app.session.training_presenter import TrainingPresenter
from flowviz.app.session.training_runner import Run, TrainingRunner
from flowviz.app.session.undo import UndoHistory
from flowviz.app.state.edits import EditsState
from flowviz.app.state.request import Request, RequestState
from flowviz.app.state.variant import Variant
from flowviz.app.state.view import View, ViewState
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.target.built_target import BuiltTarget, build_or_explain
from flowviz.app.training.status import TrainingStatus
from flowviz.app.training.status_sentence import NextTraining
from flowviz.app.training.training_state import TrainingState
from flowviz.app.viewer.viewer import Viewer
from flowviz.projects import Project
from flowviz.specs import TargetSpec, TrainingSpec
from flowviz.specs.edits import Edits
from flowviz.targets import Target

UNTRAINED = "Train a flow first, or build one by hand: its layers do nothing yet."
DROPPED = "The edits belonged to the former steps of the integrator. Undo brings them back."
RUNS = "Stop the training to edit the layers."


class Session(QObject):
    """Starts and stops trainings, and assembles the project of one window."""

    changed = pyqtSignal()  # the project, or what is requested next
    edit_problem_changed = pyqtSignal(str)  # why the layers cannot be edited, or nothing
    score_previewed = pyqtSignal(object)  # the gap in nats of a flow whose curve is being dragged, or None
    started = pyqtSignal()  # a training was started or resumed, or goes on with the requested target

    def __init__(
        self,
        request: RequestState,
        view: ViewState,
        edits: EditsState,
        builder: TargetBuilder,
        viewer: Viewer,
        status: TrainingStatus,
        runner: TrainingRunner,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._request, self._view, self._edits, self._status = request, view, edits, status
        self._builder, self._viewer = builder, viewer
        self._runner = runner
        self._presenter = TrainingPresenter(runner, viewer, status, view, self)
        self._integration = Integration(self._presenter, runner, viewer, status, self)
        self.adjusting = Adjusting(request, self._presenter, runner, self)
        self.previous = PreviousTraining(self._presenter, runner, status, self)
        self._awaited: TargetSpec | None = None  # training starts as soon as it is built
        self._extension: TrainingSpec | None = None  # the request by which the current training was extended
        self.undo = UndoHistory(request, view, edits, self)
        self._connect()
        if builder.pending is None:
            self._on_built(builder.built)
        else:  # the flow is shown when its target has been built, which takes a moment
            status.set_can_train(True)

    @property
    def state(self) -> TrainingState:
        """Return the state of the training."""
        return self._presenter.state

    @property
    def run(self) -> Run | None:
        """Return the training that is running or paused, or None."""
        return self._runner.run

    @property
    def trained_title(self) -> str:
        """Return the title of the target of the trained flow, or of the requested target before the first training."""
        return self._presenter.title or ("" if self._builder.problem else self._request.plan.target.title)

    @property
    def edit_problem(self) -> str:
        """Return why the layers cannot be edited now, in a sentence, or an empty text.

        The training moves the particles itself, and its snapshots would replace edited ones: it has to end first.
        """
        if self._presenter.trained is None:
            return UNTRAINED
        return "" if self.state == TrainingState.IDLE else RUNS

    @property
    def trained_target(self) -> Target | None:
        """Return the target of the trained flow that is shown. None if there is none, or if it cannot be built."""
        trained = self._presenter.trained
        return trained.built.target if trained and trained.built else None

    def project(self) -> Project:
        """Return the current project, which contains a running training up to its latest checkpoint."""
        plan, trained = self._request.plan, self._presenter.trained
        project = trained.project if trained else Project.untrained(plan.target, plan.flow, plan.training)
        return replace(
            project,
            seen=self._view.seen,
            selection=self._view.value.selection,
            next=None if plan == project.plan else plan,
        )

    def content(self) -> tuple[object, ...]:
        """Return a value that changes whenever there is something new to save.

        It excludes the view, which is saved as well but is no reason to ask before closing.
        """
        trained = self._presenter.trained
        known = trained and (trained.project.score, trained.project.edits)
        return self._request.plan, trained, known, self._view.value.selection, self._edits.value

    def edits(self) -> tuple[object, ...]:
        """Return a value that changes with every edit and every new training, but not while a training runs."""
        trained = self.run.worker if self.run else self._presenter.trained
        return self._request.plan, trained, self._view.value.selection, self._edits.value

    def show_project(self, project: Project, result: BuiltTarget | str | None = None) -> str:
        """Show a project as it was saved, and abandon the current training.

        Args:
            project: The project.
            result: The target of the project, or the reason why it cannot be built. None builds it.

        Returns:
            The reason why the target cannot be built, or an empty string.
        """
        self.cancel_start()
        result = result or build_or_explain(project.target)
        built, problem = (None, result) if isinstance(result, str) else (result, "")
        self._builder.expect(built)
        self._integration.expect(Variant(project.asked.flow, project.edits))
        self._presenter.show_project(project, built)
        self.previous.forget()
        self._request.show_plan(project.asked)
        self._edits.set(project.edits)
        self._viewer.restore(project.seen, project.selection)
        self._show_next()
        self.undo.clear()
        self.changed.emit()
        return problem

    def train(self) -> None:
        """Abandon the current training, and start one on the requested target as soon as it is built."""
        built, plan = self._builder.built, self._request.plan
        self._awaited = self._builder.pending
        if built is not None:
            self._start(built, Project.untrained(built.spec, plan.flow, plan.training))

    def train_again(self) -> None:
        """Train the flow that is shown again, from the same initial weights, on the same points in the same order.

        The settings and the budget are those that are requested, so that a change of one of them shows its effect.
        """
        self.cancel_start()
        shown, training = self._runner.run or self._presenter.trained, self._request.plan.training
        if shown is None or shown.built is None:
            self.train()
        else:
            flow, seed = shown.project.flow, shown.project.training.seed
            self._start(shown.built, Project.untrained(shown.built.spec, flow, training.with_seed(seed)))

    def learn(self) -> None:
        """Learn the requested target: a training that follows it switches to it; otherwise, a new one starts."""
        if not self._is_following:
            self.train()
            return
        if self._builder.problem:
            return
        self.cancel_start()
        self._view.show_last_stage()
        self._viewer.end_playback.begin()
        if self.state == TrainingState.PAUSED:
            self.toggle_pause()
        self.started.emit()

    def cancel_start(self) -> None:
        """Cancel a start that waits for its target."""
        self._awaited = None

    def train_from_here(self) -> None:
        """Train the flow that is shown, with its edits, for the requested time or number of steps.

        Bends stay on top of what is learned, and disabled layers remain the identity.
        """
        self.cancel_start()
        trained = self._presenter.trained
        if trained is None or trained.built is None or not trained.project.edits:
            return
        if trained.is_edited_since_training:
            self._start(trained.built, replace(trained.project, training=self._request.plan.training))
        else:
            (self.extend if trained.can_extend() else self.resume)()

    def resume(self) -> None:
        """Continue a training that was stopped or opened, exactly as if it had not been interrupted.

        It takes the requested settings, and if "Follow the target" is on, it then switches to the requested target.
        """
        self.cancel_start()
        trained = self._presenter.trained
        if trained is not None and trained.built is not None and trained.can_resume():
            self._start(trained.built, self.adjusting.continued(trained.project))

    def extend(self) -> None:
        """Continue a training whose budget is used up, for the requested time or number of steps."""
        self.cancel_start()
        trained, budget = self._presenter.trained, self._request.plan.training
        if trained is not None and trained.built is not None and trained.can_extend():
            self._start(trained.built, self.adjusting.continued(trained.extended(budget)))
            self._extension = budget

    def toggle_pause(self) -> None:
        """Pause or resume the training, or extend one whose budget is used up."""
        run = self.run
        if self.state == TrainingState.IDLE:
            self._continue()
        elif run is not None and self.state in {TrainingState.PREPARING, TrainingState.TRAINING}:
            run.worker.pause()
            self._presenter.set_state(TrainingState.PAUSED)
        elif run is not None and self.state == TrainingState.PAUSED:
            run.worker.resume()
            self._presenter.set_state(TrainingState.TRAINING)

    def _continue(self) -> None:
        """Resume or extend the training that has ended; if its flow was edited since, train from what is shown."""
        trained = self._presenter.trained
        if trained is None:
            return
        if trained.is_edited_since_training and trained.project.edits:
            self.train_from_here()
        else:
            (self.extend if trained.can_extend() else self.resume)()

    def stop(self) -> None:
        """Stop the training and keep its result. Cancel a start that waits for its target, too."""
        self.cancel_start()
        if self._runner.run is not None:
            self._runner.run.worker.stop()
            self._presenter.set_state(TrainingState.STOPPING)

    def glimpse(self, edits: Edits | None) -> None:
        """Show other edits of the layers for a while, or the requested ones again if they are None."""
        self._integration.show_glimpse(edits)

    def shut_down(self) -> None:
        """End all background work as soon as possible."""
        self._runner.abandon()
        self._builder.close()
        self._viewer.close()

    def _connect(self) -> None:
        self._request.changed.connect(self._on_request_changed)
        self._view.changed.connect(self._on_view_changed)
        self._edits.changed.connect(self._on_edits_changed)
        self._presenter.began.connect(self._keep_edits_of_run)
        self.previous.returning.connect(self._return_to_edits)
        for changed in (self._presenter.changed, self._presenter.state_changed):
            changed.connect(self._update_edit_problem)
        self._builder.built_changed.connect(self._on_built)
        self._presenter.changed.connect(self._show_next)
        self._presenter.changed.connect(self.changed)
        self._integration.gap_previewed.connect(self.score_previewed)
        self._presenter.failed.connect(self._show_untrained)

    def _start(self, built: BuiltTarget, project: Project) -> None:
        self._extension = None
        if project.checkpoint is None:
            self.previous.keep()
        self._presenter.start(built, project)
        self.previous.update()
        self._follow()
        self.started.emit()

    def _on_request_changed(self, old: Request, new: Request) -> None:
        if old.plan.flow != new.plan.flow:
            if old.plan.flow.integrator_steps != new.plan.flow.integrator_steps and self._edits.value:
                self._drop_edits_of_steps()
            self._show_untrained()
            self._integration.request(new.plan.flow)
        if old.follows != new.follows:
            self._follow()
        self._show_next()
        self.changed.emit()

    def _on_view_changed(self, old: View, new: View) -> None:
        if old.selection != new.selection:
            self.changed.emit()

    def _on_edits_changed(self, _: Edits, new: Edits) -> None:
        self._integration.request_edits(new)
        self.changed.emit()

    def _return_to_edits(self, project: Project) -> None:
        """Request the edits of a flow that is about to be shown again."""
        self._integration.expect(Variant(self._request.plan.flow, project.edits))
        self._edits.set(project.edits)

    def _drop_edits_of_steps(self) -> None:
        """Reset edits of the steps of an integrator, which now has others; undo brings both back."""
        project = self._presenter.project
        if project is not None and project.flow.recipe.is_continuous and not self.undo.is_restoring:
            self.undo.amend(self._edits.reset_all)
            self._status.show_message(DROPPED)

    def _update_edit_problem(self) -> None:
        self.edit_problem_changed.emit(self.edit_problem)

    def _keep_edits_of_run(self) -> None:
        """Show the edits that the training began with: none if it started over. Undo brings others back."""
        if self.run is not None:
            self._edits.set(self.run.project.edits)

    def _on_built(self, built: BuiltTarget | None) -> None:
        awaited, self._awaited = self._awaited, None
        self._status.set_can_train(built is not None or self._builder.pending is not None)
        self._follow()
        self._show_untrained()
        self._show_next()
        self.changed.emit()  # the title goes if there is a problem with the target
        if built is not None and built.spec == awaited:
            self.train()

    def _show_untrained(self) -> None:
        """Show the requested flow, unless a trained one is shown."""
        if not self._presenter.title and self._runner.run is None:
            built = self._builder.built
            self._viewer.show_untrained(self._request.plan.flow, built.target if built else None)

    def _show_next(self) -> None:
        """Say what the next training would learn, or why it cannot start, once that is known."""
        if self._builder.pending is None:
            request = self._request.value
            shown = self._presenter.project
            coming = NextTraining(
                shown=shown.target if shown else None,
                requested=request.plan.target,
                problem=self._builder.problem,
                follows=request.follows,
                has_other_flow=shown is not None and not same_weights(shown.flow, request.plan.flow),
            )
            self._status.show_next(coming)

    @property
    def _is_following(self) -> bool:
        """Return whether a training is going on that differs from the requested one at most in target and settings."""
        run, request = self._runner.run, self._request.value
        if run is None or self.state in {TrainingState.IDLE, TrainingState.STOPPING} or not request.follows:
            return False
        has_same_flow = same_weights(run.project.flow, request.plan.flow)
        known = filter(None, (run.project.training, self._extension))
        return has_same_flow and any(same_course(request.plan.training, each) for each in known)

    def _follow(self) -> None:
        """Let the running training switch to the requested target if "Follow the target" is on."""
        built, run = self._builder.built, self._runner.run
        if run is None or self.state in {TrainingState.IDLE, TrainingState.STOPPING}:
            return
        if not self._request.value.follows:
            run.worker.keep_target()
        elif built is not None:
            run.worker.follow(built)
