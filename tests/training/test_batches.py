"""The points that a chunk of steps learns from."""

from dataclasses import replace

import numpy as np
import pytest

from flowviz.flows import build_flow
from flowviz.records import Progress
from flowviz.specs import RECIPES, ConditionalSpec, FlowSpec, TextSpec, TrainingSpec
from flowviz.specs.target import condition_of
from flowviz.targets import Ink, build_target
from flowviz.training import train
from flowviz.training.batches import Batches, draw_batches
from flowviz.training.schedule import Budget

LONG = TrainingSpec(steps=100_000)
WORDS = ConditionalSpec(sources=(TextSpec(text="a"), TextSpec(text="b")))


def drawn(flow: FlowSpec, step: int = 0) -> Batches:
    target = build_target(WORDS if flow.condition else TextSpec(text="ab"))
    budget = Budget(LONG, step, step / 1000)
    return draw_batches(build_flow(flow), target, budget, (100, 64), np.random.default_rng(0), seed=0)


def test_the_first_batches_are_blurred_as_widely_as_the_recipe_says() -> None:
    flow, target = FlowSpec(layers=2), build_target(TextSpec(text="ab"))
    first, later = drawn(flow), drawn(flow, 950)
    assert (first.are_blurred, later.are_blurred, drawn(flow, 1000).are_blurred) == (True, True, False)
    wider = first.points.var((0, 1)) - target.sample(100_000, np.random.default_rng(1)).var(0)
    assert wider == pytest.approx(flow.recipe.blur**2 * np.mean(np.linspace(1, 0.9, 100) ** 2), rel=0.2)
    assert target.on_target(first.drawn.points) == 1, "what is measured is not blurred"
    assert target.on_target(later.points[50:].reshape(-1, 2)) == 1


@pytest.mark.parametrize("family", ["spline", "flow_matching"])
def test_batches_of_other_families_are_not_blurred(family: str) -> None:
    assert not drawn(FlowSpec(family=family)).are_blurred


def test_inputs_of_conditions_are_not_blurred() -> None:
    condition = condition_of(WORDS)
    batches = drawn(FlowSpec(layers=2, condition=condition))
    assert batches.are_blurred
    assert condition is not None
    assert batches.drawn.values is not None
    inputs = np.unique(condition.features(batches.drawn.values), axis=0)
    assert np.array_equal(np.unique(batches.points[..., 2:].reshape(-1, inputs.shape[1]), axis=0), inputs)


def test_the_train_nll_of_blurred_steps_is_that_of_the_target(monkeypatch: pytest.MonkeyPatch, target: Ink) -> None:
    monkeypatch.setitem(RECIPES, "realnvp", replace(RECIPES["realnvp"], blur=10.0))
    events = train(target, FlowSpec(layers=2), LONG)
    first = next(event for event in events if isinstance(event, Progress) and event.step > 0)
    assert first.validation_nll is not None
    assert first.train_nll is not None
    assert first.train_nll == pytest.approx(first.validation_nll, abs=0.2)
