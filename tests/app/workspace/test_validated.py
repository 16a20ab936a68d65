"""Running trainings show validation figures, labeled as such, and finished trainings show test figures."""

from PyQt6.QtCore import QModelIndex, Qt
from pytestqt.qtbot import QtBot

from flowviz.app.workspace.pane_title import pane_title
from flowviz.app.workspace.table import FiguresTable
from tests.app.workspace.fakes import ComparisonHarness


def test_title_of_a_pane_names_the_validation_gap_until_there_is_a_result() -> None:
    harness = ComparisonHarness()
    harness.train()
    assert "validation gap " in pane_title(harness.run("a"), "light").texts[0]
    harness.finish()
    harness.thread.score("a", gap=0.25)
    assert harness.run("a").trial is not None
    assert " test gap 0.250" in pane_title(harness.run("a"), "light").texts[0]
    assert "validation" not in pane_title(harness.run("a"), "light").texts[0]


def test_table_names_validation_figures_until_there_is_a_result(qtbot: QtBot) -> None:
    harness = ComparisonHarness()
    table = FiguresTable(harness.compared)
    qtbot.addWidget(table)
    harness.train()
    assert headings(table) == ["flow", "validation gap", "validation NLL"]
    for column in (1, 2):
        assert cell(table, column).data().endswith("(val.)")
        for role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            assert cell(table, column).data(role).endswith("(validation)")
    model, changes = table.model(), list[object]()
    assert model is not None
    model.headerDataChanged.connect(lambda *change: changes.append(change))
    harness.finish()
    harness.thread.score("a")
    assert changes, "the view is updated"
    assert headings(table) == ["flow", "test gap", "test NLL"]
    assert not cell(table, 1).data(Qt.ItemDataRole.ToolTipRole).endswith("(validation)")
    assert "validation" not in cell(table, 1).data(Qt.ItemDataRole.AccessibleTextRole)


def test_headings_are_aligned_with_their_columns(qtbot: QtBot) -> None:
    table = FiguresTable(ComparisonHarness().compared)
    qtbot.addWidget(table)
    role, model = Qt.ItemDataRole.TextAlignmentRole, table.model()
    assert model is not None
    name, figure = (model.headerData(column, Qt.Orientation.Horizontal, role) for column in (0, 1))
    assert name & Qt.AlignmentFlag.AlignLeft
    assert figure == cell(table, 1).data(role)


def headings(table: FiguresTable) -> list[str]:
    model = table.model()
    assert model is not None
    return [model.headerData(column, Qt.Orientation.Horizontal) for column in range(3)]


def cell(table: FiguresTable, column: int) -> QModelIndex:
    model = table.model()
    assert model is not None
    return model.index(0, column)
