"""The entries of the Help menu about flowviz itself."""

import pytest
from PyQt6.QtGui import QAction, QGuiApplication
from PyQt6.QtWidgets import QDialogButtonBox, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from flowviz.about import citation, license_text, release_notes
from flowviz.app.window.about import TextDialog
from tests.app.conftest import Window

pytestmark = pytest.mark.shared_window


def opened(window: Window, action: str) -> TextDialog:
    """Choose an entry of the Help menu, and return its dialog."""
    window.find(QAction, action).trigger()
    [dialog] = window.main.findChildren(TextDialog)
    assert dialog.isVisible()
    return dialog


def words(text: str) -> list[str]:
    return [word for word in text.replace("*", " ").replace("`", " ").replace("#", " ").split() if word]


@pytest.mark.parametrize(
    ("action", "title", "text"),
    [
        ("whatsNewAction", "What's New", release_notes()),
        ("citeAction", "Cite flowviz", citation()),
        ("licenseAction", "License", license_text()),
    ],
)
def test_dialog_shows_its_whole_text_from_the_beginning(
    window: Window, qtbot: QtBot, action: str, title: str, text: str
) -> None:
    dialog = opened(window, action)
    assert dialog.windowTitle() == title
    assert words(dialog.text.toPlainText()) == words(text)
    bar = dialog.text.verticalScrollBar()
    assert bar is not None
    assert bar.value() == 0
    close = dialog.buttons.button(QDialogButtonBox.StandardButton.Close)
    assert close is not None
    close.click()
    qtbot.waitUntil(lambda: not window.main.findChildren(TextDialog))


def test_button_that_copies_the_citation_has_no_icon(window: Window) -> None:
    """In a box of buttons, it would keep the color of the theme in which it was first drawn."""
    opened(window, "citeAction")
    assert window.find(QPushButton, "copyCitationButton").icon().isNull()


def test_close_buttons_look_alike(window: Window) -> None:
    window.main._about.show_summary()
    summary = window.find(QMessageBox, "about").button(QMessageBox.StandardButton.Close)
    close = opened(window, "licenseAction").buttons.button(QDialogButtonBox.StandardButton.Close)
    assert summary is not None
    assert close is not None
    assert summary.text() == close.text()
    assert summary.icon().isNull()
    assert close.icon().isNull()


def test_citation_can_be_copied(window: Window) -> None:
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    clipboard.clear()
    opened(window, "citeAction").findChild(QPushButton, "copyCitationButton").click()
    assert clipboard.text() == citation()
    assert "copied to the clipboard" in window.status
