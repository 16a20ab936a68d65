"""A training whose budget is used up is extended, in a session without a window."""

import pytest

from flowviz.app.training.training_state import TrainingState
from flowviz.specs import TrainingSpec
from tests.app.training.fakes import SessionHarness, checkpoint, fail, finished, snapshot, train


@pytest.fixture
def harness(qapp: object) -> SessionHarness:
    return SessionHarness()


@pytest.mark.parametrize(
    ("unit", "amount", "expected"),
    [("steps", 300, TrainingSpec(steps=500)), ("seconds", 9, TrainingSpec(seconds=9.5))],
)
def test_training_whose_budget_is_used_up_is_extended(
    harness: SessionHarness, unit: str, amount: int, expected: TrainingSpec
) -> None:
    session = harness.session
    harness.request.set_budget("steps", 200)
    train(harness, 200)
    assert not harness.controls.can_extend
    harness.thread.send(finished(200))
    assert (harness.controls.can_resume, harness.controls.can_extend) == (False, True)
    before, edits = session.project(), session.work.all_edits()
    harness.request.set_budget(unit, amount)
    session.toggle_pause()
    assert session.state == TrainingState.PREPARING
    assert session.work.all_edits() != edits
    assert harness.thread.checkpoint is before.checkpoint
    assert harness.thread.plan.training == expected
    harness.thread.send(snapshot(300), checkpoint(300))
    assert session.project().training == expected
    assert session.project().asked.training == harness.request.plan.training, "the choice is not lost"


def test_extended_training_follows_the_target(harness: SessionHarness) -> None:
    harness.request.set_budget("steps", 200)
    train(harness, 200)
    harness.thread.send(finished(200))
    harness.session.toggle_pause()
    harness.thread.send(snapshot(200), checkpoint(200))
    threads = len(harness.threads)
    harness.request.change(follows=True)
    harness.request.show_text("Hi")
    harness.session.learn()
    assert len(harness.threads) == threads, "it switches to the target instead of starting over"


def test_failure_of_an_extension_keeps_the_trained_flow(harness: SessionHarness) -> None:
    harness.request.set_budget("steps", 200)
    train(harness, 200)
    harness.thread.send(finished(200))
    before = harness.session.project()
    harness.session.toggle_pause()
    fail(harness)
    assert harness.session.project().training == before.training
    assert harness.session.project().checkpoint is before.checkpoint
    assert harness.controls.can_extend


def test_training_that_is_being_prepared_can_be_paused(harness: SessionHarness) -> None:
    harness.session.train()
    harness.session.toggle_pause()
    assert harness.session.state == TrainingState.PAUSED
    assert harness.thread.calls[-1] == "pause"
