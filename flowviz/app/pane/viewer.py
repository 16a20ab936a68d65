"""The viewer: shows one flow at a stage, at a moment of its training, in one direction."""

from dataclasses import replace

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.pane.end_playback import EndPlayback
from flowviz.app.pane.example_playback import ExamplePlayback
from flowviz.app.pane.figures import FigureController
from flowviz.app.pane.flow_queries import FlowQueries
from flowviz.app.pane.ledger_controller import LedgerController
from flowviz.app.pane.moment_browser import MomentBrowser, last_shown
from flowviz.app.pane.scene_model import SceneModel
from flowviz.app.pane.scene_presenter import ScenePresenter
from flowviz.app.pane.subject import Subject
from flowviz.app.pane.widgets import ViewerWidgets
from flowviz.app.state.view import Tool, View, ViewState
from flowviz.projects import Project
from flowviz.projects.variant import Variant
from flowviz.records import Selection, Snapshot, Timeline, Trace, selection_among
from flowviz.records.trace import untrained_trace
from flowviz.specs import FlowSpec, Seen, ViewSpec
from flowviz.targets import Target

WINDOW_FIELDS = "theme", "background", "word_height"  # of the `ViewSpec`: set by the window, not by a project


class Viewer(QObject):
    """Shows a flow, trained or untrained, as the view state says.

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
        self.scenes = SceneModel(view, queries, self)
        show_timeline = widgets.history.show_timeline
        self.moments = MomentBrowser(view, queries, self.scenes, self._show_snapshot, show_timeline, self)
        self._presenter = ScenePresenter(widgets, view, queries, self.scenes, self.moments, self)
        self.playhead, self.camera = self._presenter.playhead, self._presenter.camera
        FigureController(view, widgets.figure, queries, self.scenes, self)
        LedgerController(view, widgets.ledger, queries, self.scenes, self)
        self.end_playback = EndPlayback(view, self.playhead, self)
        self.example = ExamplePlayback(view, widgets.example, queries, self)
        self._score = ""
        view.changed.connect(self._on_view_changed)

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

    def restore(self, seen: Seen, selection: Selection | None) -> None:
        """Restore a saved view and selection, except for the theme and other settings of the window.

        The default colors, which nobody has chosen for the project, do not replace those of the window.
        """
        fitting = selection_among(self.scenes.scene.trace.positions.shape[1], selection)
        kept = WINDOW_FIELDS if seen.view.palette != ViewSpec().palette else (*WINDOW_FIELDS, "palette")
        own = {name: getattr(self._view.seen.view, name) for name in kept}
        stage = None if seen.stage is not None and seen.stage >= self._view.value.last_stage else seen.stage
        tool: Tool = "move" if seen.probe is None else "probe"
        changes = {"view": seen.view.model_copy(update=own), "stage": stage, "moment": None}
        restored = seen.model_copy(update=changes)
        value = replace(self._view.value, seen=restored, selection=fitting, tool=tool)
        self._view.set(replace(value, figure=None, camera=None))
        self.moments.go_to(seen.moment)
        self.playhead.jump_to(self._view.value.stage)

    def preview(self, variant: Variant, snapshot: Snapshot) -> None:
        """Show the current moment of another variant, without changing that of the moments."""
        self._show(Subject.of(variant, snapshot.weights), snapshot.trace)
        self.moment_shown.emit(snapshot, self.moments.is_live)

    def refit(self) -> None:
        """Fit the view to the current particles alone, if it follows the cloud."""
        if self._view.seen.fitted:
            self._presenter.refit()

    def reduce_motion(self, reduced: bool) -> None:
        """Set whether to jump to stages and frames instead of gliding."""
        self.playhead.jumps = self.camera.jumps = self.example.jumps = reduced

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
        if old.seen.direction != new.seen.direction:
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
        self._presenter.inspector.show_flow()
