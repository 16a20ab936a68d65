"""The titles of the panels, and the buttons in them."""

from collections.abc import Iterator

import numpy as np
import pytest
from PyQt6.QtCore import QRect
from PyQt6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.style.icons import icon
from flowviz.app.window.dock import BUTTONS
from tests.app.conftest import Window
from tests.app.style.test_icons import choose, drawn
from tests.app.window.test_panel_layout import PANELS, dock


@pytest.fixture(autouse=True)
def own_font(qapp: QApplication) -> Iterator[None]:
    """Larger words stay in their test."""
    font = QApplication.font()
    yield
    QApplication.setFont(font)


def height_of_letters(window: Window, name: str) -> int:
    """Rows of the title in which something is written."""
    panel = dock(window, name).widget()
    assert panel is not None
    title = drawn(dock(window, name).grab(QRect(0, 1, 120, panel.y() - 2)))[..., :3].astype(int)
    return int((np.ptp(title, axis=1).max(axis=1) > 100).sum())


def has_own_buttons(window: Window, name: str) -> bool:
    """Whether they are drawn as all icons are."""
    panel: QWidget = dock(window, name)
    panel.grab()
    pairs = [(panel.findChild(QAbstractButton, button), icon(own)) for button, own in BUTTONS.items()]
    return all(
        button is not None and np.array_equal(drawn(button.icon().pixmap(32, 32)), drawn(own.pixmap(32, 32)))
        for button, own in pairs
    )


def test_titles_grow_with_the_words_at_once(window: Window, qtbot: QtBot) -> None:
    before = {name: height_of_letters(window, name) for name in PANELS}
    choose(window, "Very Large")
    qtbot.waitUntil(lambda: all(height_of_letters(window, name) > 1.3 * before[name] for name in PANELS))
    choose(window, "Normal")
    qtbot.waitUntil(lambda: {name: height_of_letters(window, name) for name in PANELS} == before)


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_buttons_keep_their_icons(window: Window, qtbot: QtBot, theme: str) -> None:
    choose(window, theme)
    choose(window, "Reset Layout")
    assert all(has_own_buttons(window, name) for name in PANELS)
    for _ in range(2):
        choose(window, "Presentation")
        qtbot.wait(10)
    qtbot.waitUntil(dock(window, "flow").isVisible)
    assert all(has_own_buttons(window, name) for name in PANELS)
