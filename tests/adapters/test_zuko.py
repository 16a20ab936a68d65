"""The walk through flows of zuko."""

from typing import Any

import numpy as np
import pytest

from flowviz import adapters
from flowviz.errors import ArgumentError, SpecError
from tests.adapters.agreement import check_walk

pytest.importorskip("zuko", reason="zuko is in the extra adapters")

import torch
import zuko
from zuko.distributions import DiagNormal, NormalizingFlow
from zuko.lazy import Flow, LazyComposedTransform, UnconditionalDistribution, UnconditionalTransform
from zuko.transforms import ComposedTransform, ExpTransform, MonotonicAffineTransform, PermutationTransform

from flowviz.adapters.zuko_flows import walk

pytestmark = pytest.mark.slow


def randomized(flow: Any, size: float = 0.3) -> Any:
    """Return a flow that is not near the identity."""
    torch.manual_seed(0)
    for parameter in flow.parameters():
        parameter.data += size * torch.randn(parameter.shape)
    return flow


def log_prob(distribution: Any) -> Any:
    def compute(points: Any) -> Any:
        with torch.no_grad():
            return distribution.log_prob(torch.as_tensor(np.asarray(points), dtype=torch.float32)).numpy()

    return compute


@pytest.mark.parametrize(
    ("make", "name", "count"),
    [
        (lambda: zuko.flows.MAF(2, transforms=3, hidden_features=(16,)), "AutoregressiveTransform", 3),
        (lambda: zuko.flows.NSF(2, transforms=3, hidden_features=(16,)), "AutoregressiveTransform", 3),
        (lambda: zuko.flows.NICE(2, transforms=3, hidden_features=(16,)), "CouplingTransform", 3),
        (lambda: zuko.flows.CNF(2, hidden_features=(16,)), "FreeFormJacobianTransform", 1),
    ],
)
def test_families_agree_with_their_densities_and_samples(make: Any, name: str, count: int) -> None:
    flow = randomized(make(), 0.1)
    found = check_walk(walk(flow), log_prob(flow()), tolerance=5e-3)
    assert found["names"].tolist().count(name) == count
    samples = flow().sample((8000,)).numpy()
    ends = found["positions"][-1]
    np.testing.assert_allclose(ends.mean(axis=0), samples.mean(axis=0), atol=0.15 * samples.std())


def test_transforms_of_each_coordinate_have_its_name() -> None:
    flow = zuko.flows.GF(2, transforms=2, components=4)
    names = ["GaussianizationTransform", "RotationTransform", "GaussianizationTransform"]
    assert [name for name, _, _ in walk(flow).layers] == names


def composed() -> Any:
    """Return a flow of nested chains and inverses, and a base that is a flow, too."""
    maf = randomized(zuko.flows.MAF(2, transforms=2, hidden_features=(16,)))
    swap = UnconditionalTransform(PermutationTransform, torch.tensor([1, 0]), buffer=True)
    stretch = UnconditionalTransform(MonotonicAffineTransform, torch.tensor([1.0, -1.0]), torch.tensor([0.7, -0.2]))
    chain = LazyComposedTransform(swap, maf.transform)
    base = Flow([stretch], UnconditionalDistribution(DiagNormal, torch.zeros(2), torch.ones(2), buffer=True))
    return Flow([chain.inv, swap], base)


def test_nested_chains_inverses_and_bases_are_walked_from_the_base() -> None:
    flow = composed()
    found = check_walk(walk(flow), log_prob(flow()))
    names = ["base", "MonotonicAffineTransform", "PermutationTransform", "PermutationTransform"]
    assert found["names"].tolist() == [*names, "AutoregressiveTransform", "AutoregressiveTransform"]
    with torch.no_grad():
        middle = flow.base().transform.inv(torch.as_tensor(found["positions"][0], dtype=torch.float32))
        ends = flow().transform.inv(middle).numpy()
    np.testing.assert_allclose(found["positions"][-1], ends, atol=1e-3)


def test_a_distribution_is_walked_as_well() -> None:
    flow = NormalizingFlow(ComposedTransform(ExpTransform().inv), DiagNormal(torch.zeros(2), torch.full((2,), 0.3)))
    found = check_walk(walk(flow), log_prob(flow))
    assert found["names"].tolist() == ["base", "ExpTransform"]


def test_a_conditional_flow_is_followed_at_a_context_only() -> None:
    flow = randomized(zuko.flows.MAF(2, context=3, transforms=2, hidden_features=(16,)))
    with pytest.raises(SpecError, match="Pass a conditional flow for a single context"):
        adapters.zuko(flow, particles=100)
    at_context = flow(torch.ones(3))
    check_walk(walk(at_context), log_prob(at_context))


def test_the_flow_and_the_random_state_stay_the_same() -> None:
    flow = zuko.flows.MAF(2).train()
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    adapters.zuko(flow, particles=100)
    assert flow.training
    assert (torch.random.get_rng_state() == before).all()


def test_other_shapes_and_objects_are_refused() -> None:
    with pytest.raises(SpecError, match=r"its points have shape \(100, 3\), not \(n, 2\)"):
        adapters.zuko(zuko.flows.MAF(3), particles=100)
    with pytest.raises(ArgumentError, match="takes zuko's Flow or zuko's NormalizingFlow, not DiagNormal"):
        adapters.zuko(DiagNormal(torch.zeros(2), torch.ones(2)))
    with pytest.raises(ArgumentError, match=r"not MAF\. Use flowviz\.adapters\.zuko\."):
        adapters.tfp(zuko.flows.MAF(2))
