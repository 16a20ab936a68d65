"""One flow that is trained by the engine of comparisons, with the same results as by `train`."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from flowviz.errors import MachineError
from flowviz.projects import Comparison, Project
from flowviz.projects.variant import Variant
from flowviz.records import Adjusted, Checkpoint, Event, Finished, Preparing, Retargeted, Snapshot, Trial
from flowviz.specs import FlowSpec, ShapeSpec, TextSpec, TrainingSpec
from flowviz.specs.edits import Edits, LayerEdit
from flowviz.targets import Target, build_target
from flowviz.training import (
    Adjust,
    NewTarget,
    Retarget,
    Turn,
    Vary,
    continued,
    train,
    train_in_turns,
)

pytestmark = pytest.mark.usefixtures("short_chunks", "few_points")
TARGET, HEART = TextSpec(text="I"), ShapeSpec(name="heart")
STEPS = TrainingSpec(steps=110)  # six chunks
SLOWER = STEPS.model_copy(update={"learning_rate": 1e-4})
FLOW = FlowSpec(layers=2, width=8, depth=1)
DISABLED = Edits(layers={1: LayerEdit(disabled=True)})


@pytest.fixture(scope="module")
def learned(short_chunks: None, few_points: None) -> Target:
    return build_target(TARGET)


def alone(project: Project, **options: Any) -> Iterator[Turn]:
    return train_in_turns(Comparison({"one": project}), takes_turns=False, snapshot_seconds=0.0, **options)


def separate(target: Target, project: Project, **options: Any) -> tuple[Project, Finished]:
    """Train by `train` alone, and return the project and its last event."""
    start = continued(project)
    for event in train(target, start.flow, start.training, snapshot_seconds=0.0, resume=start.checkpoint, **options):
        project = project.after(event)
    assert isinstance(event, Finished)
    return project, event


def end_of(turns: Sequence[Turn]) -> Finished:
    (end,) = (turn.event for turn in turns if isinstance(turn.event, Finished))
    return end


def untrained(training: TrainingSpec = STEPS, **values: Any) -> Project:
    return replace(Project.untrained(TARGET, FLOW, training), **values)


def assert_same(turns: Sequence[Turn], expected: tuple[Project, Finished]) -> None:
    """Compare weights, particles, history, checkpoint and score, bit by bit."""
    (project, end), found = expected, turns[-1].project
    assert end_of(turns).score == end.score
    for name, values in project.weights.parameters.items():
        np.testing.assert_array_equal(found.weights.parameters[name], values)
    np.testing.assert_array_equal(found.trace.positions, project.trace.positions)
    for name in ("step", "train_nll", "validation_nll", "on_target"):
        np.testing.assert_array_equal(getattr(found.history, name), getattr(project.history, name))
    assert found.checkpoint is not None
    assert project.checkpoint is not None
    for name in ("parameters", "first_moment", "second_moment", "losses", "random_state", "step", "start_step"):
        np.testing.assert_array_equal(getattr(found.checkpoint, name), getattr(project.checkpoint, name))


def test_one_flow_has_the_weights_history_and_score_of_a_separate_training(learned: Target) -> None:
    turns = list(alone(untrained()))
    assert_same(turns, separate(learned, untrained()))
    activities = [turn.event.activity for turn in turns if isinstance(turn.event, Preparing)]
    assert activities == ["Loading TensorFlow", "Compiling the training step"]
    assert isinstance(turns[-1].event, Trial)
    assert turns[-1].comparison.trial("one") is turns[-1].event


def test_one_flow_yields_the_events_of_a_separate_training(learned: Target) -> None:
    events = [type(event) for event in train(learned, FLOW, STEPS, snapshot_seconds=0.0)]
    assert [type(turn.event) for turn in alone(untrained())] == [*events, Trial]


def test_flow_that_was_stopped_and_edited_continues_from_what_is_shown(learned: Target) -> None:
    stops = iter([False] * 5)
    *_, stopped = alone(untrained(), stop_requested=lambda: next(stops, True))
    project = stopped.project
    assert project.checkpoint is not None
    assert 0 < project.checkpoint.step < 110
    assert project.score is not None, "a stop yields the score"
    assert_same(list(alone(project)), separate(learned, replace(project, history=_resumed(project))))
    edited = replace(project, edits=DISABLED)
    turns = list(alone(edited))
    assert_same(turns, separate(learned, replace(edited, history=_resumed(project))))
    assert turns[-1].project.edits == DISABLED


def _resumed(project: Project) -> Any:
    assert project.checkpoint is not None
    return project.history.resumed(project.checkpoint)


@pytest.mark.parametrize("name", [None, "one"])
def test_another_target_is_learned_at_the_next_chunk(learned: Target, name: str | None) -> None:
    heart = build_target(HEART)
    turns = list[Turn]()
    change = Retarget(HEART, heart, name)
    for turn in alone(untrained(), changes=lambda: [change] if is_due(turns, 40) else []):
        turns.append(turn)
    (step,) = (turn.event.step for turn in turns if isinstance(turn.event, Retargeted))
    seen = list[Event]()
    project = untrained()
    for event in train(
        learned, FLOW, STEPS, snapshot_seconds=0.0,
        retarget=lambda: NewTarget(heart, HEART.title) if latest(seen) == step else None,
    ):  # fmt: skip
        seen.append(event)
        project = project.after(event)
    assert isinstance(event, Finished)
    assert_same(turns, (project, event))
    assert turns[-1].project.target == HEART
    assert turns[-1].project.history.changes[-1].step == step


def is_due(turns: Sequence[Turn], step: int) -> bool:
    return latest([turn.event for turn in turns if turn.event is not None]) >= step


def latest(events: Sequence[Event | Trial]) -> int:
    """Return the step of the latest checkpoint."""
    return max((event.step for event in events if isinstance(event, Checkpoint)), default=0)


def test_target_that_is_learned_already_changes_nothing(learned: Target) -> None:
    turns = list(alone(untrained(), changes=lambda: [Retarget(TARGET, learned)]))
    assert_same(turns, separate(learned, untrained()))


def test_other_settings_apply_from_the_next_chunk_on(learned: Target) -> None:
    turns = list[Turn]()
    for turn in alone(untrained(), changes=lambda: [Adjust(SLOWER)] if is_due(turns, 40) else []):
        turns.append(turn)
    (adjusted,) = (turn.event for turn in turns if isinstance(turn.event, Adjusted))
    seen, project = list[Event](), untrained()
    for event in train(
        learned, FLOW, STEPS, snapshot_seconds=0.0,
        adjust=lambda: SLOWER if latest(seen) >= adjusted.step else STEPS,
    ):  # fmt: skip
        seen.append(event)
        project = project.after(event)
    assert isinstance(event, Finished)
    assert_same(turns, (project, event))
    assert turns[-1].project.training == SLOWER


def test_variant_moves_the_next_particles_and_changes_nothing_that_is_learned(learned: Target) -> None:
    turns = list[Turn]()
    for turn in alone(untrained(), changes=lambda: [Vary(Variant(FLOW, DISABLED))] if is_due(turns, 40) else []):
        turns.append(turn)
    shown = [turn.project.edits for turn in turns if isinstance(turn.event, Snapshot)]
    assert shown[0] == Edits()
    assert shown[-1] == DISABLED
    assert_same(turns, separate(learned, untrained()))
    assert turns[-1].project.edits == Edits(), "they are not part of the training"


def test_target_that_has_been_built_is_not_built_again(learned: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("flowviz.targets.build_target")
    assert isinstance(next(alone(untrained(), built={TARGET: learned})).event, Preparing)


def test_error_of_one_flow_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> Iterator[Event]:
        raise MachineError("There is not enough memory.")

    monkeypatch.setattr("flowviz.training.entrant_training.train", broken)
    with pytest.raises(MachineError, match="not enough memory"):
        list(alone(untrained()))


def test_a_flow_that_has_kept_its_result_is_trained_from_what_is_shown() -> None:
    """The window waited for it forever, because its training was taken for one that has ended."""
    *_, last = alone(untrained())
    kept = replace(last.project, checkpoint=None)
    assert kept.score is not None
    assert kept.score.test is not None
    assert end_of(list(alone(kept))).ending == "completed"
