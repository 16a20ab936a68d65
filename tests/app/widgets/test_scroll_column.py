"""A column that scrolls only if its widgets do not fit."""

import pytest
from pytestqt.qtbot import QtBot

from flowviz.app.desktop.existing import existing
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.app.widgets.scroll_column import ScrollColumn

LOW = 20  # height in pixels that is too small for the text
WORDS = "Words of a sentence that wraps several times in a narrow column."


@pytest.mark.parametrize("width", range(160, 190, 10))
def test_a_column_that_is_high_enough_stops_scrolling(qtbot: QtBot, width: int) -> None:
    column = ScrollColumn(WrappingLabel("text", "Text", WORDS))
    qtbot.addWidget(column)
    column.show()
    bar = existing(column.verticalScrollBar())
    column.resize(width, LOW)
    qtbot.waitUntil(bar.isVisible)
    column.resize(width, column.sizeHint().height())
    qtbot.waitUntil(lambda: not bar.isVisible())  # beside it, the text might need another line
    column.resize(width, LOW)
    qtbot.waitUntil(bar.isVisible)
