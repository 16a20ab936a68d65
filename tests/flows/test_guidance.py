"""Flows that leave out values of their condition, and guidance."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from flowviz.errors import SpecError
from flowviz.flows import Flow, build_flow
from flowviz.flows.flow_matching import FlowStep
from flowviz.flows.network import KNOTS
from flowviz.records import Density, cell_centers, grid_shape
from flowviz.specs import FlowSpec
from flowviz.specs.condition import ANY, Value
from flowviz.targets import Draws
from tests.flows.test_condition import FAMILIES, TURN, conditional, perturbed, points

BOX = (-5.0, 5.0, -5.0, 5.0)
SIDE = 110


def guidable(family: str = "flow_matching", guidance: float = 1.0, given: Value = 0.0) -> FlowSpec:
    return conditional(family).model_copy(update={"leave_out": 0.1, "given": given, "guidance": guidance})


def shown(flow: Flow, guidance: float = 1.0, given: Value = 0.0) -> Flow:
    return flow.shown_as(flow.spec.model_copy(update={"guidance": guidance, "given": given}))


def density(flow: Flow) -> Density:
    return flow.density(len(flow.stages), BOX, side=SIDE)


def log_prob(flow: Flow) -> NDArray[np.float64]:
    return flow.log_prob(cell_centers(BOX, grid_shape(BOX, SIDE)))


def mass(found: Density) -> float:
    left, right, bottom, top = BOX
    return float(np.exp(found.log_density.astype(float)).mean() * (right - left) * (top - bottom))


def test_inputs_of_a_value_that_is_left_out_are_zero() -> None:
    spec = FlowSpec(leave_out=0.25).conditioned_on(TURN)
    drawn = Draws(points(), np.full(200, 0.3))
    rows, again = (drawn.rows(spec, np.random.default_rng(3)) for _ in range(2))
    assert (rows == again).all()
    is_left_out = (rows[:, 2:] == 0).all(axis=1)
    assert 0.15 < is_left_out.mean() < 0.35
    told = drawn.rows(spec.model_copy(update={"leave_out": 0.0}), np.random.default_rng(3))
    assert (rows[~is_left_out] == told[~is_left_out]).all()
    assert (rows[:, :2] == told[:, :2]).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_flow_at_any_value_is_that_of_rows_without_inputs(family: str) -> None:
    flow, x = perturbed(guidable(family)), points()
    rows = np.hstack([x, np.zeros((len(x), 2))])
    found = shown(flow, given=ANY).log_prob(x)
    np.testing.assert_allclose(found, flow._evaluator.log_prob_given(rows), atol=2e-4)
    assert np.abs(found - flow.log_prob(x)).max() > 0.01


@pytest.mark.parametrize("family", ["realnvp", "nice", "glow"])
def test_training_step_computes_nearly_the_density_of_each_row(family: str) -> None:
    flow = perturbed(guidable(family))
    x = np.random.default_rng(1).normal(size=(4 * KNOTS, 2))
    rows = np.hstack([x, np.resize([[0, 0], [1, 0], [0, 1]], (len(x), 2))]).astype(np.float32)
    found, _ = flow.chain.training_log_prob(flow.parameters, flow.statistics, tf.constant(rows), pace=0.0)
    assert np.abs(found - flow._evaluator.log_prob_given(rows)).mean() < 0.02


def test_particles_of_values_that_are_left_out_begin_all_over_the_base() -> None:
    rng = np.random.default_rng(2)
    values = np.resize([0.0, 1.0], 4000)
    ends = rng.normal(size=(4000, 2)) + 3 * values[:, np.newaxis]  # those of one class are right of those of the other
    drawn = Draws(ends.astype(np.float32), values)
    flow = build_flow(guidable().model_copy(update={"leave_out": 0.5}))
    assert flow.spec.pairing == "transport"
    rows = drawn.rows(flow.spec, rng).reshape(20, 200, -1)
    prepared = flow.objective.prepared(rows, rng).reshape(4000, -1)
    for inputs in ([0, 0], [1, 0], [0, 1]):
        start = prepared[(prepared[:, 5:] == inputs).all(axis=1), :2]
        assert len(start) > 800
        assert start.mean(axis=0) == pytest.approx([0, 0], abs=0.1)
        assert start.std(axis=0) == pytest.approx([1, 1], abs=0.1)


def test_guided_velocity_lies_on_the_line_through_the_told_and_the_untold_one() -> None:
    flow, x = perturbed(guidable()), points()
    told, untold = (shown(flow, given=given).velocity(2, x) for given in (0.0, ANY))
    for weight in (0.0, 0.5, 3.0):
        expected = weight * told + (1 - weight) * untold
        np.testing.assert_allclose(shown(flow, weight).velocity(2, x), expected, atol=1e-5)
    assert "guidance" not in FlowStep("01_flow_step", guidable()).constants, "no guidance costs nothing"


def test_guided_flow_is_invertible_and_its_density_is_normalized() -> None:
    flow = shown(perturbed(guidable()), 2.5)
    x = flow.forward(points())
    np.testing.assert_allclose(flow.inverse(x), points(), atol=5e-3)
    assert np.exp(log_prob(flow).astype(float)).mean() * 10**2 == pytest.approx(1, abs=0.02)
    numeric = flow.trace(points()).log_density(-1)
    np.testing.assert_allclose(numeric, flow.log_prob(x), atol=5e-3)


@pytest.mark.parametrize("family", ["realnvp", "flow_matching"])
def test_tilted_density_is_normalized_and_has_the_told_and_the_untold_one_as_limits(family: str) -> None:
    flow = perturbed(guidable(family))
    usual = density(flow)
    assert usual.mismatch is None
    untold = density(shown(flow, 0.0))
    np.testing.assert_allclose(untold.log_density.ravel(), log_prob(shown(flow, given=ANY)), atol=0.02)
    for weight in (0.5, 3.0):
        found = density(shown(flow, weight))
        assert mass(found) == pytest.approx(1, abs=0.02)
        assert mass_above(found, found.level(0.9)) == pytest.approx(0.9, abs=0.02)
    nearly = density(shown(flow, 1.0001))
    np.testing.assert_allclose(nearly.log_density, usual.log_density, atol=0.02)
    assert nearly.mismatch == pytest.approx(0, abs=0.02)


def mass_above(found: Density, level: float) -> float:
    values = np.exp(found.log_density.astype(float))
    return float(values[found.log_density > level].sum() / values.sum())


def test_tilted_density_follows_the_formula_where_the_ratio_is_possible() -> None:
    flow = perturbed(guidable("realnvp"))
    told, untold = log_prob(flow), log_prob(shown(flow, given=ANY))
    found = density(shown(flow, 2.0)).log_density.ravel()
    is_possible = (told - untold < np.log(2)) & (told > -8)
    offset = (found - (2 * told - untold))[is_possible]
    assert np.ptp(offset) < 0.01
    assert (found - offset.mean() <= told + np.log(2) + 0.01).all(), "nowhere more likely than two classes allow"


def test_guided_particles_do_not_have_the_tilted_density() -> None:
    spec = guidable().model_copy(update={"width": 1, "depth": 1, "waves": 0})
    flow = build_flow(spec)
    weights = flow.weights()
    parameters = {name: np.zeros_like(each) for name, each in weights.parameters.items()}
    kernel, given = (next(n for n in parameters if n.endswith(end)) for end in ("kernel_1", "kernel_given"))
    first = next(n for n in parameters if n.endswith("kernel_0"))
    parameters[first][0, 0], parameters[given][0, 0], parameters[kernel][:] = 1.0, 3.0, [[0.8], [0.0]]
    flow.restore(replace(weights, parameters=parameters))
    mismatches = [density(shown(flow, weight)).mismatch for weight in (0.0, 3.0)]
    assert mismatches[0] == pytest.approx(0, abs=0.02)
    assert mismatches[1] is not None
    assert mismatches[1] > 0.1


def test_particles_of_other_families_are_not_guided() -> None:
    flow = perturbed(guidable("realnvp"))
    assert (flow.forward(points()) == shown(flow, 3.0).forward(points())).all()
    assert (flow.log_prob(points()) == shown(flow, 3.0).log_prob(points())).all()


def test_score_is_that_of_told_values_without_guidance() -> None:
    flow = perturbed(guidable())
    values = np.resize([0.0, 1.0], 200)
    np.testing.assert_array_equal(shown(flow, 3.0, ANY).log_prob(points(), values), flow.log_prob(points(), values))
    guided = shown(flow, 3.0)
    np.testing.assert_array_equal(guided.log_prob(points(), values), flow.log_prob(points(), values))
    assert np.abs(guided.log_prob(points()) - flow.log_prob(points())).max() > 0.01


def test_density_that_is_zero_everywhere_is_a_sentence() -> None:
    flow = shown(perturbed(guidable("realnvp")), 2.0)
    weights = flow.weights()
    spoiled = {name: each + np.nan for name, each in weights.parameters.items()}
    flow.restore(replace(weights, parameters=spoiled))
    with pytest.raises(SpecError, match="cannot be normalized"):
        flow.tilted.log_prob(points().astype(np.float64))
