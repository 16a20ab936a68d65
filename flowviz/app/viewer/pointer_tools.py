"""What the mouse points at: the particles that are selected, the one under it, and the probed point."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.viewer.cloud_view import CloudView, Tool
from flowviz.app.viewer.flow_queries import FlowQueries, Subject
from flowviz.app.viewer.playhead import Playhead
from flowviz.app.viewer.readout import Readout
from flowviz.app.viewer.view_bar import ViewBar
from flowviz.records import Combination, Selection, Trace, nearest
from flowviz.rendering import positions_at

REACH = 8.0  # pixels from the mouse to a particle


class PointerTools(QObject):
    """Hears the mouse on the cloud; announces what it has selected and where a probed point is."""

    selection_changed = pyqtSignal(object)  # Selection
    probe_changed = pyqtSignal(object)  # Trace of one point, or None

    def __init__(
        self,
        bar: ViewBar,
        cloud: CloudView,
        readout: Readout,
        playhead: Playhead,
        queries: FlowQueries,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bar, self._cloud, self._readout = bar, cloud, readout
        self._playhead, self._queries = playhead, queries
        self._tool: Tool = "move"
        self._trace: Trace | None = None
        self._subject: Subject | None = None
        self._selection = Selection.none(0)
        self._probed: tuple[int, tuple[float, float]] | None = None  # the stage and the place
        bar.tool_chosen.connect(self._take_tool)
        bar.selection_inverted.connect(lambda: self._select(self._selection.inverted()))
        bar.selection_cleared.connect(lambda: self._select(Selection.none(self._count)))
        cloud.region_drawn.connect(self._select_region)
        cloud.point_clicked.connect(self._select_point)
        cloud.pointer_moved.connect(self._take_pointer)
        playhead.moved.connect(lambda: readout.show_stage(playhead.stage))

    @property
    def selection(self) -> Selection | None:
        """Which particles are selected, if any."""
        return self._selection if self._selection.count else None

    @property
    def probed(self) -> tuple[int, tuple[float, float]] | None:
        """The stage and the place of the point that is probed, if any."""
        return self._probed

    def show_selection(self, selection: Selection | None) -> None:
        """Select these particles, if they are as many as there are; None for none."""
        fits = selection is not None and len(selection.chosen) == self._count
        self._select(selection if selection is not None and fits else Selection.none(self._count))

    def show_probe(self, probed: tuple[int, tuple[float, float]] | None) -> None:
        """Probe this point of this stage, if the flow has it; None for none."""
        self._bar.show_tool("move" if probed is None else "probe")
        if probed is not None and self._trace is not None and probed[0] <= self._trace.last_stage:
            self._probed = probed
            self._ask_probe()

    def point_at(self, subject: Subject, trace: Trace) -> None:
        """Point at these particles of this flow from now on: the selection stays while they are as many."""
        if self._trace is not None and trace.names != self._trace.names:
            self._probed = None  # that stage may not be there any more
        self._subject, self._trace = subject, trace
        if len(self._selection.chosen) != self._count:
            self._select(Selection.none(self._count))
        if self._probed is not None:
            self._ask_probe()

    def clear(self) -> None:
        """The particles are others now: none is selected."""
        self._select(Selection.none(self._count))

    @property
    def _count(self) -> int:
        return 0 if self._trace is None else self._trace.positions.shape[1]

    def _positions(self) -> NDArray[np.float32]:
        assert self._trace is not None
        return positions_at(self._trace, self._playhead.position)

    def _select(self, selection: Selection) -> None:
        self._selection = selection
        self._bar.set_selected(selection.count)
        self.selection_changed.emit(selection)

    def _select_region(self, corners: NDArray[np.float64], how: Combination) -> None:
        self._select(self._selection.combined(Selection.in_polygon(self._positions(), corners), how))

    def _select_point(self, x: float, y: float, how: Combination) -> None:
        found = Selection.nearest(self._positions(), (x, y), REACH * self._cloud.pixel)
        self._select(self._selection.combined(found, how))

    def _take_tool(self, tool: Tool) -> None:
        self._tool = tool
        self._cloud.set_tool(tool)
        if tool != "probe":
            self._probed = None
            self.probe_changed.emit(None)
            self._readout.show_nothing()

    def _take_pointer(self, point: tuple[float, float] | None) -> None:
        if self._trace is None or (point is None and self._tool == "probe"):
            return
        if point is None:
            self._readout.show_nothing()
        elif self._tool == "probe":
            self._probed = self._playhead.stage, point
            self._ask_probe()
        else:
            self._show_particle(self._trace, point)

    def _show_particle(self, trace: Trace, point: tuple[float, float]) -> None:
        particle = nearest(self._positions(), point, REACH * self._cloud.pixel)
        if particle is None:
            self._readout.show_nothing()
        else:
            self._readout.show_particle(trace, particle, self._playhead.stage)

    def _ask_probe(self) -> None:
        assert self._subject is not None
        assert self._probed is not None
        stage, point = self._probed
        self._queries.probe(self._subject, point, stage, self._take_probe)

    def _take_probe(self, probe: Trace) -> None:
        if self._probed is not None:
            self._readout.show_probe(probe, self._playhead.stage)
            self.probe_changed.emit(probe)
