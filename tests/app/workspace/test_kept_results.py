"""Trained flows without a checkpoint, such as those of the gallery: they keep their results, and are not resumed."""

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from flowviz.app.training.training_state import TrainingState
from flowviz.app.workspace.compared import comparison_of, complete, runs_of
from flowviz.app.workspace.joining import joining
from flowviz.app.workspace.pane_title import pane_title
from flowviz.app.workspace.table import FiguresTable
from flowviz.projects import (
    Comparison,
    Project,
    comparison_from_bytes,
    comparison_to_bytes,
    load_comparison,
    load_project,
)
from flowviz.projects.variant import Variant
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.specs.edits import Edits, LayerEdit
from flowviz.training import Retarget, train_in_turns
from tests.app.conftest import Window
from tests.app.editing.reports import sparse_example
from tests.app.training.fakes import snapshot
from tests.app.workspace.fakes import ComparisonHarness
from tests.app.workspace.panes import Panes

pytestmark = pytest.mark.shared_window

BYE = TextSpec(text="Bye")
STEPS = 60_000  # of the examples
EDITS = Edits(layers={6: LayerEdit(disabled=True)})


@pytest.fixture(scope="module")
def moons() -> Project:
    return sparse_example("two_moons")


@pytest.fixture
def harness(qtbot: QtBot, moons: Project) -> ComparisonHarness:
    """An example of the gallery, and an untrained flow beside it."""
    untrained = Project.untrained(moons.target, FlowSpec(layers=2), moons.training)
    return ComparisonHarness(Comparison({"moons": moons, "new": untrained}))


@pytest.fixture
def panes(window: Window, qtbot: QtBot) -> Panes:
    return Panes(window, qtbot)


def test_it_is_finished_and_shows_its_test_gap(harness: ComparisonHarness, moons: Project) -> None:
    run = harness.run("moons")
    assert moons.gap == pytest.approx(0.0455, abs=1e-4)
    assert (run.gap, run.is_validated, run.has_ended, run.words()) == (moons.gap, False, True, "done")
    assert pane_title(run, "light").texts[0] == "moons · test gap 0.045 · done"
    assert harness.run("new").words() == "waiting"
    assert harness.controls.sentence.startswith("Done. Not trained yet: new. Train starts")


def test_the_table_has_its_figures(harness: ComparisonHarness, qtbot: QtBot) -> None:
    table = FiguresTable(harness.compared)
    qtbot.addWidget(table)
    model = table.model()
    assert model is not None
    row = [model.index(0, column).data() for column in range(model.columnCount())]
    assert row[:3] == ["moons", "0.045", "1.100"]
    assert row[4] != "–", "the share on the target"


def test_the_best_of_several_is_named(qtbot: QtBot, moons: Project) -> None:
    spirals = sparse_example("two_spirals").with_budget(moons.training)
    harness = ComparisonHarness(Comparison({"moons": moons, "spirals": spirals}))
    assert harness.controls.sentence == "Done: spirals has the smallest test gap, 0.014 nats."
    harness.controller.begin()
    assert (harness.threads, harness.state) == ([], TrainingState.IDLE), "nothing starts over"
    assert [trial.figures["gap"] for trial in comparison_of(harness.compared.value).trials] == [moons.gap, spirals.gap]


def test_only_the_other_flows_begin_to_train(harness: ComparisonHarness) -> None:
    harness.controller.begin()
    assert harness.thread.comparison.names == (harness.run("new").key,)


def test_it_keeps_its_result_within_the_budget(moons: Project) -> None:
    for budget in (TrainingSpec(steps=STEPS), TrainingSpec(seconds=20)):
        assert joining(moons, moons.target, budget).weights is moons.weights
    for target, budget in ((moons.target, TrainingSpec(steps=STEPS - 1)), (BYE, TrainingSpec(steps=STEPS))):
        assert not joining(moons, target, budget).weights.parameters


def test_edits_make_its_test_gap_unknown_until_they_are_removed(harness: ComparisonHarness, moons: Project) -> None:
    run = harness.run("moons")
    assert run.having_variant(Variant(moons.flow, EDITS)).gap is None
    edited = run.having_project(replace(moons, edits=EDITS, score=None))
    assert (edited.gap, edited.words()) == (None, "done, 1 layer edited")
    assert edited.can_go_on, "from what is shown"
    assert edited.having_project(moons).gap == moons.gap


def test_its_test_gap_is_not_that_of_a_flow_that_was_edited_and_saved(
    harness: ComparisonHarness, moons: Project
) -> None:
    shown, opened = harness.run("moons"), runs_of(comparison_of(harness.compared.value))[0]
    assert (opened.gap, opened.words()) == (moons.gap, "done")
    for edited in (opened.having_variant(Variant(moons.flow, EDITS)), shown.having_variant(Variant(moons.flow, EDITS))):
        harness.compared.update(edited)
        saved = comparison_from_bytes(comparison_to_bytes(complete(harness.compared.value)))
        again = runs_of(saved)[0]
        assert (again.gap, again.words(), again.can_go_on) == (None, "done, 1 layer edited", True)


def test_an_edit_that_is_not_computed_yet_does_not_start_it_over(harness: ComparisonHarness, moons: Project) -> None:
    harness.compared.update(harness.run("moons").having_variant(Variant(moons.flow, EDITS)))
    asked = harness.compared.by_key([harness.run("moons").key])
    assert list(train_in_turns(asked)) == []


def test_the_results_of_a_lesson_are_kept(qtbot: QtBot) -> None:
    runs = runs_of(load_comparison(Path("resources/lessons/two_ways.flowviz")))
    assert all(run.project.checkpoint is None for run in runs)
    assert all(run.result is not None and run.result.test_nlls is not None for run in runs)


def test_a_result_of_edits_ends_with_them(harness: ComparisonHarness) -> None:
    """A flow of a lesson, which was trained with disabled layers, kept its gap after they had been enabled."""
    lesson = load_project(Path("resources/lessons/hi_without_permutations.flowviz"))
    compared = ComparisonHarness(Comparison({"a": lesson})).compared.value
    saved = comparison_from_bytes(comparison_to_bytes(comparison_of(compared)))
    (run,) = runs_of(saved)
    assert (run.gap, run.project.trained_edits) == (lesson.gap, lesson.edits)
    reset = run.moved(Variant(lesson.flow), lesson.present_moment(None))
    (opened,) = runs_of(comparison_from_bytes(comparison_to_bytes(saved.with_project("a", reset.project))))
    assert [(each.gap, each.can_go_on) for each in (reset, opened)] == [(None, True)] * 2
    back = reset.moved(Variant.of(lesson), lesson.present_moment(None))
    assert (back.gap, back.can_go_on) == (lesson.gap, False)


def test_it_returns_with_its_weights_after_it_was_removed(harness: ComparisonHarness, moons: Project) -> None:
    harness.controller.remove("moons")
    harness.undo.undo()
    assert harness.run("moons").project.weights is moons.weights
    assert harness.run("moons").gap == moons.gap


def test_it_learns_another_target_from_the_start(harness: ComparisonHarness, moons: Project) -> None:
    harness.compared.select("moons")
    harness.request.show_target(BYE)
    run = harness.run("moons")
    assert (run.project.target, run.target, run.gap) == (moons.target, BYE, moons.gap)
    harness.controller.train()
    assert harness.thread.project("moons").target == BYE
    assert not harness.thread.project("moons").weights.parameters


def test_it_joins_a_training_that_switches_to_another_target(qtbot: QtBot, moons: Project) -> None:
    harness = ComparisonHarness(Comparison({"a": moons, "b": moons}))
    harness.request.change(follows=True)
    harness.request.show_target(BYE)
    harness.controller.resume()
    assert any(isinstance(change, Retarget) for change in harness.thread.changes)
    harness.thread.take(harness.run("a").key, snapshot(0), target=BYE)
    run = harness.run("a")
    assert (run.project.target, run.asked, run.built and run.built.spec) == (BYE, None, BYE)


def test_adding_a_flow_beside_it_and_going_back_changes_nothing(panes: Panes, moons: Project) -> None:
    panes.session.show_project(moons)
    panes.main.document_actions.document.discard_changes()
    panes.trigger("addbeside")
    panes.qtbot.waitUntil(lambda: panes.comparisons.is_shown)
    first, _ = panes.compared.value.runs
    assert (first.words(), first.gap) == ("done", moons.gap)
    panes.comparisons.leave()
    assert not panes.main.document_actions.document.is_changed
