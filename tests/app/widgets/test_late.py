"""Widgets that are created after the first picture of the window."""

from PyQt6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from flowviz.app.widgets.late import Late


def test_widget_is_created_once_and_brought_up_to_date(qtbot: QtBot) -> None:
    prepared: list[QLabel] = []
    late = Late(lambda: QLabel, prepared.append)
    qtbot.addWidget(late)
    late.show()
    assert (late.created, prepared) == (None, [])
    label = late.content()
    assert late.content() is late.created is label
    assert prepared == [label]
    assert label.parent() is late
    assert label.isVisible()
