"""The bars of the cloud in narrow windows."""

from functools import partial

import pytest
from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QComboBox, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.pane.central_widget import CentralWidget
from flowviz.app.pane.view_bar import ViewBar
from flowviz.app.state.view import ViewState
from flowviz.app.widgets.labels import FittingLabel
from tests.app.conftest import Window
from tests.app.window.layouts import clipped
from tests.app.workspace.fakes import untrained

TEXT = Qt.ToolButtonStyle.ToolButtonTextBesideIcon


def test_bars_of_the_cloud_have_room_beside_the_open_options_of_the_flow(window: Window, qtbot: QtBot) -> None:
    window.main.resize(1024, 700)
    window.find(QToolButton, "flowOptionsButton").click()
    qtbot.waitUntil(window.find(QWidget, "flowLayers").isVisible)
    assert window.main.size() == QSize(1024, 700)
    qtbot.waitUntil(lambda: clipped(window.find(CentralWidget, "center")) == [])


@pytest.mark.parametrize(("width", "lines"), [(2000, 1), (640, 1), (440, 1), (200, 3)])
def test_view_bar_wraps_into_further_lines(qtbot: QtBot, width: int, lines: int) -> None:
    bar = ViewBar(ViewState(), lambda: None)
    qtbot.addWidget(bar)
    bar.resize(width, 200)
    bar.show()
    tops = {button.mapTo(bar, button.rect().center()).y() // 20 for button in bar.findChildren(QToolButton)}
    assert bar.heightForWidth(width) < 45 * lines
    assert len(tops) <= lines
    assert clipped(bar) == []
    assert [button.text() for button in bar.findChildren(QToolButton) if button.visibleRegion().isEmpty()] == []


@pytest.mark.usefixtures("restored_font")
def test_view_bar_has_one_line_beside_the_panels_of_a_small_window(window: Window, qtbot: QtBot) -> None:
    window.main.resize(1008, 652)  # fits with its frame on a screen of 1024 x 700
    (bar,) = window.main.findChildren(ViewBar)
    for percent, lines in ((100, 1), (125, 1), (150, 2)):
        window.main.appearance.choose_text_size(percent)
        qtbot.waitUntil(partial(lambda most: lines_of(bar) <= most and clipped(bar) == [], lines))


@pytest.mark.usefixtures("restored_font")
def test_labels_of_the_view_bar_return_when_the_text_is_small_or_the_window_large_again(
    window: Window, qtbot: QtBot
) -> None:
    (bar,) = window.main.findChildren(ViewBar)

    def labels() -> set[str]:
        texts = {label.text() for label in bar.findChildren(QLabel) if label.isVisible()}
        return texts | {button.text() for button in bar.findChildren(QToolButton) if button.toolButtonStyle() == TEXT}

    def resize(width: int, height: int) -> None:
        window.main.resize(width, height)

    resize(1366, 768)
    qtbot.waitUntil(lambda: len(labels()) == 5)
    whole = labels()
    window.main.appearance.choose_text_size(150)
    qtbot.waitUntil(lambda: labels() != whole)
    window.main.appearance.choose_text_size(100)
    qtbot.waitUntil(lambda: labels() == whole)
    resize(1024, 700)
    qtbot.waitUntil(lambda: labels() != whole)
    resize(1366, 768)
    qtbot.waitUntil(lambda: labels() == whole and lines_of(bar) == 1)


@pytest.mark.usefixtures("restored_font")
def test_buttons_above_a_comparison_are_as_wide_as_their_texts(window: Window, qtbot: QtBot) -> None:
    window.main.resize(1024, 700)
    window.main.comparisons.show(untrained("a", "b"))
    bar = window.find(QWidget, "comparisonBar")
    for percent in (100, 150):
        window.main.appearance.choose_text_size(percent)
        qtbot.waitUntil(lambda: window.find(QWidget, "leaveComparisonButton").isVisible() and clipped(bar) == [])
        assert "…" not in window.find(FittingLabel, "comparisonTitle").drawn_text


@pytest.mark.usefixtures("restored_font")
def test_the_bars_above_the_panes_begin_at_the_same_place_if_they_have_no_room(window: Window, qtbot: QtBot) -> None:
    """The buttons were moved by the space beside a title without room."""
    window.main.resize(1024, 700)
    window.main.appearance.choose_text_size(150)
    window.main.comparisons.show(untrained("a", "b"))
    first = window.find(QWidget, "differenceBox")
    (bar,) = window.main.findChildren(ViewBar)
    qtbot.waitUntil(lambda: first.isVisible() and left_of(first) == left_of(bar))


def left_of(widget: QWidget) -> int:
    """Return the left edge of a widget in its window."""
    return widget.mapTo(widget.window(), widget.rect().topLeft()).x()


@pytest.mark.usefixtures("restored_font")
def test_the_clouds_of_a_comparison_have_the_room_of_a_second_line_below_them(window: Window, qtbot: QtBot) -> None:
    window.main.resize(1024, 700)
    window.main.appearance.choose_text_size(150)
    readout, score = window.find(QWidget, "readout"), window.find(QWidget, "score")
    qtbot.waitUntil(lambda: score.y() > readout.y())
    window.main.comparisons.show(untrained("a", "b"))
    qtbot.waitUntil(lambda: score.geometry().center().y() == readout.geometry().center().y())
    window.main.comparisons.leave()
    qtbot.waitUntil(lambda: score.y() > readout.y())


def lines_of(bar: ViewBar) -> int:
    """Return the number of lines in which the controls are placed."""
    controls = [*bar.findChildren(QToolButton), *bar.findChildren(QComboBox)]
    return len({control.mapTo(bar, control.rect().center()).y() // 10 for control in controls})


def test_view_bar_keeps_its_height_when_buttons_are_checked(window: Window) -> None:
    (bar,) = window.main.findChildren(ViewBar)
    heights = {button.sizeHint().height() for button in bar.findChildren(QToolButton)}
    assert len(heights) == 1
