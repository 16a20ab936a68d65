"""The request presenter: shows what is requested next, and lets a running training follow it."""

from flowviz.app.session.adjusting import same_course, same_weights
from flowviz.app.session.training_presenter import TrainingPresenter
from flowviz.app.state.request import RequestState
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.training.runner import TrainingRunner
from flowviz.app.training.status import TrainingStatus
from flowviz.app.training.status_sentence import NextTraining
from flowviz.app.training.training_state import TrainingState
from flowviz.app.viewer.viewer import Viewer
from flowviz.specs import TrainingSpec


class RequestPresenter:
    """Shows the requested target and flow beside those that are trained."""

    def __init__(
        self,
        request: RequestState,
        builder: TargetBuilder,
        presenter: TrainingPresenter,
        runner: TrainingRunner,
        viewer: Viewer,
        status: TrainingStatus,
    ) -> None:
        self._request, self._builder, self._presenter, self._runner = request, builder, presenter, runner
        self._viewer, self._status = viewer, status

    def is_followed(self, extension: TrainingSpec | None) -> bool:
        """Return whether a training is going on that differs from the requested one at most in target and settings.

        Args:
            extension: The request by which the training was extended, if it was.
        """
        run, request = self._runner.run, self._request.value
        if run is None or not self._is_running() or not request.follows:
            return False
        has_same_flow = same_weights(run.project.flow, request.plan.flow)
        known = filter(None, (run.project.training, extension))
        return has_same_flow and any(same_course(request.plan.training, each) for each in known)

    def follow(self) -> None:
        """Let the running training switch to the requested target if "Follow the target" is on."""
        built, run = self._builder.built, self._runner.run
        if run is None or not self._is_running():
            return
        if not self._request.value.follows:
            run.worker.keep_target()
        elif built is not None:
            self._runner.follow(built)

    def show_untrained(self) -> None:
        """Show the requested flow, unless a trained one is shown."""
        if not self._presenter.title and self._runner.run is None:
            built = self._builder.built
            self._viewer.show_untrained(self._request.plan.flow, built.target if built else None)

    def show_next(self) -> None:
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

    def _is_running(self) -> bool:
        return self._presenter.state not in {TrainingState.IDLE, TrainingState.STOPPING}
