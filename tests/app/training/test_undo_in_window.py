"""Undo in the whole window: its controls, keys, start page, clipboard and document."""

from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction, QContextMenuEvent, QGuiApplication
from PyQt6.QtWidgets import QApplication, QComboBox, QDockWidget, QLineEdit, QMenu, QSlider, QSpinBox
from pytestqt.qtbot import QtBot

from flowviz.app.pane.flow_queries import FlowQueries
from flowviz.projects import example, save_project
from tests.app.conftest import FileMenu, Window
from tests.app.training.undoing import CHOICES, CONTROL, UndoUser

pytestmark = pytest.mark.shared_window


@pytest.fixture
def user(window: Window, qtbot: QtBot) -> UndoUser:
    return UndoUser(window, qtbot)


def test_each_control_is_undone_and_redone(user: UndoUser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FlowQueries, "encoded", lambda *_: None)  # it would load TensorFlow
    assert user.titles == ("Undo", "Redo")
    for title, choose in CHOICES.items():
        before = user.chosen
        choose(user)
        after = user.chosen
        assert after != before
        assert user.titles == (f"Undo {title}", "Redo")
        assert user.count == 1
        user.undo()
        assert user.chosen == before
        assert user.titles == ("Undo", f"Redo {title}")
        user.redo()
        assert user.chosen == after
        user.undo()
        assert user.chosen == before


def test_keys_undo_the_last_edit_wherever_the_focus_is(user: UndoUser) -> None:
    user.window.main.activateWindow()
    user.text.setFocus()
    user.qtbot.waitUntil(user.text.hasFocus)
    user.write("a")
    user.choose("colorBox", 1)
    user.qtbot.keyClick(user.text, Qt.Key.Key_Z, CONTROL)
    assert user.window.find(QComboBox, "colorBox").currentIndex() == 0
    amount = user.window.find(QSpinBox, "budgetAmount")
    amount.setFocus()
    user.qtbot.keyClicks(amount, "5")
    user.qtbot.keyClick(amount, Qt.Key.Key_Z, CONTROL)
    assert amount.value() == 60
    user.qtbot.keyClick(amount, Qt.Key.Key_Z, CONTROL)
    assert user.text.toPlainText() == "BRAD"
    user.qtbot.keyClick(amount, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert "a" in user.text.toPlainText()


def test_start_page_stays_when_its_word_is_undone_and_is_left_when_a_view_is_undone(user: UndoUser) -> None:
    start = user.window.main.welcome
    user.choose("colorBox", 1)
    start.show()
    word = user.window.find(QLineEdit, "startWord")
    user.qtbot.keyClicks(word, "cat")
    assert user.text.toPlainText() == "cat"
    user.qtbot.keyClick(word, Qt.Key.Key_Z, CONTROL)
    assert (word.text(), user.text.toPlainText()) == ("BRAD", "BRAD")
    assert start.is_shown
    user.undo()
    assert not start.is_shown
    assert user.window.find(QComboBox, "colorBox").currentIndex() == 0


def test_context_menu_of_the_text_offers_no_undo_of_its_own(user: UndoUser) -> None:
    user.write("x")
    place = user.text.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, place)
    QApplication.sendEvent(user.text.viewport(), event)
    (menu,) = user.text.findChildren(QMenu)
    offered = {action.text().replace("&", "").split("\t")[0] for action in menu.actions() if action.isVisible()}
    menu.close()
    assert {"Paste", "Select All"} <= offered
    assert not {"Undo", "Redo"} & offered


def test_document_is_unchanged_after_undoing_every_edit(file_menu: FileMenu, user: UndoUser, tmp_path: Path) -> None:
    path = tmp_path / "brad.flowviz"
    save_project(example("brad").project(), path)
    file_menu.open(path)
    assert user.titles == ("Undo", "Redo"), "opening cannot be user"
    for title in ("Typing", "Flow: Spline", "Train For", "Selection", "Source: Shape"):
        CHOICES[title](user)
        assert file_menu.is_changed
    for _ in range(5):
        user.undo()
    assert not file_menu.is_changed
    user.redo()
    assert file_menu.is_changed
    user.undo()
    user.choose("colorBox", 1)
    file_menu.choose("new")
    file_menu.wait(lambda: user.titles == ("Undo", "Redo"))


def test_clipboard_commands_use_the_text_that_has_the_focus(user: UndoUser) -> None:
    user.window.main.activateWindow()
    amount = user.window.find(QSpinBox, "budgetAmount")
    amount.setFocus()
    user.qtbot.waitUntil(amount.hasFocus)
    user.edit("selectall", "copy")
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == "60"
    user.text.setFocus()
    user.edit("selectall", "cut")
    assert (clipboard.text(), user.text.toPlainText()) == ("BRAD", "")
    user.edit("paste", "paste")
    assert user.text.toPlainText() == "BRADBRAD"
    user.window.find(QSlider, "layerScrubber").setFocus()
    user.edit("paste")
    assert user.text.toPlainText() == "BRAD", "without a text in focus, Paste replaces the target"
    assert not user.window.find(QAction, "cutAction").isEnabled()


def test_keys_and_clipboard_commands_work_in_a_floating_panel(user: UndoUser) -> None:
    amount = user.window.find(QSpinBox, "budgetAmount")
    (panel,) = [dock for dock in user.window.main.findChildren(QDockWidget) if dock.isAncestorOf(amount)]
    panel.setFloating(True)
    panel.activateWindow()
    amount.setFocus()
    user.qtbot.waitUntil(amount.hasFocus)
    amount.setValue(70)
    user.edit("selectall", "cut")
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == "70"
    user.qtbot.keyClick(amount, Qt.Key.Key_Z, CONTROL)
    assert amount.value() == 60
    panel.setFloating(False)
