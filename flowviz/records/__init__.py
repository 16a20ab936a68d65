"""What the program found: frozen dataclasses of numpy arrays."""

from flowviz.records.checkpoint import Checkpoint, Kept
from flowviz.records.events import Event, Finished, Preparing, Progress, Recovered, Snapshot
from flowviz.records.history import History
from flowviz.records.trace import Trace, base_particles, untrained_trace
from flowviz.records.trial import Trial, TrialSummary, summarized, to_csv
from flowviz.records.weights import Weights

__all__ = [
    "Checkpoint",
    "Event",
    "Finished",
    "History",
    "Kept",
    "Preparing",
    "Progress",
    "Recovered",
    "Snapshot",
    "Trace",
    "Trial",
    "TrialSummary",
    "Weights",
    "base_particles",
    "summarized",
    "to_csv",
    "untrained_trace",
]
