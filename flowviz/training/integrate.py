"""Other integrators for trained flows: other particles with the same weights."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Moment, Snapshot
from flowviz.targets import Target

if TYPE_CHECKING:
    from flowviz.flows import Flow


def moved(moment: Moment, flow: "Flow", particles: NDArray[np.float32], target: Target | None) -> Snapshot:
    """Return a moment with particles (n, 2) of the base that a flow moves.

    Args:
        moment: The moment.
        flow: A flow with the weights of the moment.
        particles: The particles.
        target: The target, for the share of the particles on it. None to keep that of the moment.
    """
    trace = flow.trace(particles)
    trace.measure()
    ends, hits = trace.positions[-1], (moment.on_target, moment.coverage)
    hits = (target.on_target(ends), target.coverage(ends)) if target else hits
    return Snapshot(moment.step, moment.weights, *hits, trace)
