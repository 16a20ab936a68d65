"""The scene model: everything that the pictures show of the flow, kept up to date."""

from dataclasses import replace
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.state.view import View, ViewState
from flowviz.app.viewer.displays import Queries
from flowviz.app.viewer.subject import Subject
from flowviz.records import Density, Scene, Selection, Trace, base_particles
from flowviz.records.trace import untrained_trace
from flowviz.rendering import Camera
from flowviz.specs import FlowSpec, PictureSize
from flowviz.targets import Target


class SceneModel(QObject):
    """Shows the particles at once, and the rest when it has been computed."""

    trace_changed = pyqtSignal(object)  # the Trace of the scene
    changed = pyqtSignal(object)  # Scene

    def __init__(self, view: ViewState, queries: Queries, parent: QObject) -> None:
        super().__init__(parent)
        self._view, self._queries = view, queries
        self.subject = Subject(FlowSpec())
        self._target: Target | None = None
        self.generated = untrained_trace(FlowSpec(), base_particles())  # the particles of the base, in any direction
        self.scene = Scene(self.generated)
        view.changed.connect(self._take_view)

    @property
    def is_encoded(self) -> bool:
        """Whether the scene shows points of the target, pulled back."""
        return self.scene.trace is not self.generated

    def begin(self, spec: FlowSpec, target: Target | None) -> None:
        """Drop everything that belongs to the previous flow but its particles."""
        self._queries.drop()
        self.scene = Scene(self.scene.trace, self.scene.selection)
        self.subject, self._target = Subject(spec), target

    def set_target(self, target: Target) -> None:
        """Use another target: the training learns it from now on."""
        self._target = target

    def show(self, subject: Subject, generated: Trace) -> None:
        """Show another flow, or other weights of the same one."""
        self.subject, self.generated = subject, generated
        self._refresh()

    def query_density(self, camera: Camera, size: PictureSize) -> None:
        """Compute the density of the stage where the camera looks, if it is shown."""
        if "density" in camera.view.marks:
            stage = self._view.value.stage
            self._queries.density(self.subject, stage, self.generated, camera, size, self._take_density)

    def _refresh(self) -> None:
        marks = self._view.seen.view.marks
        if "grid" not in marks:
            self.scene = replace(self.scene, grid=None)
        if "density" not in marks:
            self.scene = replace(self.scene, density=None)
        encodes = self._view.seen.direction == "encode" and self._target is not None
        if not encodes or self.generated.names != self.scene.trace.names:
            self._show_trace(self.generated)
        if encodes and self._target is not None:
            self._queries.encoded(self.subject, self._target, self._take_encoded)
        self._query_grid()

    def _show_trace(self, trace: Trace) -> None:
        if trace.names != self.scene.trace.names:
            self.scene = Scene(trace)
            self._view.update(probe=None)  # its stage may not exist any more
        self.scene = replace(self.scene, trace=trace, selection=self._selection(trace))
        self.trace_changed.emit(trace)
        self.changed.emit(self.scene)
        self._query_probe()

    def _selection(self, trace: Trace) -> Selection | None:
        """Return the selection if it is one of these particles."""
        selection = self._view.value.selection
        fits = selection is not None and len(selection.chosen) == trace.positions.shape[1]
        return selection if fits else None

    def _take_view(self, old: View, new: View) -> None:
        if old.seen.direction != new.seen.direction:
            self._refresh()
        if old.selection != new.selection:
            self._change(selection=self._selection(self.scene.trace))
        if old.seen.probe != new.seen.probe:
            self._query_probe()
        if "grid" in new.seen.view.marks and self.scene.grid is None:
            self._query_grid()

    def _query_grid(self) -> None:
        if "grid" in self._view.seen.view.marks:
            self._queries.grid(self.subject, lambda grid: self._change(grid=grid))

    def _query_probe(self) -> None:
        probe = self._view.seen.probe
        if probe is not None and probe[0] <= self.scene.trace.last_stage:
            stage, point = probe
            self._queries.probe(self.subject, point, stage, self._take_probe)
        elif self.scene.probe is not None:
            self._change(probe=None)

    def _take_density(self, density: Density) -> None:
        self._change(density=density)

    def _take_probe(self, probe: Trace) -> None:
        if self._view.seen.probe is not None:
            self._change(probe=probe)

    def _take_encoded(self, trace: Trace) -> None:
        if self._view.seen.direction == "encode":  # the user may have changed it meanwhile
            self._show_trace(trace)

    def _change(self, **changes: Any) -> None:
        self.scene = replace(self.scene, **changes)
        self.changed.emit(self.scene)
