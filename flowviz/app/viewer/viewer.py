"""The exploration owns what is looked at: a flow at a stage, at a moment of its training, in one direction."""

from dataclasses import replace
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.viewer.auto_view import AutoView
from flowviz.app.viewer.flow_queries import FlowQueries, Subject
from flowviz.app.viewer.inspector import Inspector
from flowviz.app.viewer.moment_browser import MomentBrowser
from flowviz.app.viewer.playhead import Playhead
from flowviz.app.viewer.pointer_tools import PointerTools
from flowviz.app.viewer.widgets import ViewerWidgets
from flowviz.projects import Project
from flowviz.records import (
    Density,
    Moment,
    Scene,
    Selection,
    Snapshot,
    StageReport,
    Timeline,
    Trace,
    base_particles,
)
from flowviz.records.trace import untrained_trace
from flowviz.rendering import Camera, fitted_view
from flowviz.specs import FlowSpec, Seen
from flowviz.specs.view import Direction, Theme
from flowviz.targets import Target


class Viewer(QObject):
    """Shows one flow, trained or not, and answers what is asked of it by mouse and key."""

    stage_changed = pyqtSignal()
    moment_shown = pyqtSignal(object, bool)  # the Snapshot, and whether it is the latest
    following_changed = pyqtSignal(bool)  # whether particles of earlier moments are being followed
    selection_changed = pyqtSignal()
    view_chosen = pyqtSignal()  # what is seen, or selected, by a person
    notice_posted = pyqtSignal(object)  # Notice

    def __init__(self, viewer_widgets: ViewerWidgets, parent: QObject) -> None:
        super().__init__(parent)
        self._show = show = viewer_widgets
        self.playhead = Playhead(self)
        self._queries = FlowQueries(self)
        self._moments = MomentBrowser(show.history, self._queries, self)
        self._explaining = Explaining(show.inspector, self._queries, self)
        self._pointing = PointerTools(show.bar, show.cloud, show.readout, self.playhead, self._queries, self)
        self._subject = Subject(FlowSpec())
        self._target: Target | None = None
        self._direction: Direction = "generate"
        self._generated = untrained_trace(FlowSpec(), base_particles())
        self._scene = Scene(self._generated)
        self._auto_view = AutoView()
        self._connect()

    @property
    def scene(self) -> Scene:
        """What is shown."""
        return self._scene

    @property
    def generated(self) -> Trace:
        """The particles of the base, in whichever direction one looks."""
        return self._generated

    @property
    def stage(self) -> int:
        """The stage that is looked at."""
        return self.playhead.stage

    @property
    def is_live(self) -> bool:
        """Whether the latest moment of the training is seen."""
        return self._moments.is_live

    @property
    def timeline(self) -> Timeline:
        """The moments of the training of the flow that is shown."""
        return self._moments.timeline

    @property
    def selection(self) -> Selection | None:
        """Which particles are chosen, if any."""
        return self._pointing.selection

    def seen(self) -> Seen:
        """What is looked at, to come back to it."""
        return Seen(
            view=self._show.cloud.view,
            stage=self.stage,
            direction=self._direction,
            moment=self._moments.step,
            playback=self.playhead.playback,
            probe=self._pointing.probed,
            fitted=self._auto_view.follows,
            overview=self._show.bar.overview_action.isChecked(),
        )

    def show_untrained(self, spec: FlowSpec, target: Target | None) -> None:
        """Show a flow before its first step."""
        self._begin(spec, target)
        self._generated = untrained_trace(spec, base_particles())
        self._refresh(Subject(spec))

    def begin_training(self, spec: FlowSpec, target: Target, past: Timeline | None = None) -> None:
        """The snapshots that come from now on are of a new training, or of one that goes on after its past."""
        self._begin(spec, target, past)
        self._explaining.wake()

    def set_target(self, target: Target) -> None:
        """What the training learns from now on is another target."""
        self._target = target

    def show_project(self, project: Project, target: Target | None) -> None:
        """Show a trained flow as its file has it: without TensorFlow, until something is asked that needs it."""
        *past, present = project.timeline.moments or (_present(project, target),)
        latest = Snapshot(present.step, project.weights, present.on_target, present.coverage, project.trace)
        self._begin(project.flow, target, replace(project.timeline, moments=(*past, latest)))
        self._show_snapshot(latest)

    def show_seen(self, seen: Seen, selection: Selection | None) -> None:
        """Look at the flow that is shown as it was looked at before; theme, ground and size of words are the window's.

        What no window has shown yet is looked at as the flow before it was.
        """
        show, view = self._show, self._show.cloud.view
        if seen == Seen():
            self._pointing.show_selection(selection)
            self._fit()
            self.leave_base()
            return
        show.playback.show_playback(seen.playback)
        self.playhead.set_playback(seen.playback)
        show.bar.show_seen(seen)
        if seen.moment is not None:
            self._moments.choose_step(seen.moment)
        last = self._scene.trace.last_stage
        self.playhead.jump_to(last if seen.stage is None else min(seen.stage, last))
        self._pointing.show_selection(selection)
        self._pointing.show_probe(seen.probe)
        own = {"theme": view.theme, "word_height": view.word_height, "background": view.background}
        self._auto_view.forget()
        self._auto_view.follows = seen.fitted
        self.set_view(**{**dict(seen.view), **own})

    def show_chosen(self, seen: Seen, selection: Selection | None) -> None:
        """See and select what was chosen before, of the stage and the moment that are looked at now."""
        self._show.bar.show_seen(seen)
        self._pointing.show_selection(selection)
        view, self._auto_view.follows = seen.view, seen.fitted
        self.set_view(palette=view.palette, center=view.center, half_extent=view.half_extent)

    def take_snapshot(self, snapshot: Snapshot) -> None:
        """Keep the latest picture of the training, and show it unless an older one is looked at."""
        self._moments.take_snapshot(snapshot)

    def tell_moment(self) -> None:
        """Show the moment that is looked at once more, and announce it."""
        self._moments.choose_step(self._moments.step)

    def fit(self) -> None:
        """Follow the cloud again, whatever the mouse zoomed to."""
        self._fit()
        self.view_chosen.emit()

    def fit_stage(self) -> None:
        """Show the particles of this stage, however far they are."""
        self._auto_view.follows = False
        view = fitted_view(self._scene.trace, self._show.cloud.view, self.stage)
        self.choose_view(center=view.center, half_extent=view.half_extent)

    def refit(self) -> None:
        """Fit, unless the mouse has chosen what is seen."""
        if self._auto_view.follows:
            self._fit()

    def choose_view(self, **changes: Any) -> None:
        """Change fields of the view, as a person has chosen."""
        self.set_view(**changes)
        self.view_chosen.emit()

    def set_view(self, **changes: Any) -> None:
        """Change fields of the view: colors, marks, theme, what of the plane is seen unless it follows the cloud."""
        self._aim(self._camera(**changes))
        self._take_view()

    def leave_base(self) -> None:
        """Look at the last stage in place of the base, which never moves."""
        if self.stage == 0:
            self._show.scrubber.set_stage(self._scene.trace.last_stage)

    def set_theme(self, theme: Theme) -> None:
        """Draw for a light or a dark ground."""
        self.set_view(theme=theme)
        self._show.inspector.set_theme(theme)

    def reduce_motion(self, reduced: bool) -> None:
        """Go from stage to stage at once, or glide."""
        self.playhead.jumps = reduced

    def close(self) -> None:
        """End all work, as soon as it can be ended."""
        self._queries.close()

    def _connect(self) -> None:
        show, playhead = self._show, self.playhead
        self._queries.notice_posted.connect(self.notice_posted)
        self._pointing.selection_changed.connect(lambda selection: self._change_scene(selection=selection))
        self._pointing.selection_changed.connect(lambda: self.selection_changed.emit())
        self._pointing.probe_changed.connect(self._take_probe)
        show.bar.marks_chosen.connect(lambda marks: self.choose_view(marks=marks))
        show.bar.color_chosen.connect(lambda color_by: self.choose_view(color_by=color_by))
        show.bar.beside_toggled.connect(lambda beside: self.choose_view(beside=beside))
        show.bar.direction_chosen.connect(self._choose_direction)
        show.bar.overview_toggled.connect(show.cloud.set_overview)
        show.bar.overview_toggled.connect(lambda: self._aim(self._camera()))
        show.bar.overview_toggled.connect(self._show_words)
        show.bar.fit_requested.connect(self.fit)
        show.bar.stage_fit_requested.connect(self.fit_stage)
        show.cloud.fit_requested.connect(self.fit)
        show.cloud.view_chosen.connect(self._keep_view)
        for chosen in (
            show.bar.direction_chosen, show.bar.overview_toggled, show.bar.selection_inverted,
            show.bar.selection_cleared, show.cloud.view_chosen, show.cloud.region_drawn, show.cloud.point_clicked,
        ):  # fmt: skip
            chosen.connect(lambda: self.view_chosen.emit())
        show.cloud.resized.connect(self._ask_density)
        show.cloud.stage_clicked.connect(self._open_stage)
        show.strip.stage_clicked.connect(show.scrubber.set_stage)
        show.strip.side_changed.connect(self._ask_thumbnails)
        show.scrubber.stage_chosen.connect(playhead.glide_to)
        show.scrubber.stage_chosen.connect(self._take_stage)
        show.playback.play_toggled.connect(playhead.toggle_playing)
        show.playback.playback_chosen.connect(playhead.set_playback)
        self._moments.chosen.connect(self._show_snapshot)
        self._moments.following_changed.connect(self.following_changed)
        playhead.moved.connect(self._move)
        playhead.stage_reached.connect(show.scrubber.set_stage)
        playhead.moment_reached.connect(self._moments.play)
        playhead.playing_changed.connect(show.playback.show_playing)

    def _begin(self, spec: FlowSpec, target: Target | None, past: Timeline | None = None) -> None:
        self._queries.drop()
        self._auto_view.forget()
        self._scene = Scene(self._scene.trace, self._scene.selection)  # what else is seen is of the flow before
        self._subject, self._target = Subject(spec), target
        self._moments.begin(spec, past or Timeline())

    def _show_snapshot(self, snapshot: Snapshot) -> None:
        self._generated = snapshot.trace
        self._refresh(Subject(self._subject.spec, snapshot.weights))
        self.moment_shown.emit(snapshot, self.is_live)

    def _refresh(self, subject: Subject) -> None:
        """Show another flow, or other numbers of the same: what is known of it now; the rest as it comes."""
        self._subject = subject
        marks = self._show.cloud.view.marks
        if "grid" not in marks:
            self._scene = replace(self._scene, grid=None)
        if "density" not in marks:
            self._scene = replace(self._scene, density=None)
        encodes = self._direction == "encode" and self._target is not None
        if not encodes or self._generated.names != self._scene.trace.names:
            self._show_trace(self._generated)
        if encodes and self._target is not None:
            self._queries.encoded(subject, self._target, self._take_encoded)
        self._ask_density()
        self._ask_grid()
        self._ask_report()

    def _take_probe(self, probe: Trace | None) -> None:
        is_new = (probe is None) != (self._scene.probe is None)
        self._change_scene(probe=probe)
        if is_new:
            self._show_words()

    def _take_encoded(self, trace: Trace) -> None:
        if self._direction == "encode":  # it may have been chosen otherwise meanwhile
            self._show_trace(trace)
            self._ask_density()

    def _show_trace(self, trace: Trace) -> None:
        if trace.names != self._scene.trace.names:
            self._scene = Scene(trace, self._scene.selection)
        self._scene = replace(self._scene, trace=trace)
        self._pointing.point_at(self._subject, trace)
        titles = [trace.title(stage) for stage in range(len(trace.names))]
        self._show.strip.set_stages(titles, trace.volume_shares)
        self._show.scrubber.set_titles(titles)
        self.playhead.set_last(trace.last_stage)
        self._auto_view.take(trace, steadily=self.is_live)
        self._aim(self._camera())
        self._change_scene()
        self._show_words()

    def _fit(self) -> None:
        self._auto_view.forget()
        self._auto_view.follows = True
        self.set_view()

    def _camera(self, **changes: Any) -> Camera:
        """What is seen at each stage; with other fields of the view, where they are given."""
        return self._auto_view.camera(self._show.cloud.view.model_copy(update=changes))

    def _move(self, position: float) -> None:
        """Be at a stage, or on the way to the next one."""
        self._show.cloud.show_stage(position)
        self._aim(self._camera())

    def _aim(self, camera: Camera) -> None:
        cloud, overview = self._show.cloud, self._show.bar.overview_action.isChecked()
        cloud.set_view(camera.widest if overview else camera.at(cloud.stage))

    def _change_scene(self, **changes: Any) -> None:
        scene = self._scene = replace(self._scene, **changes)
        if scene.selection is not None and len(scene.selection.chosen) != scene.trace.positions.shape[1]:
            return  # of other particles, which are about to be shown
        self._show.cloud.show_scene(scene)
        selected = scene.selection.count if scene.selection else 0
        if "probe" not in changes:
            self._show.readout.show_standing(scene.trace, encoded=self._is_encoded(), selected=selected)
        self._ask_thumbnails()

    def _is_encoded(self) -> bool:
        return self._scene.trace is not self._generated

    def _show_words(self) -> None:
        self._explaining.say(self._scene, self.stage)
        overview, probed = self._show.bar.overview_action.isChecked(), self._scene.probe is not None
        self._show.inspector.show_view(self._direction, self._show.cloud.view, overview=overview, probed=probed)

    def _keep_view(self) -> None:
        self._auto_view.follows = False
        self._take_view()

    def _take_view(self) -> None:
        """What follows from another view."""
        self._ask_density()
        if "grid" in self._show.cloud.view.marks and self._scene.grid is None:
            self._ask_grid()
        self._ask_thumbnails()
        self._show_words()

    def _take_stage(self, stage: int) -> None:
        self._show.strip.show_stage(stage)
        self._ask_density()
        self._ask_report()
        self._show_words()
        self.stage_changed.emit()

    def _choose_direction(self, direction: Direction) -> None:
        self._direction = direction
        self._auto_view.forget()
        self._pointing.clear()  # the particles are others
        self._refresh(self._subject)

    def _open_stage(self, stage: int) -> None:
        self._show.bar.show_overview(False)
        self._show.scrubber.set_stage(stage)

    def _ask_density(self) -> None:
        camera, size = self._camera(), self._show.cloud.size_in_pixels
        if "density" in camera.view.marks:
            self._queries.density(self._subject, self.stage, self._generated, camera, size, self._take_density)

    def _take_density(self, density: Density) -> None:
        self._change_scene(density=density)

    def _ask_grid(self) -> None:
        if "grid" in self._show.cloud.view.marks:
            self._queries.grid(self._subject, lambda grid: self._change_scene(grid=grid))

    def _ask_report(self) -> None:
        self._explaining.report(self._subject, self.stage, self._generated)

    def _ask_thumbnails(self) -> None:
        strip, camera = self._show.strip, self._camera(labels=False, beside=False)
        self._queries.thumbnails(self._scene, camera, strip.side, strip.show_pictures)


def _present(project: Project, target: Target | None) -> Moment:
    """The moment of the weights of a project that has no past."""
    step = int(project.history.step[-1]) if len(project.history.step) else 0
    ends = project.trace.positions[-1]
    hits = (target.on_target(ends), target.coverage(ends)) if target else (None, None)
    return Moment(step, project.weights, *hits)


class Explaining(QObject):
    """Asks for the numbers of a stage only where they are worth the loading of TensorFlow."""

    def __init__(self, inspector: Inspector, queries: FlowQueries, parent: QObject) -> None:
        super().__init__(parent)
        self._inspector, self._queries = inspector, queries
        self._is_awake = False
        self._asked: tuple[Subject, int, Trace] | None = None
        inspector.report_requested.connect(self._wake)

    def wake(self) -> None:
        """TensorFlow is loaded anyway from now on; until then the numbers are offered, and the person decides."""
        self._is_awake = True

    def say(self, scene: Scene, stage: int) -> None:
        """Say what this stage is."""
        trace = scene.trace
        kind = trace.names[stage].partition("_")[2]
        self._inspector.show_stage(trace.title(stage), kind, float(trace.volume_shares[stage]))

    def report(self, subject: Subject, stage: int, particles: Trace) -> None:
        """Say what a stage has learned, where the flow was trained: of any other there is little to say."""
        self._asked = subject, stage, particles
        if subject.weights is None:
            self._inspector.show_report(None)
        elif not self._is_awake:
            self._inspector.offer_report()
        else:
            self._queries.report(*self._asked, self._take)

    def _wake(self) -> None:
        self.wake()
        if self._asked is not None:
            self.report(*self._asked)

    def _take(self, report: StageReport) -> None:
        if self._asked is not None and report.stage == self._asked[1]:
            self._inspector.show_report(report)
