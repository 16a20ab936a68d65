"""Content of a picture of a flow."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowviz.records.density import Density
from flowviz.records.difference import Difference
from flowviz.records.equality import EqualByContent
from flowviz.records.selection import Selection
from flowviz.records.target_picture import TargetPicture
from flowviz.records.trace import Trace
from flowviz.records.units import FLOW_UNITS, Units
from flowviz.records.velocity import VelocityField


@dataclass(frozen=True, eq=False)
class Scene(EqualByContent):
    """The content of a picture of a flow: its particles and optional overlays.

    Attributes:
        trace: Trace of the particles.
        selection: The selected particles. None if there is no selection.
        density: Density of one stage. None if not computed.
        grid: Trace of `lattice_points()`. None if not computed.
        probe: Trace of a single point. None if there is no probe.
        velocities: Velocity field of each stage after the base, in order, and of the end of the last flow step. None if
            not computed.
        target: Picture of the target. None if not available.
        units: Units of the axes.
        difference: Difference from another flow, which takes the place of the density and gives the particles their
            colors. None if there is no other flow.
        leaked: Mask (n,) of the particles that do not land on the target. None if not computed or unknown.
        log_weights: Log importance weights (n,) of the particles, in nats; see `Importance`. None as above.
    """

    trace: Trace
    selection: Selection | None = None
    density: Density | None = None
    grid: Trace | None = None
    probe: Trace | None = None
    target: TargetPicture | None = None
    velocities: tuple[VelocityField, ...] | None = None
    units: Units = FLOW_UNITS
    difference: Difference | None = None
    leaked: NDArray[np.bool_] | None = None
    log_weights: NDArray[np.floating] | None = None
