"""The scene presenter: shows the scene on the widgets as the view state says."""

from functools import partial

from PyQt6.QtCore import QObject

from flowviz.app.pane.cloud_camera import CloudCamera, frame_of
from flowviz.app.pane.flow_queries import FlowQueries
from flowviz.app.pane.inspector_controller import InspectorController
from flowviz.app.pane.moment_browser import MomentBrowser
from flowviz.app.pane.playhead import Playhead
from flowviz.app.pane.pointer_tools import PointerTools
from flowviz.app.pane.scene_model import SceneModel
from flowviz.app.pane.widgets import ViewerWidgets
from flowviz.app.state.known import Known
from flowviz.app.state.view import View, ViewState
from flowviz.records import Scene, Trace
from flowviz.specs import ViewSpec

IN_THUMBNAILS = "trace", "selection", "grid", "probe", "target"  # fields of the scene


class ScenePresenter(QObject):
    """Keeps the widgets up to date with the scene, the view and the playhead."""

    def __init__(
        self,
        widgets: ViewerWidgets,
        view: ViewState,
        queries: FlowQueries,
        scenes: SceneModel,
        moments: MomentBrowser,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._widgets, self._view, self._queries = widgets, view, queries
        self._scenes, self._moments = scenes, moments
        self._scene: Scene | None = None  # displayed
        self.camera = CloudCamera(view, widgets.cloud, self)
        self.playhead = Playhead(self._show_position, self.camera.aim, moments.play, self)
        self.inspector = InspectorController(view, widgets.inspector, queries, scenes, self)
        self._tools = PointerTools(view, widgets.cloud, widgets.readout, scenes, self)
        self._connect_models()
        self._connect_widgets()

    def _connect_models(self) -> None:
        view = self._view
        view.observe(lambda value: value.seen.overview, self._widgets.cloud.set_overview)
        view.observe(lambda value: value.seen.playback, self.playhead.set_playback)
        view.changed.connect(self._move)
        view.observe(_panels_of, lambda _: self._query_thumbnails())
        self._scenes.trace_changed.connect(self._on_trace_changed)
        self._scenes.changed.connect(self._on_scene_changed)
        view.observe(lambda value: value.seen.view.marks, lambda _: self._say_awaited())
        self._queries.notice_posted.connect(lambda _: self._say_awaited())
        self.playhead.stage_reached.connect(self._view.set_stage)
        self.playhead.is_playing.observe(bool, self._widgets.playback.show_playing)

    def _connect_widgets(self) -> None:
        widgets, cloud = self._widgets, self._widgets.cloud
        widgets.view_bar.fit_action.triggered.connect(self.fit)
        widgets.view_bar.fit_stage_action.triggered.connect(lambda: self.camera.fit_stage(self._scenes.scene.trace))
        widgets.view_bar.zoom_action.triggered.connect(lambda: self.camera.fit_selection(self._scenes.scene.trace))
        widgets.strip.side_changed.connect(self._query_thumbnails)
        widgets.playback.play_toggled.connect(self.playhead.toggle_playing)
        cloud.fit_requested.connect(self.fit)
        cloud.stage_clicked.connect(self._view.open_stage)
        cloud.resized.connect(self._on_resized)

    def fit(self) -> None:
        """Follow the cloud, and fit the view to the current particles alone."""
        if self._view.seen.fitted:
            self.refit()
        else:
            self._view.follow()

    def refit(self) -> None:
        """Fit the view to the current particles alone."""
        self.camera.refit()
        self._query_fields()

    def _on_trace_changed(self, trace: Trace) -> None:
        if not _is_dragged(self._scene, trace):
            self._show_stages(trace)
            self.camera.show_trace(trace, steadily=self._moments.is_live)
        self.inspector.describe_stage()
        self._query_fields()

    def _show_stages(self, trace: Trace) -> None:
        """Show the stages of a trace."""
        stages, edits = range(len(trace.names)), self._scenes.subject.edits
        titles = [trace.title(stage, edits.of(stage)) for stage in stages]
        thinned = trace.is_continuous  # neighbors look alike
        self._widgets.strip.set_stages(titles, trace.volume_shares, thinned=thinned)
        self._widgets.slider.set_stages([trace.position(stage) for stage in stages], titles)
        self.playhead.last = trace.last_stage
        subject, target = self._scenes.subject, self._scenes.target
        known = Known.of(subject.spec, subject.weights, trace, target)
        count, is_continuous = trace.positions.shape[1], trace.is_continuous
        self._view.show_flow(trace.last_stage, count, is_continuous=is_continuous, known=known)

    def _on_scene_changed(self, scene: Scene) -> None:
        previous, self._scene = self._scene, scene
        self._widgets.cloud.show_scene(scene)
        if _differ(previous, scene, ("trace",)):
            edits, encoded = self._scenes.subject.edits, self._scenes.is_encoded
            self._widgets.readout.show_summary(scene.trace, edits, encoded=encoded)
        self._tools.describe()
        self._say_awaited()
        if _differ(previous, scene, IN_THUMBNAILS) and not _is_dragged(previous, scene.trace):
            self._query_thumbnails()

    def _say_awaited(self) -> None:
        """Say on the picture which of the marks are still being computed, unless that has failed."""
        scene, missing = self._scenes.scene, {*self._queries.failed_topics, *self._view.value.known.problems}
        shown = self._view.seen.view.marks - missing
        fields = {"density": scene.density, "grid": scene.grid, "velocity": scene.velocities}
        awaited = [f"the {mark}" for mark, field in fields.items() if field is None and mark in shown]
        loads = not self.inspector.uses_tensorflow and not self._scenes.subject.spec.is_recorded
        text = f"{'Loading TensorFlow for' if loads else 'Computing'} {' and '.join(awaited)}…"
        self._widgets.cloud.annotate(progress=text if awaited else "")

    def _move(self, old: View, new: View) -> None:
        """Set the tool, and move the playhead to another stage, and then the camera."""
        self._widgets.cloud.set_tool(new.tool)
        if old.last_stage != new.last_stage:
            self.playhead.jump_to(new.stage)
        elif old.stage != new.stage:
            self.playhead.glide_to(new.stage)
        self.camera.apply_view_change(old, new)
        if (frame_of(old), old.stage) != (frame_of(new), new.stage):
            self._query_fields()

    def _show_position(self, position: float) -> None:
        self._widgets.cloud.show_stage(position)
        self.camera.advance()

    def _on_resized(self) -> None:
        self.camera.aim()
        self._query_fields()

    def _query_fields(self) -> None:
        self._scenes.query_fields(self.camera.camera, self._widgets.cloud.size_in_pixels)

    def _query_thumbnails(self) -> None:
        strip = self._widgets.strip
        view = _panels_of(self._view.value)
        on_result = partial(strip.show_pictures, strip.pictured)
        self._queries.thumbnails(self._scenes.scene, view, strip.side, strip.pictured, on_result)


def _panels_of(view: View) -> ViewSpec:
    """Return the part of a view that decides how the small pictures are drawn."""
    usual = ViewSpec()
    unused = {name: getattr(usual, name) for name in ("center", "half_extent", "labels", "beside")}
    return view.seen.view.model_copy(update=unused)


def _is_dragged(shown: Scene | None, trace: Trace) -> bool:
    """Return whether particles of the same stages will soon be complete, as while a curve is dragged."""
    return shown is not None and shown.trace.names == trace.names and trace.awaits_densities


def _differ(old: Scene | None, new: Scene, fields: tuple[str, ...]) -> bool:
    return old is None or any(getattr(old, field) is not getattr(new, field) for field in fields)
