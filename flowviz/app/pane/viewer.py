"""The viewer: shows one flow at a stage, at a moment of its training, in one direction."""

from dataclasses import replace
from functools import partial

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.pane.cloud_camera import CloudCamera, frame_of
from flowviz.app.pane.end_playback import EndPlayback
from flowviz.app.pane.example_playback import ExamplePlayback
from flowviz.app.pane.figures import FigureController
from flowviz.app.pane.flow_queries import FlowQueries
from flowviz.app.pane.inspector_controller import InspectorController
from flowviz.app.pane.ledger_controller import LedgerController
from flowviz.app.pane.moment_browser import MomentBrowser, last_shown
from flowviz.app.pane.playhead import Playhead
from flowviz.app.pane.pointer_tools import PointerTools
from flowviz.app.pane.readout import describe_layer
from flowviz.app.pane.scene_model import SceneModel
from flowviz.app.pane.subject import Subject
from flowviz.app.pane.widgets import ViewerWidgets
from flowviz.app.state.known import Known
from flowviz.app.state.view import Tool, View, ViewState, without_stage_from
from flowviz.projects import Project
from flowviz.projects.variant import Variant
from flowviz.records import Moment, Scene, Snapshot, Timeline, Trace, selection_among
from flowviz.records.trace import untrained_trace
from flowviz.rendering.projection import unframed
from flowviz.specs import FlowSpec, ViewSpec
from flowviz.targets import Target

WINDOW_FIELDS = "theme", "background", "word_height"  # of the `ViewSpec`: set by the window, not by a project
IN_THUMBNAILS = "trace", "selection", "grid", "probe", "target"  # fields of the scene


class Viewer(QObject):
    """Shows a flow, trained or untrained, as the view state says.

    The widgets follow the scene, the view and the playhead.

    Attributes:
        queries: The queries for what the pictures show.
        playhead: The position in the flow that is drawn.
        camera: The part of the plane that is visible.
        end_playback: The playback at the end of a training.
        example: The example that is played before the first snapshot of a training.
        moments: The moments of the training of the displayed flow, and other variants of them.
        scenes: Everything that the pictures show of the displayed flow.
    """

    moment_shown = pyqtSignal(object, bool)  # Snapshot, and whether it is the latest
    variant_wanted = pyqtSignal()  # another variant of the current moment is to be shown

    def __init__(self, widgets: ViewerWidgets, view: ViewState, queries: FlowQueries, parent: QObject) -> None:
        super().__init__(parent)
        self._widgets, self._view, self.queries = widgets, view, queries
        self._score = ""
        self.scenes = SceneModel(view, queries, self)
        self.moments = MomentBrowser(
            view, queries, self.scenes, self._show_snapshot, widgets.history.show_timeline, self
        )
        self.camera = CloudCamera(view, widgets.cloud, self)
        self.playhead = Playhead(self._show_position, self.camera.aim, self.moments.play, self)
        self._inspector = InspectorController(view, widgets.inspector, queries, self.scenes, self)
        self._tools = PointerTools(view, widgets.cloud, widgets.readout, self.scenes, self)
        self._connect_models()
        self._connect_widgets()
        FigureController(view, widgets.figure, queries, self.scenes, self)
        LedgerController(view, widgets.ledger, queries, self.scenes, self)
        self.end_playback = EndPlayback(view, self.playhead, self)
        self.example = ExamplePlayback(view, widgets.example, queries, self)

    @property
    def probed_place(self) -> tuple[int, tuple[float, float]] | None:
        """Return the stage and the point that another flow probes as well, or None.

        They are those of the data if these are probed, at the last stage, or else those of the base.
        """
        probed, path = self._view.seen.probe, self.scenes.scene.probe
        if probed is None or probed[0] == self._view.value.last_stage:
            return probed
        if path is None:
            return None
        x, y = path.positions[0, 0]
        return 0, (float(x), float(y))

    def show_untrained(self, spec: FlowSpec, target: Target | None) -> None:
        """Show a flow before its first training step."""
        self._begin(Variant(spec), target)
        self._show(Subject(spec), untrained_trace(spec))

    def begin_training(self, variant: Variant, target: Target, past: Timeline | None = None) -> None:
        """Prepare for the snapshots of a new training, or of one that continues after its `past`."""
        self.queries.is_ready.set(True)
        self._begin(variant, target, past)

    def show_score(self, score: str) -> None:
        """Show how many of the particles land on the target; an empty score means that it is unknown."""
        self._score = score
        self._update_score()

    def show_project(self, project: Project, target: Target | None) -> None:
        """Show a trained flow as it was saved. TensorFlow is not loaded before a query needs it."""
        past, latest = project.timeline.moments[:-1], project.present_moment(target)
        self._begin(Variant.of(project), target, replace(project.timeline, moments=(*past, latest)))
        self._show_snapshot(latest)

    def restore(self, view: View) -> None:
        """Restore an earlier view of this flow, except for the theme and other settings of the window.

        The default colors, which nobody has chosen for the project, do not replace those of the window.
        """
        seen, shown = view.seen, self._view.value
        kept = WINDOW_FIELDS if seen.view.palette != ViewSpec().palette else (*WINDOW_FIELDS, "palette")
        own = {name: getattr(shown.seen.view, name) for name in kept}
        tool: Tool = view.tool if seen.probe is None else "probe"
        restored = without_stage_from(shown.last_stage, seen).model_copy(
            update={"view": seen.view.model_copy(update=own), "moment": None}
        )
        self._view.change(
            seen=restored,
            selection=selection_among(shown.particles, view.selection),
            tool=tool,
            figure=view.figure,
            camera=view.camera,
            exact=view.exact,
        )
        self._view.update(moment=seen.moment)  # the step itself, because another pane may have a moment there
        self.playhead.jump_to(self._view.value.stage)

    def preview(self, variant: Variant, snapshot: Snapshot) -> None:
        """Show the current moment of another variant, without changing that of the moments."""
        self._show(Subject.of(variant, snapshot.weights), snapshot.trace)
        self.moment_shown.emit(snapshot, self.moments.is_live)

    def refit(self) -> None:
        """Fit the view to the current particles alone, if it follows the cloud."""
        if self._view.seen.fitted:
            self.camera.refit()
            self._query_fields()

    def reduce_motion(self, reduced: bool) -> None:
        """Set whether to jump to stages and frames instead of gliding."""
        self.playhead.jumps = self.camera.jumps = self.example.jumps = reduced

    def progress_of(self, scenes: SceneModel, moment: Moment | None = None) -> str:
        """Return a sentence about what is still being computed for a scene. Empty if it is complete.

        Args:
            scenes: The scene.
            moment: The earlier moment whose particles the scene will show. None if it shows the latest ones, or if
                their computation is announced elsewhere.
        """
        awaited = " and ".join(f"the {name}" for name in scenes.awaited(moment))
        loads = not self._inspector.uses_tensorflow and not scenes.subject.spec.is_recorded
        return f"{'Loading TensorFlow for' if loads else 'Computing'} {awaited}…" if awaited else ""

    def close(self) -> None:
        """End all work after the current queries."""
        self.example.end()
        self.queries.close()

    def _begin(self, variant: Variant, target: Target | None, past: Timeline | None = None) -> None:
        self.camera.begin()
        self.show_score("")
        self.scenes.begin(variant.flow, target)
        self.moments.begin(variant, past or Timeline())

    def _on_view_changed(self, old: View, new: View) -> None:
        """Show the tool and the overview of another view, go to its stage, and then aim the camera."""
        self._widgets.cloud.follow(new)
        if old.last_stage != new.last_stage:
            self.playhead.jump_to(new.stage)
        elif old.stage != new.stage:
            self.playhead.glide_to(new.stage)
        self.camera.apply_view_change(old, new)
        if (frame_of(old), old.stage) != (frame_of(new), new.stage):
            self._query_fields()
        self._update_score()
        if last_shown(old) < last_shown(new) and self.moments.is_partial:
            self.variant_wanted.emit()

    def _update_score(self) -> None:
        """Show the score, which says nothing about points of the target that move back to the base."""
        encodes = self._view.seen.direction == "encode" and not self._view.value.problem("encode")
        self._widgets.score.show_score("" if encodes else self._score)

    def _show_snapshot(self, snapshot: Snapshot) -> None:
        if self.moments.is_replaced:
            self.variant_wanted.emit()
        else:
            self.preview(self.moments.variant, snapshot)

    def _show(self, subject: Subject, generated: Trace) -> None:
        self.scenes.show(subject, generated)
        self._inspector.show_flow()

    def _connect_models(self) -> None:
        view = self._view
        view.observe(lambda value: value.seen.playback, self.playhead.set_playback)
        view.changed.connect(self._on_view_changed)
        view.observe(_panels_of, lambda _: self._query_thumbnails())
        self.scenes.trace_changed.connect(self._on_trace_changed)
        self.scenes.changed.connect(self._on_scene_changed)
        self.queries.notice_posted.connect(lambda _: self._say_awaited())
        self.playhead.stage_reached.connect(self._view.set_stage)
        self.playhead.is_playing.observe(bool, self._widgets.playback.show_playing)

    def _connect_widgets(self) -> None:
        widgets, cloud = self._widgets, self._widgets.cloud
        widgets.view_bar.fit_action.triggered.connect(self._fit)
        widgets.view_bar.fit_stage_action.triggered.connect(lambda: self.camera.fit_stage(self.scenes.scene.trace))
        widgets.view_bar.zoom_action.triggered.connect(lambda: self.camera.fit_selection(self.scenes.scene.trace))
        widgets.strip.side_changed.connect(self._query_thumbnails)
        widgets.playback.play_toggled.connect(self.playhead.toggle_playing)
        cloud.fit_requested.connect(self._fit)
        cloud.stage_clicked.connect(self._view.open_stage)
        cloud.resized.connect(self._on_resized)

    def _fit(self) -> None:
        """Follow the cloud, and fit the view to the current particles alone."""
        if self._view.seen.fitted:
            self.refit()
        else:
            self._view.follow()

    def _on_trace_changed(self, trace: Trace) -> None:
        if not _is_dragged(self._widgets.cloud.drawn.scene, trace):
            self._show_stages(trace)
            self.camera.show_trace(trace, steadily=self.moments.is_live)
        edits, encoded = self.scenes.subject.edits, self.scenes.is_encoded
        self._widgets.readout.summarize(partial(describe_layer, trace, edits, encoded=encoded))
        self._inspector.describe_stage()
        self._query_fields()

    def _show_stages(self, trace: Trace) -> None:
        """Show the stages of a trace."""
        stages, subject = range(len(trace.names)), self.scenes.subject
        titles = [trace.title(stage, subject.edits.of(stage)) for stage in stages]
        thinned = trace.is_continuous  # neighbors look alike
        self._widgets.strip.set_stages(titles, trace.volume_shares, thinned=thinned)
        self._widgets.slider.set_stages([trace.position(stage) for stage in stages], titles)
        self.playhead.last = trace.last_stage
        known = Known.of(subject.spec, subject.weights, trace, self.scenes.target)
        count = trace.positions.shape[1]
        self._view.show_flow(trace.last_stage, count, is_continuous=trace.is_continuous, known=known)

    def _on_scene_changed(self, scene: Scene) -> None:
        previous = self._widgets.cloud.drawn.scene
        self._widgets.cloud.show_scene(scene)
        self._tools.describe()
        self._say_awaited()
        if _have_other_thumbnails(previous, scene) and not _is_dragged(previous, scene.trace):
            self._query_thumbnails()

    def _say_awaited(self) -> None:
        """Say on the picture what is still being computed."""
        self._widgets.cloud.change(progress=self.progress_of(self.scenes))

    def _show_position(self, position: float) -> None:
        self._widgets.cloud.show_stage(position)
        self.camera.advance()

    def _on_resized(self) -> None:
        self.camera.aim()
        self._query_fields()

    def _query_fields(self) -> None:
        self.scenes.query_fields(self.camera.camera, self._widgets.cloud.size_in_pixels)
        self._say_awaited()

    def _query_thumbnails(self) -> None:
        strip = self._widgets.strip
        view = _panels_of(self._view.value)
        on_result = partial(strip.show_pictures, strip.pictured)
        self.queries.thumbnails(self.scenes.scene, view, strip.side, strip.pictured, on_result)


def _panels_of(view: View) -> ViewSpec:
    """Return the part of a view that decides how the small pictures are drawn."""
    return unframed(view.seen.view).model_copy(update={"labels": True, "beside": False})


def _is_dragged(shown: Scene | None, trace: Trace) -> bool:
    """Return whether particles of the same stages will soon be complete, as while a curve is dragged."""
    return shown is not None and shown.trace.names == trace.names and trace.awaits_densities


def _have_other_thumbnails(old: Scene | None, new: Scene) -> bool:
    return old is None or any(getattr(old, field) is not getattr(new, field) for field in IN_THUMBNAILS)
