"""The walk through models of normflows."""

from typing import Any

import numpy as np
import pytest

from flowviz import adapters
from flowviz.errors import ArgumentError, SpecError
from tests.adapters.agreement import check_walk

pytest.importorskip("normflows", reason="normflows is in the extra adapters")

import normflows as nf
import torch

from flowviz.adapters.normflows_models import walk

pytestmark = pytest.mark.slow


def model_of(*flows: Any, base: Any = None) -> Any:
    return nf.NormalizingFlow(base or nf.distributions.DiagGaussian(2, trainable=False), list(flows)).float().eval()


def log_prob(model: Any) -> Any:
    def compute(points: Any) -> Any:
        with torch.no_grad():
            return model.log_prob(torch.as_tensor(np.asarray(points), dtype=torch.float32)).numpy()

    return compute


def autoregressive() -> Any:
    torch.manual_seed(0)
    flow = nf.flows.MaskedAffineAutoregressive(2, 16)
    for parameter in flow.parameters():
        parameter.data += 0.3 * torch.randn(parameter.shape)
    return flow


def affine(scale: float = 0.5) -> Any:
    flow = nf.flows.ActNorm(2)
    flow.s.data, flow.t.data = torch.tensor([[scale, -scale]]), torch.tensor([[1.0, -0.5]])
    flow.data_dep_init_done = torch.tensor(1.0)
    return flow


def test_layers_are_walked_from_the_base() -> None:
    torch.manual_seed(1)
    spline = nf.flows.AutoregressiveRationalQuadraticSpline(2, 1, 16)
    model = model_of(autoregressive(), nf.flows.Permute(2, "swap"), affine(), spline)
    found = check_walk(walk(model), log_prob(model))
    names = ["base", "MaskedAffineAutoregressive", "Permute", "ActNorm", "AutoregressiveRationalQuadraticSpline"]
    assert found["names"].tolist() == names
    with torch.no_grad():
        ends = model.forward(torch.as_tensor(found["positions"][0], dtype=torch.float32)).numpy()
    np.testing.assert_allclose(found["positions"][-1], ends, atol=1e-4)


def test_compositions_and_reversed_flows() -> None:
    parts = nf.flows.Composite([affine(), nf.flows.Composite([autoregressive(), nf.flows.Permute(2, "swap")])])
    model = model_of(nf.flows.Reverse(parts), affine(0.2), base=nf.distributions.GaussianMixture(3, 2))
    found = check_walk(walk(model), log_prob(model))
    assert found["names"].tolist() == ["base", "Permute", "MaskedAffineAutoregressive", "ActNorm", "ActNorm"]


def test_coupling_blocks_are_one_layer() -> None:
    network = nf.nets.MLP([1, 16, 2], init_zeros=False)
    model = model_of(nf.flows.AffineCouplingBlock(network), nf.flows.Permute(2, "swap"))
    assert check_walk(walk(model), log_prob(model))["names"].tolist() == ["base", "AffineCouplingBlock", "Permute"]


def test_samples_are_those_of_the_model() -> None:
    model = model_of(autoregressive(), affine(), base=nf.distributions.DiagGaussian(2))
    ends, samples = walk(model).recorded(8000, 0)["positions"][-1], model.sample(8000)[0].detach().numpy()
    np.testing.assert_allclose(ends.mean(axis=0), samples.mean(axis=0), atol=0.1)
    np.testing.assert_allclose(np.cov(ends.T), np.cov(samples.T), rtol=0.1, atol=0.1)


def test_layers_without_inverse_have_no_density() -> None:
    found = walk(model_of(nf.flows.Radial((2,)), nf.flows.Radial((2,)))).recorded(500, 0)
    assert "density" not in found
    assert np.isfinite(found["log_prob"]).all()


def test_the_model_stays_the_same() -> None:
    model = model_of(nf.flows.ActNorm(2), nf.flows.MaskedAffineAutoregressive(2, 16, dropout_probability=0.5)).train()
    adapters.normflows(model, particles=100)
    assert model.training
    assert not model.flows[0].data_dep_init_done


def test_other_shapes_and_objects_are_refused() -> None:
    three = nf.NormalizingFlow(nf.distributions.DiagGaussian(3), [nf.flows.Permute(3)])
    with pytest.raises(SpecError, match=r"its points have shape \(100, 3\), not \(n, 2\)"):
        adapters.normflows(three, particles=100)
    context = nf.flows.MaskedAffineAutoregressive(2, 16, context_features=3)
    conditional = nf.ConditionalNormalizingFlow(nf.distributions.DiagGaussian(2), [context])
    with pytest.raises(ArgumentError, match="takes normflows's NormalizingFlow, not ConditionalNormalizingFlow"):
        adapters.normflows(conditional, particles=100)
    with pytest.raises(ArgumentError, match="takes normflows's NormalizingFlow, not DiagGaussian"):
        adapters.normflows(nf.distributions.DiagGaussian(2))
