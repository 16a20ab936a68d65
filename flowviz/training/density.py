"""Trainings that learn from the log-density of a target instead of its points."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import SpecError
from flowviz.specs import FlowSpec
from flowviz.targets import Target

if TYPE_CHECKING:  # loads TensorFlow
    from flowviz.flows.objective import Objective

START_POINTS = 2000  # for the initialization from data, as of an actnorm


def check_density(flow: FlowSpec, target: Target) -> None:
    """Raise `SpecError` if a flow cannot learn from the log-density of a target."""
    if reason := flow.no_density:
        raise SpecError(f"This flow cannot learn from a density, because {reason}. Learn from samples instead.")
    if target.energy is None:
        raise SpecError("The density of this target is unknown, so a flow can learn it only from samples.")


def start_points(objective: "Objective", target: Target, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return points (n, 2) for the initialization from data: of the target, or of the rectangle of its lattice."""
    if not objective.learns_from_density or target.energy is None:
        return target.sample(START_POINTS, rng)
    low, high = np.reshape(target.energy.rectangle, (2, 2)).T
    return rng.uniform(low, high, (START_POINTS, 2)).astype(np.float32)


def lattice_of(objective: "Objective", target: Target, fraction: float) -> tuple[NDArray[np.float32], ...]:
    """Return the lattice that a chunk learns from at a fraction of the budget; nothing if it learns from points."""
    if not objective.learns_from_density or target.energy is None:
        return ()
    return objective.lattice(target.energy, fraction)
