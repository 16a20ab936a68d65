"""The export dialog of the real window: what it writes, what goes wrong, and cancelling."""

from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QComboBox, QLabel, QLineEdit, QProgressBar, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from flowviz.app.export_dialog import ExportDialog
from tests.app.conftest import Window


def test_return_in_the_export_dialog_exports(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    window.find(QAction, "exportFramesAction").trigger()
    dialog = window.main.findChild(ExportDialog)
    assert dialog is not None
    folder = dialog.findChild(QLineEdit, "exportFolder")
    assert folder is not None
    folder.setText(str(tmp_path / "frames"))
    with qtbot.waitSignal(dialog.finished, timeout=20_000):
        qtbot.keyClick(folder, Qt.Key.Key_Return)
    assert len(list((tmp_path / "frames").iterdir())) == 20


def test_an_export_that_fails_says_why_and_can_be_mended(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    window.find(QAction, "exportFramesAction").trigger()
    dialog = window.main.findChild(ExportDialog)
    assert dialog is not None
    folder, message = dialog.findChild(QLineEdit, "exportFolder"), dialog.findChild(QLabel, "exportMessage")
    button = dialog.findChild(QPushButton, "exportButton")
    assert folder is not None
    assert message is not None
    assert button is not None
    folder.setText(str(tmp_path / "file"))
    button.click()
    qtbot.waitUntil(lambda: "is a file" in message.text())
    assert button.isEnabled()
    folder.setText(str(tmp_path / "folder"))
    with qtbot.waitSignal(dialog.finished, timeout=20_000):
        button.click()
    assert len(list((tmp_path / "folder").iterdir())) == 20


def test_a_cancelled_export_leaves_no_file(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    window.find(QAction, "exportFramesAction").trigger()
    dialog = window.main.findChild(ExportDialog)
    assert dialog is not None
    dialog.findChild(QLineEdit, "exportFolder").setText(str(tmp_path / "frames"))
    dialog.findChild(QPushButton, "exportButton").click()
    bar = dialog.findChild(QProgressBar, "exportProgress")
    qtbot.waitUntil(lambda: bar.value() >= 1)
    dialog.reject()
    qtbot.waitUntil(lambda: not list(tmp_path.iterdir()))


@pytest.mark.parametrize(("what", "count"), [("All stages in one", 1), ("What plays", 44)])
def test_the_overview_and_what_plays_can_be_exported(
    window: Window, qtbot: QtBot, tmp_path: Path, what: str, count: int
) -> None:
    window.find(QComboBox, "speedBox").setCurrentText("4×")
    window.find(QAction, "exportFramesAction").trigger()
    dialog = window.main.findChild(ExportDialog)
    assert dialog is not None
    dialog.findChild(QComboBox, "exportWhat").setCurrentText(what)
    dialog.findChild(QSpinBox, "exportRate").setValue(12)
    dialog.findChild(QLineEdit, "exportFolder").setText(str(tmp_path / "frames"))
    assert f"{count} pictures" in dialog.findChild(QLabel, "exportMessage").text() or count == 1
    with qtbot.waitSignal(dialog.finished, timeout=20_000):
        dialog.findChild(QPushButton, "exportButton").click()
    assert len(list((tmp_path / "frames").iterdir())) == count
