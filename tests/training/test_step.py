"""Tests of single training steps."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.flows import Flow, build_flow
from flowviz.flows.network import is_later
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.training.schedule import chunk_steps
from flowviz.training.step import State, chunk_runner

SPEC = FlowSpec(layers=2, width=8, normalization="none")
RATE = 0.01


Arrays = Mapping[str, NDArray[Any]]


def changes_of_a_step(flow: Flow, rate: float) -> tuple[Arrays, Arrays]:
    """Return the parameters before the first step of Adam, and how it changes them."""
    before, changes = changes_of_a_chunk(flow, rate)
    share = 0.5 if flow.spec.recipe.lookahead else 1
    return before, {name: change / share for name, change in changes.items()}


def changes_of_a_chunk(flow: Flow, rate: float) -> tuple[Arrays, Arrays]:
    """Return the parameters before a chunk of one step, and how it changes them."""
    runner = chunk_runner(flow.spec, TrainingSpec(steps=1, batch=32), steps=1)
    before, start = flow.weights().parameters, State.of(flow)
    points = np.random.default_rng(0).normal(size=(1, 32, 2)).astype(np.float32)
    state, _ = runner.run(start, 0, 0, points, np.array([rate], np.float32), TrainingSpec(steps=1))
    state.store(flow)
    return before, {name: after - before[name] for name, after in flow.weights().parameters.items()}


def test_later_kernels_move_less() -> None:
    before, changes = changes_of_a_step(build_flow(SPEC), RATE)
    decay, later = SPEC.recipe.weight_decay, SPEC.recipe.later_rate
    assert later < 1
    for name, change in changes.items():
        by_gradient = change + RATE * decay * before[name]
        limit = RATE * (later if is_later(name) else 1)
        assert np.abs(by_gradient).max() <= limit * 1.001  # the first step of Adam has this length
    last = np.abs(changes["01_real_nvp/kernel_2"]).max()  # was 0, so that it does not decay
    np.testing.assert_allclose(last, RATE * later, rtol=1e-3)


@pytest.mark.parametrize("rate", [RATE, 0.1 * SPEC.recipe.learning_rate])
def test_weights_decay_with_the_rate_where_they_have_a_gradient(rate: float) -> None:
    """The layers are the identity: their last kernels are 0, so the kernels before them have no gradient yet."""
    flow = build_flow(SPEC)
    _, changes = changes_of_a_step(flow, RATE)
    assert np.abs(changes["01_real_nvp/kernel_1"]).max() == 0
    before, changes = changes_of_a_step(flow, rate)
    decay = SPEC.recipe.weight_decay * min(1, rate / SPEC.recipe.learning_rate)
    decayed = -rate * decay * before["01_real_nvp/kernel_1"]
    steps = np.abs(changes["01_real_nvp/kernel_1"] - decayed) / (rate * SPEC.recipe.later_rate)
    moved = steps[changes["01_real_nvp/kernel_1"] != 0]
    assert len(moved) > 0
    np.testing.assert_allclose(moved, 1, rtol=2e-2)


def test_squared_gradients_are_averaged_over_a_tenth_of_the_steps_since_the_budget_began() -> None:
    points = np.random.default_rng(0).normal(size=(1, 32, 2)).astype(np.float32)
    rates, spec = np.array([RATE], np.float32), TrainingSpec(steps=1)
    runner = chunk_runner(SPEC, TrainingSpec(steps=1, batch=32), steps=1)
    start = State.of(build_flow(SPEC))
    late, anew = (runner.run(start, 9_999, begin, points, rates, spec)[0].second_moment for begin in (0, 9_999))
    assert np.abs(late).max() > 0
    np.testing.assert_allclose(late * (1 - SPEC.recipe.second_decay), anew / 1_000, rtol=1e-3)


def test_families_without_such_a_recipe_take_plain_steps_of_adam() -> None:
    spec = FlowSpec(family="nice", layers=2, width=8, normalization="none")
    _, changes = changes_of_a_step(build_flow(spec), RATE)
    name = next(name for name in changes if name.endswith("kernel_2"))
    np.testing.assert_allclose(np.abs(changes[name]).max(), RATE, rtol=1e-3)
    assert np.abs(changes[name.replace("kernel_2", "kernel_1")]).max() == 0


def test_half_of_the_way_of_a_chunk_remains() -> None:
    """The last kernels are 0 at first, and a step of Adam moves each number by the learning rate of later kernels."""
    assert SPEC.recipe.lookahead
    _, changes = changes_of_a_chunk(build_flow(SPEC), RATE)
    moved = np.abs(changes["01_real_nvp/kernel_2"]).max()
    np.testing.assert_allclose(moved, RATE * SPEC.recipe.later_rate / 2, rtol=1e-3)


def test_the_parameters_go_back_after_as_many_steps_as_the_recipe_says() -> None:
    assert chunk_steps(SPEC, TrainingSpec(steps=1)) == SPEC.recipe.lookahead
    family = FlowSpec(family="nice")
    assert family.recipe.lookahead is None
    assert chunk_steps(family, TrainingSpec(steps=1)) > 100
