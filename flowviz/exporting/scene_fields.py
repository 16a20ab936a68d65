"""Computation of what a view shows in addition to the particles: a density, a grid, velocities and a probe."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from flowviz.projects import Project
from flowviz.records import (
    Density,
    Difference,
    FieldGrid,
    Rectangle,
    Scene,
    Trace,
    VelocityField,
    cell_centers,
    grid_shape,
    lattice_points,
)
from flowviz.records.density import DENSITY_SIDE
from flowviz.records.recorded_flow import RecordedFlow
from flowviz.specs import ViewSpec
from flowviz.specs.fields import values_of, with_values
from flowviz.specs.spec import Spec
from flowviz.specs.view import Velocity
from flowviz.targets import Target
from flowviz.targets.best_velocity import best_velocity

if TYPE_CHECKING:
    from flowviz.flows.flow import ShownFlow

RARE = 0.005  # share of the particles that lie where the density is lower than where a difference is shown
Probe = tuple[int, Sequence[float]]  # a stage, and the x and y of a point there

S = TypeVar("S", bound=Spec)


def without_unknown_marks(spec: S, project: Project) -> S:
    """Return a spec that has a view, without the marks that the flow of the project cannot show if it was recorded."""
    if not project.flow.is_recorded:
        return spec
    unknown = RecordedFlow(project.flow, project.weights).unknown_marks
    return with_values(spec, {"marks": values_of(spec)["marks"] - unknown})


def completed(
    flow: "ShownFlow",
    scene: Scene,
    stage: int,
    view: ViewSpec,
    rectangle: Rectangle,
    probe: Probe | None = None,
    swept: Sequence[FieldGrid] = (),
    target: Target | None = None,
) -> Scene:
    """Return the scene with the density, grid, velocities and probe that a view shows.

    The density, the grid and the velocities are computed only if they are among the marks of the view and the
    scene lacks them.

    Args:
        flow: The flow, to which anything that the scene already contains must belong.
        scene: The scene to complete.
        stage: The stage that is shown.
        view: The view.
        rectangle: The part of the plane over which to compute the density.
        probe: A point to follow through all stages. None to keep the probe of the scene.
        swept: For each stage after the base, the grid of its velocities; see `flowviz.rendering.swept_grids`.
        target: The target, to which the best possible velocity leads. None if it is not known.

    Raises:
        SpecError: If a stage does not exist.
        TargetError: If the view shows the best possible velocity and that is not known.
    """
    return replace(
        scene,
        density=_density(flow, scene.density, stage, rectangle) if "density" in view.marks else scene.density,
        grid=grid_trace(flow) if "grid" in view.marks and scene.grid is None else scene.grid,
        probe=scene.probe if probe is None else probe_trace(flow, probe),
        velocities=velocity_fields(flow, swept, view.velocity, target)
        if "velocity" in view.marks and scene.velocities is None
        else scene.velocities,
    )


def difference(
    first: "ShownFlow",
    second: "ShownFlow",
    trace: Trace,
    rectangle: Rectangle,
    names: tuple[str, str],
    side: int = DENSITY_SIDE,
) -> Difference:
    """Return log p_A − log p_B of two flows at their last stages.

    Args:
        first: The flow A.
        second: The flow B, which learns the same target.
        trace: Particles that A has moved.
        rectangle: The part of the plane to cover.
        names: Names of A and B.
        side: Number of cells along the shorter side of the rectangle.
    """
    shape = grid_shape(rectangle, side)
    points, cells = trace.positions[-1].astype(np.float64), cell_centers(rectangle, shape)
    (of_points, of_cells), (other_of_points, other_of_cells) = (
        [flow.log_density(len(flow.stages), each) for each in (points, cells)] for flow in (first, second)
    )
    finite = of_points[np.isfinite(of_points)]
    floor = np.quantile(finite, RARE) if len(finite) else -np.inf
    with np.errstate(invalid="ignore"):  # NaN where neither flow has a density
        values = np.where(np.fmax(of_cells, other_of_cells) >= floor, of_cells - other_of_cells, np.nan)
        at_particles = of_points - other_of_points
    return Difference(trace.last_stage, rectangle, values.reshape(shape).astype(np.float32), at_particles, names)


def grid_trace(flow: "ShownFlow") -> Trace:
    """Return the trace of a regular grid at the base through all stages."""
    return flow.trace_through(lattice_points(), 0)


def probe_trace(flow: "ShownFlow", probe: Probe) -> Trace:
    """Return the trace of a point, given at one stage, through all stages.

    Raises:
        SpecError: If the stage does not exist.
    """
    stage, point = probe
    return flow.trace_through(np.array([point]), stage)


def velocity_fields(
    flow: "ShownFlow", grids: Sequence[FieldGrid], of: Velocity = "learned", target: Target | None = None
) -> tuple[VelocityField, ...]:
    """Return the velocity field of each stage after the base, on a grid for each of them.

    A continuous flow has one more field, at t = 1, on the last grid. Only its velocity can be another than the learned
    one; there are no fields if the target is None, because it is no longer known.

    Raises:
        TargetError: If the best possible velocity is not known for the target.
    """
    fields = [_velocity_field(flow, stage, grid) for stage, grid in enumerate(grids, start=1)]
    if grids and flow.spec.recipe.is_continuous:
        fields.append(_velocity_field(flow, len(grids), grids[-1], at_end=True))
    if of == "learned" or not flow.spec.recipe.is_continuous:
        return tuple(fields)
    return () if target is None else tuple(_beside_the_best(flow, fields, of, target))


def _beside_the_best(
    flow: "ShownFlow", fields: Sequence[VelocityField], of: Velocity, target: Target
) -> Iterator[VelocityField]:
    """Yield the best possible velocities in place of learned ones, or the learned ones minus the best."""
    for field in fields:
        time = (field.stage - 1 + field.at_end) / (len(fields) - 1)
        best = best_velocity(target, field.points, time, flow.base).astype(np.float32)
        vectors = best if of == "best" else field.vectors - best
        yield replace(field, vectors=vectors, of=of, training_points=target.training_points)


def _velocity_field(flow: "ShownFlow", stage: int, grid: FieldGrid, *, at_end: bool = False) -> VelocityField:
    points = grid.points
    vectors = flow.velocity(stage, points, at_end=at_end).astype(np.float32)
    return VelocityField(stage, grid.spacing, points, vectors, at_end)


def _density(flow: "ShownFlow", found: Density | None, stage: int, rectangle: Rectangle) -> Density:
    fits = found is not None and (found.stage, found.rectangle) == (stage, rectangle)
    return found if found is not None and fits else flow.density(stage, rectangle)
