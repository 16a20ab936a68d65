"""The laws of normalizing flows, for every family, with random numbers in all their weights.

They hold to rounding in float64, and to a few digits in float32, the precision of production.
"""

from functools import partial

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from flowviz.errors import SpecError
from flowviz.flows import Flow, build_flow, graphs
from flowviz.flows.flow_laws import (
    MASS_LIMIT,
    MISFIT_LIMIT,
    composed_error,
    flow_deviations,
    gradient_error,
    mass_and_misfit,
    random_flow,
)
from flowviz.flows.laws import LIMITS, inverse_error, log_det_error, name_error, neighbor_error
from flowviz.flows.network import MAX_WAVE, Network
from flowviz.flows.table import Table
from flowviz.records import base_particles, untrained_trace
from flowviz.specs import RECIPES, FlowSpec
from flowviz.specs.flow import TABLE_KNOTS
from tests.flows.families import SPECS, examples_of, random_weights, specs, stages_of, training_nll

# What follows from the laws of stages is tested with a flow of layers, a continuous one and one that learns its base.
FEW = specs("realnvp", "euler", "learned base")


@pytest.fixture(scope="module", params=list(SPECS.values()), ids=list(SPECS))
def flow(request: pytest.FixtureRequest) -> Flow:
    return build_flow(request.param, random_weights(request.param), dtype="float64")


@pytest.fixture(scope="module")
def points() -> tf.Tensor:
    return tf.constant(np.random.default_rng(1).normal(size=(64, 2)))


class TestEachStage:
    def test_inverse_undoes_forward(self, flow: Flow, points: tf.Tensor) -> None:
        for stage, numbers in stages_of(flow):
            assert inverse_error(stage, numbers, points) <= 1e-12, stage.name

    @pytest.mark.parametrize("inverse", [False, True], ids=["forward", "inverse"])
    def test_log_dets_are_those_of_the_jacobian(self, inverse: bool, flow: Flow, points: tf.Tensor) -> None:
        for stage, numbers in stages_of(flow):
            assert log_det_error(inverse, stage, numbers, points) <= 1e-10, stage.name

    def test_points_do_not_depend_on_each_other(self, flow: Flow, points: tf.Tensor) -> None:
        for stage, numbers in stages_of(flow):
            assert neighbor_error(stage, numbers, points) <= 1e-10, stage.name

    @pytest.mark.parametrize("flow", specs(*(RECIPES.keys() - {"flow_matching"}), "euler"), indirect=True)
    def test_its_name_and_the_seed_of_the_flow_change_nothing(self, flow: Flow, points: tf.Tensor) -> None:
        """All stages of a class share one graph."""
        for stage, numbers in examples_of(flow):
            assert name_error(stage, numbers, points) == 0, stage.name

    def test_it_moves_what_its_kind_moves(self, flow: Flow, points: tf.Tensor) -> None:
        for stage, numbers in stages_of(flow):
            image = stage.forward(numbers, points).numpy()
            assert stage.name.partition("_")[2] == stage.kind
            if stage.kind in {"real_nvp", "additive_coupling", "spline_coupling"}:
                np.testing.assert_array_equal(image[:, 0], points[:, 0])
                assert not np.allclose(image[:, 1], points[:, 1])
            if stage.kind == "permute":
                np.testing.assert_array_equal(image, points.numpy()[:, ::-1])

    def test_far_points_go_through_it_and_come_back(self, flow: Flow) -> None:
        far = tf.constant([[0.0, 1e3], [1e3, 0.0], [-50.0, -50.0]], tf.float64)
        for stage, numbers in stages_of(flow):
            image = stage.forward(numbers, far)
            assert np.isfinite(image).all()
            np.testing.assert_allclose(stage.inverse(numbers, image), far, rtol=1e-9, atol=1e-9, err_msg=stage.name)


@pytest.mark.parametrize("flow", specs("glow", "euler", "rk4"), indirect=True)
def test_velocity_is_the_displacement_or_the_field_that_a_step_follows(flow: Flow) -> None:
    points = np.random.default_rng(3).normal(size=(50, 2))
    trace = flow.trace(points)
    for number, stage in enumerate(flow.stages, start=1):
        before = trace.positions[number - 1]
        velocity, moved = flow.velocity(number, before), trace.positions[number] - before
        if stage.kind == "flow_step":
            error = np.abs(stage.constants["duration"] * velocity - moved).max()
            assert error <= (1e-6 if flow.spec.integrator == "euler" else 0.5 * np.abs(moved).max())
        else:
            np.testing.assert_allclose(velocity, moved, atol=1e-5, err_msg=stage.name)
    with pytest.raises(SpecError, match="The base moves no points"):
        flow.velocity(0, points)
    with pytest.raises(SpecError, match="There is no stage"):
        flow.velocity(len(flow.stages) + 1, points)


@pytest.mark.parametrize("flow", specs(*RECIPES, "euler", "rk4", "tables"), indirect=True)  # a trace has no base
def test_the_trace_follows_the_stages(flow: Flow) -> None:
    particles = base_particles(50)
    trace = flow.trace(particles)
    stages = len(flow.stages) + 1
    assert trace.positions.shape == (stages, 50, 2)
    assert trace.log_det.shape == (stages, 50)
    assert trace.names == flow.spec.stage_names()
    y, log_det = tf.constant(particles, tf.float64), np.zeros(50)
    np.testing.assert_array_equal(trace.log_det[0], 0)
    for k, (stage, numbers) in enumerate(stages_of(flow), start=1):
        y, change = stage.forward_and_log_det(numbers, y)
        log_det = log_det + change
        np.testing.assert_allclose(trace.positions[k], y, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(trace.log_det[k], log_det, rtol=1e-10, atol=1e-12)


def test_log_prob_follows_from_the_stages(flow: Flow) -> None:
    """log p(f(x)) = log p_base(x) - log|det J|."""
    assert composed_error(flow, base_particles(50).astype(np.float64)) <= 1e-8


@pytest.mark.parametrize("flow", FEW, indirect=True)
def test_images_and_densities_are_those_of_the_trace(flow: Flow) -> None:
    particles = base_particles(50).astype(np.float64)
    trace = flow.trace(particles)
    np.testing.assert_allclose(flow.forward(particles), trace.positions[-1], atol=1e-12)
    log_prob = flow.log_prob(trace.positions[-1])
    np.testing.assert_allclose(trace.log_density(trace.last_stage), log_prob, atol=1e-8)


@pytest.mark.parametrize("flow", specs(*(SPECS.keys() - {"flow_matching", "rk4"})), indirect=True)
def test_the_gradient_of_a_training_step_is_that_of_its_loss(flow: Flow) -> None:
    """Compare with finite differences, because some gradients are hand-written."""
    assert gradient_error(training_nll(flow), flow.parameters.read_value()) <= 1e-4


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
class TestInTheTypeOfProduction:
    def test_stages_are_undone_and_their_log_dets_are_those_of_the_jacobian(self, spec: FlowSpec) -> None:
        points = tf.constant(np.random.default_rng(1).normal(size=(64, 2)), tf.float32)
        for stage, numbers in examples_of(build_flow(spec, random_weights(spec))):
            for measure in (inverse_error, partial(log_det_error, False), partial(log_det_error, True)):
                assert measure(stage, numbers, points) <= LIMITS["float32"], stage.name

    def test_density_integrates_to_one_and_samples_fit_it(self, spec: FlowSpec) -> None:
        mass, misfit = mass_and_misfit(random_flow(spec))
        assert mass == pytest.approx(1, abs=MASS_LIMIT)
        assert misfit <= MISFIT_LIMIT


@pytest.mark.parametrize("spec", specs("nice"))
def test_families_pass_their_own_check(spec: FlowSpec) -> None:
    assert [each.sentence() for each in flow_deviations(spec) if not each.holds] == []


def test_samples_that_do_not_fit_the_density_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Samples wider by a tenth, and a density that is too large by a twentieth."""
    sample, log_prob = Flow.sample, Flow.log_prob
    monkeypatch.setattr(Flow, "sample", lambda flow, n, seed: 1.1 * sample(flow, n, seed))
    monkeypatch.setattr(Flow, "log_prob", lambda flow, x: log_prob(flow, x) + 0.05)
    found = {each.law: each for each in flow_deviations(SPECS["nice"]) if not each.holds}
    assert found.keys() == {
        "densities agree with the log-dets of the stages",
        "the density integrates to 1",
        "samples fit the density",
    }
    assert found["the density integrates to 1"].problem == "the integral of the density differs from 1 by 0.0513"
    assert found["densities agree with the log-dets of the stages"].error == pytest.approx(0.05, abs=1e-5)


@pytest.mark.parametrize("spec", specs(*RECIPES, "uniform base"))
def test_a_fresh_flow_only_mirrors(spec: FlowSpec) -> None:
    particles = base_particles(100)
    fresh, predicted = build_flow(spec, dtype="float64").trace(particles), untrained_trace(spec, particles)
    np.testing.assert_allclose(fresh.positions, predicted.positions, atol=2e-5)
    np.testing.assert_allclose(fresh.log_det, predicted.log_det, atol=1e-3)
    assert fresh.names == predicted.names


SMALL_SPECS = st.builds(
    lambda family, bins, conditioner, sizes, **others: FlowSpec(
        family=family,
        bins=bins if family == "spline" else None,
        **({"conditioner": conditioner} if RECIPES[family].has_network else {}),
        **(sizes if RECIPES[family].has_network and conditioner == "network" else {}),
        **others,
    ),
    family=st.sampled_from(sorted(name for name, recipe in RECIPES.items() if not recipe.is_continuous)),
    bins=st.integers(2, 9),
    layers=st.integers(1, 4),
    conditioner=st.sampled_from(["network", "table"]),
    sizes=st.fixed_dictionaries(
        {"width": st.integers(1, 9), "depth": st.integers(1, 3), "hats": st.integers(0, 5), "waves": st.integers(0, 3)}
    ),
    normalization=st.sampled_from(["running", "minibatch", "actnorm", "box", "none"]),
    seed=st.integers(0, 2**63 - 1),
)


@settings(max_examples=12, deadline=None)
@given(SMALL_SPECS)
def test_any_flow_is_undone_by_its_inverse(spec: FlowSpec) -> None:
    flow = build_flow(spec, random_weights(spec), dtype="float64")
    x = tf.constant(np.random.default_rng(1).normal(size=(16, 2)))
    numbers = flow.parameters, flow.statistics
    y, log_det = flow.chain.forward_and_log_det(*numbers, x)
    back, inverse_log_det = flow.chain.inverse_and_log_det(*numbers, y)
    np.testing.assert_allclose(back, x, atol=1e-6)
    np.testing.assert_allclose(inverse_log_det, -log_det, atol=1e-6)
    log_prob, statistics = flow.chain.training_log_prob(*numbers, y, pace=0.0)
    if spec.normalization != "minibatch":  # whose training step normalizes otherwise
        np.testing.assert_allclose(log_prob, flow.base.log_prob(x.numpy()) - log_det, atol=1e-6)
        np.testing.assert_allclose(statistics, flow.statistics)


def test_a_network_that_sees_waves_alone_repeats_itself_with_the_longest() -> None:
    spec = FlowSpec(width=8, hats=0, waves=3)
    network = Network(spec)
    weights = network.initial_weights(2, np.random.default_rng(0))
    weights["kernel_0"][:, 0] = 0  # of x_a itself
    weights["kernel_2"] = np.ones_like(weights["kernel_2"])
    tensors = {name: tf.constant(array) for name, array in weights.items()}
    x_a = tf.constant(np.linspace(-3, 3, 50))
    theta = network(tensors, x_a).numpy()
    np.testing.assert_allclose(network(tensors, x_a + MAX_WAVE), theta, atol=1e-12)
    assert not np.allclose(network(tensors, x_a + MAX_WAVE / 2), theta, atol=1e-2)


def test_table_goes_straight_between_its_knots() -> None:
    spec = FlowSpec(conditioner="table")
    coefficients = np.random.default_rng(0).normal(size=(2, TABLE_KNOTS))
    table, weights = Table(spec), {"coefficients": tf.constant(coefficients)}
    u = np.arange(1, 2 * TABLE_KNOTS - 2) / (TABLE_KNOTS - 1) - 1  # knots, and middles between them
    rows = table(weights, tf.constant(u * np.sqrt(2 / (1 - u**2)))).numpy()
    np.testing.assert_allclose(rows[:, 2:-1:2], (rows[:, 1:-2:2] + rows[:, 3::2]) / 2, atol=1e-12)
    assert np.abs(np.diff(rows, n=2)[:, ::2]).min() > 1e-6, "it bends at every knot"
    coarse = table(weights, tf.constant([0.0], tf.float64)).numpy()[:, 0]
    np.testing.assert_allclose(coarse, coefficients[:, :2].mean(axis=1) + coefficients[:, 2] / np.sqrt(2), atol=1e-12)


def test_weights_come_back_as_they_went_in() -> None:
    for spec in SPECS.values():
        weights = random_weights(spec)
        again = build_flow(spec, weights, dtype="float64").weights()
        for before, after in ((weights.parameters, again.parameters), (weights.statistics, again.statistics)):
            assert list(before) == list(after)
            for name in before:
                np.testing.assert_array_equal(before[name], after[name])


def test_flows_of_one_kind_share_what_was_traced_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """TensorFlow frees no graph: a window that opens a hundred projects would grow by a gigabyte."""
    spec, particles = SPECS["realnvp"], base_particles(50)
    flows = [build_flow(spec, random_weights(spec, seed=seed), dtype="float64") for seed in (1, 2)]
    images = [flows[0].forward(particles)]
    flows[0].trace(particles)
    monkeypatch.setattr(graphs, "stored_or_traced", lambda *_: pytest.fail("traced again"))
    images.append(flows[1].forward(particles))
    assert not np.allclose(images[0], images[1])
    for flow, image in zip(flows, images, strict=True):
        np.testing.assert_allclose(flow.trace(particles).positions[-1], image, atol=1e-12)
        np.testing.assert_array_equal(flow.forward(particles), image)


def test_many_flows_in_one_process_warn_of_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """TensorFlow warns where one function is traced again and again; a window trains again and again."""
    for _ in range(8):
        build_flow(FlowSpec(layers=1, width=2, depth=1)).log_prob(np.zeros((3, 2)))
    assert capfd.readouterr().err == ""
