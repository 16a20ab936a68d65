"""Announcements for screen readers."""

import pytest
from PyQt6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.widgets.announcer import Announcer


@pytest.fixture
def buttons(qtbot: QtBot) -> tuple[QPushButton, QPushButton]:
    parent, found = QWidget(), (QPushButton("One"), QPushButton("Two"))
    qtbot.addWidget(parent)
    layout = QVBoxLayout(parent)
    for button in found:
        button.setAccessibleName(button.text())
        layout.addWidget(button)
    parent.show()
    parent.activateWindow()
    found[0].setFocus()
    qtbot.waitUntil(found[0].hasFocus)
    return found


def test_message_precedes_the_name_of_the_focus_until_the_focus_moves(buttons: tuple[QPushButton, QPushButton]) -> None:
    first, second = buttons
    announcer = Announcer()
    announcer.announce("Done.")
    assert first.accessibleName() == "Done. One"
    announcer.announce("Saved.")
    assert first.accessibleName() == "Saved. One"
    second.setFocus()
    assert (first.accessibleName(), second.accessibleName()) == ("One", "Two")


def test_long_text_is_not_read_once_more(buttons: tuple[QPushButton, QPushButton]) -> None:
    first, _ = buttons
    first.setAccessibleName("A long text. " * 10)
    announcer = Announcer()
    announcer.announce("Done.")
    assert first.accessibleName() == "Done."
    announcer.end()
    assert first.accessibleName() == "A long text. " * 10


def test_name_that_was_changed_meanwhile_is_kept(buttons: tuple[QPushButton, QPushButton]) -> None:
    first, _ = buttons
    announcer = Announcer()
    announcer.announce("Done.")
    first.setAccessibleName("Three")
    announcer.end()
    assert first.accessibleName() == "Three"
