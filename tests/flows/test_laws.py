"""The laws of a bijector, for every family, in float64, with random numbers in all their weights."""

import gc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tensorflow_probability import bijectors as tfb

from flowviz.flows import Flow, build_flow
from flowviz.flows.conditioner import Conditioner, initial_weights
from flowviz.flows.network import LONGEST_WAVE
from flowviz.records import base_particles, untrained_trace
from flowviz.specs import RECIPES, FlowSpec
from flowviz.specs.flow import TABLE_KNOTS
from tests.flows.families import SPECS, bijectors_of, random_weights


@pytest.fixture(scope="module", params=list(SPECS.values()), ids=list(SPECS))
def flow(request: pytest.FixtureRequest) -> Flow:
    return build_flow(request.param, random_weights(request.param), dtype="float64")


@pytest.fixture(scope="module")
def bijectors(flow: Flow) -> list[Any]:
    return bijectors_of(flow)


@pytest.fixture(scope="module")
def points() -> tf.Tensor:
    return tf.constant(np.random.default_rng(1).normal(size=(64, 2)))


class TestEachStage:
    """The laws of a bijector."""

    def test_inverse_undoes_forward(self, bijectors: list[Any], points: tf.Tensor) -> None:
        for bijector in bijectors:
            image = tf.identity(bijector.forward(points))  # a new tensor: TFP would remember where it came from
            np.testing.assert_allclose(bijector.inverse(image), points, atol=1e-12, err_msg=bijector.name)

    def test_log_dets_are_opposite(self, bijectors: list[Any], points: tf.Tensor) -> None:
        for bijector in bijectors:
            image = tf.identity(bijector.forward(points))
            forward = bijector.forward_log_det_jacobian(points, event_ndims=1)
            inverse = bijector.inverse_log_det_jacobian(image, event_ndims=1)
            np.testing.assert_allclose(forward, -inverse, atol=1e-11, err_msg=bijector.name)

    def test_log_det_is_that_of_the_jacobian(self, bijectors: list[Any], points: tf.Tensor) -> None:
        for bijector in bijectors:
            at = tf.identity(points)  # TFP remembers images by the identity of the tensor
            with tf.GradientTape() as tape:
                tape.watch(at)
                image = bijector.forward(at)
            jacobians = tape.batch_jacobian(image, at)
            claimed = np.broadcast_to(bijector.forward_log_det_jacobian(at, event_ndims=1), len(points))
            measured = np.log(np.abs(np.linalg.det(jacobians)))
            np.testing.assert_allclose(measured, claimed, atol=1e-10, err_msg=bijector.name)

    def test_it_moves_what_its_kind_moves(self, flow: Flow, bijectors: list[Any], points: tf.Tensor) -> None:
        for stage, bijector in zip(flow.stages, bijectors, strict=True):
            image = bijector.forward(points).numpy()
            kind = stage.name.partition("_")[2]
            assert bijector.name == kind, "named in the trace as TFP names it"
            if kind in {"real_nvp", "additive_coupling", "spline_coupling"}:
                np.testing.assert_array_equal(image[:, 0], points[:, 0])
                assert not np.allclose(image[:, 1], points[:, 1])
            if kind == "permute":
                np.testing.assert_array_equal(image, points.numpy()[:, ::-1])

    def test_far_points_go_through_it_and_come_back(self, bijectors: list[Any]) -> None:
        far = tf.constant([[0.0, 1e3], [1e3, 0.0], [-50.0, -50.0]], tf.float64)
        for bijector in bijectors:
            image = tf.identity(bijector.forward(far))
            assert np.isfinite(image).all()
            np.testing.assert_allclose(bijector.inverse(image), far, rtol=1e-9, atol=1e-9, err_msg=bijector.name)


def test_stage_k_of_the_trace_is_the_first_k_bijectors(flow: Flow, bijectors: list[Any]) -> None:
    particles = base_particles(50)
    trace = flow.trace(particles)
    stages = len(flow.stages) + 1
    assert trace.positions.shape == (stages, 50, 2)
    assert trace.log_det.shape == (stages, 50)
    assert trace.names == flow.stages[0].spec.stage_names()
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


def test_the_gradient_of_a_training_step_is_that_of_its_loss(flow: Flow) -> None:
    """Some gradients are written by hand: compare with differences along random directions."""
    rng, batch = np.random.default_rng(5), tf.constant(np.random.default_rng(1).normal(size=(40, 2)))

    def nll(parameters: tf.Tensor) -> tf.Tensor:
        return -tf.reduce_mean(flow.adapted_log_prob(parameters, flow.statistics, batch)[0])

    at = tf.constant(flow.parameters)
    with tf.GradientTape() as tape:
        tape.watch(at)
        loss = nll(at)
    gradient = tape.gradient(loss, at).numpy()
    for _ in range(3):
        direction = rng.normal(size=at.shape)
        direction *= 1e-6 / np.linalg.norm(direction)
        difference = float(nll(at + direction) - nll(at - direction)) / 2
        assert difference == pytest.approx(float(gradient @ direction), rel=1e-4, abs=1e-12)


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS.keys())
def test_the_density_integrates_to_one(spec: FlowSpec) -> None:
    flow = build_flow(spec, random_weights(spec, seed=2, scale=0.15), dtype="float64")
    reach = 1.3 * np.abs(flow.sample(base_particles(20_000))).max()
    side = np.linspace(-reach, reach, 600)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    mass = np.exp(flow.log_prob(grid)).sum() * (side[1] - side[0]) ** 2
    assert mass == pytest.approx(1, abs=2e-3)


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS.keys())
def test_samples_match_the_density(spec: FlowSpec) -> None:
    """Two samples: the flow's own, and draws from its density by rejection in a box. Equal means and quantiles."""
    flow = build_flow(spec, random_weights(spec, seed=3, scale=0.15), dtype="float64")
    sampled, rng = flow.sample(base_particles(20_000)), np.random.default_rng(0)
    low, high = sampled.min(axis=0) - 0.5, sampled.max(axis=0) + 0.5
    proposals = rng.uniform(low, high, (400_000, 2))
    density = np.exp(flow.log_prob(proposals))
    accepted = proposals[rng.random(len(proposals)) < density / density.max()]
    assert len(accepted) > 2000
    for direction in np.array([[1, 0], [0, 1], [0.6, 0.8], [0.8, -0.6]]):
        assert _kolmogorov_smirnov(sampled @ direction, accepted @ direction) < 1.95  # p = 0.001


def _kolmogorov_smirnov(one: NDArray[Any], other: NDArray[Any]) -> float:
    """The distance of two samples, scaled so that its distribution is Kolmogorov's."""
    everywhere = np.concatenate([one, other])
    shares = [np.searchsorted(np.sort(sample), everywhere, side="right") / len(sample) for sample in (one, other)]
    return float(np.abs(shares[0] - shares[1]).max() * np.sqrt(len(one) * len(other) / len(everywhere)))


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS.keys())
def test_a_fresh_flow_only_mirrors(spec: FlowSpec) -> None:
    particles = base_particles(100)
    fresh, predicted = build_flow(spec).trace(particles), untrained_trace(spec, particles)
    np.testing.assert_allclose(fresh.positions, predicted.positions, atol=2e-5)
    np.testing.assert_allclose(fresh.log_det, predicted.log_det, atol=1e-3)
    assert fresh.names == predicted.names


SMALL_SPECS = st.builds(
    lambda family, bins, **sizes: FlowSpec(family=family, bins=bins if family == "spline" else None, **sizes),
    family=st.sampled_from(sorted(RECIPES)),
    bins=st.integers(2, 9),
    layers=st.integers(1, 4),
    width=st.integers(1, 9),
    depth=st.integers(1, 3),
    conditioner=st.sampled_from(["network", "table"]),
    hats=st.integers(0, 5),
    waves=st.integers(0, 3),
    normalization=st.sampled_from(["running", "minibatch", "actnorm", "none"]),
    seed=st.integers(0, 2**63 - 1),
)


@settings(max_examples=12, deadline=None)
@given(SMALL_SPECS)
def test_any_flow_is_undone_by_its_inverse(spec: FlowSpec) -> None:
    flow = build_flow(spec, random_weights(spec), dtype="float64")
    x = y = tf.constant(np.random.default_rng(1).normal(size=(16, 2)))
    log_det = np.zeros(16)
    bijectors = bijectors_of(flow)
    for bijector in bijectors:
        log_det = log_det + bijector.forward_log_det_jacobian(y, event_ndims=1)
        y = tf.identity(bijector.forward(y))
    log_prob, statistics = flow.adapted_log_prob(flow.parameters, flow.statistics, y, pace=0.0)
    if spec.normalization != "minibatch":  # whose training step normalizes otherwise
        base = -0.5 * np.sum(np.square(x), axis=1) - np.log(2 * np.pi)
        np.testing.assert_allclose(log_prob, base - log_det, atol=1e-6)
        np.testing.assert_allclose(statistics, flow.statistics)
    for bijector in reversed(bijectors):
        y = tf.identity(bijector.inverse(y))
    np.testing.assert_allclose(y, x, atol=1e-6)


def test_a_network_that_sees_waves_alone_repeats_itself_with_the_longest() -> None:
    spec = FlowSpec(width=8, hats=0, waves=3)
    weights = initial_weights(spec, 2, np.random.default_rng(0))
    weights["kernel_0"][:, 0] = 0  # of x_a itself
    weights["kernel_2"] = np.ones_like(weights["kernel_2"])
    conditioner = Conditioner(spec, {name: tf.constant(array) for name, array in weights.items()})
    x_a = np.linspace(-3, 3, 50)[:, np.newaxis]
    rows = conditioner(tf.constant(x_a)).numpy()
    np.testing.assert_allclose(conditioner(tf.constant(x_a + LONGEST_WAVE)), rows, atol=1e-12)
    assert not np.allclose(conditioner(tf.constant(x_a + LONGEST_WAVE / 2)), rows, atol=1e-2)


def test_a_spline_in_single_precision_finds_the_particles_where_they_are() -> None:
    """Test bins with very different slopes, where one form of the root cancels, and points next to a knot."""
    spec = FlowSpec(family="spline", layers=1, width=8, bins=8, hats=0)
    weights = random_weights(spec, seed=4, scale=1.5)
    (exact,), (rounded,) = (bijectors_of(build_flow(spec, weights, dtype)) for dtype in ("float64", "float32"))
    x = np.stack([np.random.default_rng(0).uniform(-2, 2, 20_000), np.linspace(-3.1, 3.1, 20_000)], axis=1)
    x = x.astype(np.float32).astype(np.float64)
    images, slopes = exact.forward(x).numpy(), np.exp(exact.forward_log_det_jacobian(x, event_ndims=1))
    errors = np.abs(rounded.forward(tf.constant(x, tf.float32)).numpy() - images)[:, 1]
    assert (errors / np.maximum(1, slopes)).max() < 1e-4


def test_table_goes_straight_between_its_knots() -> None:
    spec = FlowSpec(conditioner="table")
    coefficients = np.random.default_rng(0).normal(size=(2, TABLE_KNOTS))
    conditioner = Conditioner(spec, {"coefficients": tf.constant(coefficients)})
    u = (np.arange(1, 2 * TABLE_KNOTS - 2) / (TABLE_KNOTS - 1) - 1)[:, np.newaxis]  # knots, and middles between them
    rows = conditioner(tf.constant(u * np.sqrt(2 / (1 - u**2)))).numpy()
    np.testing.assert_allclose(rows[:, 2:-1:2], (rows[:, 1:-2:2] + rows[:, 3::2]) / 2, atol=1e-12)
    assert np.abs(np.diff(rows, n=2)[:, ::2]).min() > 1e-6, "it bends at every knot"
    coarse = conditioner(tf.constant([[0.0]], tf.float64)).numpy()[:, 0]
    np.testing.assert_allclose(coarse, coefficients[:, :2].mean(axis=1) + coefficients[:, 2] / np.sqrt(2), atol=1e-12)


def test_weights_come_back_as_they_went_in() -> None:
    for spec in SPECS.values():
        weights = random_weights(spec)
        again = build_flow(spec, weights, dtype="float64").weights()
        for before, after in ((weights.parameters, again.parameters), (weights.statistics, again.statistics)):
            assert list(before) == list(after)
            for name in before:
                np.testing.assert_array_equal(before[name], after[name])


@pytest.fixture
def new_objects_only() -> Iterator[None]:
    """Hide all present objects from the garbage collector, which takes a second to look through TensorFlow's."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("new_objects_only")
@pytest.mark.parametrize("spec", SPECS.values(), ids=list(SPECS))
def test_flow_that_was_fitted_to_data_leaves_no_bijectors(spec: FlowSpec) -> None:
    flow = build_flow(spec)
    flow.fit_start(np.random.default_rng(1).normal(size=(64, 2)))
    bijectors = bijectors_of(flow)
    assert count_bijectors() >= len(bijectors)
    del flow, bijectors
    gc.collect()
    assert count_bijectors() == 0


def count_bijectors() -> int:
    return sum(issubclass(type(known), tfb.Bijector) for known in gc.get_objects())  # some are proxies of what is gone


def test_flows_of_one_kind_share_what_was_traced_and_nothing_else() -> None:
    """TensorFlow frees no graph: a window that opens a hundred projects would grow by a gigabyte."""
    spec, particles = FlowSpec(layers=1, width=3, depth=1), base_particles(50)
    flows = [build_flow(spec, random_weights(spec, seed=seed), dtype="float64") for seed in (1, 2)]
    images = [flow.sample(particles) for flow in flows]
    assert flows[0]._kin is flows[1]._kin
    assert not np.allclose(images[0], images[1])
    for flow, image in zip(flows, images, strict=True):
        np.testing.assert_allclose(flow.trace(particles).positions[-1], image, atol=1e-12)
        np.testing.assert_array_equal(flow.sample(particles), image)


def test_many_flows_in_one_process_warn_of_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """TensorFlow warns where one function is traced again and again; a window trains again and again."""
    for _ in range(8):
        build_flow(FlowSpec(layers=1, width=2, depth=1)).log_prob(np.zeros((3, 2)))
    assert capfd.readouterr().err == ""
