"""Flows that start over, and the way back to what they have learned before."""

from dataclasses import replace

import pytest
from PyQt6.QtGui import QAction
from pytestqt.qtbot import QtBot

from flowviz.app.notices.notice import Notice
from flowviz.app.training.training_state import TrainingState
from flowviz.app.workspace.entrants import EntrantRun
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.specs.edits import Edits, LayerEdit
from flowviz.training import Remove
from tests.app.conftest import Window
from tests.app.training.fakes import finished
from tests.app.workspace.fakes import TARGET, ComparisonHarness, untrained
from tests.app.workspace.panes import Panes

IDLE, RUNNING, PAUSED = TrainingState.IDLE, TrainingState.TRAINING, TrainingState.PAUSED
BYE = TextSpec(text="Bye")
DISABLED = Edits(layers={2: LayerEdit(disabled=True)})


@pytest.fixture
def harness(qtbot: QtBot) -> ComparisonHarness:
    harness = ComparisonHarness()
    harness.train()
    harness.finish()
    return harness


def learned(run: EntrantRun) -> tuple[object, ...]:
    """Return what identifies the training of an entrant, with its losses, its moments and its result."""
    project = run.project
    return project.weights, project.checkpoint, project.history, project.timeline, run.status, run.trial, run.gap


def start_over(harness: ComparisonHarness, *steps: int) -> None:
    """Start all flows over, and train them up to some steps."""
    harness.controller.train_all()
    for step in steps:
        for name in harness.names:
            harness.advance(name, step)


def start_over_one_by_one(harness: ComparisonHarness, step: int) -> None:
    """Select each flow, start it over beside those before it, and train it up to a step."""
    for name in harness.names:
        harness.compared.select(name)
        harness.controller.train()
        harness.thread.take_changes()
        harness.advance(name, step)


def returning(harness: ComparisonHarness) -> int:
    """Return the number of flows that can return to a previous training."""
    return harness.controls.shown[-1].returning


def test_all_flows_return_to_their_previous_trainings_and_the_present_ones_are_kept(
    harness: ComparisonHarness,
) -> None:
    before = [learned(run) for run in harness.compared.value.runs]
    assert returning(harness) == 0
    start_over(harness, 100, 200)
    assert returning(harness) == 2
    present = [run.project.checkpoint for run in harness.compared.value.runs]
    harness.controller.return_to_previous()
    assert harness.thread.calls == ["start", "abandon"]
    assert [learned(run) for run in harness.compared.value.runs] == before
    assert (harness.state, harness.compared.value.training) == (IDLE, frozenset())
    assert returning(harness) == 2
    harness.controller.return_to_previous()
    assert [run.project.checkpoint for run in harness.compared.value.runs] == present
    assert [run.status for run in harness.compared.value.runs] == ["stopped", "stopped"]
    assert harness.controls.can_resume
    assert len(harness.threads) == 2, "neither of them trains by itself"


def test_the_way_back_is_open_from_the_start_even_if_that_fails(harness: ComparisonHarness) -> None:
    before = [learned(run) for run in harness.compared.value.runs]
    harness.controller.train()
    assert returning(harness) == 2
    harness.thread.failed.emit(harness.thread.number, Notice("comparison", "Out of memory."))
    harness.controller.return_to_previous()
    assert [learned(run) for run in harness.compared.value.runs] == before


def test_a_flow_that_starts_over_with_another_setting_returns_by_itself(harness: ComparisonHarness) -> None:
    """The flows that had once started over with it used to return to even earlier trainings."""
    start_over(harness, 100)
    harness.controller.train_all()
    present, run = harness.run("b").requested, harness.run("a")
    harness.controller.change_entrant(run, replace(run.project.asked, flow=FlowSpec(layers=4)))
    assert returning(harness) == 1
    harness.controller.return_to_previous()
    assert harness.run("a").project.history.step[-1] == 100
    assert harness.run("b").requested == present
    assert not len(harness.run("b").project.history.step)


def test_flows_that_have_hardly_begun_do_not_replace_their_previous_trainings(harness: ComparisonHarness) -> None:
    before = [learned(run) for run in harness.compared.value.runs]
    start_over(harness)
    start_over(harness)
    harness.controller.return_to_previous()
    assert [learned(run) for run in harness.compared.value.runs] == before


def test_a_flow_that_is_removed_right_after_it_has_started_over_returns_with_its_previous_training(
    harness: ComparisonHarness,
) -> None:
    before = learned(harness.run("b"))
    start_over(harness)
    harness.controller.remove("b")
    harness.undo.undo()
    harness.compared.select("b")
    harness.controller.return_to_previous()
    assert learned(harness.run("b")) == before


def test_a_flow_without_a_previous_training_keeps_what_it_learns(harness: ComparisonHarness) -> None:
    harness.controller.add("c", untrained("c")["c"])
    start_over(harness, 100)
    assert returning(harness) == 2
    harness.controller.return_to_previous()
    assert [run.status for run in harness.compared.value.runs] == ["completed", "completed", "stopped"]
    assert harness.state == IDLE


def test_another_comparison_has_no_previous_trainings(harness: ComparisonHarness) -> None:
    start_over(harness, 100)
    harness.controller.show(untrained("a", "b"))
    assert returning(harness) == 0


def test_a_flow_returns_under_its_present_name_with_its_present_budget_and_target(harness: ComparisonHarness) -> None:
    gap, requested = harness.run("b").gap, harness.run("b").requested
    start_over(harness, 100)
    harness.controller.rename("b", "other")
    harness.controller.set_budget(TrainingSpec(steps=5000))
    harness.request.show_target(BYE)
    harness.controller.return_to_previous()
    run = harness.run("other")
    assert (run.gap, run.project.training.steps, run.project.target, run.target) == (gap, 5000, TARGET, BYE)
    assert run.asked is not None
    assert harness.edits == ["Rename", "Train For", "Typing"], "the way back is no edit"
    for _ in range(3):
        harness.undo.undo()
    assert harness.run("b").requested == requested
    assert harness.run("b").gap == gap


def edit(harness: ComparisonHarness, name: str) -> None:
    """Disable a layer of a flow whose particles have been computed since."""
    run = harness.run(name)
    harness.compared.update(run.having_project(replace(run.project, edits=DISABLED)))


def test_edits_return_with_their_flows_and_undo_loses_neither_training(harness: ComparisonHarness) -> None:
    edit(harness, "a")
    before = learned(harness.run("a"))
    start_over(harness, 100)
    assert not harness.run("a").requested.edits
    present = harness.run("a").project.checkpoint
    harness.controller.return_to_previous()
    assert learned(harness.run("a")) == before
    assert harness.run("a").requested.edits == DISABLED
    while harness.undo.stack.canUndo():
        harness.undo.undo()
        assert harness.run("a").project.checkpoint in (before[1], present)
    assert not harness.run("a").requested.edits
    harness.controller.return_to_previous()
    assert harness.run("a").project.checkpoint is present


def test_the_training_that_undo_replaces_stays_the_previous_one(harness: ComparisonHarness) -> None:
    edit(harness, "a")
    before = learned(harness.run("a"))
    start_over(harness, 100)
    present = harness.run("a").project.checkpoint
    harness.undo.undo()
    assert learned(harness.run("a"))[:4] == before[:4]
    harness.controller.return_to_previous()
    assert harness.run("a").project.checkpoint is present


def test_a_training_does_not_go_on_in_place_of_one_that_undo_has_brought_back(harness: ComparisonHarness) -> None:
    edit(harness, "a")
    before = harness.run("a").project.checkpoint
    start_over(harness, 100)
    present = harness.thread
    harness.undo.undo()
    assert harness.run("a").project.checkpoint is before
    assert "abandon" in present.calls
    assert harness.thread.project("a").checkpoint is before


def test_a_flow_that_was_changed_returns_as_it_was(harness: ComparisonHarness) -> None:
    before = learned(harness.run("a"))
    harness.request.update_flow(layers=3)
    harness.controller.editing.apply()
    harness.controller.train()
    for name in harness.names:
        harness.advance(name, 100)
    harness.controller.return_to_previous()
    assert learned(harness.run("a")) == before
    assert harness.request.plan.flow == harness.run("a").project.flow == FlowSpec()
    harness.undo.undo()
    assert harness.run("a").project.flow.layers == 3


@pytest.fixture
def beside(harness: ComparisonHarness) -> ComparisonHarness:
    """Two trained flows, each of which starts by itself."""
    harness.compared.change(trains_all=False)
    return harness


def test_only_the_flow_that_started_over_returns_and_the_other_one_goes_on(beside: ComparisonHarness) -> None:
    before = learned(beside.run("b"))
    start_over_one_by_one(beside, 100)
    assert returning(beside) == 1
    beside.controller.return_to_previous()
    assert learned(beside.run("b")) == before
    assert beside.thread.changes[-1] == Remove(beside.run("b").key)
    assert beside.state == RUNNING
    assert beside.compared.value.training == {beside.run("a").key}
    beside.thread.take_changes()
    beside.advance("a", 200)
    last = beside.run("a").project.checkpoint
    assert last is not None
    assert last.step == 200
    assert len(beside.threads) == 2


def test_all_flows_that_started_over_together_return_together(beside: ComparisonHarness) -> None:
    before = [learned(run) for run in beside.compared.value.runs]
    start_over(beside, 100)
    assert returning(beside) == 2
    beside.controller.return_to_previous()
    assert [learned(run) for run in beside.compared.value.runs] == before
    assert beside.state == IDLE


def test_a_flow_that_started_over_earlier_returns_when_it_is_selected(beside: ComparisonHarness) -> None:
    before = learned(beside.run("a"))
    start_over_one_by_one(beside, 100)
    beside.compared.select("a")
    beside.controller.return_to_previous()
    assert learned(beside.run("a")) == before
    assert beside.run("b").status == "training"


@pytest.fixture
def panes(window: Window, qtbot: QtBot) -> Panes:
    return Panes(window, qtbot)


@pytest.mark.shared_window
def test_the_menu_names_the_trainings_and_the_picture_shows_what_returns(panes: Panes) -> None:
    panes.show_trained()
    back = panes.window.find(QAction, "returntotheprevioustrainingAction")
    assert not back.isEnabled()
    weights = panes.run("a").project.weights
    panes.controller.train_all()
    panes.report("0", 100)
    assert (back.text(), back.isEnabled()) == ("&Return to the Previous Trainings", True)
    back.trigger()
    assert panes.run("a").project.weights is weights
    assert panes.main.viewer.scenes.scene.trace is panes.run("a").project.trace
    assert not panes.comparisons.document.is_changed
    panes.comparisons.leave()
    assert (back.text(), back.isEnabled()) == ("&Return to the Previous Training", False)


@pytest.mark.shared_window
def test_what_was_replaced_beside_another_flow_returns_in_the_window(panes: Panes) -> None:
    panes.train_window(100)
    panes.thread.take("0", finished(1000))
    panes.trigger("addbeside")
    panes.compared.select_pane(1)
    before = panes.compared.value.runs[0].project.checkpoint
    panes.controller.train()
    panes.report("0", 100)
    panes.comparisons.leave()
    assert panes.session.project().checkpoint is not before
    panes.session.return_to_previous()
    assert panes.session.project().checkpoint is before


@pytest.mark.shared_window
def test_the_way_back_of_the_window_stays_open_after_another_flow_was_trained_beside(panes: Panes) -> None:
    panes.train_window(100)
    panes.thread.take("0", finished(1000))
    before = panes.session.project().history
    panes.train_window(100)
    panes.trigger("addbeside")
    panes.report("0", 200)
    panes.comparisons.leave()
    panes.session.return_to_previous()
    assert panes.session.project().history == before
