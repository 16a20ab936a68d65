"""The learning rate, clip norm, batch and target of a training that runs or continues."""

from collections.abc import Callable

from PyQt6.QtCore import QObject

from flowviz.app.state.request import Request, RequestState
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.threads.delay import delayed
from flowviz.app.training.runner import TrainingRunner
from flowviz.app.training.trained_project import same_weights
from flowviz.app.training.training_presenter import TrainingPresenter
from flowviz.app.training.training_state import TrainingState
from flowviz.projects import Project
from flowviz.records import Settings
from flowviz.specs import TrainingSpec
from flowviz.training import Adjust
from flowviz.training.settings import with_settings_of

SETTLE_MS = 400  # a wheel or an arrow key passes through values that are not meant
CHANGE = "A change of learning rate, batch or clip norm"
MARKED = "The loss plot marks it."
HINTS = {
    TrainingState.PREPARING: f"{CHANGE} applies to the running training at once. {MARKED}",
    TrainingState.TRAINING: f"{CHANGE} applies to the running training at once. {MARKED}",
    TrainingState.PAUSED: f"{CHANGE} applies to the paused training when it resumes. {MARKED}",
    TrainingState.STOPPING: "",
}
ON_RESUME = f"{CHANGE} applies when you press Resume or Extend. {MARKED}"
OTHER_FLOW = "These choices are for the next training. The present one goes on unchanged."
NEW_BATCH = "Preparing for {after:,} points in each step. Until then, the training goes on with {before:,}."


class Adjusting(QObject):
    """Lets a training continue with the requested settings and target, as long as no other flow is requested."""

    def __init__(
        self,
        request: RequestState,
        builder: TargetBuilder,
        presenter: TrainingPresenter,
        runner: TrainingRunner,
        parent: QObject,
        show_hint: Callable[[str], object],
    ) -> None:
        """Adjust trainings; `show_hint` shows when a change of the settings applies, in a sentence or two."""
        super().__init__(parent)
        self._request, self._builder, self._presenter, self._runner = request, builder, presenter, runner
        self._show_hint = show_hint
        self._settling = delayed(self, self._apply, SETTLE_MS)
        request.changed.connect(self._on_request_changed)
        builder.built_changed.connect(self.follow)
        for changed in (presenter.changed, presenter.state_changed):
            changed.connect(self._update_hint)

    def continued(self, project: Project) -> Project:
        """Return a project whose training continues with the requested settings."""
        return with_settings_of(project, self._requested(project))

    def is_followed(self, extension: TrainingSpec | None) -> bool:
        """Return whether a training is going on that differs from the requested one at most in target and settings.

        Args:
            extension: The request by which the training was extended, if it was.
        """
        run, request = self._runner.job.run, self._request.value
        if run is None or not self._presenter.activity.has_time_left or not request.follows:
            return False
        known = filter(None, (run.project.training, extension))
        return self._has_same_flow(run.project) and any(same_course(request.plan.training, each) for each in known)

    def follow(self) -> None:
        """Let a running training switch to the requested target if "Follow the target" is on."""
        built, run = self._builder.built, self._runner.job.run
        if run is None or not self._presenter.activity.has_time_left or self._presenter.entrant is not None:
            return
        if not self._request.value.follows:
            run.worker.keep_target()
        elif built is not None:
            self._runner.follow(built)

    def _on_request_changed(self, old: Request, new: Request) -> None:
        if self._presenter.entrant is not None:
            return  # another training starts the entrant over
        if old.follows != new.follows:
            self.follow()
        if (old.plan.flow, old.plan.training) != (new.plan.flow, new.plan.training):
            self._settling.start()
            self._update_hint()

    def _apply(self) -> None:
        """Request the settings from the running training."""
        run = self._runner.job.run
        if run is not None and self._presenter.activity.state != TrainingState.STOPPING:
            self._runner.change(Adjust(self._requested(run.project)))
        self._update_hint()

    def _requested(self, project: Project) -> TrainingSpec:
        plan = self._request.plan
        return plan.training if same_weights(project.flow, plan.flow) else project.training

    def _update_hint(self) -> None:
        self._show_hint(self._hint())

    def _hint(self) -> str:
        run, state = self._runner.job.run, self._presenter.activity.state
        if self._presenter.entrant is not None:
            return ""
        if run is None:
            trained = self._presenter.trained
            continues = trained is not None and (trained.can_resume() or trained.can_extend())
            return ON_RESUME if trained and continues and self._has_same_flow(trained.project) else ""
        if not self._has_same_flow(run.project):
            return OTHER_FLOW
        trainings = run.project.training, self._request.plan.training
        before, after = (Settings.of(training, run.project.flow.recipe).batch for training in trainings)
        if before != after and state == TrainingState.TRAINING:
            return NEW_BATCH.format(before=before, after=after)
        return HINTS.get(state, "")

    def _has_same_flow(self, project: Project) -> bool:
        return same_weights(project.flow, self._request.plan.flow)


def same_course(training: TrainingSpec, other: TrainingSpec) -> bool:
    """Return whether two trainings differ at most in settings that can change while they run."""
    settings = {"learning_rate": None, "clip_norm": None, "batch": 0}
    return training.model_copy(update=settings) == other.model_copy(update=settings)
