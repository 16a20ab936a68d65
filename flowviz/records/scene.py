"""All that one picture may show."""

from dataclasses import dataclass

from flowviz.records.density import Density
from flowviz.records.selection import Selection
from flowviz.records.target_picture import TargetPicture
from flowviz.records.trace import Trace
from flowviz.records.units import FLOW_UNITS, Units


@dataclass(frozen=True)
class Scene:
    """The particles, and what else is known of the same flow; None for what is not known, or not yet.

    `density` is that of one stage; `grid` the trace of `lattice_points()`; `probe` the trace of a single point.
    `units` are those of the numbers at the axes.
    """

    trace: Trace
    selection: Selection | None = None
    density: Density | None = None
    grid: Trace | None = None
    probe: Trace | None = None
    target: TargetPicture | None = None
    units: Units = FLOW_UNITS
