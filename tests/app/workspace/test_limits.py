"""Limits by counting in the window: a line of the table that is no entrant."""

from dataclasses import replace
from functools import partial

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QCheckBox
from pytestqt.qtbot import QtBot

from flowviz.app.workspace.compared import comparison_of
from flowviz.app.workspace.limits import TIP
from flowviz.app.workspace.seeds import DEVIATION
from flowviz.app.workspace.table import BEST, FiguresTable
from flowviz.projects import Comparison
from flowviz.records.comparison_table import COLUMNS, LIMIT
from flowviz.specs import TrainingSpec
from flowviz.targets import AdaptiveHistogram
from flowviz.training import limits
from tests.app.conftest import Window
from tests.app.training.fakes import ENTROPY, finished
from tests.app.workspace.fakes import ComparisonHarness, untrained
from tests.records.scores import scored

GAP = 1 + [column.name for column in COLUMNS].index("gap")


@pytest.fixture(autouse=True)
def few_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count few points, which takes a moment."""
    monkeypatch.setattr(limits, "AdaptiveHistogram", partial(AdaptiveHistogram, count=200_000))


def lines(table: FiguresTable) -> list[str]:
    model = table.model()
    assert model is not None
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_limit_is_a_line_below_the_entrants_that_is_never_the_best(qtbot: QtBot) -> None:
    other = untrained("b", training=TrainingSpec(steps=1000, seed=1))["b"]
    harness = ComparisonHarness(untrained("a").with_project("b", other))
    table = FiguresTable(harness.compared)
    qtbot.addWidget(table)
    harness.controller.set_limits(True)
    assert lines(table) == ["a", "b", "mean of 2 seeds", DEVIATION, LIMIT]
    model = table.model()
    assert model is not None
    cell = model.index(4, GAP)
    assert 0 < float(cell.data()) < 0.1, "without a star"
    assert model.index(4, 0).data(Qt.ItemDataRole.ToolTipRole) == TIP
    assert not model.flags(cell) & Qt.ItemFlag.ItemIsSelectable
    harness.controller.train()
    for name, nll in (("a", 1.7), ("b", 1.9)):
        end = finished(1000)
        harness.thread.send(name, replace(end, score=scored(1000, nll, nll, 0.01, ENTROPY)))
    harness.thread.end()
    assert [model.index(row, GAP).data().startswith(BEST) for row in range(2)] == [True, False]
    assert not any(BEST in (model.index(4, column).data() or "") for column in range(model.columnCount()))
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        table.sortByColumn(GAP, order)
        assert lines(table)[-1] == LIMIT, "it is not ranked"
    harness.controller.set_limits(False)
    assert LIMIT not in lines(table)


def test_a_flow_that_takes_the_place_of_the_limit_in_the_table_does_not_look_like_it(qtbot: QtBot) -> None:
    harness = ComparisonHarness()
    table = FiguresTable(harness.compared)
    qtbot.addWidget(table)
    harness.controller.set_limits(True)
    model = table.model()
    assert model is not None
    assert model.index(2, 0).data(Qt.ItemDataRole.FontRole).italic()
    harness.controller.add("c", harness.run("a").project)
    assert lines(table) == ["a", "b", "c", LIMIT]
    assert model.index(2, 0).data(Qt.ItemDataRole.FontRole) is None
    assert model.index(2, 0).flags() & Qt.ItemFlag.ItemIsSelectable
    assert table.currentIndex().row() == 2
    harness.controller.set_limits(False)
    assert table.currentIndex().row() == 2, "its row stays the current one"


def test_limit_waits_until_no_flow_is_trained(qtbot: QtBot) -> None:
    harness = ComparisonHarness()
    harness.controller.train()
    harness.controller.set_limits(True)
    assert harness.compared.value.limits == {}
    harness.thread.end()
    assert len(harness.compared.value.limits) == 1
    assert comparison_of(harness.compared.value).limits == harness.compared.value.limits, "it is saved"


def test_check_box_shows_and_requests_the_limit(window: Window, qtbot: QtBot) -> None:
    comparisons = window.main.comparisons
    comparisons.show(untrained("a", "b"))
    workbench = comparisons.workbench
    assert workbench is not None
    box = window.find(QCheckBox, "limitByCounting")
    assert not box.isChecked()
    box.click()
    qtbot.waitUntil(lambda: bool(workbench.compared.value.limits))
    assert lines(workbench.figures.table)[-1] == LIMIT
    assert comparisons.document.is_changed
    saved = comparison_of(workbench.compared.value)
    comparisons.show(untrained("c"))
    assert not box.isChecked()
    comparisons.show(saved)
    assert box.isChecked()
    assert lines(workbench.figures.table)[-1] == LIMIT
    comparisons.document.discard_changes()


def test_sorted_lines_stay_in_order_when_entrants_change(qtbot: QtBot) -> None:
    def four(*names: str) -> Comparison:
        comparison = untrained(*names)
        for seed, name in enumerate(names[1:], 1):
            other = untrained(name, training=TrainingSpec(steps=1000, seed=seed))[name]
            comparison = comparison.with_project(name, other)
        return comparison

    harness = ComparisonHarness(four("a", "b", "c", "d"))
    table = FiguresTable(harness.compared)
    qtbot.addWidget(table)
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    harness.controller.show(four("c", "d"))
    assert lines(table) == ["c", "d", "mean of 2 seeds", DEVIATION]
