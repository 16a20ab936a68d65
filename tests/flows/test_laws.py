"""The laws of a bijector, for every stage, in float64, with random numbers in all their weights."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from flowviz.flows import Flow, build_flow
from flowviz.records import Weights, base_particles, untrained_trace
from flowviz.specs import FlowSpec

SPEC = FlowSpec()
STAGES = range(len(SPEC.bijector_kinds()))


def random_weights(seed: int = 0, scale: float = 0.3) -> Weights:
    rng = np.random.default_rng(seed)
    fresh = build_flow(SPEC).weights()
    return Weights(
        {name: rng.normal(scale=scale, size=a.shape) for name, a in fresh.parameters.items()},
        {
            name: rng.uniform(0.5, 1.5, a.shape) if name.endswith("variance") else rng.normal(scale=0.3, size=a.shape)
            for name, a in fresh.statistics.items()
        },
    )


@pytest.fixture(scope="module")
def flow() -> Flow:
    return build_flow(SPEC, random_weights(), dtype="float64")


@pytest.fixture(scope="module")
def bijectors(flow: Flow) -> list[Any]:
    return flow.bijectors(flow.parameters, flow.statistics)


@pytest.fixture(scope="module")
def points() -> tf.Tensor:
    return tf.constant(np.random.default_rng(1).normal(size=(64, 2)))


@pytest.mark.parametrize("k", STAGES, ids=SPEC.stage_names()[1:])
class TestStage:
    def test_inverse_undoes_forward(self, bijectors: list[Any], points: tf.Tensor, k: int) -> None:
        image = tf.identity(bijectors[k].forward(points))  # a new tensor: TFP would remember where it came from
        np.testing.assert_allclose(bijectors[k].inverse(image), points, atol=1e-12)

    def test_log_dets_are_opposite(self, bijectors: list[Any], points: tf.Tensor, k: int) -> None:
        image = tf.identity(bijectors[k].forward(points))
        forward = bijectors[k].forward_log_det_jacobian(points, event_ndims=1)
        inverse = bijectors[k].inverse_log_det_jacobian(image, event_ndims=1)
        np.testing.assert_allclose(forward, -inverse, atol=1e-12)

    def test_log_det_is_that_of_the_jacobian(self, bijectors: list[Any], points: tf.Tensor, k: int) -> None:
        points = tf.identity(points)  # TFP remembers images by the identity of the tensor
        with tf.GradientTape() as tape:
            tape.watch(points)
            image = bijectors[k].forward(points)
        jacobians = tape.batch_jacobian(image, points)
        claimed = bijectors[k].forward_log_det_jacobian(points, event_ndims=1)
        claimed = np.broadcast_to(claimed, len(points))
        np.testing.assert_allclose(np.log(np.abs(np.linalg.det(jacobians))), claimed, atol=1e-10)

    def test_it_moves_what_its_kind_moves(self, bijectors: list[Any], points: tf.Tensor, k: int) -> None:
        image = bijectors[k].forward(points).numpy()
        kind = SPEC.bijector_kinds()[k]
        if kind == "real_nvp":
            np.testing.assert_array_equal(image[:, 0], points[:, 0])
            assert not np.allclose(image[:, 1], points[:, 1])
        if kind == "permute":
            np.testing.assert_array_equal(image, points.numpy()[:, ::-1])
        assert bijectors[k].name == kind, "named as TFP names it"


def test_stage_k_of_the_trace_is_the_first_k_bijectors(flow: Flow, bijectors: list[Any]) -> None:
    particles = base_particles(50)
    trace = flow.trace(particles)
    assert trace.positions.shape == (20, 50, 2)
    assert trace.log_det.shape == (20, 50)
    assert trace.names == SPEC.stage_names()
    y, log_det = tf.constant(particles, tf.float64), np.zeros(50)
    np.testing.assert_array_equal(trace.log_det[0], 0)
    for k, bijector in enumerate(bijectors, start=1):
        log_det = log_det + bijector.forward_log_det_jacobian(y, event_ndims=1).numpy()
        y = bijector.forward(y)
        np.testing.assert_allclose(trace.positions[k], y, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(trace.log_det[k], log_det, rtol=1e-10, atol=1e-12)


def test_log_prob_follows_from_the_trace(flow: Flow) -> None:
    """log p(f(x)) = log p_base(x) - log|det J|."""
    particles = base_particles(50).astype(np.float64)
    trace = flow.trace(particles)
    base = -0.5 * (particles**2).sum(axis=1) - np.log(2 * np.pi)
    np.testing.assert_allclose(flow.log_prob(trace.positions[-1]), base - trace.log_det[-1], atol=1e-8)
    np.testing.assert_allclose(flow.sample(particles), trace.positions[-1], atol=1e-12)


def test_the_density_integrates_to_one() -> None:
    flow = build_flow(SPEC, random_weights(seed=2, scale=0.15), dtype="float64")
    reach = 1.3 * np.abs(flow.sample(base_particles(20_000))).max()
    side = np.linspace(-reach, reach, 500)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    mass = np.exp(flow.log_prob(grid)).sum() * (side[1] - side[0]) ** 2
    assert mass == pytest.approx(1, abs=2e-3)


def test_a_fresh_flow_only_mirrors() -> None:
    particles = base_particles(100)
    fresh, predicted = build_flow(SPEC).trace(particles), untrained_trace(SPEC, particles)
    np.testing.assert_allclose(fresh.positions, predicted.positions, atol=1e-6)
    np.testing.assert_allclose(fresh.log_det, predicted.log_det, atol=1e-6)
    assert fresh.names == predicted.names


def test_weights_come_back_as_they_went_in() -> None:
    weights = random_weights()
    again = build_flow(SPEC, weights, dtype="float64").weights()
    for before, after in ((weights.parameters, again.parameters), (weights.statistics, again.statistics)):
        assert list(before) == list(after)
        for name in before:
            np.testing.assert_array_equal(before[name], after[name])


def test_many_flows_in_one_process_warn_of_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """TensorFlow warns where one function is traced again and again; a window trains again and again."""
    for _ in range(8):
        build_flow(FlowSpec(couplings=1, hidden=(2,))).log_prob(np.zeros((3, 2)))
    assert capfd.readouterr().err == ""


def test_tensorflow_can_still_write_its_log() -> None:
    code = "import logging, flowviz.flows; logging.getLogger('tensorflow').warning('heard')"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stderr.endswith("heard\n")
    assert said.stderr.count("\n") == 1
