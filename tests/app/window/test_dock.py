"""Title bars of the panels."""

from collections.abc import Iterator

import numpy as np
import pytest
from PyQt6.QtWidgets import QApplication, QDockWidget, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from tests.app.conftest import Window
from tests.app.style.test_icons import choose, drawn
from tests.app.window.layouts import PANELS, dock


@pytest.fixture(autouse=True)
def restored_font(qapp: QApplication) -> Iterator[None]:
    """Keep the text size of a test from the other tests."""
    font = QApplication.font()
    yield
    QApplication.setFont(font)


def title_height(window: Window, name: str) -> int:
    title_bar = dock(window, name).titleBarWidget()
    assert title_bar is not None
    label = title_bar.findChild(QLabel)
    assert label is not None
    return label.height()


def button(window: Window, name: str, kind: str) -> QToolButton:
    return window.find(QToolButton, f"{name}Dock{kind}")


def test_titles_follow_the_text_size(window: Window, qtbot: QtBot) -> None:
    before = {name: title_height(window, name) for name in PANELS}
    choose(window, "Very Large")
    qtbot.waitUntil(lambda: all(title_height(window, name) > 1.3 * before[name] for name in PANELS))
    choose(window, "Normal")
    qtbot.waitUntil(lambda: {name: title_height(window, name) for name in PANELS} == before)


def test_buttons_of_the_title_bar_detach_dock_and_close_a_panel(window: Window) -> None:
    for name in PANELS:
        panel: QDockWidget = dock(window, name)
        button(window, name, "Float").click()
        assert panel.isFloating(), name
        button(window, name, "Float").click()
        assert not panel.isFloating(), name
        button(window, name, "Close").click()
        assert panel.isHidden(), name


def test_buttons_of_the_title_bar_are_visible_in_both_themes(window: Window) -> None:
    for theme in ("Light", "Dark"):
        choose(window, theme)
        for kind in ("Float", "Close"):
            pixels = drawn(button(window, "flow", kind).grab())[..., :3].astype(int)
            assert np.ptp(pixels, axis=(0, 1)).min() > 100, f"{kind} lacks contrast in the {theme} theme"
