"""The integrator of a trained flow changes without training again."""

from dataclasses import replace

import numpy as np
import pytest

from flowviz.app.pane.subject import Subject
from flowviz.app.training.status import DEFERRED
from flowviz.app.training.training_state import TrainingState
from flowviz.projects import Project
from flowviz.projects.variant import Variant
from flowviz.records import FLOW_UNITS, Kept, Weights
from flowviz.specs import FlowSpec
from tests.app.training.fakes import SessionHarness, checkpoint, finished, progress, snapshot, train
from tests.app.training.integrating import (
    COARSE,
    SCORE,
    TRAINED,
    answer,
    flow_matching,
    locate,
    located,
    replace_steps,
    request,
    stages,
    trained_flow_matching,
)


@pytest.fixture
def harness(qapp: object) -> SessionHarness:
    return flow_matching()


@pytest.fixture
def trained(qapp: object) -> SessionHarness:
    return trained_flow_matching()


def test_picture_project_and_metrics_follow_the_integrator(trained: SessionHarness) -> None:
    before = trained.session.project()
    trained.view.set_stage(10)
    request(trained, COARSE)
    assert stages(trained) == 20, "the particles are still being computed"
    answer(trained, COARSE, 0.5)
    assert (stages(trained), trained.view.value.stage) == (10, 5), "the time is kept"
    project = trained.session.project()
    assert (project.flow, project.next) == (COARSE, None), "it is no other flow to train"
    assert project.trace.names == COARSE.stage_names()
    assert project.weights is before.weights
    assert project.checkpoint is before.checkpoint
    assert project.history is before.history
    assert (trained.metrics.hits[0], trained.displays.score.score) == (0.5, "50% end on the letters")
    assert trained.status.activity.value.next_step == ""


def test_metrics_know_whose_integrator_they_do_not_use(trained: SessionHarness) -> None:
    assert trained.metrics.flow == TRAINED
    request(trained, COARSE)
    answer(trained, COARSE)
    assert trained.metrics.flow == COARSE
    trained.session.show_project(trained.session.project())
    assert trained.metrics.flow == COARSE


def test_score_follows_the_integrator_after_the_picture(trained: SessionHarness) -> None:
    known = trained.session.project().score
    request(trained, COARSE)
    answer(trained, COARSE)
    assert trained.session.project().score is None
    assert trained.metrics.score is None
    assert trained.queries.asked["scored"][0].spec == COARSE
    trained.queries.answer("scored", SCORE)
    assert trained.session.project().score == SCORE
    assert trained.metrics.score == SCORE.in_units(FLOW_UNITS)
    assert SCORE.in_units(FLOW_UNITS).sentence() in trained.controls.sentence
    request(trained, TRAINED)
    answer(trained, TRAINED)
    assert trained.session.project().score == known, "it was known, and is not computed again"
    assert "scored" not in trained.queries.asked


def test_integrator_is_scored_even_if_the_one_before_was_not(trained: SessionHarness) -> None:
    request(trained, replace_steps(5))
    answer(trained, replace_steps(5))
    request(trained, COARSE)
    answer(trained, COARSE, score=SCORE)
    assert trained.session.project().score == SCORE


def test_change_is_undone_as_if_it_had_not_been_made(trained: SessionHarness) -> None:
    before = trained.session.work.content()
    trained.session.undo.end_burst()
    request(trained, replace_steps(5))
    answer(trained, replace_steps(5), score=SCORE)
    assert trained.session.work.content() != before
    assert trained.session.undo.stack.undoText() == "Integrator Steps"
    trained.session.undo.stack.undo()
    answer(trained, TRAINED)
    assert trained.session.work.content() == before
    trained.session.undo.stack.redo()
    answer(trained, replace_steps(5))
    assert trained.session.project().flow.integrator_steps == 5


def test_outdated_particles_are_not_shown(trained: SessionHarness) -> None:
    request(trained, COARSE)
    positions = trained.queries.asked["positions"]
    request(trained, replace_steps(5))
    positions[-1](located(COARSE))
    assert stages(trained) == 20
    assert "integrated" not in trained.queries.asked
    locate(trained, replace_steps(5))
    densities = trained.queries.asked["integrated"]
    request(trained, TRAINED)
    densities[-1](snapshot(200, flow=replace_steps(5)))
    assert stages(trained) == 20
    assert trained.session.project().flow == TRAINED


def test_another_family_leaves_the_integrator_of_the_shown_flow(trained: SessionHarness) -> None:
    request(trained, COARSE)
    answer(trained, COARSE)
    trained.request.set_family("maf")
    assert stages(trained) == 10
    project = trained.session.project()
    assert project.flow == COARSE
    assert project.next is not None
    assert trained.status.activity.value.next_step.endswith("Train the chosen flow")


def test_running_training_moves_its_next_particles_by_the_integrator(harness: SessionHarness) -> None:
    train(harness, 100)
    harness.view.set_stage(10)
    request(harness, COARSE)
    assert harness.thread.variant == Variant(COARSE)
    assert "positions" not in harness.queries.asked, "the training moves them"
    assert harness.status_bar.message == DEFERRED
    harness.thread.send(progress(150), snapshot(150, flow=TRAINED), checkpoint(150))
    assert (stages(harness), harness.session.project().flow) == (20, TRAINED)
    harness.thread.adopt(Variant(COARSE))
    assert harness.session.project().flow == TRAINED, "the particles are not there yet"
    assert harness.status_bar.message == DEFERRED
    harness.thread.send(snapshot(200, flow=COARSE), checkpoint(200))
    assert not harness.status_bar.message
    assert (stages(harness), harness.view.value.stage) == (10, 5)
    assert (harness.session.project().flow, harness.session.project().next) == (COARSE, None)
    assert harness.threads == [harness.thread], "the training was not restarted"
    harness.request.show_text("Hi")
    harness.session.learn()
    assert harness.threads == [harness.thread], "it switches to another target, as before"


def test_paused_training_shows_the_integrator_and_goes_on_with_it(harness: SessionHarness) -> None:
    train(harness, 100, 200)
    harness.session.toggle_pause()
    request(harness, COARSE)
    answer(harness, COARSE)
    assert (stages(harness), harness.session.project().flow) == (10, COARSE)
    harness.session.toggle_pause()
    harness.thread.adopt(harness.thread.variant)
    harness.thread.send(snapshot(300, flow=COARSE), checkpoint(300))
    assert harness.session.project().flow == COARSE
    assert harness.view.seen.moment is None


def test_pause_does_not_wait_for_the_next_particles(harness: SessionHarness) -> None:
    train(harness, 200)
    request(harness, COARSE)
    harness.session.toggle_pause()
    assert not harness.status_bar.message
    answer(harness, COARSE)
    assert stages(harness) == 10


def test_integrator_that_is_shown_again_at_once_is_not_announced(harness: SessionHarness) -> None:
    train(harness, 200)
    request(harness, COARSE)
    request(harness, TRAINED)
    assert not harness.status_bar.message


def test_change_during_the_last_steps_is_shown_after_them(harness: SessionHarness) -> None:
    train(harness, 200)
    request(harness, COARSE)
    harness.thread.send(finished(200, flow=TRAINED))
    assert harness.session.state == TrainingState.IDLE
    answer(harness, COARSE, score=SCORE)
    assert harness.session.project().score == SCORE


def test_earlier_moment_is_computed_with_the_integrator(trained: SessionHarness) -> None:
    trained.view.update(moment=100)
    request(trained, COARSE)
    answer(trained, COARSE)
    variant, _, moment, on_result = trained.queries.asked["followed"]
    assert (variant, moment.step) == (Variant(COARSE), 100)
    on_result(snapshot(100, 0.3, COARSE))
    assert (stages(trained), trained.metrics.hits[0]) == (10, 0.3)


def test_score_arrives_while_an_earlier_moment_is_shown(trained: SessionHarness) -> None:
    trained.view.update(moment=100)
    request(trained, COARSE)
    answer(trained, COARSE)
    trained.queries.answer("followed", snapshot(100, 0.3, COARSE))
    trained.queries.answer("scored", SCORE)
    assert trained.session.project().score == SCORE


def test_earlier_moment_of_one_integrator_leaves_the_next_one_requested(trained: SessionHarness) -> None:
    trained.view.update(moment=100)
    request(trained, replace_steps(5))
    answer(trained, replace_steps(5))
    request(trained, COARSE)
    trained.queries.answer("followed", snapshot(100, 0.3, replace_steps(5)))
    answer(trained, COARSE)
    outdated = trained.queries.asked["followed"]
    request(trained, TRAINED)
    answer(trained, TRAINED)
    outdated[-1](snapshot(100, 0.3, COARSE))
    trained.queries.answer("followed", snapshot(100, 0.3, TRAINED))
    assert stages(trained) == 20


def test_project_with_a_requested_integrator_shows_it(trained: SessionHarness) -> None:
    project: Project = trained.session.project()
    asked = replace(project.plan, flow=COARSE)
    trained.session.show_project(replace(project, next=asked))
    answer(trained, COARSE, score=SCORE)
    assert stages(trained) == 10
    assert trained.request.plan.flow == COARSE
    assert trained.session.project().next is None


def unscored(trained: SessionHarness) -> Project:
    """Return a project that is saved before the score of its integrator arrives."""
    request(trained, COARSE)
    answer(trained, COARSE)
    project = trained.session.project()
    assert project.score is None
    return project


def test_project_saved_before_its_score_gets_it_when_it_is_opened(trained: SessionHarness) -> None:
    project, other = unscored(trained), SessionHarness()
    other.request.set_family("flow_matching")
    other.session.show_project(project)
    assert other.queries.asked["scored"][:2] == (Subject(COARSE, project.weights), 200)
    assert "positions" not in other.queries.asked, "the integrator is the requested one already"
    other.queries.answer("scored", SCORE)
    assert other.session.project().score == SCORE
    assert other.metrics.score == SCORE.in_units(FLOW_UNITS)
    assert SCORE.in_units(FLOW_UNITS).sentence() in other.controls.sentence


def test_score_is_asked_for_once(trained: SessionHarness) -> None:
    trained.session.show_project(unscored(trained))
    trained.queries.asked.pop("scored")  # it is being computed
    trained.request.update_flow(seed=7)
    assert "scored" not in trained.queries.asked


def test_score_that_arrives_for_a_previous_integrator_is_computed_when_that_returns(trained: SessionHarness) -> None:
    unscored(trained)
    request(trained, TRAINED)
    answer(trained, TRAINED)
    trained.queries.answer("scored", SCORE)
    assert trained.session.project().score != SCORE
    request(trained, COARSE)
    answer(trained, COARSE, score=SCORE)
    assert trained.session.project().score == SCORE


def test_no_score_is_computed_of_a_training_in_progress_or_without_an_integrator(trained: SessionHarness) -> None:
    project = unscored(trained)
    kept = Kept(Weights({"w": np.ones(1, np.float32)}, {}), 1.5, 100)
    begun = replace(project, checkpoint=replace(checkpoint(200), kept=kept))
    affine = FlowSpec()
    old = replace(project, flow=affine, trace=snapshot(200, flow=affine).trace)
    for each in (begun, old):
        trained.session.show_project(each)
        assert "scored" not in trained.queries.asked
    assert trained.session.project().score is None


def test_score_that_arrives_after_resuming_leaves_the_status_of_the_training(trained: SessionHarness) -> None:
    trained.session.show_project(unscored(trained))
    scored = trained.queries.asked["scored"]
    trained.session.toggle_pause()
    assert trained.session.state == TrainingState.PREPARING
    sentence = trained.controls.sentence
    scored[-1](SCORE)
    assert trained.controls.sentence == sentence
    assert trained.session.project().score == SCORE


def test_untrained_flow_follows_the_integrator_at_the_same_time(harness: SessionHarness) -> None:
    harness.view.set_stage(10)
    request(harness, COARSE)
    assert (stages(harness), harness.view.value.stage) == (10, 5)
    assert "positions" not in harness.queries.asked
