"""The text page as a view of the request, without a window."""

from unittest.mock import Mock

import pytest
from PyQt6.QtGui import QTextCursor
from PyQt6.QtWidgets import QPlainTextEdit, QSlider
from pytestqt.qtbot import QtBot

from flowviz.app.state.request import Request, RequestState
from flowviz.app.target.text_page import TextPage
from flowviz.specs import TextSpec


class Typed:
    """The page, and the request that it shows."""

    def __init__(self, qtbot: QtBot) -> None:
        self.request, self.qtbot = RequestState(Request()), qtbot
        self.page = TextPage(self.request, Mock(), Mock(), Mock())
        qtbot.addWidget(self.page)
        text, weight = self.page.findChild(QPlainTextEdit), self.page.findChild(QSlider)
        assert text is not None
        assert weight is not None
        self.text, self.weight = text, weight


@pytest.fixture
def typed(qtbot: QtBot) -> Typed:
    return Typed(qtbot)


def test_cursor_is_behind_the_part_of_the_text_that_changed(typed: Typed) -> None:
    typed.request.show_text("one 🙂 two")
    typed.text.moveCursor(QTextCursor.MoveOperation.End)
    typed.text.moveCursor(QTextCursor.MoveOperation.PreviousWord)
    typed.qtbot.keyClicks(typed.text, "and ")
    assert typed.request.plan.target == TextSpec(text="one 🙂 and two")
    typed.text.moveCursor(QTextCursor.MoveOperation.Start)
    typed.request.show_text("one 🙂 two")  # as undo does
    typed.qtbot.keyClicks(typed.text, "or ")
    assert typed.text.toPlainText() == "one 🙂 or two"


def test_showing_a_weight_between_two_slider_positions_does_not_change_it(typed: Typed) -> None:
    typed.request.update_page("text", weight=0.0333)
    assert typed.weight.value() == 7
    assert typed.request.value.pages.text.weight == 0.0333
    typed.weight.setValue(8)
    assert typed.request.value.pages.text.weight == pytest.approx(0.04)


def test_blur_is_part_of_the_target(typed: Typed) -> None:
    blur = typed.page.findChild(QSlider, "targetBlur")
    assert blur is not None
    blur.setValue(5)
    assert typed.request.plan.target == TextSpec(text="BRAD", blur=0.05)
    typed.request.show_target(TextSpec(text="a", blur=0.2))
    assert blur.value() == 20
