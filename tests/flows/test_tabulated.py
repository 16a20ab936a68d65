"""Tests of networks that are tabulated: by a training step over the range of its batch, and for many particles."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from flowviz.flows import Flow, build_flow
from flowviz.flows.flow_laws import gradient_error
from flowviz.flows.graphs import ChainGraphs
from flowviz.flows.network import KNOTS, TABULATED, Network
from flowviz.projects.gallery import example
from flowviz.specs import FlowSpec
from flowviz.specs.edits import Bump, Edits, LayerEdit
from tests.flows.families import random_weights, training_nll

SPEC = FlowSpec(layers=2, width=8)
MANY = 4 * KNOTS
BUMP = Bump(curve="shift", center=(0.3,), height=(1.5,), width=0.4)
EDITED = Edits(layers={1: LayerEdit(bumps=(BUMP,)), 2: LayerEdit(disabled=True)})


def flow_of(spec: FlowSpec = SPEC) -> Flow:
    return build_flow(spec, random_weights(spec), dtype="float64")


def weights_of(spec: FlowSpec = SPEC) -> dict[str, tf.Tensor]:
    rng = np.random.default_rng(0)
    arrays = Network(spec).initial_weights(2, rng)
    return {name: tf.constant(array + 0.1 * rng.normal(size=array.shape)) for name, array in arrays.items()}


@pytest.mark.parametrize(("family", "most"), [("realnvp", 0.02), ("nice", 0.02), ("glow", 0.02), ("spline", 0.1)])
def test_a_training_step_computes_nearly_the_density_of_the_flow(family: str, most: float) -> None:
    flow = flow_of(FlowSpec(family=family, layers=2, width=8))
    points = flow.sample(MANY, seed=0)
    log_prob, _ = flow.chain.training_log_prob(flow.parameters, flow.statistics, tf.constant(points), pace=0.0)
    difference = log_prob - flow.log_prob(points)
    assert np.abs(difference).mean() < most
    assert abs(np.mean(difference)) < 0.02


@pytest.mark.parametrize("family", ["realnvp", "spline"])
def test_the_gradient_is_that_of_the_interpolated_loss(family: str) -> None:
    # In one layer, whose knots do not move with the parameters: how they move is not part of the gradient.
    flow = flow_of(FlowSpec(family=family, layers=1, width=8, normalization="none"))
    assert gradient_error(training_nll(flow, points=MANY), flow.parameters.read_value()) <= 1e-4


def test_a_network_is_exact_at_its_knots_and_straight_between_them() -> None:
    network, weights = Network(SPEC), weights_of()
    x_a = tf.constant(np.random.default_rng(1).normal(size=MANY))
    tabulated = network.tabulated(weights, x_a)
    first, spacing, values = tabulated[TABULATED]
    u = (first + spacing * np.arange(1, KNOTS - 1)).numpy()
    knots = 3 * u / np.sqrt(1 - u**2)
    np.testing.assert_allclose(network(tabulated, tf.constant(knots)), network(weights, tf.constant(knots)), atol=1e-8)
    np.testing.assert_allclose(network(tabulated, tf.constant(knots)), values[:, 1:-1], atol=1e-8)
    middle = u[:-1] + spacing / 2
    between = network(tabulated, tf.constant(3 * middle / np.sqrt(1 - middle**2)))
    np.testing.assert_allclose(between, (values[:, 1:-2] + values[:, 2:-1]) / 2, atol=1e-8)


def test_knots_differ_from_batch_to_batch() -> None:
    network, weights = Network(SPEC), weights_of()
    rng = np.random.default_rng(1)
    batches = [tf.constant([*rng.uniform(-1, 1, MANY), -1, 1], tf.float64) for _ in range(2)]
    first, other = (network.tabulated(weights, batch)[TABULATED].first for batch in batches)
    assert abs(first - other) > 0


@pytest.mark.parametrize("count", [1, KNOTS])
def test_a_small_batch_is_exact(count: int) -> None:
    weights = weights_of()
    assert Network(SPEC).tabulated(weights, tf.zeros(count, tf.float64)) is weights


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("points", ["equal", "far", "very far"])
@pytest.mark.parametrize(
    "spec", [SPEC, SPEC.model_copy(update={"family": "spline", "bins": 8, "min_bin_height": 1e-5})]
)
def test_hostile_batches_have_finite_gradients(spec: FlowSpec, points: str, dtype: str) -> None:
    flow = build_flow(spec, random_weights(spec), dtype=dtype)
    batch = np.random.default_rng(2).normal(size=(MANY, 2))
    batch[1:] = {"equal": batch[:1], "far": batch[1:], "very far": batch[1:]}[points]
    batch[0] *= {"equal": 1, "far": 1e3, "very far": 1e6}[points]
    parameters = tf.constant(flow.parameters)
    with tf.GradientTape() as tape:
        tape.watch(parameters)
        log_prob, _ = flow.chain.training_log_prob(parameters, flow.statistics, tf.constant(batch, flow.dtype))
        loss = tf.reduce_mean(log_prob[1:])
    assert np.isfinite(tape.gradient(loss, parameters)).all()


def test_point_whose_square_overflows_does_not_narrow_the_table() -> None:
    x_a = tf.constant([-1e20, *np.linspace(-2, 2, MANY)], tf.float32)
    weights = {name: tf.cast(each, tf.float32) for name, each in weights_of().items()}
    assert Network(SPEC).tabulated(weights, x_a)[TABULATED].first <= -2 / np.sqrt(13) + 1e-6


@pytest.mark.parametrize(
    ("family", "edits"),
    [
        ("realnvp", Edits()),
        ("realnvp", EDITED),
        ("nice", Edits()),
        ("glow", Edits()),
        ("maf", EDITED),
        ("iaf", Edits()),
    ],
)
def test_many_particles_are_moved_nearly_as_traces_are(family: str, edits: Edits) -> None:
    spec = FlowSpec(family=family, layers=3, width=8)
    flow = build_flow(spec, random_weights(spec), edits=edits)
    exact, near = flow.trace(flow.particles()), flow.trace_positions(flow.particles())
    errors = np.linalg.norm(near.positions - exact.positions, axis=-1)
    assert np.quantile(errors, 0.99) < 0.002
    moved = flow.move(exact, 2, len(flow.stages)).positions
    assert np.quantile(np.linalg.norm(moved - exact.positions, axis=-1), 0.99) < 0.002


@pytest.mark.parametrize("name", ["brad", "rings"])
def test_particles_of_trained_flows_are_moved_nearly_as_traces_are(name: str) -> None:
    project = example(name).project()
    flow = build_flow(project.flow, project.weights)
    exact, near = flow.trace(flow.particles()), flow.trace_positions(flow.particles())
    errors = np.linalg.norm(near.positions - exact.positions, axis=-1)
    assert np.quantile(errors[-1], 0.99) < 0.005
    assert errors[-1].max() < 0.1


def test_particles_are_moved_without_xla(monkeypatch: pytest.MonkeyPatch) -> None:
    spec, asked, evaluate = FlowSpec(layers=2, width=9), list[str](), ChainGraphs.evaluate  # a kind of its own
    flow = build_flow(spec, random_weights(spec))

    def refuse(graphs: ChainGraphs, name: str, *arguments: Any) -> Any:
        asked.append(name)
        if name == "all_near_positions":
            raise tf.errors.UnimplementedError(None, None, "no XLA")
        return evaluate(graphs, name, *arguments)

    monkeypatch.setattr(ChainGraphs, "evaluate", refuse)
    found = [flow.trace_positions(flow.particles()).positions for _ in range(2)][-1]
    assert asked == ["all_near_positions", "near_positions", "near_positions"], "XLA is tried once"
    errors = np.linalg.norm(found - flow.trace(flow.particles()).positions, axis=-1)
    assert np.quantile(errors, 0.99) < 0.002


@pytest.mark.parametrize("hostile", [np.nan, np.inf, -np.inf, 1e20])
def test_a_diverged_particle_does_not_move_the_others(hostile: float) -> None:
    flow = build_flow(SPEC, random_weights(SPEC))
    particles = flow.particles()
    expected = flow.trace_positions(particles).positions[:, 1:]
    particles[0] = hostile
    np.testing.assert_allclose(flow.trace_positions(particles).positions[:, 1:], expected, atol=0.01)


def test_few_particles_are_moved_exactly_as_traces_are() -> None:
    flow = build_flow(SPEC, random_weights(SPEC))
    particles = flow.particles(MANY)
    np.testing.assert_allclose(
        flow.trace_positions(particles).positions, flow.trace(particles).positions, rtol=1e-5, atol=1e-5
    )
