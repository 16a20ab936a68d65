"""What the program found: frozen dataclasses of numpy arrays."""

from flowviz.records.events import Event, Finished, Preparing, Progress, Recovered, Snapshot
from flowviz.records.history import History
from flowviz.records.trace import Trace, base_particles, untrained_trace
from flowviz.records.weights import Weights

__all__ = [
    "Event",
    "Finished",
    "History",
    "Preparing",
    "Progress",
    "Recovered",
    "Snapshot",
    "Trace",
    "Weights",
    "base_particles",
    "untrained_trace",
]
