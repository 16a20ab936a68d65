"""FlowSpec -> Flow."""

import numpy as np

from flowviz.flows.coupling import AffineCoupling
from flowviz.flows.flow import Flow
from flowviz.flows.normalization import BatchNormalization
from flowviz.flows.permutation import Permutation
from flowviz.flows.stage import Stage
from flowviz.records import Weights
from flowviz.specs import FlowSpec


def build_flow(spec: FlowSpec, weights: Weights | None = None, dtype: str = "float32") -> Flow:
    """The flow that the spec describes, freshly initialized from its seed, or with the given weights.

    Raises `FileError` where the weights do not fit the spec.
    """
    stages = [
        _stage(spec, kind, name) for kind, name in zip(spec.bijector_kinds(), spec.stage_names()[1:], strict=True)
    ]
    return Flow(stages, weights or initial_weights(stages, np.random.default_rng(spec.seed)), dtype)


def initial_weights(stages: list[Stage], rng: np.random.Generator) -> Weights:
    """Fresh weights for every stage; all couplings start as the identity."""
    return Weights(
        parameters={f"{s.name}/{key}": a for s in stages for key, a in s.initial_parameters(rng).items()},
        statistics={f"{s.name}/{key}": a for s in stages for key, a in s.initial_statistics().items()},
    )


def _stage(spec: FlowSpec, kind: str, name: str) -> Stage:
    match kind:
        case "real_nvp":
            return AffineCoupling(name, spec.hidden, spec.log_scale_bound)
        case "batch_normalization":
            return BatchNormalization(name, spec.batch_normalization_momentum)
        case "permute":
            return Permutation(name)
    raise ValueError(f"no stage is named {kind!r}")
