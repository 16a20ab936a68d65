"""The start page without panels around it, and the panels that return when it is left."""

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QDockWidget, QPushButton
from pytestqt.qtbot import QtBot

from flowviz.app.desktop.existing import existing
from flowviz.app.desktop.settings import settings
from flowviz.app.main import create_window
from flowviz.projects import example
from tests.app.conftest import Window, settle, show
from tests.app.window.conftest import open_window
from tests.app.window.layouts import PANELS, RIGHT, OpenWindow, dock, is_default_layout, places, settled_places, toggle

__all__ = ["open_window"]


def arrange(window: Window) -> None:
    """Arrange the panels as only a user would."""
    window.main.resize(1280, 800)
    toggle(window, "training")
    window.main.addDockWidget(RIGHT, dock(window, "loss"))
    window.main.resizeDocks([dock(window, "target")], [390], Qt.Orientation.Horizontal)
    settle(window.main)


def seen_docks(window: Window) -> list[str]:
    return [each.objectName() for each in window.main.findChildren(QDockWidget) if each.isVisible()]


def test_page_has_no_panels_and_leaving_it_restores_them_exactly(open_window: OpenWindow) -> None:
    window = open_window()
    arrange(window)
    before = settled_places(window)
    assert before.keys() == set(PANELS) - {"training"}
    for leave in (window.find(QAction, "densityAction").trigger, window.find(QAction, "nextAction").trigger):
        window.main.welcome.show()
        settle(window.main)
        assert not seen_docks(window)
        leave()
        assert settled_places(window) == before


def test_layout_survives_a_start_that_ends_on_the_page(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    arrange(window)
    window = open_window()
    before = settled_places(window)
    assert before.keys() == set(PANELS) - {"training"}
    window.main.welcome.show()
    settle(window.main)
    window.main.welcome.show()  # once more, from the menu
    settle(window.main)
    window = open_window()
    qtbot.waitUntil(lambda: places(window) == before)


def test_first_start_has_the_default_layout_behind_the_page(open_window: OpenWindow, qtbot: QtBot) -> None:
    default = settled_places(open_window())
    main = create_window()
    qtbot.addWidget(main)
    settings().clear()
    main.welcome.show()
    show(main, qtbot)
    window = Window(main)
    assert not seen_docks(window)
    window.find(QPushButton, "startLeaveButton").click()
    assert settled_places(window) == default


def test_panel_that_is_chosen_in_the_menu_leaves_the_page(open_window: OpenWindow) -> None:
    window = open_window()
    toggle(window, "training")
    window.main.welcome.show()
    toggle(window, "training")
    assert not window.main.welcome.is_shown
    settle(window.main)
    assert is_default_layout(window)


def test_probe_that_is_chosen_on_the_page_has_its_ledger(open_window: OpenWindow) -> None:
    window = open_window()
    window.main.welcome.show()
    window.main.view.set_tool("probe")
    settle(window.main)
    assert not window.main.welcome.is_shown
    assert dock(window, "ledger").isVisible()


def test_page_sets_the_panel_of_lessons_aside(open_window: OpenWindow) -> None:
    window = open_window()
    arrange(window)
    before = settled_places(window)
    window.main.lessons.show()
    settle(window.main)
    assert seen_docks(window) == ["lessonsDock"]
    window.main.welcome.show()
    assert not seen_docks(window)
    window.main.welcome.leave()
    assert seen_docks(window) == ["lessonsDock"]
    window.main.welcome.show()
    window.main.lessons.leave()
    assert not window.main.welcome.is_shown
    assert settled_places(window).keys() == before.keys()


def test_reset_layout_leaves_the_page(open_window: OpenWindow) -> None:
    window = open_window()
    arrange(window)
    window.main.welcome.show()
    window.find(QAction, "resetlayoutAction").trigger()
    settle(window.main)
    assert not window.main.welcome.is_shown
    assert is_default_layout(window)


@pytest.mark.parametrize("reduced", [False, True])
def test_example_plays_once_through_its_layers(open_window: OpenWindow, qtbot: QtBot, reduced: bool) -> None:
    main = open_window().main
    main.viewer.reduce_motion(reduced)
    played: list[bool] = []
    main.viewer.playhead.is_playing.observe(bool, played.append)
    main.welcome.show()
    existing(main.welcome._page)._open_example(example("two_moons").path)
    qtbot.waitUntil(lambda: not main.welcome.is_shown)
    settle(main)
    assert played[:1] == ([] if reduced else [True])
    if reduced:
        assert main.view.value.stage == main.view.value.last_stage
