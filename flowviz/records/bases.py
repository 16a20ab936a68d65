"""The base distribution that the spec of a flow describes."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

from flowviz.records.base_distribution import STANDARD_NORMAL, Base, StudentT, Uniform
from flowviz.records.mixture import LEARNED_SPACING, SPACING, Mixture
from flowviz.specs import FlowSpec
from flowviz.specs.flow import Arrangement
from flowviz.specs.recipes import BASE

BASES: Mapping[str, Base] = {each.name: each for each in (STANDARD_NORMAL, Uniform(), StudentT())}
STAGE_NAME = f"00_{BASE}"  # of the base in the weights of a flow


def base_of(spec: FlowSpec, parameters: Mapping[str, Any] | None = None) -> Base:
    """Return the base distribution of a flow.

    Args:
        spec: Spec of the flow.
        parameters: Parameters of the flow by name, of which those of the base matter. None or empty for initial ones.

    Raises:
        LookupError: If the parameters are those of a flow without a learned base.
    """
    start = initial_base(spec)
    if not parameters or not isinstance(start, Mixture) or spec.arrangement != "learned":
        return start
    names = start.initial_parameters()
    return start.learned({name: np.asarray(parameters[f"{STAGE_NAME}/{name}"], np.float64) for name in names})


def initial_parameters(spec: FlowSpec) -> dict[str, Any]:
    """Return the initial parameters of the base by name, with its prefix. Only a learned mixture has some."""
    start = initial_base(spec)
    if not isinstance(start, Mixture) or spec.arrangement != "learned":
        return {}
    return {f"{STAGE_NAME}/{name}": array for name, array in start.initial_parameters().items()}


def initial_base(spec: FlowSpec) -> Base:
    """Return the base distribution of an untrained flow."""
    if spec.base != "mixture":
        return BASES[spec.base]
    assert spec.components is not None
    assert spec.arrangement is not None
    return _mixture(spec.components, spec.arrangement)


@cache
def _mixture(components: int, arrangement: Arrangement) -> Mixture:
    spacing = LEARNED_SPACING if arrangement == "learned" else SPACING
    return Mixture.arranged(_POSITIONS[arrangement](components), spacing)


def _ring(count: int) -> list[tuple[float, float]]:
    """Return positions on a circle, the first one on the right, counterclockwise."""
    angles = 2 * np.pi * np.arange(count) / count
    return [(float(np.cos(angle)), float(np.sin(angle))) for angle in angles]


def _grid(count: int) -> list[tuple[float, float]]:
    """Return positions in rows of a square grid from the top; a last row that is shorter is centered."""
    columns = int(np.ceil(np.sqrt(count)))
    rows = [min(columns, count - first) for first in range(0, count, columns)]
    return [(column - (length - 1) / 2, -float(row)) for row, length in enumerate(rows) for column in range(length)]


_POSITIONS: Mapping[Arrangement, Callable[[int], list[tuple[float, float]]]] = {
    "ring": _ring,
    "grid": _grid,
    "learned": _ring,
}
