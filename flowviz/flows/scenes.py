"""A scene gets what a view shows of it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from flowviz.flows.flow import Flow
from flowviz.records import Density, Rectangle, Scene, Trace, lattice_points
from flowviz.specs import ViewSpec

Probe = tuple[int, Sequence[float]]  # a stage, and the x and y of a point there


def completed(
    flow: Flow, scene: Scene, stage: int, view: ViewSpec, rectangle: Rectangle, probe: Probe | None = None
) -> Scene:
    """The scene with what the view shows at a stage, over a rectangle of the plane, where it is not there already.

    Density and grid are computed where they are among the marks; what the scene has of them must be of the same flow.
    Raises `SpecError` for a stage that does not exist.
    """
    return replace(
        scene,
        density=_density(flow, scene.density, stage, rectangle) if "density" in view.marks else scene.density,
        grid=grid_trace(flow) if "grid" in view.marks and scene.grid is None else scene.grid,
        probe=scene.probe if probe is None else probe_trace(flow, probe),
    )


def grid_trace(flow: Flow) -> Trace:
    """The grid on the base, carried through all stages."""
    return flow.trace_through(lattice_points(), 0)


def probe_trace(flow: Flow, probe: Probe) -> Trace:
    """Where a point of a stage is at every other. Raises `SpecError` for a stage that does not exist."""
    stage, point = probe
    return flow.trace_through(np.array([point]), stage)


def _density(flow: Flow, found: Density | None, stage: int, rectangle: Rectangle) -> Density:
    fits = found is not None and (found.stage, found.rectangle) == (stage, rectangle)
    return found if found is not None and fits else flow.density(stage, rectangle)
