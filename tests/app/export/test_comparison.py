"""Exporting the comparison that is shown, as a figure or a table."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction, QGuiApplication
from PyQt6.QtWidgets import QMessageBox, QPlainTextEdit, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from flowviz.app.export.dialog import ExportDialog
from flowviz.app.export.exported_comparison import ExportedComparison
from flowviz.app.export.preview_image import PreviewImage
from flowviz.app.widgets.controls import ChoiceBox
from flowviz.exporting.comparison_figure import ComparisonFigure, usual_size
from flowviz.projects import Comparison
from flowviz.projects.recording import recorded_project
from flowviz.records import Selection, Trial
from flowviz.specs import Seen, TextSpec
from tests.app.conftest import Window, work_is_running
from tests.app.export.exporting import Dialog, dialog_of
from tests.app.test_accessibility import undescribed
from tests.app.training.fakes import checkpoint, progress
from tests.app.workspace.fakes import untrained


def with_results(comparison: Comparison) -> Comparison:
    """Return a comparison with a result of each entrant."""
    for name in comparison.names:
        comparison = comparison.with_trial(Trial("realnvp", 1e-3, 0, "completed", True, {"gap": 0.25}, name=name))
    return comparison


@contextmanager
def open_comparison(comparison: Comparison, qtbot: QtBot, *, path: Path | None = None) -> Iterator[Dialog]:
    """Open the dialog for a comparison without a window."""
    source = ExportedComparison("comparison", path, path is not None, comparison, "light")
    with dialog_of(source, source.proposed(None, None), qtbot) as dialog:
        yield dialog


@pytest.fixture
def dialog(qtbot: QtBot) -> Iterator[Dialog]:
    """Return the dialog for two flows with results."""
    with open_comparison(with_results(untrained("a", "b")), qtbot) as dialog:
        yield dialog


@pytest.fixture
def dialog_in_window(window: Window, qtbot: QtBot) -> Dialog:
    """Return the dialog that the window opens for two flows with results."""
    window.main.comparisons.show(with_results(untrained("a", "b")))
    window.find(QAction, "exportAction").trigger()
    (dialog,) = window.main.findChildren(ExportDialog)
    return Dialog(dialog, qtbot)


def test_the_comparison_stays_and_its_figure_is_written(
    dialog_in_window: Dialog, window: Window, tmp_path: Path
) -> None:
    dialog_in_window.find(QSpinBox, "exportWidth").setValue(800)
    dialog_in_window.write(tmp_path / "two.png")
    with Image.open(tmp_path / "two.png") as picture:
        assert picture.width == 800
    assert window.main.comparisons.is_shown
    assert str(tmp_path / "two.png") in window.status


def test_the_suffix_chooses_the_format_of_a_table(dialog: Dialog, tmp_path: Path) -> None:
    dialog.choose("exportWhat", "table")
    dialog.name(tmp_path / "two.md")
    assert dialog.find(ChoiceBox, "exportFormat").value == "md"
    dialog.write(tmp_path / "two.csv")
    lines = (tmp_path / "two.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["name", "a", "b"]


def test_panels_that_do_not_fit_are_refused(dialog: Dialog) -> None:
    dialog.find(QSpinBox, "exportWidth").setValue(64)
    assert "do not fit" in dialog.message
    assert not dialog.button.isEnabled()


def test_a_failure_is_a_sentence_and_the_dialog_stays(dialog: Dialog, qtbot: QtBot, tmp_path: Path) -> None:
    dialog.name(tmp_path / "nowhere" / "two.png")
    dialog.button.click()
    qtbot.waitUntil(lambda: "cannot be written" in dialog.notice, timeout=60_000)
    assert dialog.button.isEnabled()


def test_a_cancelled_animation_leaves_no_file(dialog: Dialog, qtbot: QtBot, tmp_path: Path) -> None:
    dialog.choose("exportWhat", "animation")
    dialog.name(tmp_path / "two.gif")
    dialog.button.click()
    dialog.itself.reject()
    qtbot.waitUntil(lambda: "Cancelled" in dialog.message, timeout=60_000)
    assert not list(tmp_path.iterdir())


def test_overwriting_is_asked_about(dialog: Dialog, tmp_path: Path) -> None:
    (tmp_path / "two.png").write_text("mine")
    dialog.name(tmp_path / "two.png")
    dialog.button.click()
    dialog.find(QMessageBox, "overwriteBox").findChildren(QPushButton, "cancelButton")[0].click()
    assert (tmp_path / "two.png").read_text() == "mine"


def test_a_table_without_results_is_refused(qtbot: QtBot) -> None:
    with open_comparison(untrained("a", "b"), qtbot) as dialog:
        dialog.choose("exportWhat", "table")
        assert "Train the flows first" in dialog.message
        assert not dialog.button.isEnabled()


def test_only_columns_that_apply_are_offered(dialog: Dialog) -> None:
    assert dialog.values("exportColumns") == ["stages", "marks"]


def test_columns_of_targets_come_first_where_a_flow_has_several(qtbot: QtBot) -> None:
    other = untrained("b", target=TextSpec(text="Yo"))["b"]
    with open_comparison(untrained("a").with_project("b", other), qtbot) as dialog:
        assert dialog.values("exportColumns") == ["targets", "stages", "marks"]


def test_columns_of_recorded_flows_color_the_particles(qtbot: QtBot) -> None:
    walk = np.random.default_rng(0).standard_normal((2, 50, 2)).astype(np.float32)
    recorded = recorded_project({"positions": walk, "speed": np.arange(50.0)}, "walk")
    comparison = untrained("a")
    recorded = replace(recorded, training=comparison["a"].training)
    with open_comparison(comparison.with_project("walk", recorded), qtbot) as dialog:
        assert dialog.values("exportColorBy")[-1] == "column speed"
        dialog.choose("exportColorBy", "column speed")
        view = dialog.itself.spec().seen.view
        assert (view.color_by, view.column) == ("column", "speed")


def test_colors_of_the_selection_are_not_refused_because_nothing_is_selected(qtbot: QtBot) -> None:
    """The dialog denied that there was a selection."""
    selection = Selection(np.ones(untrained("a")["a"].trace.positions.shape[1], np.bool_))
    with open_comparison(untrained("a", "b").seen_as("a", Seen(), selection), qtbot) as dialog:
        colors = dialog.find(ChoiceBox, "exportColorBy")
        reason = colors.itemData(colors.findData("selection"), Qt.ItemDataRole.ToolTipRole)
        assert reason == "Exports of a comparison do not show the particles that are selected in the window."


def test_a_figure_has_the_chosen_appearance(dialog: Dialog, tmp_path: Path) -> None:
    dialog.choose("exportTheme", "dark")
    dialog.choose("exportBackground", "transparent")
    dialog.write(tmp_path / "two.png")
    figure = ComparisonFigure(with_results(untrained("a", "b")), dialog.itself.spec(), "stages")
    for _ in figure.write(tmp_path / "again.png"):
        pass
    assert (tmp_path / "two.png").read_bytes() == (tmp_path / "again.png").read_bytes()
    with Image.open(tmp_path / "two.png") as picture:
        assert picture.getpixel((0, 0))[3] == 0  # type: ignore[index]  # of RGBA


def test_only_choices_that_affect_a_comparison_are_shown(dialog: Dialog) -> None:
    figure = ("exportColumns", "exportWidth", "exportTheme", "pointsExport", "exportColorBy")
    animation = ("exportInBetweens", "exportFps", "exportEasing")
    for what, shown, hidden in (
        ("sheet", figure, animation),
        ("animation", (*figure, *animation), ("exportCommonScale",)),
        ("table", ("exportFormat",), (*figure, *animation)),
    ):
        dialog.choose("exportWhat", what)
        assert all(map(dialog.is_shown, shown)), what
        assert not any(map(dialog.is_shown, hidden)), what
    assert not dialog.is_shown("exportCopyPython")


def test_the_size_fits_the_panels_until_another_is_chosen(dialog: Dialog) -> None:
    comparison, size = with_results(untrained("a", "b")), dialog.find(ChoiceBox, "exportSize")
    assert size.currentText() == "To fit the panels: 1,250 × 500"
    dialog.choose("exportColumns", "marks")
    assert dialog.itself.spec().size == usual_size(comparison, dialog.itself.spec(), "marks")
    dialog.find(QSpinBox, "exportWidth").setValue(900)
    assert size.currentText() == "Other"
    assert dialog.itself.spec().size.width == 900


def test_every_control_has_a_name_and_a_description(dialog: Dialog) -> None:
    assert undescribed(dialog.itself) == []


def test_a_figure_and_a_table_are_previewed(dialog: Dialog, qtbot: QtBot) -> None:
    picture = dialog.find(PreviewImage, "exportPicture")
    qtbot.waitUntil(lambda: picture.image is not None, timeout=60_000)
    dialog.choose("exportWhat", "table")
    text = dialog.find(QPlainTextEdit, "exportText")
    qtbot.waitUntil(lambda: text.toPlainText().startswith("name,"))
    assert not picture.isVisible()


def test_the_command_renders_the_file_of_the_comparison(dialog: Dialog, tmp_path: Path) -> None:
    dialog.choose("exportColumns", "marks")
    dialog.name(tmp_path / "two.png")
    dialog.find(QPushButton, "exportCopyCommand").click()
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    words = clipboard.text().split()
    assert words[:5] == ["flowviz", "render", "comparison.flowviz", "--output", str(tmp_path / "two.png")]
    assert words[-2:] == ["--columns", "marks"]
    assert "Save the file before you run it." in dialog.message
    dialog.choose("exportWhat", "table")
    assert not dialog.find(QPushButton, "exportCopyCommand").isEnabled()


def test_closing_the_window_leaves_no_half_of_an_export(
    dialog_in_window: Dialog, window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog_in_window.choose("exportWhat", "animation")
    dialog_in_window.name(tmp_path / "two.gif")
    dialog_in_window.button.click()
    window.main.discard_changes()
    window.main.close()
    qtbot.waitUntil(lambda: not work_is_running(), timeout=60_000)
    assert not list(tmp_path.iterdir())


def test_a_table_is_exported_during_the_first_run(qtbot: QtBot, tmp_path: Path) -> None:
    comparison = untrained("a", "b")
    begun = comparison["a"].after(progress(100)).after(checkpoint(100))
    with open_comparison(comparison.with_project("a", begun), qtbot) as dialog:
        dialog.choose("exportWhat", "table")
        dialog.write(tmp_path / "two.csv")
    assert (tmp_path / "two.csv").read_text().splitlines()[1].startswith("a,")
