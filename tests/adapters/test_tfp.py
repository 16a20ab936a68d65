"""The walk through distributions of TensorFlow Probability."""

from typing import Any

import numpy as np
import pytest

from flowviz.adapters import flowjax, tfp
from flowviz.adapters.tfp_distributions import walk
from flowviz.errors import ArgumentError, SpecError
from flowviz.projects import Project
from tests.adapters.agreement import check_walk

pytestmark = pytest.mark.slow  # loading TFP and tracing its bijectors takes 20 s
tf = pytest.importorskip("tensorflow")
tfp_library = pytest.importorskip("tensorflow_probability")
tfb, tfd = tfp_library.bijectors, tfp_library.distributions


def normal(scale: float = 1.0) -> Any:
    return tfd.MultivariateNormalDiag([0.0, 0.0], [scale, scale])


def bent(by: float) -> Any:
    """Return a bijector that moves points up or down by the sine of their x."""
    return tfb.RealNVP(1, shift_and_log_scale_fn=lambda x, n: (by * tf.sin(x), 0.3 * tf.cos(x)), name="bent")


def chained() -> Any:
    inner = tfb.Chain([bent(0.5), tfb.Permute([1, 0])])
    inverse = tfb.Invert(tfb.Chain([bent(1.0), tfb.Scale(0.5)]))
    return tfb.Chain([tfb.Shift([1.0, -1.0]), inner, tfb.Scale([2.0, 1.0]), inverse])


def test_chains_inverses_and_nested_distributions_are_walked_from_the_base() -> None:
    flow = tfd.TransformedDistribution(tfd.TransformedDistribution(normal(0.3), tfb.Exp()), chained())
    found = check_walk(walk(flow), flow.log_prob)
    assert found["names"].tolist() == ["base", "Exp", "RealNVP", "Scale", "Scale", "Permute", "RealNVP", "Shift"]
    ends = flow.bijector.forward(tf.exp(found["positions"][0].astype(np.float32)))
    np.testing.assert_allclose(found["positions"][-1], ends, atol=1e-4)


def test_double_precision_is_kept() -> None:
    base = tfd.MultivariateNormalDiag(tf.zeros(2, tf.float64), tf.ones(2, tf.float64))
    flow = tfd.TransformedDistribution(base, tfb.Scale(tf.constant([2.0, 3.0], tf.float64)))
    found = walk(flow).recorded(200, 0)
    np.testing.assert_allclose(found["log_prob"], flow.log_prob(found["positions"][-1]), atol=1e-12)


def test_samples_are_those_of_the_distribution() -> None:
    flow = tfd.TransformedDistribution(normal(), chained())
    ends, samples = walk(flow).recorded(8000, 0)["positions"][-1], flow.sample(8000, seed=1).numpy()
    np.testing.assert_allclose(ends.mean(axis=0), samples.mean(axis=0), atol=0.1)
    np.testing.assert_allclose(np.cov(ends.T), np.cov(samples.T), rtol=0.1, atol=0.1)


def test_normal_base_is_not_taken_apart() -> None:
    flow = tfd.TransformedDistribution(normal(2.0), tfb.Exp())
    assert [name for name, _, _ in walk(flow).layers] == ["Exp"]
    assert [name for name, _, _ in walk(normal(2.0)).layers]  # but can be a flow by itself


def test_flow_of_flowviz_agrees_with_its_own_trace(project: Project) -> None:
    found = walk(project.distribution("flow")).recorded(100, 0)
    own = project.build_flow().trace(found["positions"][0])
    np.testing.assert_allclose(found["positions"][-1], own.positions[-1], atol=1e-3)
    np.testing.assert_allclose(found["log_det"][-1], own.log_det[-1], atol=1e-3)


def test_project_is_titled_and_scored() -> None:
    flow = tfd.TransformedDistribution(normal(), chained())
    project = tfp(flow, particles=500, target=flow.sample(1000, seed=2).numpy(), title="hand-made")
    assert project.target.title == "hand-made"
    assert project.flow.is_recorded


@pytest.mark.parametrize(
    ("flow", "message"),
    [
        (lambda: tfd.TransformedDistribution(tfd.MultivariateNormalDiag(tf.zeros(3)), tfb.Exp()), r"shape \(500, 3\)"),
        (
            lambda: tfd.TransformedDistribution(tfd.MultivariateNormalDiag(tf.zeros((4, 2))), tfb.Exp()),
            r"\(500, 4, 2\)",
        ),
    ],
)
def test_other_shapes_are_refused(flow: Any, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        tfp(flow(), particles=500)


def test_other_objects_are_refused() -> None:
    with pytest.raises(ArgumentError, match="takes tensorflow_probability's TransformedDistribution, not Normal"):
        tfp(tfd.Normal(0.0, 1.0))
    with pytest.raises(ArgumentError, match=r"takes flowjax's AbstractTransformed, not .*Use flowviz\.adapters\.tfp\."):
        flowjax(tfd.TransformedDistribution(normal(), tfb.Exp()))
