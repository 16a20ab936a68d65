"""The pictures of the flows beside the selected one, which follow its view."""

from collections.abc import Sequence
from dataclasses import replace

from PyQt6.QtCore import QObject

from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.pane.scene_model import target_at
from flowviz.app.pane.viewer import Viewer
from flowviz.app.state.memo import Memo
from flowviz.app.state.view import ViewState
from flowviz.app.threads.delay import delayed
from flowviz.app.workspace.compared import Compared, ComparedState
from flowviz.app.workspace.entrants import EntrantRun
from flowviz.app.workspace.fields import CloudFields, FieldQuery, Place, can_query
from flowviz.app.workspace.grid import PaneGrid
from flowviz.app.workspace.hints import can_subtract, difference_note, hint, missing_note
from flowviz.app.workspace.links import Links, LinksState, is_begun, matching_stage, shared_boxes
from flowviz.records import Scene, selection_among
from flowviz.specs import ViewSpec
from flowviz.specs.comparison import MAX_ENTRANTS
from flowviz.specs.view import FIELDS
from flowviz.targets import target_picture, verdicts

KEPT = 4 * MAX_ENTRANTS  # results that the pictures need again and again


class Followers(QObject):
    """Draws all panes with the part of the plane, marks, colors, selection and depth of the selected one."""

    def __init__(
        self,
        grid: PaneGrid,
        viewer: Viewer,
        compared: ComparedState,
        links: LinksState,
        view: ViewState,
        fields: CloudFields,
    ) -> None:
        super().__init__(grid)
        self._grid, self._viewer, self._cloud = grid, viewer, grid.cloud
        self._compared, self._links, self._view = compared, links, view
        self._fields = fields
        self._memo = Memo(KEPT)
        self._redrawing = delayed(self, self._show, 0)
        compared.changed.connect(self._on_compared_changed)
        links.changed.connect(self._on_links_changed)
        view.observe(lambda value: (value.seen, value.selection), lambda _: self._follow())
        for changed in (self._cloud.redrawn, self._cloud.resized):
            changed.connect(self._follow)
        fields.computed.connect(lambda: self._follow())

    def share(self, runs: Sequence[EntrantRun]) -> None:
        """Let the view contain everything that at least one of the flows can show."""
        known = [run.known for run in runs]
        self._view.change(shared=known[0].together(known[1:]) if known else None)

    def _on_compared_changed(self, old: Compared, new: Compared) -> None:
        if old.is_shown != new.is_shown:
            self._fields.drop()
            self._frame_all()
        if not new.is_shown:
            self._redrawing.stop()
            self._cloud.annotate(hovered=None, note="", hint="")
            return
        if can_query(old) != can_query(new) or (can_query(new) and self._has_other_reference(old, new)):
            self._fields.drop()
        if _has_other_frame(old, new):
            self._frame_all()
        self.share(new.runs)
        (self._follow if old.is_shown else self._show)()

    def _has_other_reference(self, old: Compared, new: Compared) -> bool:
        """Return whether the flow whose log-density is subtracted has changed."""
        before, after = (each.keyed(self._links.value.reference) for each in (old, new))
        return (before and before.project) is not (after and after.project)

    def _on_links_changed(self, old: Links, new: Links) -> None:
        if old.reference != new.reference:
            self._fields.drop()
        self._follow()

    def _frame_all(self) -> None:
        """Let the camera frame the particles of all panes, or those of the only one."""
        compared = self._compared
        shares = compared.value.is_shown and bool(compared.value.runs)
        self._viewer.camera.frame_by((lambda trace: shared_boxes(compared.value.runs, trace)) if shares else None)

    def _follow(self) -> None:
        """Update the pictures once, however much changes at the same time."""
        if self._compared.value.is_shown:
            self._redrawing.start()

    def _show(self) -> None:
        """Update the pictures of all entrants."""
        if not self._compared.value.is_shown:
            return
        compared, value = self._compared.value, self._view.value
        view = _spec_of(self._view.seen.view, can_query(compared))
        for pane, run in zip(self._grid.panes, compared.runs, strict=True):
            stage = matching_stage(self._cloud.stage, value.last_stage, run.project.trace.last_stage)
            self._show_run(pane.picture, run, stage, view)

    def _show_run(self, picture: CloudView, run: EntrantRun, stage: float, view: ViewSpec) -> None:
        compared, drawn, size = self._compared.value, self._cloud.view, picture.size_in_pixels
        framed = view.model_copy(update={"center": drawn.center, "half_extent": drawn.half_extent})
        is_selected, reference = picture is self._cloud, compared.keyed(self._links.value.reference)
        encodes = not is_selected and self._view.seen.direction == "encode" and can_query(compared)
        scene = (
            self._fields.completed(Scene(run.project.trace), run.style)
            if is_selected
            else self._scene(run, encodes=encodes)
        )
        is_subtracted = can_subtract(run, reference) and can_query(compared)
        if not is_selected:
            picture.set_view(framed)
            picture.show_stage(stage)
            picture.show_scene(scene)
        elif self._cloud.drawn.scene is not None and self._cloud.drawn.scene.difference is not scene.difference:
            self._viewer.scenes.show_difference(scene.difference)
        is_explained = scene.difference is not None and not picture.is_bare  # by its legend
        note = "" if is_explained else difference_note(run, reference, scene)
        note = note or missing_note(run.known, self._view.seen)
        picture.annotate(hint=hint(run, stage, framed, size), note=note)
        asked = _spec_of(framed, has_fields=False) if is_selected else framed
        other = reference if is_subtracted else None
        self._fields.query(FieldQuery(run, round(stage), asked, size, other, encodes=encodes))

    def _scene(self, run: EntrantRun, *, encodes: bool) -> Scene:
        """Return what is known of the scene of an entrant."""
        trace, view = run.project.trace, self._view.seen.view
        scene = Scene(trace, selection_among(trace.positions.shape[1], self._view.value.selection))
        if (place := self._probed_place(run)) is not None:
            scene = replace(scene, probe=self._fields.probe(run, place))
        if run.built is not None:
            target = self._memo.result(target_at, run.built.target, run.project.flow.given)
            picture = self._memo.result(target_picture, target) if "target" in view.marks else None
            found = self._memo.result(verdicts, target, trace, view.color_by)
            scene = replace(scene, target=picture, **found)
        return self._fields.completed(scene, run.style, encodes=encodes)

    def _probed_place(self, run: EntrantRun) -> Place | None:
        """Return the place in the flow of an entrant that corresponds to the one that is probed in the selected pane.

        It is the same point of the data if that is probed, or else the same point of the base.
        """
        place = self._viewer.probed_place if run.is_begun and can_query(self._compared.value) else None
        return None if place is None else (run.project.trace.last_stage if place[0] else 0, place[1])


def _spec_of(view: ViewSpec, has_fields: bool) -> ViewSpec:
    """Return a view with its fields, or without them and with points if nothing else is left."""
    marks = view.marks if has_fields else view.marks - FIELDS
    if not marks - {"target"}:
        marks |= {"points"}
    return view.model_copy(update={"marks": marks})


def _has_other_frame(old: Compared, new: Compared) -> bool:
    if old.names != new.names or is_begun(old.runs) != is_begun(new.runs):
        return True
    return any(before.built is not after.built for before, after in zip(old.runs, new.runs, strict=True))
