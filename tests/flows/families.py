"""A flow of every family, with random numbers in all its weights."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from flowviz.flows import Flow, build_flow
from flowviz.flows.stage import Stage, Tensors
from flowviz.records import Weights
from flowviz.specs import RECIPES, FlowSpec

# Every kind of stage is in one of these; small, for the tests' sake.
SPECS = {
    "realnvp": FlowSpec(layers=2, width=16),
    "nice": FlowSpec(family="nice", layers=2, width=16),
    "glow": FlowSpec(family="glow", layers=2, width=16),
    "maf": FlowSpec(family="maf", layers=2, width=16),
    "iaf": FlowSpec(family="iaf", layers=2, width=16),
    "spline": FlowSpec(family="spline", layers=2, width=16, bins=8),
    "flow_matching": FlowSpec(family="flow_matching", width=16, depth=2, waves=2, integrator_steps=6),
    "euler": FlowSpec(family="flow_matching", width=8, depth=1, waves=1, integrator="euler", integrator_steps=3),
    "rk4": FlowSpec(family="flow_matching", width=8, depth=2, waves=0, integrator="rk4", integrator_steps=2),
    "planar": FlowSpec(family="planar", layers=3),
    "spline without box": FlowSpec(family="spline", layers=2, width=8, bins=8, base="normal", normalization="none"),
    "radial": FlowSpec(family="radial", layers=3, normalization="actnorm"),
    "tables": FlowSpec(layers=2, conditioner="table"),
    "unbounded": FlowSpec(layers=2, width=8, normalization="none", log_scale_bound=None),
    # The other base distributions, most of them with kinds of layers that are not above.
    "uniform base": FlowSpec(family="spline", layers=2, bins=8, conditioner="table", base="uniform"),
    "Student's base": FlowSpec(family="spline", layers=2, width=8, bins=8, base="student_t"),
    "mixture base": FlowSpec(family="maf", layers=2, conditioner="table", base="mixture", components=3),
    "learned base": FlowSpec(
        layers=2, width=8, normalization="minibatch", base="mixture", components=4, arrangement="learned"
    ),
}
assert set(SPECS) >= set(RECIPES)


def specs(*usual: str) -> list[Any]:
    """Return all specs as parameters of a test, of which those that are not named are slow."""
    assert set(usual) <= set(SPECS)
    return [
        pytest.param(spec, id=name, marks=() if name in usual else pytest.mark.slow) for name, spec in SPECS.items()
    ]


def stages_of(flow: Flow) -> list[tuple[Stage, Tensors]]:
    """Return the stages with their present numbers, in drawing order."""
    return list(zip(flow.stages, flow.chain.numbers(flow.parameters, flow.statistics), strict=True))


def examples_of(flow: Flow) -> list[tuple[Stage, Tensors]]:
    """Return one stage of each class, the last one, with its present numbers."""
    return list({type(stage): (stage, numbers) for stage, numbers in stages_of(flow)}.values())


def random_weights(spec: FlowSpec, seed: int = 0, scale: float = 0.3) -> Weights:
    """Normal draws for what is learned, and positive variances."""
    rng = np.random.default_rng(seed)
    fresh = build_flow(spec).weights()
    return Weights(
        {name: rng.normal(scale=scale, size=a.shape) for name, a in fresh.parameters.items()},
        {
            name: rng.uniform(0.5, 1.5, a.shape) if name.endswith("variance") else rng.normal(scale=0.3, size=a.shape)
            for name, a in fresh.statistics.items()
        },
    )


def training_nll(flow: Flow, points: int = 40) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return the loss of a training step of maximum likelihood, as a function of the parameters."""
    batch = tf.constant(np.random.default_rng(1).normal(size=(points, 2)))
    return lambda parameters: -tf.reduce_mean(flow.chain.training_log_prob(parameters, flow.statistics, batch)[0])
