"""The grid of clouds, one for each entrant, with one camera, one depth and one selection."""

from dataclasses import replace
from math import sqrt

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QGridLayout, QWidget

from flowviz.app.pane.drawing_queue import DrawingQueue
from flowviz.app.state.view import View, ViewState
from flowviz.app.workspace.arrangement import columns_for
from flowviz.app.workspace.cloud import EntrantCloud
from flowviz.app.workspace.entrants import Compared, ComparedState, EntrantRun
from flowviz.app.workspace.fields import CloudFields, FieldQuery, can_query
from flowviz.app.workspace.hints import can_subtract, difference_note, hint
from flowviz.app.workspace.shared_view import SharedView, SharedViewState, is_begun, shared_frame
from flowviz.records import Scene, TargetPicture
from flowviz.rendering.projection import Panel
from flowviz.specs import PictureSize, ViewSpec
from flowviz.specs.comparison import MAX_ENTRANTS
from flowviz.specs.view import FIELDS
from flowviz.targets import Target, target_picture

SPACING = 4  # pixels
LONG = 2.5  # ratio of the sides of a cloud, above which its points are enlarged, or they would be tiny
POINT_SCALE = 1.6  # points are larger than in the large cloud, relative to the picture


class CloudGrid(QWidget):
    """Grid of one to six clouds, which take turns to draw."""

    chosen = pyqtSignal(str)  # name of an entrant
    open_requested = pyqtSignal(str)
    removal_requested = pyqtSignal(str)
    depth_stepped = pyqtSignal(int)  # number of steps forward
    arranged = pyqtSignal()  # clouds were created or removed
    notice_posted = pyqtSignal(object)  # Notice about a density, a grid or velocities

    def __init__(self, compared: ComparedState, shared: SharedViewState, view: ViewState) -> None:
        """Create a grid; theme, colors and marks are those of the window's `view`."""
        super().__init__()
        self.setObjectName("cloudGrid")
        self._compared, self._shared, self._view = compared, shared, view
        self._clouds: list[EntrantCloud] = []
        self._columns = 0
        self._queue, self._fields = DrawingQueue(self), CloudFields(self)
        self._pictured: list[tuple[Target, TargetPicture]] = []
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SPACING)
        compared.changed.connect(self._on_compared_changed)
        shared.changed.connect(self._on_shared_changed)
        view.changed.connect(self._on_view_changed)
        self._fields.computed.connect(self._on_computed)
        self._fields.failed.connect(self.notice_posted)
        self._arrange(compared.value)

    @property
    def clouds(self) -> list[EntrantCloud]:
        """Return the clouds, in the order of the entrants."""
        return self._clouds

    def zoom(self, factor: float) -> None:
        """Show a larger part of the plane in all clouds, or a smaller one for a factor below 1."""
        self._clouds[0].picture.zoom(factor)

    def close_fields(self) -> None:
        """Stop computing densities, grids and velocities."""
        self._fields.close()

    def _on_compared_changed(self, old: Compared, new: Compared) -> None:
        if can_query(old) != can_query(new) or (can_query(new) and self._has_other_reference(old, new)):
            self._fields.drop()
            changes_all = True
        else:
            changes_all = _moves_camera(old, new)
        if len(old.runs) != len(new.runs):
            self._arrange(new)
        elif _moves_camera(old, new):
            self._place(new)
        changed = [run for run in new.runs if old.run(run.name) is not run]
        self._show_headers(new)
        self._show(new.runs if changes_all else changed)

    def _has_other_reference(self, old: Compared, new: Compared) -> bool:
        """Return whether the flow whose log-density is subtracted has changed."""
        before, after = old.keyed(self._shared.value.reference), new.keyed(self._shared.value.reference)
        if before is None or after is None:
            return before is not after
        return before.project is not after.project

    def _on_computed(self, style: int) -> None:
        self._show([run for run in self._compared.value.runs if run.style == style])

    def _on_shared_changed(self, old: SharedView, new: SharedView) -> None:
        for cloud in self._clouds:
            cloud.picture.annotate(hovered=new.hovered)
            cloud.picture.set_tool(new.tool)
        if old.reference != new.reference:
            self._fields.drop()
        if old.enlarged != new.enlarged:
            self._columns = 0
            self._place(self._compared.value)
        if replace(old, hovered=None, tool=new.tool) != replace(new, hovered=None):
            self._show(self._compared.value.runs)

    def _on_view_changed(self, old: View, new: View) -> None:
        if old.seen.view != new.seen.view:
            self._show_headers(self._compared.value)
            self._show(self._compared.value.runs)

    def _arrange(self, compared: Compared) -> None:
        """Create or remove clouds, and place them."""
        count = len(compared.runs)
        while len(self._clouds) > count:
            cloud = self._clouds.pop()
            self._layout.removeWidget(cloud)
            cloud.setParent(None)
            cloud.deleteLater()
        while len(self._clouds) < count:
            self._clouds.append(self._create_cloud())
        self._columns = 0
        self._place(compared)
        self._show_headers(compared)
        self._show(compared.runs)
        self.arranged.emit()

    def _place(self, compared: Compared) -> None:
        """Place the clouds in the number of columns in which they appear largest."""
        visible = [run for run in compared.runs if run.key == self._shared.value.enlarged] or list(compared.runs)
        columns = columns_for(visible, self.size(), self._columns)
        if columns == self._columns and not self._shared.value.enlarged:
            return
        self._columns = columns
        for cloud, run in zip(self._clouds, compared.runs, strict=True):
            self._layout.removeWidget(cloud)
            if run in visible:
                number = visible.index(run)
                self._layout.addWidget(cloud, number // columns, number % columns)
            cloud.setHidden(run not in visible)
        for number in range(MAX_ENTRANTS):
            self._layout.setColumnStretch(number, int(number < columns))
            self._layout.setRowStretch(number, int(number * columns < len(visible)))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self._place(self._compared.value)

    def _create_cloud(self) -> EntrantCloud:
        cloud = EntrantCloud(self._queue)
        cloud.chosen.connect(self.chosen)
        cloud.open_requested.connect(self.open_requested)
        cloud.enlarging_requested.connect(self._shared.enlarge)
        cloud.removal_requested.connect(self.removal_requested)
        cloud.depth_stepped.connect(self.depth_stepped)
        picture, shared = cloud.picture, self._shared
        picture.set_tool(shared.value.tool)
        picture.zoomed.connect(shared.zoom_to)
        picture.fit_requested.connect(shared.follow)
        picture.pointer_moved.connect(lambda point: shared.hover(picture.particle_at(point)))
        picture.particles_chosen.connect(shared.select)
        picture.selection_cleared.connect(shared.clear_selection)
        picture.resized.connect(lambda: self._show(self._compared.value.runs))
        return cloud

    def _show_headers(self, compared: Compared) -> None:
        theme = self._view.seen.view.theme
        for cloud, run in zip(self._clouds, compared.runs, strict=True):
            cloud.show_run(run, theme, selected=run.name == compared.selected)

    def _show(self, runs: tuple[EntrantRun, ...] | list[EntrantRun]) -> None:
        """Update the pictures of some entrants."""
        compared, shared = self._compared.value, self._shared.value
        if not self._clouds or len(self._clouds) != len(compared.runs):
            return
        shown = next((cloud for cloud in self._clouds if not cloud.isHidden()), self._clouds[0])
        size = shown.picture.size_in_pixels
        spec = _spec_of(self._view.seen.view, size, can_query(compared))
        view = shared_frame(compared.runs, shared, spec, Panel(size.width, size.height)).on(spec)
        for cloud, run in zip(self._clouds, compared.runs, strict=True):
            if run in runs:
                stage = shared.stage(run.project.trace)
                cloud.picture.show_stage(stage)
                cloud.picture.set_view(view)
                scene, reference = self._scene(run, shared), compared.keyed(shared.reference)
                note = difference_note(run, reference, scene)
                is_subtracted = can_subtract(run, reference) and can_query(compared)
                cloud.picture.show_scene(scene)
                cloud.picture.annotate(hint=hint(run, stage, view, size), note=note)
                query = FieldQuery(run, round(stage), view, size, reference if is_subtracted else None)
                self._fields.query(query)

    def _scene(self, run: EntrantRun, shared: SharedView) -> Scene:
        trace = run.project.trace
        scene = Scene(trace, shared.selection_of(trace), target=self._target_picture(run))
        return self._fields.completed(scene, run.style)

    def _target_picture(self, run: EntrantRun) -> TargetPicture | None:
        """Return the target as a picture if it is shown; entrants share it."""
        if run.built is None or "target" not in self._view.seen.view.marks:
            return None
        target = run.built.target
        found = next((picture for known, picture in self._pictured if known is target), None)
        if found is None:
            found = target_picture(target)
            self._pictured = [*self._pictured[-5:], (target, found)]
        return found


def _spec_of(view: ViewSpec, size: PictureSize, has_fields: bool) -> ViewSpec:
    """Return the view of a small cloud, which has no text, and shows points instead of fields that are not computed."""
    enlarged = sqrt(max(max(size.width, size.height) / min(size.width, size.height) / LONG, 1.0))
    marks = view.marks if has_fields else view.marks - FIELDS
    if not marks - {"target"}:
        marks |= {"points"}
    color_by = view.color_by if view.color_by != "leaked" else "quadrant"
    changes = {"labels": False, "axes": False, "beside": False, "marks": marks, "color_by": color_by}
    return view.model_copy(update={**changes, "point_diameter": POINT_SCALE * enlarged * view.point_diameter})


def _moves_camera(old: Compared, new: Compared) -> bool:
    if old.names != new.names or is_begun(old.runs) != is_begun(new.runs):
        return True
    return any(before.built is not after.built for before, after in zip(old.runs, new.runs, strict=True))
