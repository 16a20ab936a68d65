"""The integrator of the displayed flow, which changes without training again."""

from functools import partial

from PyQt6.QtCore import QObject

from flowviz.app.session.training_presenter import TrainingPresenter
from flowviz.app.session.training_runner import TrainingRunner
from flowviz.app.training.training_state import TrainingState
from flowviz.app.viewer.viewer import Viewer
from flowviz.records import Score, Snapshot
from flowviz.specs import FlowSpec

RUNNING = {TrainingState.TRAINING, TrainingState.STOPPING}


class Integration(QObject):
    """Keeps the integrator of the trained flow as requested, without changing its weights.

    A running training moves the particles of its next snapshot by the integrator, and reports its losses as before.
    Otherwise, the particles are computed in the background, and then the score.
    """

    def __init__(self, presenter: TrainingPresenter, runner: TrainingRunner, viewer: Viewer, parent: QObject) -> None:
        super().__init__(parent)
        self._presenter, self._runner, self._viewer = presenter, runner, viewer
        self._requested = FlowSpec()
        presenter.state_changed.connect(self._update)  # a pause or an end may come before the next snapshot

    def request(self, flow: FlowSpec) -> None:
        """Request the integrator of a flow."""
        self._requested = flow
        self._update()

    def _update(self) -> None:
        run = self._runner.run
        if run is not None:
            run.worker.integrate(run.project.flow.with_integrator_of(self._requested))
        flow = self._outstanding()
        if flow is not None and not (run is not None and run.is_shown and self._presenter.state in RUNNING):
            self._viewer.integration.compute(flow, partial(self._on_moved, flow))

    def _outstanding(self) -> FlowSpec | None:
        """Return the trained flow with the requested integrator, or None if that is the flow already."""
        project = self._presenter.project
        flow = project.flow.with_integrator_of(self._requested) if project else None
        return flow if project and flow != project.flow else None

    def _on_moved(self, flow: FlowSpec, snapshot: Snapshot) -> None:
        if flow != self._outstanding() or snapshot.step != self._viewer.timeline.moments[-1].step:
            return  # it was requested before another integrator or another snapshot
        self._presenter.show_integrated(flow, snapshot)
        trained = self._presenter.trained
        if trained is not None and trained.built is not None and trained.lacks_score:
            self._viewer.integration.score(
                trained.built.target, trained.project.training, partial(self._on_scored, flow)
            )

    def _on_scored(self, flow: FlowSpec, score: Score) -> None:
        trained = self._presenter.trained
        if trained is not None and trained.project.flow == flow:
            self._presenter.show_score(score)
