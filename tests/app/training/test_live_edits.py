"""Edits of layers during a training, and their end with it, without a window."""

from dataclasses import replace

import numpy as np
import pytest

from flowviz.app.editing.layer_editor import INCLUDED, ONLY_SHOWN
from flowviz.app.training.variants import REPLACED, STARTS
from flowviz.projects.variant import Variant
from flowviz.records import Snapshot
from flowviz.specs import FlowSpec
from flowviz.specs.edits import Bump, Edits, LayerEdit
from tests.app.training.fakes import SessionHarness, checkpoint, fail, finished, progress, snapshot, train
from tests.app.training.integrating import flow_matching

FLOW = FlowSpec()
DISABLED = Edits(layers={3: LayerEdit(disabled=True)})
BENT = Edits(layers={1: LayerEdit(bumps=(Bump(curve="shift", center=(0.0,), height=(1.0,)),))})


@pytest.fixture
def training(qapp: object) -> SessionHarness:
    """Return a session in whose training a snapshot has arrived."""
    harness = SessionHarness()
    train(harness, 100)
    return harness


def located(step: int, on_target: float) -> Snapshot:
    """Return a snapshot whose densities are not known yet."""
    known = snapshot(step, on_target)
    return replace(known, trace=replace(known.trace, log_det=np.full_like(known.trace.log_det, np.nan)))


def answer(harness: SessionHarness, edits: Edits, step: int, on_target: float = 0.25) -> None:
    """Answer the queries that follow edits."""
    assert harness.queries.asked["positions"][0] == Variant(FLOW, edits)
    harness.queries.answer("positions", located(step, on_target))
    assert harness.queries.asked["integrated"][0] == Variant(FLOW, edits)
    harness.queries.answer("integrated", snapshot(step, on_target))


def adopt(harness: SessionHarness, edits: Edits, step: int, on_target: float = 0.25) -> None:
    """Let the training move the particles of its next snapshot by the edits."""
    assert harness.thread.variant == Variant(FLOW, edits)
    harness.thread.adopt(harness.thread.variant)
    harness.thread.send(snapshot(step, on_target), checkpoint(step))


def disable_third(harness: SessionHarness) -> None:
    """Disable the third layer, and let the training follow."""
    harness.edits.set_disabled(3, True)
    answer(harness, DISABLED, 100)
    adopt(harness, DISABLED, 150)


def test_edit_is_shown_at_once_and_the_training_follows_when_its_graph_is_known(training: SessionHarness) -> None:
    training.edits.set_disabled(3, True)
    assert training.status_bar.message == ONLY_SHOWN
    assert training.thread.variant == Variant(FLOW), "it would have to trace a graph"
    training.queries.answer("positions", located(100, 0.25))
    assert training.metrics.hits[0] == 0.25
    assert not training.session.project().edits, "the particles are not complete"
    training.queries.answer("integrated", snapshot(100, 0.25))
    adopt(training, DISABLED, 150, 0.375)
    assert "positions" not in training.queries.asked
    assert training.metrics.hits[0] == 0.375
    assert training.session.project().edits == DISABLED


def test_snapshot_without_the_edits_is_not_shown(training: SessionHarness) -> None:
    training.edits.set_disabled(3, True)
    answer(training, DISABLED, 100)
    training.thread.send(progress(150), snapshot(150, 0.875), checkpoint(150))
    assert training.metrics.hits[0] == 0.25
    answer(training, DISABLED, 150, 0.375)
    assert training.metrics.hits[0] == 0.375


def test_positions_are_shown_although_the_training_is_ahead(training: SessionHarness) -> None:
    training.edits.set_disabled(3, True)
    late = training.queries.asked["positions"]
    training.thread.send(snapshot(150, 0.875), checkpoint(150))
    late[-1](located(100, 0.25))
    assert training.metrics.hits[0] == 0.25


def test_reset_shows_the_snapshots_of_the_training_again(training: SessionHarness) -> None:
    disable_third(training)
    training.edits.reset_all()
    assert training.queries.asked["positions"][0] == Variant(FLOW)
    adopt(training, Edits(), 200, 0.75)
    assert training.metrics.hits[0] == 0.75
    assert not training.session.project().edits


def test_glimpse_stays_while_snapshots_arrive_and_is_never_part_of_the_project(training: SessionHarness) -> None:
    training.editor.glimpse.set(DISABLED)
    answer(training, DISABLED, 100)
    training.thread.send(snapshot(150, 0.875), checkpoint(150))
    answer(training, DISABLED, 150, 0.375)
    assert training.metrics.hits[0] == 0.375
    assert training.thread.variant == Variant(FLOW)
    assert not training.session.project().edits
    training.thread.send(snapshot(200, 0.5), checkpoint(200))
    training.editor.glimpse.set(None)
    assert training.metrics.hits[0] == 0.5


def test_glimpse_at_the_end_of_the_training(training: SessionHarness) -> None:
    training.editor.glimpse.set(DISABLED)
    training.thread.send(finished(200))
    answer(training, DISABLED, 200)
    assert training.metrics.hits[0] == 0.25
    assert not training.session.project().edits
    training.editor.glimpse.set(None)
    assert training.metrics.hits[0] == 0.9


def test_pause_shows_edits_and_the_training_goes_on_with_them(training: SessionHarness) -> None:
    training.session.toggle_pause()
    training.edits.set(BENT)
    answer(training, BENT, 100)
    assert training.session.project().edits == BENT
    training.session.toggle_pause()
    adopt(training, BENT, 150)
    assert "positions" not in training.queries.asked


def test_late_snapshot_of_a_paused_training_has_no_edits(training: SessionHarness) -> None:
    training.session.toggle_pause()
    training.edits.set(BENT)
    answer(training, BENT, 100)
    training.thread.send(snapshot(150, 0.875), checkpoint(150))  # it was on its way
    assert not training.session.project().edits
    assert training.metrics.hits[0] == 0.25
    answer(training, BENT, 150, 0.375)
    assert training.session.project().edits == BENT
    assert training.metrics.hits[0] == 0.375


def test_earlier_moment_is_shown_with_the_edits(training: SessionHarness) -> None:
    training.thread.send(snapshot(200), checkpoint(200))
    training.edits.set(BENT)
    training.view.update(moment=100)
    assert training.queries.asked["positions"][2].step == 100
    training.queries.answer("positions", located(100, 0.125))
    assert training.metrics.hits[0] == 0.125


def test_end_leaves_the_edits_as_if_they_had_been_made_afterwards(training: SessionHarness) -> None:
    disable_third(training)
    training.session.toggle_pause()
    training.session.toggle_pause()
    training.thread.send(finished(200))
    before = training.session.project()
    assert not before.edits
    assert before.score is not None
    assert training.metrics.hits[0] == 0.25, "the edited flow stays visible"
    answer(training, DISABLED, 200)
    assert training.session.project().edits == DISABLED
    assert training.session.undo.stack.undoText() == "Disable Layer 3"
    training.session.undo.undo()
    assert training.session.project().trace is before.trace
    assert training.session.project().score == before.score


def test_training_that_is_resumed_before_its_edits_are_computed_keeps_them_visible(training: SessionHarness) -> None:
    disable_third(training)
    training.thread.send(finished(160, "stopped"))
    training.session.toggle_pause()
    assert not training.thread.variant.edits
    training.thread.send(snapshot(161))
    assert training.edits.value == DISABLED
    assert training.editor.trained == Edits()
    assert training.status_bar.message == ONLY_SHOWN
    answer(training, DISABLED, 161)
    adopt(training, DISABLED, 180)
    assert training.session.project().edits == DISABLED


def test_failure_keeps_the_edits(training: SessionHarness) -> None:
    disable_third(training)
    fail(training)
    assert training.session.project().edits == training.edits.value == DISABLED
    assert not training.editor.problem


def test_layers_can_be_edited_from_the_first_snapshot_on(qapp: object) -> None:
    harness, problems = SessionHarness(), list[str]()
    harness.editor.changed.connect(lambda: problems.append(harness.editor.problem))
    assert harness.editor.problem.startswith("Train a flow first")
    harness.session.train()
    assert problems[-1] == harness.editor.problem == STARTS
    assert harness.editor.trained is None, "the previous flow is still shown"
    harness.thread.send(snapshot(0))
    assert problems[-1] == ""
    assert harness.editor.trained == Edits()
    harness.thread.send(finished(100))
    assert problems[-1] == ""
    assert harness.editor.trained is None


def test_training_from_here_includes_its_edits_whatever_is_shown(training: SessionHarness) -> None:
    training.thread.send(finished(200))
    training.edits.set(BENT)
    answer(training, BENT, 200)
    training.session.train_from_here()
    training.thread.send(snapshot(201))
    assert training.editor.trained == BENT
    assert training.status_bar.message == INCLUDED
    training.edits.reset_all()
    assert training.thread.variant == Variant(FLOW)
    assert training.editor.trained == BENT
    training.thread.adopt(Variant(FLOW))
    training.thread.send(snapshot(250), finished(300))
    assert training.session.project().edits == BENT, "they belong to the result"
    answer(training, Edits(), 300)
    assert not training.session.project().edits


def test_other_steps_of_the_integrator_drop_the_edits(qapp: object) -> None:
    harness = flow_matching()
    train(harness, 100)
    harness.edits.set_disabled(15, True)
    harness.session.undo.end_burst()
    harness.request.update_flow(integrator_steps=10)
    assert not harness.edits.value
    assert harness.thread.variant == Variant(harness.request.plan.flow)
    harness.session.undo.undo()
    assert harness.edits.value.disabled == {15}


def test_family_of_the_next_training_leaves_the_edits_of_the_present_one(qapp: object) -> None:
    harness = flow_matching()
    train(harness, 100)
    harness.edits.set_disabled(15, True)
    harness.request.set_family("maf")
    assert harness.edits.value.disabled == {15}


def test_new_training_drops_edits_with_a_notice_and_from_the_history(training: SessionHarness) -> None:
    session, stack = training.session, training.session.undo.stack
    training.thread.send(finished(200))
    training.request.set_family("maf")
    session.undo.end_burst()
    training.edits.set(BENT)
    session.undo.end_burst()
    training.request.show_text("Hi")
    session.undo.end_burst()
    training.view.update_view(color_by="angle")
    stack.undo()
    session.train()
    assert training.edits.value == BENT, "the previous flow is still shown"
    training.thread.send(snapshot(0, flow=training.thread.plan.flow))
    assert not training.edits.value
    assert training.status_bar.message == REPLACED
    texts = [stack.text(i) for i in range(stack.count())]
    assert (texts, stack.index()) == (["Flow: MAF", "Typing", "Color by Angle"], 2)
    stack.redo()
    assert training.view.seen.view.color_by == "angle"
    for _ in range(3):
        stack.undo()
    assert not training.edits.value
    assert training.request.plan.flow.family == FLOW.family


def test_return_to_the_previous_training_takes_its_edits_along_and_no_steps_of_others(training: SessionHarness) -> None:
    training.thread.send(finished(200))
    training.edits.set(BENT)
    answer(training, BENT, 200)
    training.session.train()
    training.thread.send(snapshot(0), finished(300))
    training.edits.set_disabled(5, True)
    training.session.return_to_previous()
    assert training.edits.value == BENT
    assert not training.session.undo.stack.count()
