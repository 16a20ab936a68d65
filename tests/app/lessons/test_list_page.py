"""The list of lessons: its entries can be read."""

import pytest
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.lessons.list_page import LessonEntry
from flowviz.app.style.theme import ink, palette, style_sheet
from flowviz.lessons import Lesson
from flowviz.lessons.progress import Progress
from flowviz.specs.view import Theme
from tests.app.style.test_theme import contrast


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_text_of_the_chosen_entry_contrasts_with_it(qtbot: QtBot, lesson: Lesson, theme: Theme) -> None:
    top = QWidget()
    qtbot.addWidget(top)
    top.setPalette(palette(theme))
    top.setStyleSheet(style_sheet(theme))
    entry = LessonEntry(1, lesson, Progress())
    entry.setParent(top)
    entry.resize(400, 100)
    entry.setDefault(True)
    inside = entry.grab().toImage().pixelColor(390, 50)
    assert contrast(inside, ink(theme)) >= 4.5
