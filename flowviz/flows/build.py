"""Build the flow that a spec describes."""

import numpy as np

from flowviz.flows.flow import Flow
from flowviz.flows.glow import GLOW
from flowviz.flows.iaf import IAF
from flowviz.flows.maf import MAF
from flowviz.flows.nice import NICE
from flowviz.flows.real_nvp import REAL_NVP
from flowviz.flows.spline import SPLINE
from flowviz.records import Weights
from flowviz.specs import FlowSpec

FAMILIES = {family.name: family for family in (REAL_NVP, NICE, GLOW, MAF, IAF, SPLINE)}


def build_flow(spec: FlowSpec, weights: Weights | None = None, dtype: str = "float32") -> Flow:
    """Build the flow that a spec describes, with the given weights or with initial ones from its seed.

    With initial weights, every layer is the identity.

    Raises:
        FileError: If the weights do not fit the spec.
    """
    stages = FAMILIES[spec.family].stages(spec)
    if weights is None:
        rng = np.random.default_rng(spec.seed)
        weights = Weights(
            parameters={f"{s.name}/{key}": a for s in stages for key, a in s.initial_parameters(rng).items()},
            statistics={f"{s.name}/{key}": a for s in stages for key, a in s.initial_statistics().items()},
        )
    return Flow(stages, weights, dtype)
