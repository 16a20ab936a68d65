"""Settings that change while a training runs, is paused or has stopped, in a session without a window."""

import pytest
from pytestqt.qtbot import QtBot

from flowviz.app.training import adjusting
from flowviz.app.training.adjusting import NEW_BATCH, ON_RESUME, OTHER_FLOW
from flowviz.records import Adjusted, Settings
from flowviz.specs import TrainingSpec
from tests.app.training.fakes import SessionHarness, checkpoint, finished, snapshot, train

FAST, SLOW = Settings(4e-3, 1.0, 512), Settings(1e-4, 1.0, 512)


@pytest.fixture
def harness(qapp: object, monkeypatch: pytest.MonkeyPatch) -> SessionHarness:
    monkeypatch.setattr(adjusting, "SETTLE_MS", 1)
    found = SessionHarness()
    found.request.set_budget("steps", 1000)
    return found


def hint(harness: SessionHarness) -> str:
    return harness.hints[-1] if harness.hints else ""


def settle(harness: SessionHarness, qtbot: QtBot) -> TrainingSpec:
    """Return what the training was asked for last."""
    known = len(harness.thread.adjusted)
    qtbot.waitUntil(lambda: len(harness.thread.adjusted) > known)
    return harness.thread.adjusted[-1]


def test_running_training_takes_a_change_once_it_has_settled(harness: SessionHarness, qtbot: QtBot) -> None:
    train(harness)
    for rate in (1e-3, 5e-4, 1e-4):
        harness.request.update_training(learning_rate=rate)
    assert settle(harness, qtbot).learning_rate == 1e-4
    assert len(harness.thread.adjusted) == 1, "the values in between are not meant"
    harness.thread.send(change := Adjusted(120, FAST, SLOW), snapshot(200), checkpoint(200))
    project = harness.session.project()
    assert project.training.learning_rate == 1e-4
    assert project.next is None
    assert project.history.adjustments == harness.loss_plot.history.adjustments == (change,)
    assert len(harness.threads) == 1


def test_undo_sets_the_previous_value_from_then_on(harness: SessionHarness, qtbot: QtBot) -> None:
    train(harness)
    harness.request.update_training(batch=300)
    assert settle(harness, qtbot).batch == 300
    harness.session.undo.stack.undo()
    assert settle(harness, qtbot).batch is None


def test_settings_for_another_flow_are_not_those_of_the_training(harness: SessionHarness, qtbot: QtBot) -> None:
    train(harness)
    harness.request.set_family("spline")
    harness.request.update_training(learning_rate=1e-4)
    assert settle(harness, qtbot).learning_rate is None
    assert hint(harness) == OTHER_FLOW
    harness.thread.send(finished(200, "stopped"))
    harness.session.resume()
    assert harness.thread.plan.training.learning_rate is None
    assert harness.session.project().history.adjustments == ()


def test_changed_settings_do_not_end_following(harness: SessionHarness) -> None:
    train(harness)
    harness.request.update_training(learning_rate=1e-4, clip_norm=3.0, batch=100)
    harness.request.show_text("Hi")
    harness.session.learn()
    assert len(harness.threads) == 1
    harness.request.set_budget("steps", 2000)
    harness.session.learn()
    assert len(harness.threads) == 2


def test_stopped_training_resumes_with_the_requested_settings(harness: SessionHarness) -> None:
    train(harness)
    harness.thread.send(finished(200, "stopped"))
    assert hint(harness) == ON_RESUME
    harness.request.update_training(learning_rate=1e-4)
    harness.session.resume()
    assert harness.thread.plan.training.learning_rate == 1e-4
    assert harness.loss_plot.history.adjustments == (Adjusted(200, FAST, SLOW),)
    harness.thread.send(snapshot(200), checkpoint(200))
    assert harness.session.project().history.adjustments == (Adjusted(200, FAST, SLOW),)


def test_stopped_training_resumes_as_it_was_without_a_change(harness: SessionHarness) -> None:
    train(harness)
    harness.thread.send(finished(200, "stopped"))
    before = harness.session.project()
    harness.session.resume()
    assert harness.thread.checkpoint is before.checkpoint
    assert harness.thread.plan.training == before.training


def test_hint_says_when_a_change_applies(harness: SessionHarness) -> None:
    assert hint(harness) == ""
    train(harness)
    assert "at once" in hint(harness)
    harness.session.toggle_pause()
    assert "when it resumes" in hint(harness)
    harness.session.toggle_pause()
    harness.request.update_training(batch=300)
    assert hint(harness) == NEW_BATCH.format(before=512, after=300)
    harness.thread.send(Adjusted(120, FAST, Settings(4e-3, 1.0, 300)), snapshot(200), checkpoint(200))
    assert "at once" in hint(harness)
