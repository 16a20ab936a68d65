"""Running trainings show validation figures, labeled as such, and finished trainings show test figures."""

from dataclasses import replace

from PyQt6.QtCore import QModelIndex, Qt, QTimer
from pytestqt.qtbot import QtBot

from flowviz.app.workspace.pane_title import pane_title
from flowviz.app.workspace.table import REFRESH_MS, FiguresTable
from flowviz.records import Advanced
from tests.app.training.fakes import progress
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


def test_title_of_a_narrow_pane_keeps_the_gap_rather_than_the_state_of_the_training() -> None:
    harness = ComparisonHarness()
    harness.train()
    harness.finish()
    harness.thread.score("a", gap=0.25)
    texts = pane_title(harness.run("a"), "light").texts
    assert texts == ("a · test gap 0.250 · done", "a · test gap 0.250", "test 0.250 · a")
    failed = replace(harness.run("a"), status="diverged")
    assert pane_title(failed, "light").texts[1:] == ("a · ⚠ diverged", "a"), "the color alone says little"


def test_title_of_a_narrow_pane_says_what_the_gap_of_a_training_measures_and_how_far_it_is() -> None:
    """A validation gap could not be told from the test gap beside it."""
    harness = ComparisonHarness()
    harness.train()
    harness.advance("a", 450)
    run = harness.run("a")
    texts = pane_title(run, "light").texts
    assert texts == (
        f"a · validation gap {run.gap:.3f} · 45%",
        f"a · 45% · val. gap {run.gap:.3f}",
        f"45% · val. {run.gap:.3f} · a",
    )
    assert texts[0] in pane_title(run, "light").tip


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


def test_only_cells_whose_figures_change_are_set(qtbot: QtBot) -> None:
    """Qt measured all cells again after each report, which stopped the clouds of a comparison that trained."""
    harness = ComparisonHarness()
    table = FiguresTable(harness.compared)
    qtbot.addWidget(table)
    harness.train()
    model, rows = table.model(), list[int]()
    assert model is not None
    harness.thread.send("b", replace(progress(100), validation_nll=2.0))
    qtbot.waitUntil(lambda: model.index(1, 1).data() == f"{harness.run('b').gap:.3f} (val.)")
    model.dataChanged.connect(lambda first, last: rows.extend(range(first.row(), last.row() + 1)))
    harness.thread.send("a", Advanced(110, 0.275, 0.11))
    [refresh] = [timer for timer in table.findChildren(QTimer) if timer.interval() == REFRESH_MS]
    qtbot.waitUntil(lambda: not refresh.isActive())
    assert rows == []
    harness.thread.send("a", replace(progress(110), validation_nll=2.5))
    assert rows == [], "not each report is shown"
    qtbot.waitUntil(lambda: bool(rows))
    assert rows == [0], "all cells change at once"
    assert cell(table, 1).data() == f"{harness.run('a').gap:.3f} (val.)"


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
