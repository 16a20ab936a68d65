"""Samples, log-densities and traces of the flow of a project, in the units of its data."""

from collections.abc import Iterator
from secrets import randbits

import numpy as np
from numpy.typing import ArrayLike, NDArray

from flowviz.arguments import checked
from flowviz.errors import SpecError
from flowviz.exporting.flow_keeper import FlowKeeper
from flowviz.projects import Project
from flowviz.records import Trace, Units, checked_points, slices
from flowviz.records.trace import PARTICLES
from flowviz.specs.condition import ANY
from flowviz.specs.flow_choices import check_particles
from flowviz.specs.training import SEED_BITS
from flowviz.specs.view import Direction, UnitName
from flowviz.targets import spec_units, untrained_in_parts

SAMPLES = 20_000


@checked
def units(project: Project, name: UnitName = "data") -> Units:
    """Return the units of a project, which convert points and log-densities from flow units.

    Args:
        project: The project.
        name: `data` for the units of a table of points (flow units for other targets), `pixels` for the pixels of the
            picture of a text, an image or a drawing, or `flow` for flow units.

    Raises:
        TargetError: If the target has no pixels.
    """
    return spec_units(project.target, name)


@checked
def sample(
    project: Project, n: int = SAMPLES, seed: int | None = None, units: UnitName = "data"
) -> NDArray[np.floating]:
    """Draw points (n, 2) from the flow of a project. Loads TensorFlow.

    Args:
        project: The project.
        n: Number of points.
        seed: The same seed gives the same points. By default, each call draws different ones.
        units: The units of the points: `data`, `pixels` or `flow`; see `units`.

    Raises:
        SpecError: If the number or the seed is negative, or if guidance does not move the particles.
        FileError: If the weights do not fit the flow.
        TargetError: If the target has no pixels.
    """
    return np.concatenate(list(sample_in_parts(project, n, seed, units)))


@checked
def sample_in_parts(
    project: Project, n: int = SAMPLES, seed: int | None = None, units: UnitName = "data"
) -> Iterator[NDArray[np.floating]]:
    """Yield the points of `sample` in parts (m, 2), so that they are not all in memory. Loads TensorFlow."""
    check_particles(project.flow)
    found, flow = spec_units(project.target, units), project.build_flow()
    particles = flow.particles(n, randbits(SEED_BITS) if seed is None else seed)
    for some in slices(n):
        yield found.values(flow.forward(particles[some]))


@checked
def score(
    project: Project, points: ArrayLike, units: UnitName = "data", given: ArrayLike | None = None
) -> NDArray[np.floating]:
    """Compute the log-density in nats (n,) of points (n, 2) under the flow of a project, in float64. Loads TensorFlow.

    Args:
        project: The project.
        points: Points (n, 2).
        units: The units of the points: `data`, `pixels` or `flow`; see `units`. The density is per area in these units.
        given: The value of the condition of each point (n,): the name of a class, or a number. By default, all have the
            value at which the project is shown.

    Raises:
        SpecError: If the points have another shape, if guidance does not move the particles, or if a value is not one
            of the condition.
        FileError: If the weights do not fit the flow.
        TargetError: If the target has no pixels.
    """
    return np.concatenate(list(score_in_parts(project, points, units, given)))


@checked
def score_in_parts(
    project: Project, points: ArrayLike, units: UnitName = "data", given: ArrayLike | None = None
) -> Iterator[NDArray[np.floating]]:
    """Yield the log-densities of `score` in parts (m,), so that they are not all in memory. Loads TensorFlow."""
    check_particles(project.flow)
    scored, found, flow = checked_points(points), spec_units(project.target, units), project.build_flow("float64")
    values = None if given is None else _told(project, given, len(scored))
    for some in slices(len(scored)):
        log_prob = flow.log_prob(found.points(scored[some]), None if values is None else values[some])
        yield found.log_density(log_prob)


def _told(project: Project, given: ArrayLike, count: int) -> NDArray[np.float64]:
    """Return the value of the condition of each of some points. Raises `SpecError`."""
    names, places = np.unique(np.asarray(given), return_inverse=True)
    if places.shape != (count,):
        raise SpecError(f"There are {count:,} points, but the values of the condition are {np.shape(given)}.")
    values = [project.condition.value(each) for each in names.tolist()]
    if ANY in values:
        raise SpecError("Each point has a value of its own, so it cannot be 'any'. Leave out the values.")
    return np.array(values, np.float64)[places]


@checked
def trace(project: Project, n: int = PARTICLES, seed: int = 0, direction: Direction = "generate") -> Trace:
    """Follow particles through every stage of the flow of a project. Loads TensorFlow.

    The trace is in flow units, and so are its densities; `units(project).values(trace.positions)` converts positions.

    Args:
        project: The project.
        n: Number of particles.
        seed: The same seed gives the same particles.
        direction: `generate` moves particles of the base forward; `encode` pulls back points of the target on which the
            flow is not trained. For a table, these are its first `n` validation points, or all if there are fewer.

    Returns:
        Positions (stages, n, 2), log|det J| from the base (stages, n) in nats, and names (stages,).

    Raises:
        SpecError: If the number of particles or the seed is negative, or if guidance does not move the particles.
        FileError: If the weights do not fit the flow.
    """
    return Trace.joined(list(trace_in_parts(project, n, seed, direction)))


@checked
def trace_in_parts(
    project: Project, n: int = PARTICLES, seed: int = 0, direction: Direction = "generate"
) -> Iterator[Trace]:
    """Yield the result of `trace` for parts of the particles, so that it is not all in memory. Loads TensorFlow."""
    check_particles(project.flow)
    flow = FlowKeeper().flow(project.flow, project.weights, project.edits)
    if direction == "generate":
        particles = flow.particles(n, seed)
        yield from (flow.trace(particles[some]) for some in slices(n))
        return
    for points in untrained_in_parts(project.build_target(), n, np.random.default_rng(seed)):
        yield from (flow.encoded(points[some]) for some in slices(len(points)))
