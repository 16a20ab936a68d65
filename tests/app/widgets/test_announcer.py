"""Announcements for screen readers."""

import pytest
from PyQt6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.widgets.announcer import Announcer

TEXT = "A long text. " * 10


class Pair(QWidget):
    """Two buttons, the first of which has the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = QPushButton("One"), QPushButton("Two")
        layout = QVBoxLayout(self)
        for button in (self.first, self.second):
            button.setAccessibleName(button.text())
            layout.addWidget(button)
        self.show()
        self.activateWindow()
        self.first.setFocus()


@pytest.fixture
def pair(qtbot: QtBot) -> Pair:
    pair = Pair()
    qtbot.addWidget(pair)
    qtbot.waitUntil(pair.first.hasFocus)
    return pair


def test_message_precedes_the_name_of_the_focus_until_the_focus_moves(pair: Pair) -> None:
    announcer = Announcer()
    announcer.announce("Done.")
    assert pair.first.accessibleName() == "Done. One"
    announcer.announce("Saved.")
    assert pair.first.accessibleName() == "Saved. One"
    pair.second.setFocus()
    assert (pair.first.accessibleName(), pair.second.accessibleName()) == ("One", "Two")


def test_long_text_is_not_read_once_more(pair: Pair) -> None:
    pair.first.setAccessibleName(TEXT)
    announcer = Announcer()
    announcer.announce("Done.")
    assert pair.first.accessibleName() == "Done."
    announcer.end()
    assert pair.first.accessibleName() == TEXT


def test_name_that_was_changed_meanwhile_is_kept(pair: Pair) -> None:
    announcer = Announcer()
    announcer.announce("Done.")
    pair.first.setAccessibleName("Three")
    announcer.end()
    assert pair.first.accessibleName() == "Three"
