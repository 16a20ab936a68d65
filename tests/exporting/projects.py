"""Projects to export, made without TensorFlow."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from flowviz.exporting.export import Export
from flowviz.projects import Project
from flowviz.records import History, Selection, Snapshot, Timeline, Trace, base_particles
from flowviz.specs import (
    ConditionalSpec,
    ExportSpec,
    FlowSpec,
    PictureSize,
    Playback,
    Seen,
    ShapeSpec,
    TextSpec,
    TrainingSpec,
    ViewSpec,
)
from tests.rendering.scenes import bent_trace

SMALL = PictureSize(width=160, height=120)
STEPS = (0, 400, 1000)


def bent_project(count: int = 60) -> Project:
    """A default flow as if it were trained: three moments, a history, half of the particles selected."""
    project = Project.untrained(ShapeSpec(name="square"), FlowSpec(), TrainingSpec(steps=1000))
    traces = [shrunk(bent_trace(base_particles(count)), 0.4 + 0.3 * number) for number in range(3)]
    moments = tuple(
        Snapshot(step, project.weights, None, None, trace) for step, trace in zip(STEPS, traces, strict=True)
    )
    steps = np.arange(0.0, 1001, 100)
    history = History(steps, steps / 50, 3 - steps / 1000, 3.1 - steps / 1000)
    chosen = Selection(np.arange(count) % 2 == 0)
    return replace(project, trace=traces[-1], timeline=Timeline(moments), history=history, selection=chosen)


@cache
def conditional_project(leave_out: float = 0.0) -> Project:
    """A small flow of two words, with random weights. Loads TensorFlow."""
    words = ConditionalSpec(sources=(TextSpec(text="BRAD"), TextSpec(text="KATIE")))
    flow = FlowSpec(layers=2, width=8, depth=1, normalization="none", leave_out=leave_out).conditioned_on(
        words.condition
    )
    project = Project.untrained(words, flow, TrainingSpec(steps=10))
    weights, rng = project.build_flow().weights(), np.random.default_rng(0)
    parameters = {name: each + rng.normal(scale=0.3, size=each.shape) for name, each in weights.parameters.items()}
    return project.with_weights(replace(weights, parameters=parameters))


def shrunk(trace: Trace, factor: float) -> Trace:
    """The trace with all but its base drawn together."""
    positions = trace.positions * np.float32(factor)
    positions[0] = trace.positions[0]
    return Trace(trace.names, positions, trace.log_det)


def playing(**changes: object) -> ExportSpec:
    """A short film of stages 4 to 7, small."""
    playback = Playback(**{name: changes.pop(name) for name in ("repeat", "heading", "through") if name in changes})
    view = ViewSpec(**{name: changes.pop(name) for name in ("background", "theme", "marks") if name in changes})
    usual = {"what": "animation", "format": "gif", "size": SMALL, "first": 4, "last": 7, "in_betweens": 2}
    seen = Seen(view=view, playback=playback, fitted=changes.pop("fitted", True))
    return ExportSpec(**{**usual, **changes}, seen=seen)


def written(project: Project, spec: ExportSpec, path: Path) -> Path:
    """Write it, and see that it takes as many steps as it said."""
    export = Export(project, spec)
    assert sum(1 for _ in export.write(path)) == export.count
    return path
