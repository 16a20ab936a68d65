"""Trainings that learn from the log-density of a target."""

from collections.abc import Callable
from concurrent.futures import Future

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.errors import SpecError
from flowviz.records import Adjusted, Checkpoint, Finished
from flowviz.specs import FlowSpec, ShapeSpec, TextSpec, TrainingSpec
from flowviz.specs.training import ObjectiveName
from flowviz.targets import Target, build_target
from flowviz.targets.points import points_spec
from flowviz.training import NewTarget, batch_change, train
from flowviz.training.step import ChunkRunner
from tests.training.events import finished

SMALL = FlowSpec(layers=2, width=8, depth=1, hats=8, waves=0)
WORD = TextSpec(text="ab", blur=0.2)
OBJECTIVES: tuple[ObjectiveName, ...] = ("density", "weighted_density")


def training(objective: ObjectiveName, **fields: int) -> TrainingSpec:
    return TrainingSpec(**{"steps": 300, "batch": 64, "objective": objective, **fields})


@pytest.fixture(scope="module")
def word() -> Target:
    return build_target(WORD)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_flow_learns_from_the_density_alone(objective: ObjectiveName, word: Target) -> None:
    class Pointless(type(word)):  # type: ignore[misc]
        def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
            return np.full((count, 2), 1e3, np.float32)

        validation = test = lambda self, count, rng: word.sample(count, rng)

    pointless = Pointless(word._sharp, 0.2)  # type: ignore[attr-defined]
    start, end = (finished(train(pointless, SMALL, training(objective, steps=n))) for n in (1, 300))
    assert end.score.gap is not None
    assert start.score.gap is not None
    assert end.score.gap < 0.7 * start.score.gap
    assert end.figures()["covered"] == 2
    assert end.kept.step == 300


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_same_seed_gives_the_same_result_also_after_an_interruption(objective: ObjectiveName, word: Target) -> None:
    spec = training(objective)
    whole = finished(train(word, SMALL, spec))
    checkpoints = (
        event for event in train(word, SMALL, spec, checkpoint_seconds=1e-9) if isinstance(event, Checkpoint)
    )
    middle = next(checkpoint for checkpoint in checkpoints if 0 < checkpoint.step < 300)
    resumed = finished(train(word, SMALL, spec, resume=middle))
    for name, weights in whole.weights.parameters.items():
        np.testing.assert_array_equal(weights, resumed.weights.parameters[name])


@pytest.mark.parametrize(
    ("flow", "reason"),
    [
        (FlowSpec(family="maf"), "one coordinate after the other"),
        (FlowSpec(family="flow_matching"), "pairs of a particle"),
        (FlowSpec(family="planar"), "has to search"),
        (FlowSpec(family="radial"), "has to search"),
        (FlowSpec(base="mixture", arrangement="learned"), "base that is still being learned"),
    ],
)
def test_flow_that_cannot_learn_from_a_density_says_why(flow: FlowSpec, reason: str, word: Target) -> None:
    with pytest.raises(SpecError, match=f"{reason}.*Learn from samples instead"):
        next(train(word, flow, training("density")))


def test_target_without_a_density_is_one_sentence() -> None:
    table = build_target(points_spec(np.random.default_rng(0).normal(size=(500, 2))))
    with pytest.raises(SpecError, match="density of this target is unknown"):
        next(train(table, SMALL, training("weighted_density")))


def test_running_training_turns_to_the_density_of_another_target(word: Target) -> None:
    gaussian = build_target(ShapeSpec(name="gaussian"))
    new = iter([NewTarget(gaussian, "gaussian")])
    events = list(train(word, SMALL, training("weighted_density", steps=600), retarget=lambda: next(new, None)))
    end = events[-1]
    assert isinstance(end, Finished)
    assert end.score.gap is not None
    assert end.score.gap < 0.3


def at_once(_: str, work: Callable[..., ChunkRunner], *arguments: object) -> "Future[ChunkRunner]":
    future = Future[ChunkRunner]()
    future.set_result(work(*arguments))
    return future


def test_another_batch_keeps_the_objective(word: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_change, "in_thread", at_once)
    asked = TrainingSpec(steps=2000, batch=32, objective="samples")
    events = list(train(word, SMALL, training("density"), adjust=lambda: asked))
    assert any(isinstance(event, Adjusted) for event in events)
    assert isinstance(events[-1], Finished)
