"""The Edit menu is up to date whenever it is looked at: in the menu bar, and in the command palette."""

import pytest
from PyQt6.QtGui import QAction, QTextCursor
from PyQt6.QtWidgets import QDockWidget, QPlainTextEdit, QSlider, QSpinBox
from pytestqt.qtbot import QtBot

from flowviz.app.commands.palette import CommandPalette
from tests.app.conftest import Window

pytestmark = pytest.mark.shared_window


class EditActions:
    """The entries of the Edit menu for the text that has the focus."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        self.window.main.activateWindow()
        self.text = window.find(QPlainTextEdit, "targetText")
        self.focus(self.text)

    def focus(self, widget: QPlainTextEdit | QSlider | QSpinBox) -> None:
        widget.setFocus()
        self.qtbot.waitUntil(widget.hasFocus)

    @property
    def enabled(self) -> set[str]:
        names = ("cut", "copy", "selectall")
        return {name for name in names if self.window.find(QAction, f"{name}Action").isEnabled()}


@pytest.fixture
def actions(window: Window, qtbot: QtBot) -> EditActions:
    return EditActions(window, qtbot)


def test_cut_and_copy_are_enabled_while_text_is_selected(actions: EditActions) -> None:
    actions.text.selectAll()
    assert actions.enabled == {"cut", "copy", "selectall"}
    actions.text.moveCursor(QTextCursor.MoveOperation.End)
    assert actions.enabled == {"selectall"}


def test_read_only_text_can_be_copied_but_not_cut(actions: EditActions) -> None:
    actions.focus(actions.window.find(QSlider, "layerScrubber"))
    actions.text.setReadOnly(True)
    actions.text.selectAll()
    actions.focus(actions.text)
    assert actions.enabled == {"copy", "selectall"}
    actions.focus(actions.window.find(QSlider, "layerScrubber"))
    actions.text.setReadOnly(False)


def test_nothing_is_enabled_while_no_text_has_the_focus(actions: EditActions) -> None:
    actions.text.selectAll()
    actions.focus(actions.window.find(QSlider, "layerScrubber"))
    assert actions.enabled == set()
    actions.text.selectAll()
    assert actions.enabled == set(), "the text without the focus is still followed"


def test_number_box_in_a_floating_panel_is_followed(actions: EditActions) -> None:
    amount = actions.window.find(QSpinBox, "budgetAmount")
    (panel,) = [dock for dock in actions.window.main.findChildren(QDockWidget) if dock.isAncestorOf(amount)]
    panel.setFloating(True)
    panel.activateWindow()
    actions.focus(amount)
    amount.selectAll()
    assert actions.enabled == {"cut", "copy", "selectall"}
    panel.setFloating(False)


def test_command_palette_does_not_change_what_is_enabled(actions: EditActions, qtbot: QtBot) -> None:
    actions.text.selectAll()
    actions.window.main.finder.open_palette()
    (palette,) = actions.window.main.findChildren(CommandPalette)
    qtbot.waitUntil(palette.search.hasFocus)
    assert actions.enabled == {"cut", "copy", "selectall"}
    palette.close()
