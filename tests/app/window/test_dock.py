"""Title bars of the panels."""

from collections.abc import Iterator

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PyQt6.QtGui import QEnterEvent
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


def point_at(panel: QDockWidget) -> None:
    place = QPointF(5, 5)
    QApplication.sendEvent(panel, QEnterEvent(place, place, place))


def test_titles_follow_the_text_size(window: Window, qtbot: QtBot) -> None:
    before = {name: title_height(window, name) for name in PANELS}
    choose(window, "Very Large (150%)")
    qtbot.waitUntil(lambda: all(title_height(window, name) > 1.3 * before[name] for name in PANELS))
    choose(window, "Normal (100%)")
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
            point_at(dock(window, "training"))
            bar, place = dock(window, "training").titleBarWidget(), button(window, "training", kind).geometry()
            assert bar is not None
            pixels = drawn(bar.grab(place))[..., :3].astype(int)
            assert np.ptp(pixels, axis=(0, 1)).min() > 100, f"{kind} lacks contrast in the {theme} theme"


def test_buttons_of_the_title_bar_appear_while_the_pointer_is_above_the_panel(window: Window) -> None:
    panel, buttons = dock(window, "training"), [button(window, "training", kind) for kind in ("Float", "Close")]
    assert not any(each.isVisible() for each in buttons)
    height = title_height(window, "training")
    point_at(panel)
    assert all(each.isVisible() for each in buttons)
    assert title_height(window, "training") == height
    QApplication.sendEvent(panel, QEvent(QEvent.Type.Leave))
    assert not any(each.isVisible() for each in buttons)


def test_tab_reaches_the_buttons_of_the_title_bar_and_leaves_them(window: Window, qtbot: QtBot) -> None:
    window.main.activateWindow()
    bar = dock(window, "training").titleBarWidget()
    first, last = (button(window, "training", kind) for kind in ("Float", "Close"))
    assert bar is not None
    bar.setFocus(Qt.FocusReason.TabFocusReason)
    assert first.hasFocus()
    assert last.isVisible()
    qtbot.keyClick(first, Qt.Key.Key_Tab)
    assert last.hasFocus()
    qtbot.keyClick(last, Qt.Key.Key_Backtab)
    qtbot.keyClick(first, Qt.Key.Key_Backtab)
    assert QApplication.focusWidget() not in {first, last}, "Shift+Tab is caught in the title bar"
    assert not first.isVisible()


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_floating_panel_has_a_frame_and_covers_no_other_panel(window: Window, qtbot: QtBot, theme: str) -> None:
    choose(window, theme)
    panel = dock(window, "training")
    button(window, "training", "Float").click()
    qtbot.waitUntil(panel.isVisible)
    pixels = drawn(panel.grab())[..., :3].astype(int)
    edges = pixels[0, 9:-9], pixels[-1, 9:-9], pixels[9:-9, 0], pixels[9:-9, -1]
    ground = np.median(pixels.reshape(-1, 3), axis=0)
    for edge in edges:
        assert (np.abs(edge - ground).sum(axis=1) > 30).all(), "an edge is missing"
    others = [dock(window, name) for name in PANELS if name != "training" and dock(window, name).isVisible()]
    for other in others:
        assert not panel.frameGeometry().intersects(QRect(other.mapToGlobal(QPoint()), other.size()))
    button(window, "training", "Float").click()
