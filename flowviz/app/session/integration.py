"""The integrator of the displayed flow, which changes without training again."""

from functools import partial

from PyQt6.QtCore import QObject

from flowviz.app.session.training_presenter import TrainingPresenter
from flowviz.app.session.training_runner import TrainingRunner
from flowviz.app.training.status import TrainingStatus
from flowviz.app.training.training_state import TrainingState
from flowviz.app.viewer.viewer import Viewer
from flowviz.records import Score, Snapshot
from flowviz.specs import FlowSpec

RUNNING = {TrainingState.TRAINING, TrainingState.STOPPING}


class Integration(QObject):
    """Keeps the integrator of the trained flow as requested, without changing its weights.

    A running training moves the particles of its next snapshot by the integrator, and reports its losses as before.
    Otherwise, the positions of the particles are computed in the background and shown, then their log-determinants,
    with which the project changes, and then the score. A project that was saved without its score gets it as well.
    """

    def __init__(
        self,
        presenter: TrainingPresenter,
        runner: TrainingRunner,
        viewer: Viewer,
        status: TrainingStatus,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._presenter, self._runner, self._viewer, self._status = presenter, runner, viewer, status
        self._requested = FlowSpec()
        self._is_preview = False  # whether the shown integrator is not yet that of the project
        self._awaited: tuple[object, FlowSpec] | None = None  # the state and flow whose score is being computed
        presenter.state_changed.connect(self._update)  # a pause or an end may come before the next snapshot

    def expect(self, flow: FlowSpec) -> None:
        """Set the integrator that is requested by the project to be shown next."""
        self._requested, self._is_preview = flow, False

    def request(self, flow: FlowSpec) -> None:
        """Request the integrator of a flow."""
        self._requested = flow
        self._update()

    def _update(self) -> None:
        run = self._runner.run
        if run is not None:
            run.worker.integrate(run.project.flow.with_integrator_of(self._requested))
        flow = self._outstanding()
        is_moved = run is not None and run.is_shown and self._presenter.state in RUNNING  # by the training
        self._status.show_deferred(flow is not None and is_moved)
        if flow is not None and not is_moved:
            self._viewer.integration.locate(flow, partial(self._on_located, flow))
        elif flow is None:
            self._end_preview()
            self._ask_for_score()

    def _outstanding(self) -> FlowSpec | None:
        """Return the trained flow with the requested integrator, or None if that is the flow already."""
        project = self._presenter.project
        flow = project.flow.with_integrator_of(self._requested) if project else None
        return flow if project and flow != project.flow else None

    def _on_located(self, flow: FlowSpec, snapshot: Snapshot) -> None:
        if flow != self._outstanding():
            return  # it was requested before another integrator
        if snapshot.step == self._viewer.integration.moment.step:
            self._is_preview = True
            self._presenter.preview(flow, snapshot)
        self._viewer.integration.compute(flow, partial(self._on_moved, flow))

    def _end_preview(self) -> None:
        """Show the integrator of the project again, because it is requested again."""
        if self._is_preview:
            self._is_preview = False
            self._presenter.end_preview()

    def _on_moved(self, flow: FlowSpec, snapshot: Snapshot) -> None:
        if flow != self._outstanding() or snapshot.step != self._viewer.timeline.moments[-1].step:
            return  # it was requested before another integrator or another snapshot
        self._is_preview = False
        self._presenter.show_integrated(flow, snapshot)
        self._ask_for_score()

    def _ask_for_score(self) -> None:
        """Compute the score of the trained flow in the background if it lacks one, unless that is under way."""
        trained = self._presenter.trained
        if self._runner.run is not None or trained is None or trained.built is None or not trained.lacks_score:
            return
        asked = trained.state, trained.project.flow
        if asked != self._awaited:
            self._awaited = asked
            target, training = trained.built.target, trained.project.training
            self._viewer.integration.score(target, training, partial(self._on_scored, asked))

    def _on_scored(self, asked: tuple[object, FlowSpec], score: Score) -> None:
        if asked == self._awaited:
            self._awaited = None
        trained = self._presenter.trained
        if trained is not None and asked == (trained.state, trained.project.flow):
            self._presenter.show_score(score)
