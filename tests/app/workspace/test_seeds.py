"""The table shows means and standard deviations over entrants that differ only in their seeds."""

from dataclasses import replace

import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from flowviz.app.workspace.seeds import DEVIATION, summary_rows
from flowviz.app.workspace.table import FiguresTable
from flowviz.projects import Comparison
from flowviz.projects.variant import Variant
from flowviz.specs import COMPARISON_PRESETS, TrainingSpec
from flowviz.specs.edits import Edits, LayerEdit
from tests.app.training.fakes import finished, progress
from tests.app.workspace.fakes import TARGET, ComparisonHarness


def three_seeds() -> ComparisonHarness:
    return ComparisonHarness(Comparison.untrained(COMPARISON_PRESETS["seeds"].spec(TARGET, TrainingSpec(steps=1000))))


def names(table: FiguresTable) -> list[str]:
    model = table.model()
    assert model is not None
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_the_mean_and_the_deviation_of_three_seeds_are_below_them(qtbot: QtBot) -> None:
    harness = three_seeds()
    table = FiguresTable(harness.compared)
    qtbot.addWidget(table)
    harness.train()
    for name, nll in (("seed 0", 1.5), ("seed 1", 1.6), ("seed 2", 1.7)):
        harness.thread.send(name, progress(800, nll=nll))
    model = table.model()
    assert model is not None
    assert names(table) == ["seed 0", "seed 1", "seed 2", "mean of 3 seeds", DEVIATION]
    qtbot.waitUntil(lambda: model.index(4, 1).data() != "–")
    gaps = [float(model.index(row, 1).data().removesuffix(" (val.)")) for row in range(5)]
    assert gaps[3] == pytest.approx(sum(gaps[:3]) / 3, abs=0.002)
    assert gaps[4] == pytest.approx(0.1, abs=0.002)
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        table.sortByColumn(1, order)
        assert names(table)[3:] == ["mean of 3 seeds", DEVIATION]
    table.selectRow(3)
    assert harness.compared.value.selected == "seed 0"


def test_a_seed_that_diverged_does_not_count(qtbot: QtBot) -> None:
    harness = three_seeds()
    harness.train()
    harness.thread.send("seed 1", finished(200, "diverged"))
    assert [row.title for row in summary_rows(harness.compared.value.runs)] == ["mean of 2 seeds", DEVIATION]


def test_an_edited_flow_is_none_of_the_seeds(qtbot: QtBot) -> None:
    harness = three_seeds()
    harness.train()
    harness.finish()
    run = harness.run("seed 0")
    edited = Variant(run.project.flow, Edits(layers={1: LayerEdit(disabled=True)}))
    harness.compared.update(run.having_variant(edited))
    assert [row.title for row in summary_rows(harness.compared.value.runs)] == ["seed 1: mean of 2 seeds", DEVIATION]


def test_results_with_later_seeds_are_not_those_of_a_flow_that_was_edited_since(qtbot: QtBot) -> None:
    harness = ComparisonHarness()
    harness.train()
    harness.finish()
    trial = harness.run("a").trial
    assert trial is not None
    run = replace(harness.run("a"), later=(replace(trial, seed=1),))
    assert [row.title for row in summary_rows([run])] == ["mean of 2 seeds", DEVIATION]
    edited = Variant(run.project.flow, Edits(layers={1: LayerEdit(disabled=True)}))
    assert summary_rows([run.having_variant(edited)]) == []


def test_different_flows_have_no_mean(qtbot: QtBot) -> None:
    harness = ComparisonHarness(
        Comparison.untrained(COMPARISON_PRESETS["layers"].spec(TARGET, TrainingSpec(steps=1000)))
    )
    harness.train()
    assert summary_rows(harness.compared.value.runs) == []
