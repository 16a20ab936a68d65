"""Exporting the comparison that is shown, as a figure or a table."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from PyQt6.QtCore import QPoint
from PyQt6.QtGui import QAction, QGuiApplication
from PyQt6.QtWidgets import QLabel, QLineEdit, QMessageBox, QPlainTextEdit, QPushButton, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.comparison.export_dialog import ComparisonExportDialog
from flowviz.app.export.preview_image import PreviewImage
from flowviz.app.training.status_bar import StatusBar
from flowviz.app.widgets.controls import ChoiceBox
from flowviz.projects import Comparison
from flowviz.records import Trial
from flowviz.specs import TextSpec
from tests.app.comparison.fakes import untrained
from tests.app.conftest import Found, Window, settle, work_is_running
from tests.app.session.fakes import checkpoint, progress
from tests.app.test_accessibility import undescribed


def with_results(comparison: Comparison) -> Comparison:
    """Return a comparison with a result of each entrant."""
    for name in comparison.names:
        comparison = comparison.with_trial(Trial("realnvp", 1e-3, 0, "completed", True, {"gap": 0.25}, name=name))
    return comparison


class ExportDialog:
    """The dialog as the user sees it."""

    def __init__(self, itself: ComparisonExportDialog, qtbot: QtBot) -> None:
        self.itself, self.qtbot = itself, qtbot

    def find(self, kind: type[Found], name: str) -> Found:
        (child,) = self.itself.findChildren(kind, name)
        return child

    def columns(self) -> list[str]:
        box = self.find(ChoiceBox, "exportColumns")
        return [box.itemData(number) for number in range(box.count())]

    @property
    def message(self) -> str:
        return self.find(QLabel, "exportMessage").text()

    @property
    def button(self) -> QPushButton:
        return self.find(QPushButton, "exportButton")

    def name(self, path: Path) -> None:
        self.find(QLineEdit, "exportPath").setText(str(path))

    def write(self, path: Path) -> None:
        """Export to a path, and wait for the end."""
        self.name(path)
        with self.qtbot.waitSignal(self.itself.exported, timeout=60_000):
            self.button.click()


@pytest.fixture
def open_dialog(qtbot: QtBot) -> Iterator[Callable[[Comparison], ExportDialog]]:
    """Return a function that opens the dialog for a comparison without a window."""
    parent = QWidget()
    qtbot.addWidget(parent)

    def opened(comparison: Comparison) -> ExportDialog:
        dialog = ComparisonExportDialog(lambda: comparison, None, "light", parent, is_saved=True)
        dialog.open()
        return ExportDialog(dialog, qtbot)

    yield opened
    for dialog in parent.findChildren(ComparisonExportDialog):
        dialog.close()
    qtbot.waitUntil(lambda: not work_is_running())


@pytest.fixture
def dialog(open_dialog: Callable[[Comparison], ExportDialog]) -> ExportDialog:
    """Return the dialog for two flows with results."""
    return open_dialog(with_results(untrained("a", "b")))


@pytest.fixture
def dialog_in_window(window: Window, qtbot: QtBot) -> ExportDialog:
    """Return the dialog that the window opens for two flows with results."""
    window.main.comparisons.show(with_results(untrained("a", "b")))
    window.find(QAction, "exportAction").trigger()
    return ExportDialog(window.find(ComparisonExportDialog, "comparisonExportDialog"), qtbot)


def test_the_comparison_stays_and_its_figure_is_written(
    dialog_in_window: ExportDialog, window: Window, tmp_path: Path
) -> None:
    dialog_in_window.find(QSpinBox, "exportWidth").setValue(800)
    dialog_in_window.write(tmp_path / "two.png")
    with Image.open(tmp_path / "two.png") as picture:
        assert picture.width == 800
    assert window.main.comparisons.is_shown
    assert str(tmp_path / "two.png") in window.find(StatusBar, "statusBar").text


def test_the_suffix_chooses_the_format_of_a_table(dialog: ExportDialog, tmp_path: Path) -> None:
    dialog.find(ChoiceBox, "exportWhat").choose("table")
    dialog.name(tmp_path / "two.md")
    assert dialog.find(ChoiceBox, "exportFormat").value == "md"
    dialog.write(tmp_path / "two.csv")
    lines = (tmp_path / "two.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["name", "a", "b"]


def test_panels_that_do_not_fit_are_refused(dialog: ExportDialog) -> None:
    dialog.find(QSpinBox, "exportWidth").setValue(64)
    assert "do not fit" in dialog.message
    assert not dialog.button.isEnabled()


def test_a_failure_is_a_sentence_and_the_dialog_stays(dialog: ExportDialog, qtbot: QtBot, tmp_path: Path) -> None:
    dialog.name(tmp_path / "nowhere" / "two.png")
    dialog.button.click()
    qtbot.waitUntil(lambda: "cannot be written" in dialog.message, timeout=60_000)
    assert dialog.button.isEnabled()


def test_a_cancelled_animation_leaves_no_file(dialog: ExportDialog, qtbot: QtBot, tmp_path: Path) -> None:
    dialog.find(ChoiceBox, "exportWhat").choose("animation")
    dialog.name(tmp_path / "two.gif")
    dialog.button.click()
    dialog.itself.reject()
    qtbot.waitUntil(lambda: "Cancelled" in dialog.message, timeout=60_000)
    assert not list(tmp_path.iterdir())


def test_overwriting_is_asked_about(dialog: ExportDialog, tmp_path: Path) -> None:
    (tmp_path / "two.png").write_text("mine")
    dialog.name(tmp_path / "two.png")
    dialog.button.click()
    dialog.find(QMessageBox, "overwriteBox").findChildren(QPushButton, "cancelButton")[0].click()
    assert (tmp_path / "two.png").read_text() == "mine"


def test_a_table_without_results_is_refused(open_dialog: Callable[[Comparison], ExportDialog]) -> None:
    dialog = open_dialog(untrained("a", "b"))
    dialog.find(ChoiceBox, "exportWhat").choose("table")
    assert "Train the flows first" in dialog.message
    assert not dialog.button.isEnabled()


def test_only_columns_that_apply_are_offered(dialog: ExportDialog) -> None:
    assert dialog.columns() == ["stages", "marks"]


def test_columns_of_targets_come_first_where_a_flow_has_several(
    open_dialog: Callable[[Comparison], ExportDialog],
) -> None:
    other = untrained("b", target=TextSpec(text="Yo"))["b"]
    assert open_dialog(untrained("a").with_project("b", other)).columns() == ["targets", "stages", "marks"]


def test_every_control_has_a_name_and_a_description(dialog: ExportDialog) -> None:
    assert undescribed(dialog.itself) == []


def test_the_file_is_aligned_with_the_other_rows(dialog: ExportDialog) -> None:
    settle(dialog.itself)
    path, form = dialog.find(QLineEdit, "exportPath"), dialog.find(ChoiceBox, "exportFormat")
    assert path.mapTo(dialog.itself, QPoint()).x() == form.mapTo(dialog.itself, QPoint()).x()


def test_a_figure_and_a_table_are_previewed(dialog: ExportDialog, qtbot: QtBot) -> None:
    picture = dialog.find(PreviewImage, "exportPicture")
    qtbot.waitUntil(lambda: bool(picture.shown()), timeout=60_000)
    dialog.find(ChoiceBox, "exportWhat").choose("table")
    text = dialog.find(QPlainTextEdit, "exportText")
    qtbot.waitUntil(lambda: text.toPlainText().startswith("name,"))
    assert not picture.isVisible()


def test_the_command_renders_the_file_of_the_comparison(dialog: ExportDialog, tmp_path: Path) -> None:
    dialog.find(ChoiceBox, "exportColumns").choose("marks")
    dialog.name(tmp_path / "two.png")
    dialog.find(QPushButton, "exportCopyCommand").click()
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    words = clipboard.text().split()
    assert words[:5] == ["flowviz", "render", "comparison.flowviz", "--output", str(tmp_path / "two.png")]
    assert words[-2:] == ["--columns", "marks"]
    dialog.find(ChoiceBox, "exportWhat").choose("table")
    assert not dialog.find(QPushButton, "exportCopyCommand").isEnabled()


def test_closing_the_window_leaves_no_half_of_an_export(
    dialog_in_window: ExportDialog, window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog_in_window.find(ChoiceBox, "exportWhat").choose("animation")
    dialog_in_window.name(tmp_path / "two.gif")
    dialog_in_window.button.click()
    window.main.discard_changes()
    window.main.close()
    qtbot.waitUntil(lambda: not work_is_running(), timeout=60_000)
    assert not list(tmp_path.iterdir())


def test_a_table_is_exported_during_the_first_run(
    open_dialog: Callable[[Comparison], ExportDialog], tmp_path: Path
) -> None:
    comparison = untrained("a", "b")
    begun = comparison["a"].after(progress(100)).after(checkpoint(100))
    dialog = open_dialog(comparison.with_project("a", begun))
    dialog.find(ChoiceBox, "exportWhat").choose("table")
    dialog.write(tmp_path / "two.csv")
    assert (tmp_path / "two.csv").read_text().splitlines()[1].startswith("a,")
