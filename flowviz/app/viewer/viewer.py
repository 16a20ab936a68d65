"""The viewer: shows one flow at a stage, at a moment of its training, in one direction."""

from dataclasses import replace
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.state.view import Tool, View, ViewState
from flowviz.app.viewer.auto_view import AutoView
from flowviz.app.viewer.displays import Displays, Queries
from flowviz.app.viewer.layer_reports import LayerReports
from flowviz.app.viewer.moment_browser import MomentBrowser
from flowviz.app.viewer.playhead import Playhead
from flowviz.app.viewer.pointer_tools import PointerTools
from flowviz.app.viewer.scene_model import SceneModel
from flowviz.app.viewer.subject import Subject
from flowviz.projects import Project
from flowviz.records import Moment, Scene, Selection, Snapshot, Timeline, Trace, base_particles
from flowviz.records.trace import untrained_trace
from flowviz.rendering import Camera, fitted_view
from flowviz.specs import FlowSpec, Seen
from flowviz.specs.view import Theme
from flowviz.targets import Target

WINDOW_FIELDS = "theme", "background", "word_height"  # set by the window, whatever a project says


class Viewer(QObject):
    """Shows a flow, trained or not, as the view state says."""

    moment_shown = pyqtSignal(object, bool)  # Snapshot, and whether it is the latest
    following_changed = pyqtSignal(bool)  # whether particles of earlier moments are being computed
    notice_posted = pyqtSignal(object)  # Notice

    def __init__(self, displays: Displays, view: ViewState, queries: Queries, parent: QObject) -> None:
        super().__init__(parent)
        self._displays, self._view, self._queries = displays, view, queries
        self.playhead = Playhead(self)
        self._moments = MomentBrowser(view, queries, self)
        self._scenes = SceneModel(view, queries, self)
        self._reports = LayerReports(displays.inspector, queries, self)
        self._tools = PointerTools(view, displays.cloud, displays.readout, self)
        self._auto_view = AutoView()
        self._connect()

    @property
    def scene(self) -> Scene:
        """Everything that is shown."""
        return self._scenes.scene

    @property
    def generated(self) -> Trace:
        """The particles of the base, in whichever direction the user looks."""
        return self._scenes.generated

    @property
    def is_live(self) -> bool:
        """Whether the latest moment of the training is shown."""
        return self._moments.is_live

    @property
    def timeline(self) -> Timeline:
        """The moments of the training of the flow that is shown."""
        return self._moments.timeline

    def show_untrained(self, spec: FlowSpec, target: Target | None) -> None:
        """Show a flow before its first step."""
        self._begin(spec, target)
        self._show(Subject(spec), untrained_trace(spec, base_particles()))

    def begin_training(self, spec: FlowSpec, target: Target, past: Timeline | None = None) -> None:
        """Expect snapshots of a new training, or of one that continues after its past."""
        self._begin(spec, target, past)
        self._reports.wake()

    def set_target(self, target: Target) -> None:
        """Use another target: the training learns it from now on."""
        self._scenes.set_target(target)

    def show_project(self, project: Project, target: Target | None) -> None:
        """Show a trained flow as it was saved, without loading TensorFlow until a query needs it."""
        *past, present = project.timeline.moments or (_present(project, target),)
        latest = Snapshot(present.step, project.weights, present.on_target, present.coverage, project.trace)
        self._begin(project.flow, target, replace(project.timeline, moments=(*past, latest)))
        self._show_snapshot(latest)

    def restore(self, seen: Seen, selection: Selection | None) -> None:
        """Look at the flow as it was saved, but in the theme of the window.

        A project that no window has shown yet is looked at as the previous one was.
        """
        count = self.scene.trace.positions.shape[1]
        fits = selection is not None and len(selection.chosen) == count
        if seen == Seen():
            self._view.set_selection(selection if fits else None)
            self._view.follow()
            self.leave_base()
            return
        own = {name: getattr(self._view.seen.view, name) for name in WINDOW_FIELDS}
        view = seen.view.model_copy(update=own)
        stage = None if seen.stage is not None and seen.stage >= self._view.value.last_stage else seen.stage
        tool: Tool = "move" if seen.probe is None else "probe"
        restored = seen.model_copy(update={"view": view, "stage": stage, "moment": None})
        self._view.set(replace(self._view.value, seen=restored, selection=selection if fits else None, tool=tool))
        self._moments.go_to(seen.moment)
        self.playhead.jump_to(self._view.value.stage)

    def take_snapshot(self, snapshot: Snapshot) -> None:
        """Keep the latest snapshot of the training, and show it unless an older one is shown."""
        self._moments.take_snapshot(snapshot)

    def show_moment_again(self) -> None:
        """Announce the moment that is shown once more."""
        self._moments.show_again()

    def refit(self) -> None:
        """Follow the present picture alone, if the view follows the cloud."""
        if self._view.seen.fitted:
            self._auto_view.forget()
            self._aim()

    def leave_base(self) -> None:
        """Go to the last stage from the base, which never moves."""
        if self._view.value.stage == 0:
            self._view.update(stage=None)

    def set_theme(self, theme: Theme) -> None:
        """Draw on a light or a dark background."""
        self._view.update_view(theme=theme)
        self._displays.inspector.set_theme(theme)

    def reduce_motion(self, reduced: bool) -> None:
        """Jump from stage to stage instead of gliding."""
        self.playhead.jumps = reduced

    def close(self) -> None:
        """End all work after the present queries."""
        self._queries.close()

    def _connect(self) -> None:
        displays, cloud, playhead, view = self._displays, self._displays.cloud, self.playhead, self._view
        self._queries.notice_posted.connect(self.notice_posted)
        view.changed.connect(self._take_view)
        displays.view_bar.stage_fit_requested.connect(self._fit_stage)
        cloud.fit_requested.connect(view.follow)
        cloud.zoomed.connect(view.zoom_to)
        cloud.stage_clicked.connect(view.open_stage)
        cloud.resized.connect(self._query_density)
        displays.strip.side_changed.connect(self._query_thumbnails)
        displays.playback.play_toggled.connect(playhead.toggle_playing)
        playhead.moved.connect(self._move)
        playhead.stage_reached.connect(view.set_stage)
        playhead.moment_reached.connect(self._moments.play)
        playhead.playing_changed.connect(displays.playback.show_playing)
        self._moments.chosen.connect(self._show_snapshot)
        self._moments.timeline_changed.connect(displays.history.show_timeline)
        self._moments.following_changed.connect(self.following_changed)
        self._scenes.trace_changed.connect(self._take_trace)
        self._scenes.changed.connect(self._take_scene)

    def _begin(self, spec: FlowSpec, target: Target | None, past: Timeline | None = None) -> None:
        self._auto_view.forget()
        self._scenes.begin(spec, target)
        self._moments.begin(spec, past or Timeline())

    def _show_snapshot(self, snapshot: Snapshot) -> None:
        self._show(Subject(self._scenes.subject.spec, snapshot.weights), snapshot.trace)
        self.moment_shown.emit(snapshot, self.is_live)

    def _show(self, subject: Subject, generated: Trace) -> None:
        self._scenes.show(subject, generated)
        self._reports.show(subject, self._view.value.stage, generated)

    def _take_trace(self, trace: Trace) -> None:
        titles = [trace.title(stage) for stage in range(len(trace.names))]
        self._displays.strip.set_stages(titles, trace.volume_shares)
        self._displays.slider.set_titles(titles)
        self.playhead.set_last(trace.last_stage)
        self._view.show_flow(trace.last_stage, trace.positions.shape[1])
        self._auto_view.take(trace, steadily=self.is_live)
        self._aim()
        self._query_density()
        self._describe()

    def _take_scene(self, scene: Scene) -> None:
        selected = scene.selection.count if scene.selection else 0
        self._displays.cloud.show_scene(scene)
        self._displays.readout.show_summary(scene.trace, encoded=self._scenes.is_encoded, selected=selected)
        self._tools.show_scene(scene)
        self._query_thumbnails()

    def _take_view(self, old: View, new: View) -> None:
        before, after = old.seen, new.seen
        if old.tool != new.tool:
            self._displays.cloud.set_tool(new.tool)
        if before.overview != after.overview:
            self._displays.cloud.set_overview(after.overview)
        if before.direction != after.direction or (after.fitted and not before.fitted):
            self._auto_view.forget()
        self._navigate(old, new)
        if old.stage != new.stage or before.direction != after.direction:
            self._reports.show(self._scenes.subject, new.stage, self.generated)
        if _look_of(old) != _look_of(new):
            self._aim()
            self._query_thumbnails()
        if _look_of(old) != _look_of(new) or old.stage != new.stage:
            self._query_density()
        if _words_of(old) != _words_of(new):
            self._describe()

    def _navigate(self, old: View, new: View) -> None:
        if old.seen.playback != new.seen.playback:
            self.playhead.set_playback(new.seen.playback)
        if old.last_stage != new.last_stage:
            self.playhead.jump_to(new.stage)
        elif old.stage != new.stage:
            self.playhead.glide_to(new.stage)

    def _move(self, position: float) -> None:
        """Draw a stage, or a position on the way to the next one."""
        self._displays.cloud.show_stage(position)
        self._aim()

    def _camera(self, **changes: Any) -> Camera:
        """Return what is visible at each stage, with changes of the view."""
        view = self._view.seen.view.model_copy(update=changes)
        return self._auto_view.camera(view) if self._view.seen.fitted else Camera(view)

    def _aim(self) -> None:
        cloud, camera = self._displays.cloud, self._camera()
        cloud.set_view(camera.widest if self._view.seen.overview else camera.at(cloud.stage))

    def _fit_stage(self) -> None:
        """Zoom to the particles of this stage, however far they are."""
        view = fitted_view(self.scene.trace, self._view.seen.view, self._view.value.stage)
        self._view.zoom_to(view.center, view.half_extent)

    def _describe(self) -> None:
        """Explain the stage, and what is shown."""
        trace, view, inspector = self.scene.trace, self._view.value, self._displays.inspector
        stage = min(view.stage, trace.last_stage)
        inspector.show_stage(
            trace.title(stage), trace.names[stage].partition("_")[2], float(trace.volume_shares[stage])
        )
        probed = view.seen.probe is not None
        inspector.show_view(view.seen.direction, view.seen.view, overview=view.seen.overview, probed=probed)

    def _query_density(self) -> None:
        self._scenes.query_density(self._camera(), self._displays.cloud.size_in_pixels)

    def _query_thumbnails(self) -> None:
        strip = self._displays.strip
        self._queries.thumbnails(self.scene, self._camera(labels=False, beside=False), strip.side, strip.show_pictures)


def _look_of(view: View) -> tuple[object, ...]:
    """Return what decides how a stage is drawn."""
    return view.seen.view, view.seen.fitted, view.seen.overview


def _words_of(view: View) -> tuple[object, ...]:
    """Return what decides how the inspector describes it."""
    return _look_of(view), view.stage, view.seen.direction, view.seen.probe is None


def _present(project: Project, target: Target | None) -> Moment:
    """Return the moment of the weights of a project that has no past."""
    step = int(project.history.step[-1]) if len(project.history.step) else 0
    ends = project.trace.positions[-1]
    hits = (target.on_target(ends), target.coverage(ends)) if target else (None, None)
    return Moment(step, project.weights, *hits)
