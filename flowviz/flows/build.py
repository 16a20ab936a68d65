"""Build the flow that a spec describes."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pkgutil import resolve_name
from typing import Any

import numpy as np

from flowviz.errors import SpecError
from flowviz.flows.density import ReverseKL, WeightedNLL
from flowviz.flows.family import Family
from flowviz.flows.flat import named
from flowviz.flows.flow import Flow
from flowviz.flows.flow_matching import FLOW_MATCHING
from flowviz.flows.forked import check_not_forked
from flowviz.flows.glow import GLOW, LinearMixing
from flowviz.flows.iaf import IAF
from flowviz.flows.laws import check_stages
from flowviz.flows.maf import MAF
from flowviz.flows.nice import NICE
from flowviz.flows.objective import MaximumLikelihood, Objective
from flowviz.flows.permutation import Permutation
from flowviz.flows.planar import PLANAR
from flowviz.flows.radial import RADIAL
from flowviz.flows.real_nvp import REAL_NVP
from flowviz.flows.spline import SPLINE
from flowviz.flows.stage import Stage
from flowviz.records import Weights
from flowviz.records.bases import initial_parameters
from flowviz.specs import FlowSpec
from flowviz.specs.edits import Edits
from flowviz.specs.training import ObjectiveName

FAMILIES = {family.name: family for family in (REAL_NVP, NICE, GLOW, MAF, IAF, SPLINE, FLOW_MATCHING, PLANAR, RADIAL)}

DENSITY_OBJECTIVES: Mapping[ObjectiveName, type[Objective]] = {"density": ReverseKL, "weighted_density": WeightedNLL}


def build_flow(
    spec: FlowSpec,
    weights: Weights | None = None,
    dtype: str = "float32",
    edits: Edits | None = None,
    objective: ObjectiveName = "samples",
) -> Flow:
    """Build the flow that a spec describes.

    Args:
        spec: The spec of the flow.
        weights: Weights of the flow. By default, they are initialized with the seed of the spec, such that every layer
            is the identity.
        dtype: Data type of the flow, ``"float32"`` or ``"float64"``.
        edits: Edits of its layers, if any; see `Flow.edit`.
        objective: What a training of the flow learns from.

    Raises:
        FileError: If the weights do not fit the spec.
        MachineError: If this process was forked from one in which TensorFlow had computed something.
        SpecError: If the stages of an extension cannot be imported, are incomplete or break a law, or if the edits do
            not fit the spec.
    """
    check_not_forked()
    if spec.recipe.stages:
        _check(spec.at_first_value().model_copy(update={"seed": 0}), _classes(spec), spec.recipe.bent)
    flow = unchecked_flow(spec, weights, dtype, objective)
    if edits:
        flow.edit(edits)
    return flow


def unchecked_flow(
    spec: FlowSpec, weights: Weights | None = None, dtype: str = "float32", objective: ObjectiveName = "samples"
) -> Flow:
    """Build a flow like `build_flow`, but without checking the stages of an extension."""
    family = family_of(spec)
    stages = family.stages(spec)
    if weights is None:
        rng = np.random.default_rng(spec.seed)
        weights = Weights(
            parameters=named(stages, lambda stage: stage.initial_parameters(rng)) | initial_parameters(spec),
            statistics=named(stages, lambda stage: stage.initial_statistics()),
        )
    return Flow(stages, weights, dtype, DENSITY_OBJECTIVES.get(objective, family.objective))


def family_of(spec: FlowSpec) -> Family:
    """Return the family of a flow. Raises `SpecError` if the stages of an extension cannot be imported."""
    if spec.family in FAMILIES:
        return FAMILIES[spec.family]
    objective = spec.recipe.objective
    [found] = _resolved(spec, "objective", [objective]) if objective else [MaximumLikelihood]
    return Family(spec.family, Permutation, LinearMixing, *_classes(spec), objective=found)


def _classes(spec: FlowSpec) -> tuple[type[Stage], ...]:
    """Return the classes of an extension's stages. Raises `SpecError` if one of them is no stage."""
    found = _resolved(spec, "stages", spec.recipe.stages)
    for each in found:
        if not (isinstance(each, type) and issubclass(each, Stage) and hasattr(each, "kind")):
            raise SpecError(f"The flow {spec.family} has a stage that is not a subclass of Stage: {each!r}.")
    return found


def _resolved(spec: FlowSpec, what: str, classes: Sequence[Any]) -> tuple[Any, ...]:
    """Return the classes of an extension, and import those that are given by their names."""
    try:
        return tuple(resolve_name(each) if isinstance(each, str) else each for each in classes)
    except (ImportError, AttributeError, ValueError) as error:
        raise SpecError(f"The {what} of the flow {spec.family} cannot be imported: {error}.") from error


@lru_cache(maxsize=64)  # once for each kind of flow; after a failure, the next flow is checked again
def _check(spec: FlowSpec, classes: tuple[type[Stage], ...], _: tuple[str, ...]) -> None:
    """Check the code of an extension's stages when a flow is first built with it. Raises `SpecError`.

    The last argument, the curves that can be bent, is part of the cache key because bends are checked as well.
    """
    check_stages([stage for stage in family_of(spec).stages(spec) if type(stage) in classes], spec.family)
