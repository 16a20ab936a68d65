"""A stop leaves checkpoints at once; the results follow from them, at any time."""

from collections.abc import Iterator
from dataclasses import replace
from threading import Event as Flag
from typing import Any

import numpy as np
import pytest

from flowviz.errors import MachineError
from flowviz.records import Advanced, Checkpoint, Event, Finished, Trial
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.specs.edits import Edits, LayerEdit
from flowviz.targets import build_target
from flowviz.training import score_stopped, train, train_in_turns
from flowviz.training.loop import Training
from tests.training.test_in_turns import FLOWS, STEPS, TARGET, Stopper, comparison, copied, gaps, stopped

pytestmark = pytest.mark.usefixtures("short_chunks", "few_points")


def stopped_at(step: int, flow: FlowSpec) -> Finished:
    """Return the end of a separate training that was stopped after a step."""
    steps = [0]
    for event in train(
        build_target(TARGET), flow, STEPS, stop_requested=lambda: steps[-1] >= step, reports_chunks=True
    ):
        steps.append(event.step if isinstance(event, Advanced) else steps[-1])
    assert isinstance(event, Finished)
    return event


def test_stop_computes_no_scores_but_those_of_its_checkpoints_are_the_same_later() -> None:
    stopper = Stopper(after=4)
    found = stopper.take(train_in_turns(comparison(), stop_requested=stopper.requested))
    last = next(number for number, turn in enumerate(stopper.turns) if isinstance(turn.event, Advanced)) + 4
    assert not any(isinstance(turn.event, Finished | Trial) for turn in stopper.turns)
    assert [turn.event for turn in stopper.turns[last:] if isinstance(turn.event, Checkpoint)]
    assert found.unscored == tuple(FLOWS)
    *_, turn = score_stopped(copied(found))
    assert turn.comparison.unscored == ()
    for name, flow in FLOWS.items():
        checkpoint = found[name].checkpoint
        assert checkpoint is not None
        end = stopped_at(checkpoint.step, flow)
        assert end.checkpoint.step == checkpoint.step
        trial = turn.comparison.trial(name)
        assert trial is not None
        assert (trial.ending, trial.figures["gap"]) == ("stopped", end.score.gap)
        np.testing.assert_array_equal(turn.comparison[name].trace.positions, end.trace.positions)


def test_edits_that_were_only_shown_do_not_change_the_result() -> None:
    """The result was that of the edited flow, and the best state so far was lost."""
    found = stopped(after=4)
    edits = Edits(layers={1: LayerEdit(disabled=True)})
    shown = found.with_project("affine", replace(found["affine"], edits=edits))
    ends = [list(score_stopped(copied(each)))[-1].comparison for each in (found, shown)]
    assert gaps(ends[1]) == gaps(ends[0])
    kept, same = (each["affine"] for each in ends)
    assert (same.edits, same.checkpoint and same.checkpoint.edits) == (Edits(), Edits())
    np.testing.assert_array_equal(same.trace.positions, kept.trace.positions)


def test_stop_does_not_wait_for_the_score_of_a_flow_that_has_just_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    is_scoring, may_end = Flag(), Flag()
    end = Training._end

    def slow(self: Training, *values: Any) -> Iterator[Event]:
        is_scoring.set()
        assert may_end.wait(60)
        yield from end(self, *values)

    monkeypatch.setattr(Training, "_end", slow)
    *_, turn = train_in_turns(comparison("affine", training=TrainingSpec(steps=3)), stop_requested=is_scoring.is_set)
    may_end.set()
    assert isinstance(turn.event, Checkpoint)
    assert turn.comparison.unscored == ("affine",)
    *_, turn = score_stopped(turn.comparison)
    assert [trial.ending for trial in turn.comparison.trials] == ["completed"]


def test_stop_does_not_wait_for_a_flow_that_is_being_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    is_compiling, may_end = Flag(), Flag()

    def slow(*values: Any, **how: Any) -> None:
        is_compiling.set()
        assert may_end.wait(60)

    monkeypatch.setattr("flowviz.training.in_turns.prepare", slow)
    (turn,) = train_in_turns(comparison(), stop_requested=is_compiling.is_set)
    assert not may_end.is_set()
    may_end.set()
    assert turn.comparison.unscored == ()


def test_failure_of_a_score_is_the_result_of_its_entrant(monkeypatch: pytest.MonkeyPatch) -> None:
    found = stopped(after=4)

    def broken(*values: Any, **how: Any) -> Iterator[Any]:
        raise MachineError("There is not enough memory.")
        yield

    monkeypatch.setattr("flowviz.training.entrant_training.train", broken)
    *_, turn = score_stopped(found)
    assert {trial.failure for trial in turn.comparison.trials} == {"There is not enough memory"}
