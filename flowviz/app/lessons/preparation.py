"""The preparation of a step: sets the states of the window as its setup says."""

from collections.abc import Callable

from flowviz.app.lessons.one_dimension_page import OneDimensionPage
from flowviz.app.lessons.suspect_marks import SuspectMarks
from flowviz.app.pane.viewer import Viewer
from flowviz.app.state.edits import EditsState
from flowviz.app.state.request import RequestState
from flowviz.app.state.view import ViewState
from flowviz.app.training.session import Session
from flowviz.app.workspace.compared import ComparedState
from flowviz.lessons import Setup


class Preparation:
    """Sets the view, the request, the training and the panels.

    Attributes:
        open_panels: Opens the panels of the window with these names, and closes the others.
    """

    def __init__(
        self,
        view: ViewState,
        request: RequestState,
        session: Session,
        viewer: Viewer,
        edits: EditsState,
        compared: ComparedState,
        one_dimension: OneDimensionPage,
        suspects: SuspectMarks,
        open_panels: Callable[[frozenset[str]], object],
    ) -> None:
        self._view, self._request, self._session, self._viewer = view, request, session, viewer
        self._edits, self._compared, self._one_dimension, self._suspects = edits, compared, one_dimension, suspects
        self.open_panels = open_panels

    def apply(self, setup: Setup) -> None:
        """Set everything that a setup gives, and leave the rest as it is."""
        if setup.panels is not None:
            self.open_panels(frozenset(setup.panels))
        if setup.pane is not None:
            self._compared.select_pane(setup.pane)
        self._set_request(setup)
        self._edits.set(setup.edited(self._edits.value, self._view.value.last_stage))
        if (curve := setup.monotone_curve) is not None:
            self._one_dimension.set_curve(curve)
        if setup.suspects is not None:
            self._suspects.set_shown(setup.suspects)
        if setup.begins_training(has_trained=self._session.run is not None or self._session.displayed is not None):
            self._session.train()
        elif setup.train == "stop":
            self._session.stop()
        self._set_view(setup)

    def end(self) -> None:
        """Undo what holds for a step or a lesson alone, and play nothing when a training of the lesson ends."""
        self._view.change(camera=None)
        self._viewer.playhead.set_pace(None)
        self._viewer.end_playback.is_used = True
        self._suspects.set_shown(False)

    def _set_request(self, setup: Setup) -> None:
        request = self._request
        if (target := setup.target_spec) is not None:
            request.show_target(target)
        if (flow := setup.flow_spec) is not None:
            request.show_flow(flow)
        if (training := setup.training_spec) is not None:
            request.update_training(**dict(training))
        if setup.given is not None and request.plan.flow.given is not None:
            request.set_given(setup.given)

    def _set_view(self, setup: Setup) -> None:
        view = self._view
        if setup.direction is not None and setup.direction != view.seen.direction:
            view.set_direction(setup.direction)
        view.update_view(**setup.view_changes())
        if setup.camera is not None:
            view.change(camera=setup.camera)
        view.update(**setup.seen_changes())
        if setup.tool is not None:
            view.set_tool(setup.tool)
        if setup.selection is not None:
            view.set_selection(None)
        self._set_probe(setup)
        self._set_place(setup)

    def _set_probe(self, setup: Setup) -> None:
        if setup.probe == "clear":
            self._view.update(probe=None)
        elif setup.probe is not None and setup.probe[0] <= self._view.value.last_stage:
            stage, x, y = setup.probe
            self._view.set_tool("probe")
            self._view.update(probe=(stage, (x, y)))

    def _set_place(self, setup: Setup) -> None:
        if setup.moment is not None:
            self._view.update(moment=None if setup.moment == "latest" else setup.moment)
        if setup.stage == "last":
            self._view.show_last_stage()
        elif setup.stage is not None:
            self._view.set_stage(setup.stage)
        if setup.pace is not None:
            self._viewer.playhead.jump_to(self._view.value.stage)  # what is to be watched begins here
        self._viewer.playhead.set_pace(setup.pace)
        if setup.playing is not None and setup.playing != self._viewer.playhead.is_playing.value:
            self._viewer.playhead.toggle_playing()
