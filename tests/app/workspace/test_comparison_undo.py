"""Edits of a comparison can be undone, without losing what the entrants have learned."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QCheckBox
from pytestqt.qtbot import QtBot

from flowviz import load
from flowviz.app.training.training_state import TrainingState
from flowviz.app.workspace.compared import comparison_of
from flowviz.projects import Plan
from flowviz.projects.variant import Variant
from flowviz.records import Selection
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.specs.edits import Edits, LayerEdit
from flowviz.training import Retarget, Vary
from tests.app.conftest import Window
from tests.app.document.recordings import walk
from tests.app.training.fakes import SynchronousWorker, snapshot
from tests.app.workspace.fakes import TARGET, ComparisonHarness, untrained

BYE = TextSpec(text="Bye")
DISABLED = Edits(layers={2: LayerEdit(disabled=True)})


@pytest.fixture
def harness(qtbot: QtBot) -> ComparisonHarness:
    return ComparisonHarness(untrained("a", "b", "c"))


def test_a_removed_entrant_returns_to_its_place_with_its_training(harness: ComparisonHarness) -> None:
    harness.train()
    harness.finish()
    before = harness.run("b")
    harness.controller.remove("b")
    harness.undo.undo()
    assert harness.names == ("a", "b", "c")
    assert harness.run("b").project.checkpoint is before.project.checkpoint
    assert harness.run("b").gap == before.gap
    harness.undo.redo()
    assert set(harness.names) == {"a", "c"}


def test_a_selected_entrant_that_was_removed_returns_with_its_training(harness: ComparisonHarness) -> None:
    harness.controller.change_entrant(harness.run("b"), replace(_plan(harness), flow=FlowSpec(layers=3)))
    harness.train()
    harness.finish()
    harness.undo.clear()
    harness.compared.select("b")
    harness.controller.remove("b")
    harness.undo.undo()
    assert harness.run("b").gap is not None


def test_an_entrant_that_was_removed_during_a_training_continues_with_the_others(harness: ComparisonHarness) -> None:
    harness.train()
    harness.controller.remove("b")
    harness.undo.undo()
    assert len(harness.threads) == 2
    checkpoints = [project.checkpoint for project in harness.thread.comparison.projects.values()]
    assert [checkpoint and checkpoint.step for checkpoint in checkpoints] == [100, 100, 100]


def test_an_added_entrant_leaves_and_returns_with_its_training(harness: ComparisonHarness) -> None:
    harness.controller.add("d", harness.run("a").project)
    harness.train()
    harness.finish()
    harness.undo.undo()
    assert harness.names == ("a", "b", "c")
    harness.undo.redo()
    assert harness.run("d").gap is not None
    assert harness.edits == ["Add 'd'"]


def test_an_edited_entrant_returns_with_its_training(harness: ComparisonHarness) -> None:
    harness.train()
    harness.finish()
    harness.request.update_flow(layers=3)
    harness.controller.editing.apply()
    assert not harness.run("a").is_begun
    assert harness.edits == ["Layers"]
    harness.undo.undo()
    assert harness.run("a").gap is not None
    assert harness.request.plan.flow == harness.run("a").project.flow


def test_quick_edits_of_two_trained_entrants_are_undone_one_by_one(harness: ComparisonHarness) -> None:
    harness.train()
    harness.finish()
    for name in ("a", "b"):
        harness.compared.select(name)
        harness.request.update_flow(layers=3)
        harness.controller.editing.apply()
    assert harness.edits == ["Layers", "Layers"]
    for name in ("b", "a"):
        harness.undo.undo()
        assert harness.run(name).gap is not None


def test_an_edit_that_is_not_applied_yet_is_undone(harness: ComparisonHarness) -> None:
    before = harness.request.plan.flow
    harness.request.update_flow(layers=3)
    harness.undo.undo()
    assert harness.request.plan.flow == harness.run("a").project.flow == before


def test_another_target_is_undone_and_the_flows_learn_the_earlier_one(harness: ComparisonHarness) -> None:
    harness.train()
    harness.request.show_target(BYE)
    assert harness.edits == ["Typing"]
    harness.undo.undo()
    assert harness.request.plan.target == TARGET
    assert all(run.target == TARGET and run.is_begun for run in harness.compared.value.runs)
    last = harness.thread.changes[-1]
    assert isinstance(last, Retarget)
    assert last.spec == TARGET


def disable(harness: ComparisonHarness, name: str) -> Variant:
    """Disable a layer of a flow that is not selected, and return the variant that was shown before."""
    run = harness.run(name)
    harness.compared.update(run.having_variant(Variant(run.project.flow, DISABLED)))
    return Variant(run.project.flow)


@pytest.mark.parametrize("trains_all", [True, False])
def test_undoing_edits_of_another_flow_moves_its_particles_and_lets_its_training_go_on(
    harness: ComparisonHarness, *, trains_all: bool
) -> None:
    harness.train()
    harness.compared.change(trains_all=trains_all)
    before = disable(harness, "b")
    for undo, variant in ((harness.undo.undo, before), (harness.undo.redo, replace(before, edits=DISABLED))):
        undo()
        assert harness.thread.changes[-1] == Vary(variant, harness.run("b").key)
        assert harness.run("b").requested_variant == variant
    assert len(harness.threads) == 1


def test_a_training_moves_particles_by_edits_that_were_made_just_before_another_flow_was_selected(
    harness: ComparisonHarness,
) -> None:
    harness.train()
    disable(harness, "a")
    assert not any(isinstance(each, Vary) and each.variant.edits for each in harness.thread.changes)
    harness.compared.select("b")
    assert Vary(harness.run("a").requested_variant, harness.run("a").key) in harness.thread.changes


def test_a_training_moves_particles_by_edits_of_a_flow_that_was_selected_only_for_a_moment(
    harness: ComparisonHarness,
) -> None:
    harness.train()
    disable(harness, "b")
    harness.compared.select("b")
    key = harness.run("b").key
    requested = Vary(harness.run("b").requested_variant, key)
    harness.thread.take(key, snapshot(200), edits=DISABLED)  # which was on its way
    harness.thread.take_changes()  # and that of the panels, which compute the edits first
    harness.compared.select("a")
    assert harness.thread.changes == [requested]


def test_a_training_that_starts_again_moves_particles_by_edits_that_are_not_computed_yet(
    harness: ComparisonHarness,
) -> None:
    harness.train()
    disable(harness, "b")
    harness.controller.set_budget(TrainingSpec(steps=2000))
    assert len(harness.threads) == 2
    assert Vary(harness.run("b").requested_variant, harness.run("b").key) in harness.thread.changes


def test_undoing_another_name_lets_the_training_go_on(harness: ComparisonHarness) -> None:
    harness.train()
    harness.compared.change(trains_all=False)
    harness.controller.rename("b", "d")
    harness.undo.undo()
    assert harness.names == ("a", "b", "c")
    assert len(harness.threads) == 1


class HeldWorker(SynchronousWorker):
    """Worker that computes in the thread that asks, but can be held."""

    def __init__(self) -> None:
        super().__init__()
        self.is_held, self._held = False, list[Callable[[], object]]()

    def ask(self, topic: str, compute: Callable[[], Any], on_result: Callable[[Any], object]) -> None:
        if self.is_held:
            self._held.append(lambda: on_result(compute()))
        else:
            super().ask(topic, compute, on_result)

    def release(self) -> None:
        """Compute what was asked for."""
        for compute in self._held:
            compute()


def test_a_forgotten_target_is_restored_as_soon_as_it_has_been_built(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowviz.app.workspace.targets.REMEMBERED", 1)
    worker = HeldWorker()
    harness = ComparisonHarness(untrained("a", "b"), restoring=worker)
    harness.train()
    harness.request.show_target(BYE)
    for name in ("a", "b"):
        harness.thread.switch(name, BYE, 100)
    worker.is_held = True
    harness.undo.undo()
    assert harness.request.plan.target == TARGET
    assert all(run.target == TARGET and run.is_begun for run in harness.compared.value.runs)
    assert harness.thread.followed == BYE
    worker.release()
    assert harness.thread.followed == TARGET
    assert all(run.asked is not None and run.asked.spec == TARGET for run in harness.compared.value.runs)
    assert (harness.edits, len(harness.threads)) == ([], 1), "the arrival is no edit"
    harness.undo.redo()
    worker.release()
    assert harness.thread.followed == BYE


def test_a_restored_target_that_was_replaced_meanwhile_is_not_learned(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowviz.app.workspace.targets.REMEMBERED", 1)
    worker = HeldWorker()
    harness = ComparisonHarness(restoring=worker)
    harness.train()
    harness.request.show_target(BYE)
    worker.is_held = True
    harness.undo.undo()
    harness.request.show_target(TextSpec(text="Yo"))
    worker.release()
    assert harness.thread.followed == TextSpec(text="Yo")
    assert {run.target.title for run in harness.compared.value.runs} == {"Yo"}


def test_an_entrant_that_returns_with_a_forgotten_target_learns_it_when_it_starts_over(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowviz.app.workspace.targets.REMEMBERED", 1)
    worker = HeldWorker()
    harness = ComparisonHarness(untrained("a", "b"), restoring=worker)
    harness.train()
    harness.finish()
    harness.request.show_target(BYE)
    harness.controller.train()
    for name in harness.names:
        harness.advance(name, 100)
    worker.is_held = True
    harness.undo.undo()
    harness.controller.train()
    assert {project.target for project in harness.thread.comparison.projects.values()} == {TARGET}
    worker.release()
    assert all(run.built and run.built.spec == TARGET for run in harness.compared.value.runs)


def test_a_text_that_was_cleared_returns(harness: ComparisonHarness) -> None:
    harness.request.show_text("")
    assert harness.edits == ["Typing"]
    harness.undo.undo()
    assert harness.request.value.pages.text.text == TARGET.text


def test_typing_is_one_edit(harness: ComparisonHarness) -> None:
    for text in ("", "B", "By", "Bye"):
        harness.request.show_text(text)
    assert harness.edits == ["Typing"]
    harness.undo.undo()
    assert harness.request.plan.target == TARGET


def test_a_budget_and_a_name_are_undone_and_the_training_is_kept(harness: ComparisonHarness) -> None:
    harness.train()
    harness.finish()
    harness.controller.set_budget(TrainingSpec(steps=5000))
    harness.controller.rename("b", "other")
    assert harness.edits == ["Train For", "Rename"]
    harness.undo.undo()
    harness.undo.undo()
    assert harness.names == ("a", "b", "c")
    assert {run.project.training.steps for run in harness.compared.value.runs} == {1000}
    assert all(run.gap is not None for run in harness.compared.value.runs)


def test_different_targets_return_with_their_trainings(qtbot: QtBot) -> None:
    other = untrained("b", target=BYE)["b"]
    harness = ComparisonHarness(untrained("a").with_project("b", other))
    harness.train()
    harness.finish()
    harness.request.show_target(TextSpec(text="Yo"))
    assert not harness.run("a").is_begun
    harness.undo.undo()
    assert harness.run("a").target == TARGET
    assert harness.run("a").gap is not None


def test_the_view_of_the_clouds_is_undone(harness: ComparisonHarness) -> None:
    some = Selection(np.arange(10) < 3)
    harness.view.show_flow(last_stage=4, particles=10)
    harness.view.set_mark("density", True)
    harness.view.zoom_to((0.0, 0.0), 1.0)
    harness.view.set_selection(some)
    harness.view.set_stage(2)
    assert harness.edits == ["Show Density", "Zoom or Pan", "Selection"]
    harness.undo.undo()
    assert harness.view.value.selection is None
    harness.undo.undo()
    assert harness.view.seen.fitted
    harness.undo.undo()
    assert "density" not in harness.view.seen.view.marks
    assert harness.view.value.stage == 2


def test_training_is_no_edit(harness: ComparisonHarness) -> None:
    harness.train()
    harness.finish()
    assert harness.edits == []


def test_nothing_is_undone_while_the_trainings_end(harness: ComparisonHarness) -> None:
    harness.controller.remove("c")
    harness.train()
    harness.controller.stop()
    harness.undo.undo()
    assert harness.names == ("a", "b")
    assert harness.state == TrainingState.STOPPING


def test_colors_belong_to_the_entrants(harness: ComparisonHarness) -> None:
    styles = {name: harness.run(name).style for name in harness.names}
    harness.controller.remove("a")
    assert {name: harness.run(name).style for name in harness.names} == {"b": styles["b"], "c": styles["c"]}
    reopened = ComparisonHarness(comparison_of(harness.compared.value))
    assert reopened.run("c").style == styles["c"]
    harness.controller.add("d", harness.run("b").project)
    assert harness.run("d").style == styles["a"]
    harness.controller.change_entrant(
        harness.run("c"), replace(_plan(harness), training=TrainingSpec(steps=1000, batch=64))
    )
    assert harness.run("c").style == styles["c"]


def _plan(harness: ComparisonHarness) -> Plan:
    project = harness.run("c").project
    return Plan(project.target, project.flow, project.training)


def test_the_edit_menu_serves_the_comparison_while_it_is_shown(window: Window) -> None:
    undo = window.find(QAction, "undoAction")
    window.main.request.set_family("spline")
    window.main.comparisons.show(untrained("a", "b"))
    assert not undo.isEnabled()
    workbench = window.main.comparisons.workbench
    assert workbench is not None
    workbench.controller.remove("b")
    assert undo.text() == "&Undo Remove 'b'"
    undo.trigger()
    assert workbench.compared.value.names == ("a", "b")
    window.main.comparisons.leave()
    assert undo.text() == "&Undo Flow: Spline"


def test_the_limits_by_counting_are_undone_and_redone(window: Window) -> None:
    comparisons = window.main.comparisons
    comparisons.show(untrained("a", "b"))
    assert comparisons.workbench is not None
    box = window.find(QCheckBox, "limitByCounting")
    box.click()
    undo, redo = window.find(QAction, "undoAction"), window.find(QAction, "redoAction")
    assert undo.text() == "&Undo Show Limit by Counting"
    undo.trigger()
    assert not box.isChecked()
    assert comparisons.compared.value.limits is None
    redo.trigger()
    assert box.isChecked()
    comparisons.document.discard_changes()


def test_known_limits_stay_known_when_another_edit_is_undone(harness: ComparisonHarness) -> None:
    harness.controller.set_limits(True)
    known = harness.compared.value.limits
    assert known
    harness.controller.rename("b", "other")
    harness.undo.undo()
    assert harness.compared.value.limits == known


def test_undo_restores_only_what_the_edit_has_changed(window: Window) -> None:
    comparisons, view = window.main.comparisons, window.main.view
    comparisons.show(untrained("a", "b"))
    assert comparisons.workbench is not None
    comparisons.workbench.controller.remove("b")
    comparisons.leave()
    view.update_view(color_by="angle")
    comparisons.enter()
    undo = window.find(QAction, "undoAction")
    undo.trigger()
    assert comparisons.compared.value.names == ("a", "b")
    assert view.seen.view.color_by == "angle", "it was chosen on the other page"
    view.update_view(color_by="radius")
    comparisons.leave()
    assert undo.text() == "&Undo Color by Angle", "the other page has recorded the other color"
    comparisons.document.discard_changes()


def test_undoing_a_color_changes_nothing_about_a_paused_training(harness: ComparisonHarness) -> None:
    harness.train()
    harness.controller.toggle_pause()
    harness.view.update_view(color_by="radius")
    runs = harness.compared.value.runs
    harness.undo.undo()
    assert harness.view.seen.view.color_by == "quadrant"
    assert harness.compared.value.state == TrainingState.PAUSED
    assert [run.status for run in harness.compared.value.runs] == [run.status for run in runs]
    assert harness.compared.value.runs == runs, "they are the very same"


def test_undoing_a_name_leaves_a_training_as_it_is(harness: ComparisonHarness) -> None:
    harness.train()
    before = [run.status for run in harness.compared.value.runs]
    harness.controller.rename("a", "d")
    harness.undo.undo()
    assert harness.names == ("a", "b", "c")
    assert [run.status for run in harness.compared.value.runs] == before
    assert harness.compared.value.state == TrainingState.TRAINING


def test_a_recorded_flow_that_was_removed_returns_with_its_particles(qtbot: QtBot, tmp_path: Path) -> None:
    np.savez(tmp_path / "walk.npz", positions=walk())
    comparison = untrained("a", "b")
    recorded = load(tmp_path / "walk.npz").with_budget(comparison["a"].training)
    harness = ComparisonHarness(comparison.with_project("walk", recorded))
    harness.controller.remove("walk")
    harness.undo.undo()
    assert (harness.run("walk").status, harness.run("walk").project.trace) == ("recorded", recorded.trace)
