"""The scene model: everything that the pictures show of a flow."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz import rendering, targets
from flowviz.app.pane.flow_queries import PAST, FlowQueries, OnResult
from flowviz.app.pane.subject import Subject
from flowviz.app.state.memo import Memo
from flowviz.app.state.view import ViewState
from flowviz.errors import TargetError
from flowviz.projects import Project
from flowviz.records import (
    FLOW_UNITS,
    Density,
    Moment,
    Rectangle,
    Scene,
    Selection,
    TargetPicture,
    Trace,
    Units,
    selection_among,
)
from flowviz.records.difference import Difference
from flowviz.records.trace import untrained_trace
from flowviz.rendering import Camera, visible_rectangle
from flowviz.specs import FlowSpec, PictureSize
from flowviz.specs.view import Mark
from flowviz.targets import Target, target_picture, verdicts
from flowviz.targets.target import Verdicts

KEPT = 2  # the target that is shown, and its picture
SCENE_FIELDS: Mapping[Mark, str] = {"density": "density", "grid": "grid", "velocity": "velocities"}  # by mark


class SceneModel(QObject):
    """Scene of a flow in a pane: its particles at once, everything else as soon as it has been computed.

    Attributes:
        subject: The flow and its weights.
        target: The target. None if there is none.
        generated: The particles of the base at all stages, in either direction.
        scene: The scene.
        is_encoded: Whether the scene shows points of the target, pulled back to the base.
    """

    trace_changed = pyqtSignal(object)  # Trace of the scene
    changed = pyqtSignal(object)  # Scene

    def __init__(self, view: ViewState, queries: FlowQueries, parent: QObject) -> None:
        super().__init__(parent)
        self._view, self._queries = view, queries
        self.subject = Subject(FlowSpec())
        self.target: Target | None = None
        self._hides_target = False
        self._memo = Memo(KEPT)
        self.generated = untrained_trace(FlowSpec())
        self.scene = Scene(self.generated)
        self.is_encoded = False
        self._swept: tuple[object, ...] | None = None  # the velocities that were asked for
        self._visible: Rectangle = (0.0, 0.0, 0.0, 0.0)  # part of the plane, at the last stage
        self._subtracted: Project | None = None
        self._names = "", ""  # of the flow and the one that is subtracted
        view.observe(lambda value: value.seen.direction, lambda _: self._refresh())
        view.observe(lambda value: value.selection, lambda _: self._change(selection=self._selection(self.scene.trace)))
        view.observe(lambda value: value.seen.probe, lambda _: self._query_probe())
        view.observe(lambda value: "grid" in value.seen.view.marks, lambda _: self._query_grid())
        view.observe(lambda value: "target" in value.seen.view.marks, lambda _: self._change(target=self._picture()))
        view.observe(lambda value: value.seen.view.color_by, lambda _: self._change(**self._verdicts(self.scene.trace)))
        view.observe(lambda value: value.seen.view.units, lambda _: self._change(units=self._units()))

    def begin(self, spec: FlowSpec, target: Target | None) -> None:
        """Prepare for another flow: drop everything that belongs to the previous one except its particles."""
        self._queries.drop()
        self.subject, self.target, self._hides_target, self._swept = Subject(spec), target, False, None
        self.scene = Scene(self.scene.trace, self.scene.selection, units=self._units())

    @property
    def shown_target(self) -> Target | None:
        """Return the target at the value of the condition at which the flow is shown."""
        return self.target and self._memo.result(self.target.given, self.subject.spec.given)

    def set_target(self, target: Target) -> None:
        """Set the target, which is shown behind the particles, and whose points are encoded."""
        self.target = target
        self._change(target=self._picture(), units=self._units(), **self._verdicts(self.scene.trace))

    def hide_target(self, hidden: bool) -> None:
        """Set whether to show no target behind the particles."""
        if hidden != self._hides_target:
            self._hides_target = hidden
            self._change(target=self._picture(), **self._verdicts(self.scene.trace))

    def show(self, subject: Subject, generated: Trace) -> None:
        """Show another flow, or the same flow with other weights; `generated` are the particles of the base."""
        spec, before = subject.spec, self.subject.spec
        if spec != before and (before.told_as(spec) != spec or _is_slow(spec)):  # else dragging its condition shows it
            self._queries.drop_stages()  # of the previous flow
            self.scene = Scene(self.scene.trace, target=self.scene.target, units=self.scene.units)
            self.is_encoded = False
        has_waited = self.generated.awaits_densities and subject.weights is self.subject.weights
        self.generated = generated
        if has_waited and (spec, subject.edits) == (before, self.subject.edits):  # only the densities are new
            self._show_trace(self.scene.trace if self.is_encoded else generated, encoded=self.is_encoded)
        else:
            self.subject = subject
            self._refresh()

    def subtract(self, other: Project | None, names: tuple[str, str] = ("", "")) -> None:
        """Show the difference of the log-density from that of another flow at the last stage, and no density anywhere.

        Args:
            other: The other flow. None to show no difference.
            names: The names of this flow and of the other one.
        """
        if other is not self._subtracted or names != self._names:
            self._subtracted, self._names = other, names
            self._show_trace(self.scene.trace, encoded=self.is_encoded)

    def query_fields(self, camera: Camera, size: PictureSize) -> None:
        """Query what the view shows besides the particles and the grid, for pictures of `size` from a camera."""
        last = self.scene.trace.last_stage
        self._visible = visible_rectangle(camera.around(last, size), size)
        self._query_density(camera, size)
        self._query_velocity(camera, size)
        self._query_difference()

    def awaited(self, moment: Moment | None = None) -> list[str]:
        """Return the names of what is shown but still being computed, unless that has failed.

        These are only the particles if those of an earlier `moment` are to be shown but not yet known.
        """
        names: list[str] = [
            mark for mark, name in SCENE_FIELDS.items() if self._shows(mark) and getattr(self.scene, name) is None
        ]
        names += ["difference"] if self._lacks_difference else []
        if moment is not None and moment.weights is not self.subject.weights:
            names = [PAST]
        return [name for name in names if name not in self._queries.failed_topics]

    def _query_density(self, camera: Camera, size: PictureSize) -> None:
        """Query the density of the current stage, if it is shown."""
        spec, particles = self.subject.spec, self.generated
        if self._shows("density") and (particles.has_densities or spec.is_recorded or not _is_slow(spec)):
            take, stage = partial(self._take_density, self.subject, particles), self._view.value.stage
            self._queries.density(self.subject, stage, particles, camera, size, self.scene.units, take)

    def _query_difference(self) -> None:
        """Query the difference from another flow at the last stage, if it is shown and not yet known."""
        other, trace = self._subtracted, self.scene.trace
        if other is not None and self._lacks_difference:
            take = partial(self._take_difference, other, trace)
            self._queries.difference(self.subject, other, trace, self._visible, self._names, take)

    @property
    def _lacks_difference(self) -> bool:
        """Return whether the difference is shown, but not known in the part of the plane that is visible."""
        found, is_last = self.scene.difference, self._view.value.stage == self.scene.trace.last_stage
        return self._subtracted is not None and is_last and (found is None or found.rectangle != self._visible)

    def _query_velocity(self, camera: Camera, size: PictureSize) -> None:
        """Query the velocities of all stages, if they are shown and not yet known."""
        if not self._shows("velocity"):
            self._swept = None
            return
        if self._view.seen.overview:
            camera = Camera(Camera(camera.view, self.scene.trace.boxes).widest(size))
        grids = rendering.swept_grids(camera, self.scene.trace.last_stage, size)
        asked = self.subject, grids, self._view.seen.view.velocity, None if self._hides_target else self.target
        if asked != self._swept:
            self._swept = asked
            self._queries.velocity(*asked, partial(self._take_field, "velocity"))

    def query_points(self, points: Sequence[tuple[float, float]], on_result: OnResult[Trace]) -> None:
        """Follow points (x, y) of the last stage back through all others."""
        self._queries.follow("points", self.subject, points, self.scene.trace.last_stage, on_result)

    def _refresh(self) -> None:
        self.scene = replace(self.scene, target=self._picture(), units=self._units())
        target = self.shown_target if self._encodes else None
        if target is None or not self.is_encoded or self.generated.names != self.scene.trace.names:
            self._show_trace(self.generated, encoded=False)
        if target is not None and self._encodes:  # unless the flow just shown has no inverse
            self._queries.encoded(self.subject, target, self._on_encoded)
        self._query_grid()

    @property
    def _encodes(self) -> bool:
        """Return whether points of the target move back to the base, which those of a recorded flow cannot do."""
        return self._view.seen.direction == "encode" and not self.subject.spec.is_recorded

    def _shows(self, mark: Mark) -> bool:
        """Return whether a mark is shown. If panes share the view, only some of the flows may be able to show it.

        A difference takes the place of the density.
        """
        is_replaced = mark == "density" and self._subtracted is not None
        return mark in self._view.seen.view.marks and not self._view.value.problem(mark) and not is_replaced

    def _show_trace(self, trace: Trace, *, encoded: bool) -> None:
        """Show a trace, and drop what is hidden: it would be out of date when it is shown again."""
        self.is_encoded = encoded
        hidden: dict[str, Any] = {field: None for mark, field in SCENE_FIELDS.items() if not self._shows(mark)}
        shown = self.scene.trace
        if trace.names != shown.names:
            self.scene = Scene(trace, target=self.scene.target, units=self.scene.units)
            if not (trace.is_continuous and shown.is_continuous):
                self._view.update(probe=None)  # its stage may no longer exist
        self.scene = replace(
            self.scene,
            trace=trace,
            selection=self._selection(trace),
            difference=None,
            **hidden,
            **self._verdicts(trace),
        )
        self.trace_changed.emit(trace)
        self.changed.emit(self.scene)
        self._query_probe()

    def _selection(self, trace: Trace) -> Selection | None:
        """Return the selection if it fits the number of particles."""
        return selection_among(trace.positions.shape[1], self._view.value.selection)

    def _verdicts(self, trace: Trace) -> Verdicts:
        """Return what the target says about the particles, if that is shown."""
        return verdicts(None if self._hides_target else self.shown_target, trace, self._view.seen.view.color_by)

    def _picture(self) -> TargetPicture | None:
        """Return the target as a picture if it is shown."""
        target = self.shown_target
        if target is None or self._hides_target or not self._shows("target"):
            return None
        return self._memo.result(target_picture, target)

    def _units(self) -> Units:
        """Return the units that the view asks for, or flow units if the target does not have them."""
        try:
            return FLOW_UNITS if self.target is None else targets.target_units(self.target, self._view.seen.view.units)
        except TargetError:
            return FLOW_UNITS

    def _query_grid(self) -> None:
        if self._shows("grid"):
            self._queries.grid(self.subject, partial(self._take_field, "grid"))

    def _query_probe(self) -> None:
        probe = self._view.seen.probe
        if probe is not None and probe[0] <= self.scene.trace.last_stage:
            stage, point = probe
            self._queries.follow("probe", self.subject, [point], stage, self._on_probe)
        else:
            self._change(probe=None)

    def _take_field(self, mark: Mark, field: object) -> None:
        """Show a field in the scene, unless its mark is hidden: it would be out of date when it is shown again."""
        if self._shows(mark):
            self._change(**{SCENE_FIELDS[mark]: field})

    def _take_density(self, subject: Subject, particles: Trace, density: Density) -> None:
        """Show a density, but no coarse one after the fine one, and no fine one of an earlier value."""
        is_coarse, is_dragged = particles.awaits_densities, self.generated.awaits_densities
        if is_coarse == is_dragged and (is_coarse or subject.spec == self.subject.spec):
            self._take_field("density", density)

    def _take_difference(self, other: Project, trace: Trace, found: Difference) -> None:
        if other is self._subtracted and trace is self.scene.trace:
            self._change(difference=found)

    def _on_probe(self, probe: Trace) -> None:
        if self._view.seen.probe is not None:
            self._change(probe=probe)

    def _on_encoded(self, trace: Trace) -> None:
        if self._encodes:  # the user may have changed it in the meantime
            self._show_trace(trace, encoded=True)

    def _change(self, **changes: Any) -> None:
        if any(getattr(self.scene, name) is not value for name, value in changes.items()):
            self.scene = replace(self.scene, **changes)
            self.changed.emit(self.scene)


def _is_slow(spec: FlowSpec) -> bool:
    """Return whether the density of a flow takes too long to follow the mouse."""
    return spec.recipe.is_continuous or spec.is_tilted
