"""The objectives that learn from a density."""

import numpy as np
import pytest
import tensorflow as tf

from flowviz.flows import build_flow
from flowviz.flows.density import ReverseKL, WeightedNLL, lattice_log_prob
from flowviz.flows.flow_laws import gradient_error, random_flow
from flowviz.records.energy import Energy
from flowviz.specs import FlowSpec
from flowviz.specs.training import ObjectiveName

BOX = -6.0, 6.0, -7.0, 7.0
NORMAL = Energy.of(lambda x, y: -(x**2 + y[:, np.newaxis] ** 2) / 2, BOX)
WAVES = Energy.of(lambda x, y: np.sin(3 * x) - (x**2 + (y[:, np.newaxis] - x) ** 2) / 2, BOX)
SMALL = FlowSpec(layers=2, width=8, depth=1, hats=0, waves=0, normalization="none")


def lattice(energy: Energy, dtype: tf.DType = tf.float32) -> tuple[tf.Tensor, tf.Tensor]:
    return tf.constant(energy.values, dtype), tf.constant(energy.place, dtype)


def test_lattice_is_that_of_the_record() -> None:
    points = np.random.default_rng(0).normal(scale=3, size=(400, 2))
    found = lattice_log_prob(tf.constant(WAVES.values, tf.float64), tf.constant(WAVES.place, tf.float64), points)
    np.testing.assert_allclose(found, WAVES.log_prob(points), rtol=1e-5, atol=1e-3)


def test_gradient_of_the_lattice_is_that_of_differences() -> None:
    values, place = tf.constant(WAVES.values, tf.float64), tf.constant(WAVES.place, tf.float64)
    for point in ([0.3, -1.2], [2.7, 1.9], [6.1, 0.3], [-7.0, 8.0]):
        error = gradient_error(
            lambda at: tf.reduce_sum(lattice_log_prob(values, place, at[tf.newaxis])), tf.constant(point, tf.float64)
        )
        assert error < 1e-4


def test_flow_that_is_the_target_has_no_divergence_and_even_weights() -> None:
    flow = build_flow(SMALL)  # the identity
    numbers = flow.parameters.read_value(), flow.statistics.read_value()
    start = tf.constant(flow.particles(2000))
    divergence, _ = ReverseKL(SMALL).loss(flow.chain, *numbers, start, 1.0, *lattice(NORMAL))
    assert float(divergence) == pytest.approx(0, abs=1e-3)
    weighted, _ = WeightedNLL(SMALL).loss(flow.chain, *numbers, start, 1.0, *lattice(NORMAL))
    assert float(weighted) == pytest.approx(-flow.log_prob(start).mean(), abs=2e-3)


def test_gradient_of_the_divergence_is_that_of_differences() -> None:
    flow = random_flow(SMALL, "float64")
    objective, waves = ReverseKL(SMALL), lattice(WAVES, tf.float64)
    start = tf.constant(flow.particles(64), tf.float64)

    def loss(parameters: tf.Tensor) -> tf.Tensor:
        return objective.loss(flow.chain, parameters, flow.statistics.read_value(), start, 1.0, *waves)[0]

    assert gradient_error(loss, flow.parameters.read_value()) < 1e-2  # a few points change their cell


def test_weights_draw_particles_to_where_there_are_too_few() -> None:
    flow = build_flow(SMALL)
    far = Energy.of(lambda x, y: -((x - 1) ** 2 + y[:, np.newaxis] ** 2) / 2, BOX)
    parameters = flow.parameters.read_value()
    with tf.GradientTape() as tape:
        tape.watch(parameters)
        start = tf.constant(flow.particles(2000))
        numbers = parameters, flow.statistics.read_value()
        loss, _ = WeightedNLL(SMALL).loss(flow.chain, *numbers, start, 1.0, *lattice(far))
    flow.parameters.assign(parameters - 0.01 * tape.gradient(loss, parameters))
    assert flow.forward(start.numpy())[:, 0].mean() > 0.001


@pytest.mark.parametrize("name", ["density", "weighted_density"])
def test_batches_are_draws_from_the_base_and_do_not_depend_on_points(name: ObjectiveName) -> None:
    objective = build_flow(SMALL, objective=name).objective
    points = np.zeros((3, 500, 2), np.float32)
    one, other = (objective.prepared(points + shift, np.random.default_rng(0)) for shift in (0, 1))
    np.testing.assert_array_equal(one, other)
    assert one.shape == points.shape
    assert one.std() == pytest.approx(1, abs=0.05)


def test_only_the_weighted_objective_anneals() -> None:
    values = {
        (name, fraction): build_flow(SMALL, objective=name).objective.lattice(NORMAL, fraction)[0].max()
        for name in ("density", "weighted_density")
        for fraction in (0.0, 0.1, 0.5)
    }
    highest = NORMAL.values.max()
    assert [values["density", fraction] for fraction in (0.0, 0.1, 0.5)] == [highest] * 3
    assert values["weighted_density", 0.0] == 0
    assert values["weighted_density", 0.1] == pytest.approx(0.3 * highest)
    assert values["weighted_density", 0.5] == highest
