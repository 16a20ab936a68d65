"""The ring around the focused widget."""

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QRect, Qt
from PyQt6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QSlider, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.style.tokens import CORNER, TIGHT
from flowviz.app.widgets.focus_ring import FocusRing
from flowviz.app.window.keyboard import FocusRings
from tests.app.conftest import Window
from tests.app.style.test_icons import choose, drawn


def test_focus_ring_surrounds_the_focused_widget(window: Window, qtbot: QtBot) -> None:
    slider = window.find(QSlider, "layerScrubber")
    slider.setFocus()
    ring = window.main.findChild(FocusRing)
    assert ring is not None
    assert ring.isVisible()
    assert ring.geometry() == QRect(slider.mapTo(window.main, QPoint()), slider.size())
    window.main.resize(window.main.width() - 40, window.main.height() - 30)
    qtbot.waitUntil(lambda: ring.geometry() == QRect(slider.mapTo(window.main, QPoint()), slider.size()))


def test_focus_ring_does_not_cover_the_text_of_a_label(window: Window, qtbot: QtBot) -> None:
    rings, label = FocusRings(window.main), QLabel("Text", window.main)
    label.setGeometry(50, 50, 100, 30)
    label.show()
    rings.watch(None, label)
    [ring] = [ring for ring in window.main.findChildren(FocusRing) if ring.widget() is label]
    assert ring.mask().intersected(label.geometry().translated(-ring.pos())).isEmpty()


@pytest.mark.parametrize("name", ["stageStrip", "cloudView"])
def test_focus_ring_covers_no_picture(window: Window, qtbot: QtBot, name: str) -> None:
    """A cloud has marks of particles outside it at its edge."""
    picture = window.find(QWidget, name)
    picture.setFocus()
    ring = window.main.findChild(FocusRing)
    assert ring is not None
    place = QRect(picture.mapTo(window.main, QPoint()), picture.size())
    qtbot.waitUntil(lambda: ring.geometry() == place.adjusted(-TIGHT, -TIGHT, TIGHT, TIGHT))


def test_focus_ring_is_hidden_when_its_widget_is_deleted(window: Window, qtbot: QtBot) -> None:
    rings, gone = FocusRings(window.main), QLineEdit(window.main)
    gone.show()
    rings.watch(None, gone)
    rings.watch(gone, None)  # as when another program gets the focus
    with qtbot.waitSignal(gone.destroyed):
        gone.deleteLater()
    window.main.resize(1100, 750)
    QApplication.processEvents()
    assert gone not in [ring.widget() for ring in window.main.findChildren(FocusRing)]


def click(window: Window, qtbot: QtBot, widget: QWidget) -> None:
    """Click a widget as a window system does: through the window, which finds the widget under the pointer."""
    handle = window.main.windowHandle()
    assert handle is not None
    qtbot.mouseClick(handle, Qt.MouseButton.LeftButton, pos=widget.mapTo(window.main, widget.rect().center()))


def press_tab(window: Window, qtbot: QtBot) -> None:
    handle = window.main.windowHandle()
    assert handle is not None
    qtbot.keyClick(handle, Qt.Key.Key_Tab)


def rings(window: Window) -> list[QWidget | None]:
    return [ring.widget() for ring in window.main.findChildren(FocusRing) if ring.isVisible()]


def test_click_shows_no_ring_and_the_next_key_does(window: Window, qtbot: QtBot) -> None:
    window.main.activateWindow()
    text = window.find(QPlainTextEdit, "targetText")
    window.find(QSlider, "layerScrubber").setFocus()
    assert rings(window)
    click(window, qtbot, text.viewport() or text)
    qtbot.waitUntil(text.hasFocus)
    assert not rings(window), "a click draws a ring"
    press_tab(window, qtbot)
    qtbot.waitUntil(lambda: not text.hasFocus())
    assert rings(window) == [QApplication.focusWidget()]


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_ring_is_visible_around_a_checked_button(window: Window, qtbot: QtBot, theme: str) -> None:
    choose(window, theme)
    button = window.find(QToolButton, "textSource")
    window.find(QSlider, "layerScrubber").setFocus()
    assert button.isChecked()
    margin = 4  # the ring is around the button
    place = QRect(button.mapTo(window.main, QPoint()), button.size()).adjusted(-margin, -margin, margin, margin)
    checked = drawn(window.main.grab(place))[..., :3].astype(int)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    focused = drawn(window.main.grab(place))[..., :3].astype(int)
    middle = checked.shape[1] // 2
    changes = np.abs(focused - checked)[: 2 * CORNER, middle].sum(axis=1)
    assert changes.max() > 120, "Tab onto a checked button is invisible"
    assert not changes[CORNER:].any(), "the fill stays"
