"""Edits of the layers of a trained flow, without a window."""

from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from flowviz.app.desktop.settings import settings
from flowviz.app.notices.notice import Notice
from flowviz.app.pane.subject import Move
from flowviz.app.training.activity import LOADING
from flowviz.app.training.variants import DROPPED
from flowviz.app.training.warm_up import SETTING as WARM_UP
from flowviz.projects import Project
from flowviz.projects.variant import Variant
from flowviz.records import FLOW_UNITS, Score, Snapshot
from flowviz.specs import FlowSpec
from flowviz.specs.edits import Bump, Edits, LayerEdit
from tests.app.training.fakes import SessionHarness, finished, snapshot, train
from tests.app.training.integrating import TRAINED, trained_flow_matching
from tests.records.scores import scored

FLOW = FlowSpec()
WITHOUT_THIRD = Edits(layers={3: LayerEdit(disabled=True)})
BENT = Edits(layers={1: LayerEdit(bumps=(Bump(curve="shift", center=(0.0,), height=(1.0,)),))})
SCORE = scored(200, 1.625, 2.5, 0.02, 1.5)


@pytest.fixture
def trained(qapp: object) -> SessionHarness:
    """Return a session whose training has ended."""
    harness = SessionHarness()
    train(harness, 100, 200)
    harness.thread.send(finished(200))
    return harness


def located(on_target: float) -> Snapshot:
    """Return a snapshot whose densities are not known yet."""
    known = snapshot(200, on_target)
    return replace(known, trace=replace(known.trace, log_det=np.full_like(known.trace.log_det, np.nan)))


def answer(harness: SessionHarness, edits: Edits, on_target: float = 0.25, score: Score | None = SCORE) -> None:
    """Answer the queries that follow edits."""
    assert harness.queries.asked["positions"][0] == Variant(FLOW, edits)
    harness.queries.answer("positions", located(on_target))
    assert harness.queries.asked["integrated"][0] == Variant(FLOW, edits)
    harness.queries.answer("integrated", snapshot(200, on_target))
    if score:
        assert harness.queries.asked["scored"][0].edits == edits
        harness.queries.answer("scored", score)


def test_complete_project_has_edits_that_are_not_computed_yet(
    trained: SessionHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Project, "with_edits", lambda project, edits: replace(project, edits=edits))
    trained.edits.set_disabled(3, True)
    complete = trained.session.work.complete()
    trained.edits.set_disabled(3, False)
    assert complete().edits == WITHOUT_THIRD, "as they were when the project was requested"
    assert not trained.session.work.complete()().edits


def test_edit_shows_positions_first_and_then_the_score(trained: SessionHarness) -> None:
    before = trained.session.project()
    trained.edits.set_disabled(3, True)
    trained.queries.answer("positions", located(0.25))
    assert trained.metrics.hits[0] == 0.25
    assert trained.session.project().trace is before.trace, "which is saved until the other one is complete"
    assert trained.session.project().score == before.score
    trained.queries.answer("integrated", snapshot(200, 0.25))
    assert trained.session.project().edits == WITHOUT_THIRD
    assert trained.session.project().score is None
    trained.queries.answer("scored", SCORE)
    assert trained.session.project().score == SCORE
    assert trained.metrics.score == SCORE.in_units(FLOW_UNITS)


def test_edit_of_a_flow_whose_training_was_stopped_is_scored(qapp: object) -> None:
    harness = SessionHarness()
    train(harness, 100, 200)
    end = finished(200, "stopped")  # validated for the last time after its checkpoint
    harness.thread.send(replace(end, checkpoint=replace(end.checkpoint, kept=None)))
    harness.edits.set(BENT)
    answer(harness, BENT)
    assert harness.session.project().score == SCORE


def test_reset_restores_exactly_what_was_there_and_asks_nothing(trained: SessionHarness) -> None:
    before = trained.session.project()
    trained.edits.set_disabled(3, True)
    answer(trained, WITHOUT_THIRD)
    trained.queries.asked.clear()
    trained.edits.reset_all()
    after = trained.session.project()
    assert (after.trace, after.weights, after.score) == (before.trace, before.weights, before.score)
    assert after.timeline is before.timeline
    assert not {"positions", "integrated", "scored"} & trained.queries.asked.keys()
    assert trained.viewer.scenes.generated is before.trace


def test_undo_and_redo_of_edits(trained: SessionHarness) -> None:
    stack = trained.session.undo.stack
    trained.edits.set_disabled(3, True)
    answer(trained, WITHOUT_THIRD)
    trained.session.undo.end_burst()
    trained.edits.reset_all()
    assert [stack.text(i) for i in range(stack.index())] == ["Disable Layer 3", "Enable Layer 3"]
    stack.undo()
    assert trained.edits.value == WITHOUT_THIRD
    answer(trained, WITHOUT_THIRD, score=None)
    assert trained.session.project().score == SCORE, "it is known from before"
    stack.undo()
    assert not trained.session.project().edits


def test_drag_is_one_step_to_undo(trained: SessionHarness) -> None:
    stack = trained.session.undo.stack
    for height in (0.1, 0.2, 0.3):
        bump = Bump(curve="shift", center=(0.0,), height=(height,))
        trained.edits.set_bump(3, 0, bump) if trained.edits.value else trained.edits.add_bump(3, bump)
    assert [stack.text(i) for i in range(stack.index())] == ["Bend Curve"]
    stack.undo()
    assert not trained.edits.value


def test_edits_are_unsaved_changes_until_they_are_saved_with_their_particles(trained: SessionHarness) -> None:
    contents = [trained.session.work.content()]
    trained.edits.set_disabled(3, True)
    contents.append(trained.session.work.content())
    answer(trained, WITHOUT_THIRD)
    contents.append(trained.session.work.content())
    assert len({str(each) for each in contents}) == 3


def test_positions_of_a_drag_are_shown_although_it_went_on(trained: SessionHarness) -> None:
    trained.edits.set(WITHOUT_THIRD)
    outdated = trained.queries.asked["positions"]
    trained.edits.set(BENT)
    outdated[-1](located(0.125))
    assert trained.metrics.hits[0] == 0.125
    assert "integrated" not in trained.queries.asked, "which would keep the next positions waiting"
    assert not trained.session.project().edits
    answer(trained, BENT)
    assert trained.session.project().edits == BENT


def test_particles_of_a_drag_are_completed_when_it_ends(trained: SessionHarness) -> None:
    trained.session.variants.set_dragging(True)
    trained.edits.set(BENT)
    trained.queries.answer("positions", located(0.125))
    assert trained.metrics.hits[0] == 0.125
    assert "integrated" not in trained.queries.asked, "which would keep the next positions waiting"
    trained.session.variants.set_dragging(False)
    trained.queries.answer("integrated", snapshot(200, 0.25))
    assert trained.session.project().edits == BENT


@pytest.mark.parametrize("is_late", [False, True])
def test_particles_of_a_drag_are_completed_when_the_mouse_rests(
    trained: SessionHarness, qtbot: QtBot, is_late: bool
) -> None:
    integration = trained.session.variants
    trained.session.variants.set_dragging(True)
    trained.edits.set(BENT)
    if not is_late:
        trained.queries.answer("positions", located(0.125))
    qtbot.waitSignal(integration._rest.timeout).wait()
    if is_late:
        assert "integrated" not in trained.queries.asked
        trained.queries.answer("positions", located(0.125))
    assert trained.queries.asked["integrated"][0] == Variant(FLOW, BENT)


def test_particles_are_moved_from_the_edited_stage_on(trained: SessionHarness) -> None:
    trained.edits.set(BENT)
    assert trained.queries.asked["positions"][1] == Move(trained.session.project().trace, 1)
    answer(trained, BENT)
    trained.edits.set(BENT.having(7, LayerEdit(disabled=True)))
    assert trained.queries.asked["positions"][1] == Move(trained.session.project().trace, 7)


def test_particles_of_a_velocity_field_are_moved_as_far_as_they_are_visible(qapp: object) -> None:
    trained = trained_flow_matching()
    for stage, overview, last in ((5, False, 5), (2, False, 3), (2, True, None)):
        trained.view.update(overview=overview)
        trained.view.set_stage(stage)
        trained.edits.set(Edits(layers={3: LayerEdit(disabled=True)}))
        assert trained.queries.asked["positions"][1] == Move(trained.session.project().trace, 3, last)
        trained.edits.reset_all()
    trained.view.update(overview=False)
    trained.view.update_view(color_by="leaked")
    trained.edits.set(Edits(layers={3: LayerEdit(disabled=True)}))
    assert trained.queries.asked["positions"][1].last is None, "the last stage decides the colors"
    trained.edits.reset_all()
    trained.view.update_view(color_by="angle")
    trained.edits.set(Edits(layers={3: LayerEdit(disabled=True)}))
    known = snapshot(200, flow=TRAINED)
    unknown = np.full_like(known.trace.log_det, np.nan)
    trained.queries.answer("positions", replace(known, trace=replace(known.trace, log_det=unknown)))
    trained.view.set_stage(6)
    assert trained.queries.asked["positions"][1] == Move(trained.session.project().trace, 3, 6)
    trained.view.update(overview=True)
    assert trained.queries.asked["positions"][1] == Move(trained.session.project().trace, 3)
    trained.view.update(moment=100)
    assert trained.queries.asked["positions"][1].last is None, "which is computed in no other way"


def gaps_of_a_drag(trained: SessionHarness) -> list[float | None]:
    """Drag a curve, until a score is computed; return the list of the gaps that are shown."""
    gaps: list[float | None] = []
    trained.session.variants.gap_previewed.connect(gaps.append)
    trained.edits.set(WITHOUT_THIRD)
    outdated = trained.queries.asked["positions"]
    trained.edits.set(BENT)
    outdated[-1](located(0.125))
    return gaps


def test_gap_is_known_while_a_curve_is_dragged(trained: SessionHarness) -> None:
    gaps = gaps_of_a_drag(trained)
    trained.queries.answer("scored", SCORE)
    assert gaps == [SCORE.validation_gap]
    assert trained.session.project().score != SCORE


def test_gap_of_a_bend_that_was_undone_is_not_shown_late(trained: SessionHarness) -> None:
    gaps = gaps_of_a_drag(trained)
    late = trained.queries.asked["scored"]
    trained.edits.reset_all()
    late[-1](SCORE)
    assert not gaps


def test_glimpse_changes_neither_project_nor_undo(trained: SessionHarness) -> None:
    before, content = trained.session.project(), trained.session.work.content()
    trained.editor.glimpse.set(WITHOUT_THIRD)
    answer(trained, WITHOUT_THIRD, 0.125, score=None)
    assert trained.metrics.hits[0] == 0.125
    assert trained.session.work.content() == content
    assert not trained.session.undo.stack.count()
    trained.editor.glimpse.set(None)
    assert trained.metrics.hits[0] == before.timeline.moments[-1].on_target
    assert trained.session.project().trace is before.trace


def test_short_glimpse_shows_nothing_late(trained: SessionHarness) -> None:
    shown = trained.viewer.scenes.generated
    trained.editor.glimpse.set(WITHOUT_THIRD)
    trained.editor.glimpse.set(None)
    trained.queries.answer("positions", located(0.125))
    assert trained.viewer.scenes.generated is shown


def test_glimpse_ends_that_shows_the_particles_of_the_glimpse_before(trained: SessionHarness) -> None:
    shown = trained.viewer.scenes.generated
    trained.editor.glimpse.set(WITHOUT_THIRD)
    trained.queries.answer("positions", located(0.125))
    trained.editor.glimpse.set(None)
    trained.editor.glimpse.set(WITHOUT_THIRD)
    trained.queries.answer("integrated", snapshot(200, 0.125))
    trained.editor.glimpse.set(None)
    assert trained.viewer.scenes.generated is shown


def test_opened_project_keeps_its_edits(trained: SessionHarness) -> None:
    trained.edits.set(BENT)
    answer(trained, BENT)
    project = trained.session.project()
    other = SessionHarness()
    other.session.show_project(project)
    assert other.edits.value == BENT
    assert other.viewer.scenes.generated is project.trace
    assert not {"positions", "integrated"} & other.queries.asked.keys()
    assert not other.session.undo.stack.count()


def test_edits_remain_when_the_project_is_shown_without_them_before(trained: SessionHarness) -> None:
    trained.session.show_project(replace(trained.session.project(), edits=BENT))
    trained.edits.reset_all()
    answer(trained, Edits(), score=None)  # the particles were never known
    assert not trained.session.project().edits


def test_score_is_known_again_after_edits_of_a_training_are_reset(trained: SessionHarness) -> None:
    trained.session.show_project(replace(trained.session.project(), edits=BENT, score=SCORE))
    trained.edits.reset_all()
    answer(trained, Edits())
    assert trained.session.project().score == SCORE


def test_train_from_here_keeps_edits_and_begins_from_what_is_shown(trained: SessionHarness) -> None:
    trained.session.train_from_here()
    assert len(trained.threads) == 1, "there is nothing to train from"
    trained.edits.set(BENT)
    answer(trained, BENT)
    trained.request.set_budget("steps", 77)
    trained.session.train_from_here()
    assert trained.thread.project.edits == BENT
    assert trained.thread.project.training.steps == 77
    assert trained.thread.project.checkpoint is not None
    trained.thread.send(snapshot(201))
    assert trained.edits.value == BENT
    assert trained.session.project().edits == BENT


def test_resume_of_an_edited_flow_trains_from_here(trained: SessionHarness) -> None:
    trained.edits.set(BENT)
    answer(trained, BENT)
    trained.session.toggle_pause()
    assert trained.thread.project.edits == BENT


def test_flow_whose_trained_edits_were_reset_is_trained_for_the_requested_steps_alone(trained: SessionHarness) -> None:
    project = trained.session.project()
    assert project.checkpoint is not None
    trained.session.show_project(replace(project, checkpoint=replace(project.checkpoint, edits=BENT)))
    trained.request.set_budget("steps", 77)
    trained.session.toggle_pause()
    assert trained.thread.project.training.steps == 77
    assert not trained.thread.project.edits


def test_other_steps_of_an_integrator_drop_edits_and_undo_brings_both_back(qapp: object) -> None:
    harness = trained_flow_matching()
    bent = Edits(layers={3: LayerEdit(bumps=(Bump(curve="velocity", center=(0.0, 0.0), height=(1.0, 0.0)),))})
    harness.edits.set(bent)
    harness.session.undo.end_burst()
    harness.request.update_flow(integrator_steps=10)
    assert not harness.edits.value
    assert "Undo" in harness.status_bar.message
    assert harness.queries.asked["positions"][0] == Variant(TRAINED.with_integrator(steps=10))
    harness.session.undo.stack.undo()
    assert (harness.edits.value, harness.request.plan.flow.integrator_steps) == (bent, 20)
    harness.session.undo.stack.redo()
    assert (harness.edits.value, harness.request.plan.flow.integrator_steps) == (Edits(), 10)


def test_previous_training_returns_with_its_edits(trained: SessionHarness) -> None:
    trained.edits.set(BENT)
    answer(trained, BENT)
    before = trained.session.project()
    trained.session.train()
    trained.thread.send(snapshot(0), finished(300))
    assert not trained.edits.value
    trained.session.return_to_previous()
    assert trained.edits.value == BENT
    assert trained.session.project().trace is before.trace
    trained.session.return_to_previous()
    assert not trained.edits.value
    assert not trained.session.project().edits


def test_first_edit_of_an_opened_project_says_what_it_waits_for(trained: SessionHarness) -> None:
    other = SessionHarness()
    other.session.show_project(trained.session.project())
    other.edits.set(BENT)
    assert LOADING in other.controls.sentence
    assert other.status_bar.message == LOADING
    other.queries.is_ready.set(True)
    answer(other, BENT, score=None)
    assert LOADING not in other.controls.sentence
    assert not other.status_bar.message
    other.edits.reset_all()
    other.edits.set(BENT)
    assert LOADING not in other.controls.sentence


@pytest.mark.parametrize("ends", ["failure", "other project"])
def test_nobody_waits_for_an_edit_that_cannot_be_shown(trained: SessionHarness, ends: str) -> None:
    other = SessionHarness()
    other.session.show_project(trained.session.project())
    other.edits.set(BENT)
    if ends == "failure":
        other.queries.notice_posted.emit(Notice("positions", "Out of memory."))
    else:
        other.session.show_project(trained.session.project())
    assert LOADING not in other.controls.sentence


def test_first_edit_is_prepared_once_at_its_first_sign(trained: SessionHarness) -> None:
    other = SessionHarness()
    other.session.show_project(trained.session.project())
    other.session.variants.prepare()
    assert "prepare" not in other.queries.asked, "the user has turned it off"
    settings().setValue(WARM_UP, "true")
    other.session.variants.prepare()
    subject, particles = other.queries.asked.pop("prepare")
    count = other.viewer.scenes.generated.positions.shape[1]  # many are moved in another way than few
    assert (subject.spec, bool(subject.edits), len(particles)) == (FLOW, True, count)
    other.session.variants.prepare()
    assert "prepare" not in other.queries.asked


def test_opening_a_project_applies_nothing_of_it_to_the_previous_flow(qapp: object) -> None:
    harness = trained_flow_matching()
    plain = harness.session.project()
    other = replace(plain, flow=plain.flow.model_copy(update={"integrator": "euler", "integrator_steps": 10}))
    harness.edits.set_disabled(3, True)
    harness.session.show_project(other)
    assert harness.status_bar.message != DROPPED, "the edits belonged to the previous flow"
    assert "positions" not in harness.queries.asked
    assert not harness.edits.value
    assert harness.request.plan.flow.integrator_steps == 10
    harness.session.show_project(replace(plain, edits=WITHOUT_THIRD))
    assert harness.edits.value == WITHOUT_THIRD
    assert "positions" not in harness.queries.asked
