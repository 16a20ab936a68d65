"""FlowSpec -> Flow."""

from collections.abc import Mapping

import numpy as np

from flowviz.flows.autoregressive import InverseAutoregressive, MaskedAutoregressive
from flowviz.flows.flow import Flow
from flowviz.flows.glow import ActNorm, LinearMixing
from flowviz.flows.nice import AdditiveCoupling, Scale
from flowviz.flows.normalization import BatchNormalization
from flowviz.flows.permutation import Permutation
from flowviz.flows.real_nvp import AffineCoupling
from flowviz.flows.spline import SplineCoupling
from flowviz.flows.stage import Stage
from flowviz.records import Weights
from flowviz.specs import FlowSpec, recipes

STAGES: Mapping[str, type[Stage]] = {
    recipes.REAL_NVP: AffineCoupling,
    recipes.ADDITIVE_COUPLING: AdditiveCoupling,
    recipes.SPLINE_COUPLING: SplineCoupling,
    recipes.MASKED_AUTOREGRESSIVE: MaskedAutoregressive,
    recipes.INVERSE_AUTOREGRESSIVE: InverseAutoregressive,
    recipes.BATCH_NORMALIZATION: BatchNormalization,
    recipes.ACTNORM: ActNorm,
    recipes.PERMUTE: Permutation,
    recipes.LINEAR_MIXING: LinearMixing,
    recipes.SCALE: Scale,
}


def build_flow(spec: FlowSpec, weights: Weights | None = None, dtype: str = "float32") -> Flow:
    """The flow that the spec describes, freshly initialized from its seed, or with the given weights.

    Raises `FileError` where the weights do not fit the spec.
    """
    names = spec.stage_names()[1:]
    stages = [STAGES[kind](name, spec) for kind, name in zip(spec.bijector_kinds(), names, strict=True)]
    return Flow(stages, weights or initial_weights(stages, np.random.default_rng(spec.seed)), dtype)


def initial_weights(stages: list[Stage], rng: np.random.Generator) -> Weights:
    """Fresh weights for every stage; all layers start as the identity."""
    return Weights(
        parameters={f"{s.name}/{key}": a for s in stages for key, a in s.initial_parameters(rng).items()},
        statistics={f"{s.name}/{key}": a for s in stages for key, a in s.initial_statistics().items()},
    )
