"""The wrapping row and labels, without a window."""

import pytest
from PyQt6.QtCore import QSize
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.widgets.flow_row import LINE_SPACING, WrappingRow
from flowviz.app.widgets.labels import WrappingLabel, format_duration

SPACING = 6


class Block(QWidget):
    """Widget with a preferred size."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__()
        self._size = QSize(width, height)

    def sizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        return self._size


def shown(qtbot: QtBot, width: int, *widgets: QWidget) -> WrappingRow:
    row = WrappingRow(SPACING, *widgets)
    qtbot.addWidget(row)
    row.resize(width, 100)
    row.show()
    QApplication.processEvents()
    return row


def test_widgets_that_do_not_fit_wrap_onto_the_next_line(qtbot: QtBot) -> None:
    first, second, third = blocks = [Block(50, 20) for _ in range(3)]
    row = shown(qtbot, 110, *blocks)
    assert [widget.geometry().getRect() for widget in (first, second, third)] == [
        (0, 0, 50, 20),
        (50 + SPACING, 0, 50, 20),
        (0, 20 + LINE_SPACING, 50, 20),
    ]
    assert row.heightForWidth(110) == 40 + LINE_SPACING
    assert row.heightForWidth(200) == 20


def test_widgets_are_vertically_centered_in_their_line(qtbot: QtBot) -> None:
    low, high = Block(50, 10), Block(50, 30)
    row = shown(qtbot, 200, low, high)
    assert (low.y(), high.y(), row.sizeHint().height()) == (10, 0, 30)


@pytest.mark.parametrize("before_showing", [True, False])
def test_hidden_widget_leaves_no_gap(qtbot: QtBot, before_showing: bool) -> None:
    first, hidden, last = Block(50, 20), Block(50, 20), Block(50, 20)
    hidden.setHidden(before_showing)
    row = shown(qtbot, 300, first, hidden, last)
    hidden.hide()
    QApplication.processEvents()
    assert last.x() == 50 + SPACING
    assert row.sizeHint().width() == 100 + SPACING


def test_nested_row_stays_on_one_line_if_it_fits(qtbot: QtBot) -> None:
    inner = WrappingRow(SPACING, Block(50, 20), Block(50, 20))
    row = shown(qtbot, 300, inner, Block(100, 20))
    assert row.heightForWidth(300) == 20
    assert inner.size() == QSize(100 + SPACING, 20)


def test_label_wider_than_the_row_wraps_its_text(qtbot: QtBot) -> None:
    label = WrappingLabel("label", "Label")
    label.setText("word " * 60)
    row = shown(qtbot, 150, label)
    assert label.width() <= row.width()
    assert label.height() >= label.heightForWidth(label.width())


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (12, "12 s"), (185, "3:05 min"), (7200, "120:00 min"), (1e9, "5999:59 min")]
)
def test_durations_are_formatted_as_seconds_or_minutes(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text
