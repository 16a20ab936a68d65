"""The walk through distributions of flowjax."""

from typing import Any

import numpy as np
import pytest

from flowviz import adapters
from flowviz.errors import ArgumentError, SpecError
from tests.adapters.agreement import check_walk

pytest.importorskip("flowjax", reason="flowjax is in the extra adapters")

import equinox as eqx
import jax
import jax.numpy as jnp
from flowjax.bijections import Affine, Chain, Exp, Flip, Invert, Permute, RationalQuadraticSpline, Scan, Vmap
from flowjax.distributions import MultivariateNormal, Normal, Transformed
from flowjax.flows import (
    block_neural_autoregressive_flow,
    coupling_flow,
    masked_autoregressive_flow,
    planar_flow,
    triangular_spline_flow,
)

from flowviz.adapters.flowjax_flows import walk

pytestmark = pytest.mark.slow


def flow_of(make: Any, size: float = 0.1, **options: Any) -> Any:
    """Return a flow that is not near the identity."""
    flow = make(jax.random.key(0), base_dist=Normal(jnp.zeros(2)), **options)
    leaves, structure = jax.tree_util.tree_flatten(eqx.filter(flow.bijection, eqx.is_inexact_array))
    keys = jax.random.split(jax.random.key(1), len(leaves))
    noise = [size * jax.random.normal(key, leaf.shape) for key, leaf in zip(keys, leaves, strict=True)]
    bijection = eqx.apply_updates(flow.bijection, jax.tree_util.tree_unflatten(structure, noise))
    return Transformed(flow.base_dist, bijection)


@pytest.mark.parametrize("invert", [True, False])
@pytest.mark.parametrize(
    ("make", "layer"),
    [
        (coupling_flow, ["Coupling", "Flip"]),
        (masked_autoregressive_flow, ["MaskedAutoregressive", "Flip"]),
        (triangular_spline_flow, ["Sandwich", "TriangularAffine", "Flip"]),
    ],
)
def test_scanned_layers_are_walked_from_the_base(make: Any, layer: list[str], invert: bool) -> None:
    flow = flow_of(make, flow_layers=3, invert=invert)
    found = check_walk(walk(flow), flow.log_prob)
    assert found["names"].tolist() == ["base", *(layer[::-1] * 3 if invert else layer * 3)]
    ends = jax.vmap(flow.bijection.transform)(found["positions"][0])
    np.testing.assert_allclose(found["positions"][-1], ends, atol=1e-3)


def test_numerical_inverses() -> None:
    flow = flow_of(block_neural_autoregressive_flow, 0.02)
    found = check_walk(walk(flow), flow.log_prob, tolerance=0.05, searches=True)
    assert found["names"].tolist() == ["base", "Flip", "NumericalInverse"]


def test_a_layer_without_inverse_has_no_density() -> None:
    flow = flow_of(planar_flow, flow_layers=2, invert=False)
    found = walk(flow).recorded(500, 0)
    assert "density" not in found
    samples, log_prob = flow.sample_and_log_prob(jax.random.key(0), (500,))
    np.testing.assert_allclose(found["positions"][-1], samples, atol=1e-4)
    np.testing.assert_allclose(found["log_prob"], log_prob, atol=1e-4)


def test_a_flow_that_cannot_draw_samples_is_refused() -> None:
    with pytest.raises(SpecError, match="that can draw samples"):
        adapters.flowjax(flow_of(planar_flow, flow_layers=2, invert=True), particles=100)


def test_nested_chains_inverses_and_distributions() -> None:
    spline = Vmap(
        eqx.filter_vmap(lambda: RationalQuadraticSpline(knots=4, interval=3), axis_size=2)(), in_axes=eqx.if_array(0)
    )
    stretches = Scan(eqx.filter_vmap(Affine)(jnp.array([[1.0, 0.0], [0.0, 2.0]]), jnp.array([[2.0, 1.0], [1.0, 0.5]])))
    chain = Chain([Permute(jnp.array([1, 0])), Chain([stretches, spline])])
    inner = Transformed(MultivariateNormal(jnp.zeros(2), jnp.eye(2) / 9), Exp((2,)))
    flow = Transformed(inner, Chain([Invert(chain), Flip((2,))]))
    found = check_walk(walk(flow), flow.log_prob)
    assert found["names"].tolist() == ["base", "Exp", "Vmap", "Affine", "Affine", "Permute", "Flip"]
    samples = flow.sample(jax.random.key(3), (2000,))  # the seed of the check
    np.testing.assert_allclose(found["positions"][-1], samples, atol=1e-4)


def test_more_particles_than_are_computed_together() -> None:
    flow = flow_of(coupling_flow, flow_layers=1)
    found = walk(flow).recorded(20_000, 0)
    np.testing.assert_allclose(found["log_prob"], flow.log_prob(found["positions"][-1]), atol=1e-3)


def test_other_shapes_and_objects_are_refused() -> None:
    with pytest.raises(SpecError, match=r"its points have shape \(100, 3\), not \(n, 2\)"):
        adapters.flowjax(Transformed(Normal(jnp.zeros(3)), Exp((3,))), particles=100)
    conditional = masked_autoregressive_flow(jax.random.key(0), base_dist=Normal(jnp.zeros(2)), cond_dim=3)
    with pytest.raises(SpecError, match="Expected condition to be provided"):
        adapters.flowjax(conditional, particles=100)
    with pytest.raises(ArgumentError, match="takes flowjax's AbstractTransformed, not StandardNormal"):
        adapters.flowjax(Normal(jnp.zeros(2)).base_dist)
