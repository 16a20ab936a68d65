"""The metrics of the moment of a training that is shown."""

from typing import TYPE_CHECKING

from flowviz.app.state.view import View, ViewState
from flowviz.app.training.status import TrainingStatus
from flowviz.app.viewer.viewer import Viewer
from flowviz.records import Moment
from flowviz.specs import explanations

if TYPE_CHECKING:
    from flowviz.app.session.training_presenter import TrainingPresenter


class MomentMetrics:
    """Keeps the score and the metrics up to date with the moment and the stage that are shown."""

    def __init__(self, shown: "TrainingPresenter", viewer: Viewer, status: TrainingStatus, view: ViewState) -> None:
        self._shown, self._viewer, self._status, self._view = shown, viewer, status, view
        viewer.moment_shown.connect(self._on_moment_shown)
        view.changed.connect(self._on_view_changed)

    def show(self) -> None:
        """Show the metrics of the current moment again."""
        self._on_moment_shown(self._viewer.integration.moment, self._viewer.is_live)

    def show_round_trip(self) -> None:
        """Show how exactly the inverse of the flow returns to the particles of the current stage."""
        if self._shown.title:  # the round trip of an untrained flow is not measured
            self._status.metrics.show_round_trip(self._viewer.generated, self._view.value.stage)

    def _on_moment_shown(self, moment: Moment, is_latest: bool) -> None:
        self._status.metrics.show_moment(moment, is_latest=is_latest)
        project = self._shown.project
        if project is not None:
            self._status.metrics.show_flow(project.flow)
            is_earlier = not is_latest and project.history.has_changed_since(moment.step)
            self._viewer.hide_target(is_earlier)
            self._viewer.show_score(explanations.score(moment.on_target, None if is_earlier else project.target))
        self.show_round_trip()

    def _on_view_changed(self, old: View, new: View) -> None:
        if old.stage != new.stage:
            self.show_round_trip()
