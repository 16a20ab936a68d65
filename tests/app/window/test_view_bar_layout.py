"""The bars of the cloud in narrow windows."""

import pytest
from PyQt6.QtCore import QSize
from PyQt6.QtWidgets import QComboBox, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.pane.central_widget import CentralWidget
from flowviz.app.pane.view_bar import ViewBar
from flowviz.app.state.view import ViewState
from tests.app.conftest import Window
from tests.app.window.layouts import clipped


def test_bars_of_the_cloud_have_room_beside_the_open_options_of_the_flow(window: Window, qtbot: QtBot) -> None:
    window.main.resize(1024, 700)
    window.find(QToolButton, "flowOptionsButton").click()
    qtbot.waitUntil(window.find(QWidget, "flowLayers").isVisible)
    assert window.main.size() == QSize(1024, 700)
    qtbot.waitUntil(lambda: clipped(window.find(CentralWidget, "center")) == [])


@pytest.mark.parametrize(("width", "lines"), [(2000, 1), (640, 2), (440, 3)])
def test_view_bar_wraps_into_further_lines(qtbot: QtBot, width: int, lines: int) -> None:
    bar = ViewBar(ViewState())
    qtbot.addWidget(bar)
    bar.resize(width, 200)
    bar.show()
    tops = {button.mapTo(bar, button.rect().center()).y() // 20 for button in bar.findChildren(QToolButton)}
    assert bar.heightForWidth(width) < 45 * lines
    assert len(tops) <= lines
    assert clipped(bar) == []
    assert [button.text() for button in bar.findChildren(QToolButton) if button.visibleRegion().isEmpty()] == []


@pytest.mark.usefixtures("restored_font")
def test_view_bar_has_two_lines_beside_the_panels_of_a_small_window(window: Window, qtbot: QtBot) -> None:
    window.main.resize(1008, 652)  # fits with its frame on a screen of 1024 x 700
    (bar,) = window.main.findChildren(ViewBar)
    for action in (*bar.mark_actions.values(), bar.beside_action):
        action.setChecked(True)  # its button is wider then

    def has_two_lines() -> bool:
        controls = [*bar.findChildren(QToolButton), *bar.findChildren(QComboBox)]
        middles = {control.mapTo(bar, control.rect().center()).y() // 10 for control in controls}
        return len(middles) <= 2

    for percent in (100, 125, 150):
        window.main.appearance.choose_text_size(percent)
        qtbot.waitUntil(lambda: has_two_lines() and clipped(bar) == [])


def test_view_bar_keeps_its_height_when_buttons_are_checked(window: Window) -> None:
    (bar,) = window.main.findChildren(ViewBar)
    heights = {button.sizeHint().height() for button in bar.findChildren(QToolButton)}
    assert len(heights) == 1
