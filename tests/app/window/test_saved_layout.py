"""Layouts that are saved and restored, and the size of the first window."""

import pytest
from PyQt6.QtCore import QByteArray, QPoint, QSize, Qt
from PyQt6.QtGui import QAction, QScreen
from pytestqt.qtbot import QtBot

from flowviz.app.desktop.settings import settings
from flowviz.app.window.panel_layout import GEOMETRY, STATE
from tests.app.window.layouts import (
    PANELS,
    RIGHT,
    OpenWindow,
    dock,
    is_default_layout,
    is_tabbed,
    places,
    settled_places,
    toggle,
)


def test_layout_survives_a_restart(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    window.main.resize(1008, 740)
    toggle(window, "training")
    window.main.addDockWidget(RIGHT, dock(window, "loss"))
    window.main.addDockWidget(RIGHT, dock(window, "inspector"))
    qtbot.waitUntil(lambda: dock(window, "loss").x() > 800)
    window.main.resizeDocks([dock(window, "loss")], [250], Qt.Orientation.Vertical)
    qtbot.waitUntil(lambda: dock(window, "loss").height() > 220)
    saved = settled_places(window)
    restored = open_window()
    assert restored.main.size() == QSize(1008, 740)
    assert not dock(restored, "training").isVisible()
    qtbot.waitUntil(lambda: places(restored) == saved)


@pytest.mark.parametrize("damaged", ["nonsense", 7, QByteArray(b"\0\1\2nonsense"), [b"a", b"b"]])
def test_damaged_settings_give_the_default_layout(open_window: OpenWindow, damaged: object) -> None:
    for key in (STATE, GEOMETRY):
        settings().setValue(key, damaged)
    assert is_default_layout(open_window())


def test_truncated_settings_give_the_default_layout(open_window: OpenWindow) -> None:
    window = open_window()
    for name in PANELS:
        toggle(window, name)
    window.main.close()
    for key in (STATE, GEOMETRY):
        saved = settings().value(key)
        settings().setValue(key, QByteArray(saved.data()[: saved.size() // 2]))
    assert is_default_layout(open_window())


def test_window_closed_off_screen_reopens_on_a_screen(open_window: OpenWindow) -> None:
    open_window().main.move(QPoint(9000, 7000))
    main = open_window().main
    screen = main.screen()
    assert screen is not None
    assert screen.availableGeometry().contains(main.geometry().topLeft())


def test_window_closed_in_full_screen_reopens_in_its_frame(open_window: OpenWindow) -> None:
    open_window().main.showFullScreen()
    assert not open_window().main.isFullScreen()


def test_window_closed_in_a_presentation_reopens_with_its_panels(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    window.main.resize(1024, 740)
    toggle(window, "training")
    saved = settled_places(window)
    window.find(QAction, "presentationAction").trigger()
    qtbot.waitUntil(lambda: not dock(window, "loss").isVisible())
    restored = open_window()
    assert not restored.main.isFullScreen()
    qtbot.waitUntil(lambda: places(restored) == saved)


@pytest.mark.parametrize("screen", [QSize(1024, 700), QSize(1366, 728), QSize(1366, 768), QSize(1280, 800)])
def test_first_window_and_its_frame_fit_on_a_small_screen(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch, screen: QSize
) -> None:
    title_bar, border = 40, 4  # pixels, on the desktops with the largest ones
    monkeypatch.setattr(QScreen, "availableSize", lambda _: screen)
    main = open_window().main
    assert main.height() + title_bar <= screen.height()
    assert main.width() + 2 * border <= screen.width()


def test_tabbed_inspector_returns_after_a_restart_in_a_wider_window(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    window.main.resize(1024, 700)
    qtbot.waitUntil(lambda: is_tabbed(window))
    restored = open_window()
    assert is_tabbed(restored)
    restored.main.resize(1400, 800)
    qtbot.waitUntil(lambda: not is_tabbed(restored))


def test_ledger_of_the_probe_is_closed_after_a_restart_from_the_start_page(open_window: OpenWindow) -> None:
    window = open_window()
    window.main.welcome.leave()
    window.main.view.set_tool("probe")
    assert not dock(window, "ledger").isHidden()
    window.main.welcome.show()
    restored = open_window()
    restored.main.welcome.leave()
    assert dock(restored, "ledger").isHidden()
