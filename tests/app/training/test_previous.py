"""A training that starts again from the same start, and the way back to the previous one."""

import pytest

from flowviz.app.training.training_state import TrainingState
from tests.app.training.fakes import SessionHarness, checkpoint, finished, snapshot, train


@pytest.fixture
def harness(qapp: object) -> SessionHarness:
    found = SessionHarness()
    found.request.set_budget("steps", 200)
    return found


def train_to_the_end(harness: SessionHarness) -> None:
    train(harness, 100)
    harness.thread.send(finished(200))


def test_same_start_differs_only_in_what_was_changed(harness: SessionHarness) -> None:
    harness.request.set_seed(7)
    train_to_the_end(harness)
    first = harness.thread
    harness.request.update_training(learning_rate=1e-4)
    harness.session.train_again()
    again = harness.thread
    assert again is not first
    assert again.checkpoint is None
    assert (again.built, again.plan.flow) == (first.built, first.plan.flow)
    assert again.plan.training == first.plan.training.model_copy(update={"learning_rate": 1e-4})


def test_same_start_is_that_of_the_flow_that_is_shown(harness: SessionHarness) -> None:
    harness.request.change(follows=False)
    train_to_the_end(harness)
    first = harness.thread
    harness.request.show_text("Hi")
    harness.request.set_family("spline")
    harness.request.set_seed(7)
    harness.session.train_again()
    assert harness.thread.plan == first.plan
    assert harness.request.plan.flow.family == "spline", "the choices for the next training are not lost"


def test_without_a_trained_flow_it_is_an_ordinary_start(harness: SessionHarness) -> None:
    harness.session.train_again()
    assert harness.thread.plan == harness.request.plan


def test_losses_of_the_previous_training_stay_visible_on_the_same_target(harness: SessionHarness) -> None:
    train_to_the_end(harness)
    history = harness.loss_plot.history
    assert not len(harness.loss_plot.previous.step)
    harness.session.train_again()
    assert harness.loss_plot.previous == history
    assert not len(harness.loss_plot.history.step)
    harness.request.change(follows=False)
    harness.request.show_text("Hi")
    harness.session.train()
    assert not len(harness.loss_plot.previous.step), "losses on another target say nothing"


def test_previous_training_comes_back_and_the_present_one_is_kept(harness: SessionHarness) -> None:
    train_to_the_end(harness)
    content, first = harness.session.work.content(), harness.session.project()
    harness.session.train_again()
    harness.thread.send(snapshot(50), checkpoint(50))
    assert harness.controls.shown[-1].returning == 1
    abandoned = harness.thread
    harness.session.return_to_previous()
    assert "abandon" in abandoned.calls
    assert harness.session.work.content() == content, "a saved project is not taken for a changed one"
    assert harness.session.project() is not first
    assert harness.session.project().history == first.history
    assert harness.session.state == TrainingState.IDLE
    harness.session.return_to_previous()
    present = harness.session.project().checkpoint
    assert present is not None
    assert present.step == 50
    assert harness.controls.can_resume


def test_start_that_fails_at_once_does_not_replace_the_previous_training(harness: SessionHarness) -> None:
    train_to_the_end(harness)
    first = harness.session.project()
    harness.session.train_again()
    harness.thread.send(snapshot(0), checkpoint(0))
    harness.session.train_again()
    harness.session.return_to_previous()
    assert harness.session.project().history == first.history


def test_opened_project_has_no_previous_training(harness: SessionHarness) -> None:
    train_to_the_end(harness)
    project = harness.session.project()
    harness.session.train_again()
    harness.session.show_project(project)
    assert not len(harness.loss_plot.previous.step)
    harness.session.return_to_previous()
    assert harness.session.project().history is project.history
