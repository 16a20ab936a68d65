"""Projects of the flows of other libraries."""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from flowviz.adapters.walk import Layer, Walk, check_class
from flowviz.arguments import checked
from flowviz.errors import SpecError, clause_of
from flowviz.projects import Project
from flowviz.projects.recording import recorded_project
from flowviz.records.trace import PARTICLES
from flowviz.specs.spec import Spec
from flowviz.targets import build_target, points_spec, spec_units
from flowviz.training.recorded import scored
from flowviz.training.scoring import points_of_test


@checked
def zuko(flow: Any, particles: int = PARTICLES, seed: int = 0, target: Any = None, title: str | None = None) -> Project:
    """Return the project of a flow of zuko, recorded layer by layer.

    Args:
        flow: A `zuko.lazy.Flow`, such as `zuko.flows.NSF`, without a context; or a `NormalizingFlow`, such as the one
            that a conditional flow returns for one context.
        particles: Number of particles to follow.
        seed: The same seed gives the same particles.
        target: What the flow has learned, in the units of the flow: an array (n, 2), a data frame, or the spec of a
            target. The densities of its test points are recorded as well.
        title: Name of the flow.

    Raises:
        ArgumentError: If it is not a flow of this library.
        SpecError: If it is not a flow of two dimensions, without a context, that can draw samples.
    """
    return _adapted("zuko", "zuko_flows", flow, particles, seed, target, title)


@checked
def flowjax(
    flow: Any, particles: int = PARTICLES, seed: int = 0, target: Any = None, title: str | None = None
) -> Project:
    """Return the project of a `Transformed` distribution of flowjax, recorded layer by layer; see `zuko`."""
    return _adapted("flowjax", "flowjax_flows", flow, particles, seed, target, title)


@checked
def normflows(
    model: Any, particles: int = PARTICLES, seed: int = 0, target: Any = None, title: str | None = None
) -> Project:
    """Return the project of a `NormalizingFlow` of normflows, recorded layer by layer; see `zuko`."""
    return _adapted("normflows", "normflows_models", model, particles, seed, target, title)


@checked
def tfp(
    distribution: Any, particles: int = PARTICLES, seed: int = 0, target: Any = None, title: str | None = None
) -> Project:
    """Return the project of a `TransformedDistribution` of TensorFlow Probability, recorded by bijector; see `zuko`."""
    return _adapted("tfp", "tfp_distributions", distribution, particles, seed, target, title)


@checked
def chain(
    layers: Sequence[Layer],
    base_log_prob: Callable[..., Any],
    base_sample: Callable[..., Any],
    particles: int = PARTICLES,
    seed: int = 0,
    target: Any = None,
    title: str | None = None,
) -> Project:
    """Return the project of a flow of your own code, recorded layer by layer.

    Args:
        layers: The layers from the base to the data, as triples: a name; a function of points (n, 2), float64, that
            returns their images (n, 2) and log|det J| (n,) in nats; and the inverse, with its own log-determinant.
        base_log_prob: Takes points (n, 2) and returns the log-density (n,) of the base in nats.
        base_sample: Takes a number and a seed, and returns draws (n, 2) from the base.
        particles: Number of particles to follow.
        seed: The same seed gives the same particles.
        target: What the flow has learned; see `zuko`.
        title: Name of the flow.

    Raises:
        SpecError: If a function fails, or returns arrays of other shapes.
    """
    return _project(lambda: Walk(layers, base_log_prob, base_sample), particles, seed, target, title or "own flow")


def _adapted(
    adapter: str, module: str, flow: object, particles: int, seed: int, target: Any, title: str | None
) -> Project:
    check_class(flow, adapter)
    name = f"flowviz.adapters.{module}"
    return _project(lambda: import_module(name).walk(flow), particles, seed, target, title or f"{adapter} flow")


def _project(build: Callable[[], Walk], particles: int, seed: int, target: Any, title: str) -> Project:
    if particles < 1:
        raise SpecError(f"The number of particles is {particles}; it must be 1 or more.")
    spec: Any = target if target is None or isinstance(target, Spec) else points_spec(target, title)
    tests = np.zeros((0, 2)) if spec is None else points_of_test(build_target(spec)).points
    try:
        with np.errstate(all="ignore"):
            arrays = build().recorded(particles, seed, spec_units(spec, "data").values(tests) if len(tests) else None)
    except Exception as error:
        raise SpecError(
            f"The flow cannot be followed: {clause_of(error)}. flowviz shows flows of two dimensions that can draw "
            "samples. Pass a conditional flow for a single context."
        ) from error
    return scored(recorded_project(arrays, title, spec))[0]
