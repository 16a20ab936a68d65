"""Conditional flows."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.exporting.flow_keeper import FlowKeeper
from flowviz.flows import Flow, build_flow
from flowviz.specs import FlowSpec
from flowviz.specs.condition import Condition
from flowviz.specs.edits import Edits, LayerEdit

WORDS = Condition(name="word", classes=("A", "B"))
TURN = Condition(name="turn")
FAMILIES = ["realnvp", "nice", "glow", "maf", "iaf", "spline", "flow_matching"]


def conditional(family: str, condition: Condition = WORDS, given: float | None = 0.0) -> FlowSpec:
    small = {"width": 8, "layers": 2} if family != "flow_matching" else {"width": 8, "integrator_steps": 4}
    return FlowSpec(family=family, **small).conditioned_on(condition).model_copy(update={"given": given})


def perturbed(spec: FlowSpec) -> Flow:
    """Return a flow whose layers are not the identity."""
    rng = np.random.default_rng(0)
    start = build_flow(spec).weights()
    scale = 0.03 if spec.family == "flow_matching" else 0.1
    parameters = {name: each + rng.normal(scale=scale, size=each.shape) for name, each in start.parameters.items()}
    return build_flow(spec, replace(start, parameters=parameters))


def at(flow: Flow, given: float | None) -> Flow:
    return build_flow(flow.spec.model_copy(update={"given": given}), flow.weights())


def points() -> NDArray[np.float32]:
    return np.random.default_rng(1).normal(size=(200, 2)).astype(np.float32)


@pytest.mark.parametrize("family", FAMILIES)
def test_density_of_rows_with_own_values_is_that_at_each_value(family: str) -> None:
    flow, x = perturbed(conditional(family)), points()
    values = np.resize([0.0, 1.0, 0.4], len(x))
    found = flow.log_prob(x, values)
    for value in (0.0, 1.0, 0.4):
        own = values == value
        assert found[own] == pytest.approx(at(flow, value).log_prob(x[own]), abs=2e-4, nan_ok=True)
    assert np.abs(at(flow, 0.0).log_prob(x) - at(flow, 1.0).log_prob(x)).max() > 0.01


@pytest.mark.parametrize("family", FAMILIES)
def test_flow_at_a_value_is_invertible_and_its_density_is_normalized(family: str) -> None:
    flow = perturbed(conditional(family, TURN, 0.3))
    x = flow.forward(points())
    assert flow.inverse(x) == pytest.approx(points(), abs=5e-3)
    grid = np.linspace(-12, 12, 400)
    cells = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
    mass = np.exp(flow.log_prob(cells).astype(float)).sum() * (grid[1] - grid[0]) ** 2
    assert mass == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("family", FAMILIES)
def test_flow_that_goes_to_another_value_is_that_flow(family: str) -> None:
    flow = perturbed(conditional(family))
    edits = Edits(layers={1: LayerEdit(disabled=True)})
    flow.edit(edits)
    expected = at(flow, 0.75)
    expected.edit(edits)
    flow.show_as(flow.spec.model_copy(update={"given": 0.75}))
    assert flow.spec.given == 0.75
    assert flow.forward(points()) == pytest.approx(expected.forward(points()), abs=1e-6)
    assert flow.log_prob(points()) == pytest.approx(expected.log_prob(points()), abs=1e-5)


def test_all_values_share_their_particles_on_the_base() -> None:
    flow = perturbed(conditional("realnvp"))
    first, second = (at(flow, given).trace(points()) for given in (0.0, 1.0))
    assert (first.positions[0] == second.positions[0]).all()
    assert (first.positions[-1] != second.positions[-1]).any()


def test_only_networks_depend_on_the_condition() -> None:
    names = [name for name in build_flow(conditional("realnvp")).weights().parameters if name.endswith("given")]
    assert names == ["01_real_nvp/kernel_given", "04_real_nvp/kernel_given"] or len(names) == 2


def test_flow_begins_as_the_identity_at_every_value() -> None:
    flow = build_flow(conditional("realnvp", TURN, 0.7))
    assert flow.forward(points())[:, ::-1] == pytest.approx(points(), abs=1e-4)  # one permutation


def test_report_of_a_layer_shows_its_curves_at_the_value() -> None:
    flow = perturbed(conditional("realnvp"))
    first, second = (at(flow, given).report(1).curves[0].y for given in (0.0, 1.0))
    assert (first != second).any()


def test_gradients_reach_the_kernel_of_the_condition() -> None:
    import tensorflow as tf

    flow = perturbed(conditional("realnvp"))
    rows = tf.constant(np.hstack([points(), WORDS.features(np.resize([0, 1], 200))]), tf.float32)
    parameters = tf.constant(flow.parameters.numpy())

    def loss(flat: tf.Tensor) -> tf.Tensor:
        return -tf.reduce_mean(flow.chain.training_log_prob(flat, flow.statistics.read_value(), rows)[0])

    with tf.GradientTape() as tape:
        tape.watch(parameters)
        value = loss(parameters)
    gradient = tape.gradient(value, parameters).numpy()
    offset = 0
    for name, shape in flow.parameter_shapes.items():
        if name == "01_real_nvp/kernel_given":
            break
        offset += int(np.prod(shape))
    step = np.zeros(len(gradient), np.float32)
    step[offset] = 1e-2
    difference = float(loss(parameters + step) - loss(parameters - step)) / 2e-2
    assert gradient[offset] == pytest.approx(difference, rel=0.05, abs=1e-4)


@pytest.mark.parametrize("condition", [WORDS, TURN])
def test_particles_of_each_value_begin_all_over_the_base(condition: Condition) -> None:
    """Pairs with near points must not say from which part of the base the points of a class come."""
    spec = conditional("flow_matching", condition)
    assert spec.pairing == "transport"
    rng = np.random.default_rng(2)
    values = np.repeat(condition.range, 2000)
    ends = rng.normal(size=(4000, 2)) + 3 * values[:, np.newaxis]  # those of one value are right of those of the other
    rows = np.hstack([ends, condition.features(values)]).astype(np.float32).reshape(20, 200, -1)
    prepared = build_flow(spec).objective.prepared(rows, rng).reshape(4000, -1)
    of_first = np.isclose(prepared[:, 5:], condition.features([condition.range[0]])).all(axis=1)
    assert of_first.sum() == 2000
    for own in (of_first, ~of_first):
        start = prepared[own, :2]
        assert start.mean(axis=0) == pytest.approx([0, 0], abs=0.1)
        assert start.std(axis=0) == pytest.approx([1, 1], abs=0.1)


def test_kept_flow_goes_to_another_value_without_being_built_again() -> None:
    spec, keeper = conditional("realnvp"), FlowKeeper()
    flow = keeper.flow(spec, None)
    assert keeper.flow(spec.model_copy(update={"given": 1.0}), flow.weights()) is flow
    assert flow.spec.given == 1.0
    assert keeper.flow(conditional("realnvp", TURN), None) is not flow
