"""A trained flow is shown at another value of its condition without training again."""

from functools import partial

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from flowviz.app.desktop.settings import settings
from flowviz.app.training.warm_up import SETTING as WARM_UP
from flowviz.projects.moments import with_particles
from flowviz.projects.variant import Variant
from flowviz.records import Density, StageReport
from flowviz.records.trace import untrained_trace
from flowviz.specs import ConditionalSpec, FlowSpec, TextSpec
from tests.app.training.fakes import SessionHarness, finished, snapshot, train
from tests.app.training.integrating import locate

WORDS = ConditionalSpec(sources=(TextSpec(text="BRAD"), TextSpec(text="KATIE")))
AT_BRAD = FlowSpec().conditioned_on(WORDS.condition)
AT_KATIE = AT_BRAD.model_copy(update={"given": 1.0})
GUIDABLE = FlowSpec(family="flow_matching", leave_out=0.1).conditioned_on(WORDS.condition)


@pytest.fixture
def trained(qapp: object) -> SessionHarness:
    harness = SessionHarness()
    harness.request.show_target(WORDS)
    train(harness, 100, 200)
    harness.thread.send(finished(200, flow=AT_BRAD))
    return harness


def at(value: float) -> FlowSpec:
    return AT_BRAD.model_copy(update={"given": value})


def drag(harness: SessionHarness, value: float) -> None:
    """Move the slider of the condition, and answer the query for positions."""
    harness.request.set_given(value)
    locate(harness, at(value))


def go_to_katie(harness: SessionHarness, qtbot: QtBot) -> None:
    harness.request.set_given(1.0)
    for name in ("positions", "integrated"):
        qtbot.waitUntil(partial(harness.queries.asked.__contains__, name))
        assert harness.queries.asked[name][0] == Variant(AT_KATIE)
        harness.queries.answer(name, snapshot(200, 0.25, AT_KATIE))


def test_particles_follow_the_value_and_the_score_stays(trained: SessionHarness, qtbot: QtBot) -> None:
    before = trained.session.project()
    assert before.flow == AT_BRAD
    go_to_katie(trained, qtbot)
    project = trained.session.project()
    assert (project.flow, project.next) == (AT_KATIE, None), "it is no other flow to train"
    assert project.weights is before.weights
    assert project.score == before.score, "which is that of all values"
    assert "scored" not in trained.queries.asked
    assert trained.status.activity.value.next_step == ""


def test_the_first_drag_after_a_training_is_prepared_once(qapp: object) -> None:
    settings().setValue(WARM_UP, "true")
    harness = SessionHarness()
    harness.request.show_target(WORDS)
    train(harness, 100, 200)
    assert "prepare" not in harness.queries.asked, "the training needs the processor"
    harness.thread.send(finished(200, flow=AT_BRAD))
    subject, _ = harness.queries.asked.pop("prepare")
    assert subject.spec == AT_BRAD
    drag(harness, 0.5)
    harness.session.variants.prepare()
    assert "prepare" not in harness.queries.asked


def test_undo_returns_to_the_previous_value(trained: SessionHarness, qtbot: QtBot) -> None:
    go_to_katie(trained, qtbot)
    trained.session.undo.undo()
    assert trained.request.plan.flow == AT_BRAD
    assert trained.queries.asked["positions"][0] == Variant(AT_BRAD)


def test_particles_of_values_that_a_drag_has_passed_are_shown(trained: SessionHarness) -> None:
    for value in (0.25, 0.5):
        trained.request.set_given(value)
    passed = trained.queries.asked["positions"]
    trained.request.set_given(0.75)
    between = snapshot(200, 0.25, passed[0].flow)
    passed[-1](between)
    assert trained.viewer.scenes.generated is between.trace
    assert "integrated" not in trained.queries.asked, "which would delay the next particles"
    assert "scored" not in trained.queries.asked


def density() -> Density:
    return Density(0, (-1, 1, -1, 1), np.zeros((2, 2), np.float32), np.zeros(3, np.float32))


def test_density_follows_a_drag_without_flicker(trained: SessionHarness, qtbot: QtBot) -> None:
    asked, scenes = trained.queries.asked, trained.viewer.scenes
    trained.view.set_mark("density", True)
    of_brad, coarse, fine = density(), density(), density()
    show_of_brad = asked["density"][-1]
    show_of_brad(of_brad)
    drag(trained, 0.5)
    assert scenes.scene.density is of_brad
    show_coarse = asked["density"][-1]
    show_of_brad(density())
    assert scenes.scene.density is of_brad, "a fine one comes too late"
    show_coarse(coarse)
    assert scenes.scene.density is coarse
    qtbot.waitUntil(lambda: "integrated" in asked)
    trained.queries.answer("integrated", snapshot(200, 0.25, at(0.5)))
    assert scenes.scene.density is coarse
    asked["density"][-1](fine)
    show_coarse(density())
    assert scenes.scene.density is fine


def test_report_of_a_stage_stays_during_a_drag(trained: SessionHarness, qtbot: QtBot) -> None:
    asked, inspector = trained.queries.asked, trained.displays.inspector
    trained.queries.is_ready.set(True)
    trained.view.set_stage(stage := trained.view.value.last_stage)
    trained.queries.answer("report", StageReport(stage, "real_nvp", ("y",)))
    drag(trained, 0.5)
    assert inspector.report == f"report {stage}"
    assert "report" not in asked, "it would delay the particles"
    qtbot.waitUntil(lambda: "integrated" in asked)
    trained.queries.answer("integrated", snapshot(200, 0.25, at(0.5)))
    assert asked["report"][0].spec == at(0.5)


def test_guidance_moves_the_particles_and_undo_brings_them_back(qapp: object, qtbot: QtBot) -> None:
    harness = SessionHarness()
    harness.request.show_target(WORDS)
    harness.request.show_flow(GUIDABLE)
    train(harness, 100, 200)
    harness.thread.send(finished(200, flow=GUIDABLE))
    score = harness.session.project().score
    guided = GUIDABLE.model_copy(update={"guidance": 3.0})
    harness.request.set_guidance(3.0)
    for name in ("positions", "integrated"):
        qtbot.waitUntil(partial(harness.queries.asked.__contains__, name))
        assert harness.queries.asked[name][0] == Variant(guided)
        harness.queries.answer(name, snapshot(200, 0.25, guided))
    project = harness.session.project()
    assert (project.flow, project.next, project.score) == (guided, None, score)
    assert harness.session.undo.stack.undoText() == "Guidance"
    harness.session.undo.undo()
    assert harness.request.plan.flow == GUIDABLE
    assert harness.queries.asked["positions"][0] == Variant(GUIDABLE)


def test_flow_that_was_told_all_values_is_shown_without_guidance(trained: SessionHarness) -> None:
    trained.request.update_flow(leave_out=0.1)
    trained.request.set_guidance(3.0)
    trained.request.set_given("any")
    assert trained.session.project().flow == AT_BRAD
    assert "positions" not in trained.queries.asked


def test_hits_of_earlier_moments_are_unknown_at_a_value_they_were_not_measured_at(
    trained: SessionHarness, qtbot: QtBot
) -> None:
    moments = trained.viewer.moments
    go_to_katie(trained, qtbot)
    assert [each.on_target for each in moments.timeline.moments] == [None, 0.25]
    trained.view.update(moment=100)
    missing = moments.timeline.moments[0]
    trained.queries.answer("followed", with_particles(missing, untrained_trace(AT_KATIE)))
    assert trained.metrics.hits == (None, None)
    trained.request.set_given(0.0)
    asked = trained.queries.asked["positions"]
    assert asked[2].on_target == 0.1, "which was measured at this value"
    trained.view.update(moment=None)
    for name in ("positions", "integrated"):
        qtbot.waitUntil(partial(trained.queries.asked.__contains__, name))
        trained.queries.answer(name, snapshot(200, 0.9, AT_BRAD))
    assert [each.on_target for each in moments.timeline.moments] == [0.1, 0.9]


def test_view_knows_the_condition_of_the_displayed_flow(qapp: object) -> None:
    harness = SessionHarness()
    harness.request.show_target(WORDS)
    assert harness.view.value.known.condition == WORDS.condition, "the requested flow is shown while none is trained"
    train(harness, 100)
    harness.request.show_text("one word")
    assert harness.view.value.known.condition == WORDS.condition
