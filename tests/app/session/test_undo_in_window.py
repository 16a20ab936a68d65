"""Undo in the whole window: its controls, keys, start page, clipboard and document."""

from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction, QContextMenuEvent, QGuiApplication
from PyQt6.QtWidgets import QApplication, QComboBox, QDockWidget, QLineEdit, QMenu, QSlider, QSpinBox
from pytestqt.qtbot import QtBot

from flowviz.app.viewer.flow_queries import FlowQueries
from flowviz.projects import example, save_project
from tests.app.conftest import FileMenu, Window
from tests.app.session.undoing import CHOICES, CONTROL, Undone


@pytest.fixture
def undone(window: Window, qtbot: QtBot) -> Undone:
    return Undone(window, qtbot)


def test_each_control_is_undone_and_redone(undone: Undone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FlowQueries, "encoded", lambda *_: None)  # it would load TensorFlow
    assert undone.titles == ("Undo", "Redo")
    for title, choose in CHOICES.items():
        before = undone.chosen
        choose(undone)
        after = undone.chosen
        assert after != before
        assert undone.titles == (f"Undo {title}", "Redo")
        assert undone.count == 1
        undone.undo()
        assert undone.chosen == before
        assert undone.titles == ("Undo", f"Redo {title}")
        undone.redo()
        assert undone.chosen == after
        undone.undo()
        assert undone.chosen == before


def test_keys_undo_the_last_edit_wherever_the_focus_is(undone: Undone) -> None:
    undone.window.main.activateWindow()
    undone.text.setFocus()
    undone.qtbot.waitUntil(undone.text.hasFocus)
    undone.write("a")
    undone.choose("colorBox", 1)
    undone.qtbot.keyClick(undone.text, Qt.Key.Key_Z, CONTROL)
    assert undone.window.find(QComboBox, "colorBox").currentIndex() == 0
    amount = undone.window.find(QSpinBox, "budgetAmount")
    amount.setFocus()
    undone.qtbot.keyClicks(amount, "5")
    undone.qtbot.keyClick(amount, Qt.Key.Key_Z, CONTROL)
    assert amount.value() == 60
    undone.qtbot.keyClick(amount, Qt.Key.Key_Z, CONTROL)
    assert undone.text.toPlainText() == "BRAD"
    undone.qtbot.keyClick(amount, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert "a" in undone.text.toPlainText()


def test_start_page_stays_when_its_word_is_undone_and_is_left_when_a_view_is_undone(undone: Undone) -> None:
    start = undone.window.main.welcome
    undone.choose("colorBox", 1)
    start.show()
    word = undone.window.find(QLineEdit, "startWord")
    undone.qtbot.keyClicks(word, "cat")
    assert undone.text.toPlainText() == "cat"
    undone.qtbot.keyClick(word, Qt.Key.Key_Z, CONTROL)
    assert (word.text(), undone.text.toPlainText()) == ("BRAD", "BRAD")
    assert start.is_shown
    undone.undo()
    assert not start.is_shown
    assert undone.window.find(QComboBox, "colorBox").currentIndex() == 0


def test_context_menu_of_the_text_offers_no_undo_of_its_own(undone: Undone) -> None:
    undone.write("x")
    place = undone.text.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, place)
    QApplication.sendEvent(undone.text.viewport(), event)
    (menu,) = undone.text.findChildren(QMenu)
    offered = {action.text().replace("&", "").split("\t")[0] for action in menu.actions() if action.isVisible()}
    menu.close()
    assert {"Paste", "Select All"} <= offered
    assert not {"Undo", "Redo"} & offered


def test_document_is_unchanged_after_undoing_every_edit(file_menu: FileMenu, undone: Undone, tmp_path: Path) -> None:
    path = tmp_path / "brad.flowviz"
    save_project(example("brad").project(), path)
    file_menu.open(path)
    assert undone.titles == ("Undo", "Redo"), "opening cannot be undone"
    for title in ("Typing", "Flow: Spline", "Budget", "Selection", "Source: Shape"):
        CHOICES[title](undone)
        assert file_menu.is_changed
    for _ in range(5):
        undone.undo()
    assert not file_menu.is_changed
    undone.redo()
    assert file_menu.is_changed
    undone.undo()
    undone.choose("colorBox", 1)
    file_menu.choose("new")
    assert undone.titles == ("Undo", "Redo")


def test_clipboard_commands_use_the_text_that_has_the_focus(undone: Undone) -> None:
    undone.window.main.activateWindow()
    amount = undone.window.find(QSpinBox, "budgetAmount")
    amount.setFocus()
    undone.qtbot.waitUntil(amount.hasFocus)
    undone.edit("selectall", "copy")
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == "60"
    undone.text.setFocus()
    undone.edit("selectall", "cut")
    assert (clipboard.text(), undone.text.toPlainText()) == ("BRAD", "")
    undone.edit("paste", "paste")
    assert undone.text.toPlainText() == "BRADBRAD"
    undone.window.find(QSlider, "layerScrubber").setFocus()
    undone.edit("paste")
    assert undone.text.toPlainText() == "BRAD", "without a text in focus, Paste replaces the target"
    assert not undone.window.find(QAction, "cutAction").isEnabled()


def test_keys_and_clipboard_commands_work_in_a_floating_panel(undone: Undone) -> None:
    amount = undone.window.find(QSpinBox, "budgetAmount")
    (panel,) = [dock for dock in undone.window.main.findChildren(QDockWidget) if dock.isAncestorOf(amount)]
    panel.setFloating(True)
    panel.activateWindow()
    amount.setFocus()
    undone.qtbot.waitUntil(amount.hasFocus)
    amount.setValue(70)
    undone.edit("selectall", "cut")
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == "70"
    undone.qtbot.keyClick(amount, Qt.Key.Key_Z, CONTROL)
    assert amount.value() == 60
