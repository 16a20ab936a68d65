"""Return in the box for the word: a training that follows the target goes on; otherwise, a new one starts."""

import pytest

from flowviz.app.training.training_state import TrainingState
from flowviz.specs import TextSpec
from tests.app.training.fakes import SessionHarness, checkpoint, finished, progress, snapshot, train


@pytest.fixture
def harness(qapp: object) -> SessionHarness:
    return SessionHarness()


def test_learning_another_word_keeps_the_training_that_follows_it(harness: SessionHarness) -> None:
    left = list[None]()
    harness.session.started.connect(lambda: left.append(None))
    harness.session.learn()
    train_thread = harness.thread
    train_thread.send(snapshot(100), progress(100), checkpoint(100))
    harness.request.show_text("Hi")
    harness.session.learn()
    assert harness.threads == [train_thread]
    assert train_thread.followed is not None
    assert train_thread.followed == TextSpec(text="Hi")
    assert len(left) == 2, "the start page stays"


def test_learning_resumes_a_paused_training(harness: SessionHarness) -> None:
    train(harness)
    harness.session.toggle_pause()
    harness.request.show_text("Hi")
    harness.session.learn()
    assert harness.thread.calls[-1] == "resume"
    assert harness.session.state == TrainingState.TRAINING


def test_learning_shows_the_last_stage(harness: SessionHarness) -> None:
    train(harness)
    harness.view.set_stage(3)
    harness.request.show_text("Hi")
    harness.session.learn()
    assert harness.view.seen.stage is None


def test_word_that_cannot_be_learned_resumes_nothing(harness: SessionHarness) -> None:
    train(harness)
    harness.session.toggle_pause()
    harness.request.show_text(" ")
    harness.session.learn()
    assert harness.session.state == TrainingState.PAUSED


@pytest.mark.parametrize("reason", ["other flow", "other budget", "does not follow", "stopping", "ended"])
def test_learning_starts_a_new_training_unless_one_follows(harness: SessionHarness, reason: str) -> None:
    train(harness)
    match reason:
        case "other flow":
            harness.request.set_family("glow")
        case "other budget":
            harness.request.set_budget("seconds", 9)
        case "does not follow":
            harness.request.change(follows=False)
        case "stopping":
            harness.session.stop()
        case "ended":
            harness.thread.send(finished(200))
    harness.session.learn()
    assert len(harness.threads) == 2
