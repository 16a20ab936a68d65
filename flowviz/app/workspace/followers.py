"""The pictures of the flows beside the selected one, which follow its view."""

from collections.abc import Callable, Collection
from dataclasses import replace
from threading import Lock

from PyQt6.QtCore import QObject

from flowviz.app.desktop.existing import existing
from flowviz.app.notices.notice import Notice
from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.pane.viewer import Viewer
from flowviz.app.state.memo import Memo
from flowviz.app.state.view import View, ViewState
from flowviz.app.threads.delay import delayed
from flowviz.app.workspace.compared import Compared, ComparedState
from flowviz.app.workspace.entrant_scene import EntrantScene
from flowviz.app.workspace.entrants import EntrantRun
from flowviz.app.workspace.grid import PaneGrid
from flowviz.app.workspace.hints import difference_note, difference_problem, hint, missing_note
from flowviz.app.workspace.links import LinksState, is_begun, matching_stage, shared_boxes
from flowviz.projects import Project
from flowviz.projects.variant import Variant
from flowviz.records import Moment, Snapshot
from flowviz.specs import ViewSpec
from flowviz.specs.view import FIELDS

Place = tuple[int, tuple[float, float]]  # a stage, and a point (x, y) at it


class Followers(QObject):
    """Draws all panes with the part of the plane, marks, colors, selection and depth of the selected one."""

    def __init__(
        self,
        grid: PaneGrid,
        viewer: Viewer,
        compared: ComparedState,
        links: LinksState,
        view: ViewState,
        post: Callable[[Notice], object],
    ) -> None:
        """Prepare to draw; `post` shows a notice of what cannot be computed."""
        super().__init__(grid)
        self._grid, self._viewer, self._cloud = grid, viewer, grid.cloud
        self._compared, self._links, self._view = compared, links, view
        self._post, self._turns, self._memo = post, Lock(), Memo(1)
        self._scenes: dict[str, EntrantScene] = {}  # by the key of the entrant
        self._redrawing = delayed(self, self._show, 0)
        compared.changed.connect(self._on_compared_changed)
        links.observe(lambda value: (value.reference, value.enlarged), lambda _: self._follow())
        view.observe(lambda value: (value.seen, value.exact, value.selection), lambda _: self._follow())
        for changed in (self._cloud.redrawn, self._cloud.resized):
            changed.connect(self._follow)

    def _on_compared_changed(self, old: Compared, new: Compared) -> None:
        self._keep(new.keys if new.is_shown else ())
        if old.has_fields and not new.has_fields:
            for entrant in self._scenes.values():
                entrant.drop_queries()
        if old.is_shown != new.is_shown or (new.is_shown and _has_other_frame(old, new)):
            self._viewer.camera.frame_by(
                (lambda trace: shared_boxes(self._compared.value.runs, trace)) if new.is_shown else None
            )
        if not new.is_shown:
            self._viewer.scenes.subtract(None)
            self._redrawing.stop()
            self._cloud.change(hovered=None, note="", hint="")
            return
        first, *others = (run.known for run in new.runs)
        self._view.change(shared=first.together(others))  # everything that at least one of the flows can show
        (self._follow if old.is_shown else self._show)()

    def close(self) -> None:
        """End all work after the current queries."""
        self._redrawing.stop()
        self._keep(())

    def _keep(self, keys: Collection[str]) -> None:
        """Forget the scenes of all other entrants."""
        for key in self._scenes.keys() - set(keys):
            self._scenes.pop(key).close()

    def _follow(self) -> None:
        """Update the pictures once, however much changes at the same time."""
        if self._compared.value.is_shown:
            self._redrawing.start()

    def _show(self) -> None:
        """Update the pictures of all entrants."""
        compared, value = self._compared.value, self._view.value
        framed = _framed(self._view.seen.view, self._cloud.view, has_fields=compared.has_fields)
        for pane, run in zip(self._grid.panes, compared.runs, strict=True):
            stage = matching_stage(self._cloud.stage, value, run.project.trace.last_stage)
            self._show_run(pane.picture, run, stage, framed)
        self._redrawing.stop()  # for what has just been shown

    def _show_run(self, picture: CloudView, run: EntrantRun, stage: float, framed: ViewSpec) -> None:
        compared, size, scenes = self._compared.value, picture.size_in_pixels, self._viewer.scenes
        key = self._links.value.reference
        reference = compared.keyed(key) if compared.has_fields and key != run.key else None
        problem = difference_problem(run, reference) if reference else ""
        other = None if problem else reference
        if picture is not self._cloud:
            entrant = self._scenes.get(run.key) or EntrantScene(
                self._turns, self._viewer.queries.is_ready, self._post, self._follow, self._keep_particles, self
            )
            self._scenes[run.key], scenes = entrant, entrant.scenes
            entrant.show(run, self._view_of(run, framed, round(stage)), size, run.outstanding(compared.state))
        past = self._at_moment(other.project) if other else None
        scenes.subtract(past, (run.title, other.title) if other else ("", ""))
        moment = run.project.timeline.earlier(self._view.seen.moment)
        note = other and difference_note(run, other, scenes.scene, stage, has_legend=not picture.is_bare)
        note = problem or note or missing_note(run.known, self._view.seen)
        progress = self._viewer.progress_of(scenes, None if picture is self._cloud else moment)
        texts = {"hint": "" if moment else hint(run, stage, framed, size), "note": note, "progress": progress}
        if picture is self._cloud:
            picture.change(**texts)
        else:  # all at once, because each change compares everything that is drawn
            picture.set_view(framed, stage=stage, scene=scenes.scene, **texts)

    def _at_moment(self, project: Project) -> Project:
        """Return the project to subtract, as it was at the moment that the view shows.

        It is the same object for the same moment.
        """
        moment = project.timeline.earlier(self._view.seen.moment)
        return self._memo.result(_with_weights_of, moment, project) if moment else project

    def _keep_particles(self, run: EntrantRun, variant: Variant, snapshot: Snapshot) -> None:
        """Keep the particles of the variant that was requested of an entrant, unless it has changed meanwhile.

        If it was selected, the panels compute them with everything else that they show. They are computed again here
        if another one is selected before.
        """
        value = self._compared.value
        present = existing(value.keyed(run.key))
        is_same = present.outstanding(value.state) == variant and present.project.trace is run.project.trace
        if is_same and present is not value.selected_run:
            self._compared.update(present.moved(variant, snapshot))
        else:
            self._scenes[run.key].drop_queries()

    def _view_of(self, run: EntrantRun, framed: ViewSpec, stage: int) -> View:
        """Return the part of the view that an entrant can show at a stage."""
        trace, value = run.project.trace, self._view.value
        direction = value.seen.direction if self._compared.value.has_fields else "generate"
        changes = {"view": framed, "stage": stage, "direction": direction, "probe": self._probed_place(run)}
        seen = value.seen.model_copy(update=changes)
        return replace(value, seen=seen, last_stage=trace.last_stage, known=run.known, shared=None)

    def _probed_place(self, run: EntrantRun) -> Place | None:
        """Return the place in the flow of an entrant that corresponds to the one that is probed in the selected pane.

        It is the same point of the data if that is probed, or else the same point of the base.
        """
        has_probe = run.has_weights and self._compared.value.has_fields
        place = self._viewer.probed_place if has_probe else None
        return None if place is None else (run.project.trace.last_stage if place[0] else 0, place[1])


def _with_weights_of(moment: Moment, project: Project) -> Project:
    """Return a project with the weights that it had at a moment of its training."""
    return replace(project, weights=moment.weights)


def _framed(view: ViewSpec, drawn: ViewSpec, *, has_fields: bool) -> ViewSpec:
    """Return a view of the drawn part of the plane. If only fields are shown, points replace those that it loses."""
    marks = view.marks if has_fields else view.marks - FIELDS
    if not marks - {"target"}:
        marks |= {"points"}
    return view.model_copy(update={"marks": marks, "center": drawn.center, "half_extent": drawn.half_extent})


def _has_other_frame(old: Compared, new: Compared) -> bool:
    if old.names != new.names or is_begun(old.runs) != is_begun(new.runs):
        return True
    return any(before.built is not after.built for before, after in zip(old.runs, new.runs, strict=True))
