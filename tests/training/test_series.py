"""Series of trainings, and trainings that switch to another target, in the library."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import flowviz
from flowviz.errors import SpecError
from flowviz.projects import Project, from_bytes, to_bytes
from flowviz.records import Event, Trial
from flowviz.specs import Edits, FlowSpec, LayerEdit, ShapeSpec, TextSpec, TrainingSpec

TARGET, FLOW, TRAINING = (
    TextSpec(text="I"),
    FlowSpec(layers=1, width=4, depth=1, seed=3),
    TrainingSpec(steps=40, seed=3),
)
OTHER = ShapeSpec(name="two_moons")
pytestmark = pytest.mark.usefixtures("short_chunks", "few_points")


@pytest.fixture(scope="module")
def project() -> Project:
    return flowviz.train(TARGET, FLOW, TRAINING)


def test_series_has_a_run_for_each_seed_and_learning_rate() -> None:
    heard = list[Trial]()

    def hear(_: str, event: Event | Trial) -> None:
        heard.extend([event] if isinstance(event, Trial) else [])

    found = flowviz.train_series(TARGET, FLOW, TRAINING, seeds=2, learning_rates=(1e-2, 1e-3), on_event=hear)
    runs = [(each.name, each.learning_rate, each.seed) for each in found.ordered_trials()]
    assert runs == [(f"realnvp, rate {rate}", rate, seed) for rate in (0.001, 0.01) for seed in (3, 4)]
    assert {each.ending for each in heard} == {"completed"}
    assert len(heard) == 4
    assert list(found.table()["seed"]) == [3, 4, 3, 4]
    alone = flowviz.train(TARGET, FLOW, TrainingSpec(steps=40, seed=3, learning_rate=1e-2))
    np.testing.assert_array_equal(found["realnvp, rate 0.01"].trace.positions, alone.trace.positions)


def test_series_without_rates_has_that_of_the_training() -> None:
    found = flowviz.train_series(TARGET, FLOW, TRAINING, seeds=1)
    assert [(each.name, each.learning_rate) for each in found.trials] == [("realnvp", FLOW.recipe.learning_rate)]


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ((2.0,), "learning rate cannot be 2"),
        (range(1, 9), "up to 6 entrants|cannot be"),
        (["1e-3"], r"takes numbers as learning_rates, not \['1e-3'\]\."),
        (0.1, "takes numbers as learning_rates, not 0.1"),
    ],
)
def test_wrong_rates_are_a_sentence(rates: Any, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        flowviz.train_series(TARGET, FLOW, TRAINING, learning_rates=rates)


@pytest.mark.slow  # a process loads TensorFlow
def test_series_in_processes_has_the_same_runs() -> None:
    heard = list[str]()
    found = flowviz.train_series(
        TARGET, FLOW, TRAINING, seeds=2, jobs=1, on_event=lambda _, trial: heard.append(type(trial).__name__)
    )
    assert [(each.seed, each.ending) for each in found.ordered_trials()] == [(3, "completed"), (4, "completed")]
    assert heard == ["Trial", "Trial"]
    assert found["realnvp"].score is not None


def test_another_target_is_learned_from_the_same_weights(project: Project) -> None:
    found = flowviz.retarget(project, OTHER)
    assert found.target == OTHER
    assert found.training == project.training
    assert found.history.step[-1] == 80
    assert [(change.step, change.title) for change in found.history.changes] == [(40, OTHER.title)]
    fresh = flowviz.train(OTHER, FLOW, TRAINING)
    assert not np.array_equal(found.trace.positions, fresh.trace.positions)
    assert found.score is not None
    assert found.score.entropy == flowviz.build_target(OTHER).entropy
    assert (project.test_uses, found.test_uses) == (1, 1), "the test points of the new target were used once"


def test_another_target_has_a_budget_of_its_own_and_marks_changed_settings(project: Project) -> None:
    wanted = TrainingSpec(steps=60, learning_rate=5e-4)
    found = from_bytes(to_bytes(flowviz.retarget(project, OTHER, wanted)))
    assert found.training == wanted
    assert found.history.step[-1] == 100
    (change,) = found.history.adjustments
    assert (change.step, change.after.learning_rate) == (40, 5e-4)
    longer = flowviz.resume(found, steps=80)
    assert longer.history.step[-1] == 120


def test_each_training_counts_as_a_use_of_the_test_points(project: Project) -> None:
    again = flowviz.retarget(project, TARGET)
    assert again.test_uses == 2, "on the same test points"
    example = replace(again, checkpoint=None)  # such as one of the gallery
    assert [flowviz.retarget(example, target).test_uses for target in (TARGET, OTHER)] == [3, 1]


def test_edits_stay_when_the_target_changes(project: Project) -> None:
    edited = flowviz.edit(project, Edits(layers={1: LayerEdit(disabled=True)}))
    found = flowviz.retarget(edited, OTHER)
    assert found.edits == edited.edits
    np.testing.assert_array_equal(found.trace.positions[1], found.trace.positions[0])


def test_an_untrained_flow_learns_another_target_as_if_it_had_been_the_first() -> None:
    untrained = Project.untrained(TARGET, FLOW, TRAINING)
    found = flowviz.retarget(untrained, OTHER)
    assert found.target == OTHER
    assert not found.history.changes
    assert found.history.step[-1] == 40
