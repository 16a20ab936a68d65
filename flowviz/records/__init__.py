"""Results of trainings and queries, as frozen dataclasses of NumPy arrays."""

from flowviz.records.adjusted import Adjusted, Settings
from flowviz.records.base_distribution import STANDARD_NORMAL, Base
from flowviz.records.bases import base_of
from flowviz.records.checkpoint import Checkpoint, Kept, Validated
from flowviz.records.density import Density, Rectangle, cell_centers, grid_shape
from flowviz.records.difference import Difference
from flowviz.records.environment import Environment
from flowviz.records.events import (
    Advanced,
    Event,
    Finished,
    InitialReport,
    Overfitting,
    Preparing,
    Progress,
    Recovered,
    Retargeted,
    Uncompiled,
    WarmUp,
)
from flowviz.records.history import EntropySegment, History, Mark
from flowviz.records.importance import Importance
from flowviz.records.lattice import lattice_points
from flowviz.records.measured import Measured
from flowviz.records.moment import Hits, Moment, Snapshot
from flowviz.records.report import Curve, StageReport, written
from flowviz.records.scene import Scene
from flowviz.records.score import Score, ScoreGiven
from flowviz.records.selection import Combination, Selection, nearest, selection_among
from flowviz.records.target_picture import TargetPicture
from flowviz.records.timeline import Timeline
from flowviz.records.trace import Trace, base_particles, checked_points, checked_stage, slices, untrained_trace
from flowviz.records.trial import Trial, to_csv
from flowviz.records.units import FLOW_UNITS, Units
from flowviz.records.velocity import FieldGrid, VelocityField
from flowviz.records.weights import Weights

__all__ = [
    "FLOW_UNITS",
    "STANDARD_NORMAL",
    "Adjusted",
    "Advanced",
    "Base",
    "Checkpoint",
    "Combination",
    "Curve",
    "Density",
    "Difference",
    "EntropySegment",
    "Environment",
    "Event",
    "FieldGrid",
    "Finished",
    "History",
    "Hits",
    "Importance",
    "InitialReport",
    "Kept",
    "Mark",
    "Measured",
    "Moment",
    "Overfitting",
    "Preparing",
    "Progress",
    "Recovered",
    "Rectangle",
    "Retargeted",
    "Scene",
    "Score",
    "ScoreGiven",
    "Selection",
    "Settings",
    "Snapshot",
    "StageReport",
    "TargetPicture",
    "Timeline",
    "Trace",
    "Trial",
    "Uncompiled",
    "Units",
    "Validated",
    "VelocityField",
    "WarmUp",
    "Weights",
    "base_of",
    "base_particles",
    "cell_centers",
    "checked_points",
    "checked_stage",
    "grid_shape",
    "lattice_points",
    "nearest",
    "selection_among",
    "slices",
    "to_csv",
    "untrained_trace",
    "written",
]
