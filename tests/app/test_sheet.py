"""Sheets of options in the real window."""

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import QPoint, QRect, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QDockWidget, QPlainTextEdit, QScrollArea, QSpinBox, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.pane.chip import Chip
from flowviz.app.widgets.controls import ChoiceBox
from flowviz.app.widgets.sheet import Sheet
from tests.app.conftest import Window, settle

pytestmark = pytest.mark.shared_window
LEFT_BUTTON = Qt.MouseButton.LeftButton


class Options:
    """The sheet with the options of the flow, which is open."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        window.main.welcome.leave()
        self.button, self.sheet = window.find(QToolButton, "flowOptionsButton"), window.find(Sheet, "flowOptionsSheet")
        qtbot.mouseClick(self.button, LEFT_BUTTON)
        assert self.sheet.isVisible()


@pytest.fixture
def options(window: Window, qtbot: QtBot) -> Iterator[Options]:
    opened = Options(window, qtbot)
    yield opened
    opened.button.setChecked(False)


def test_sheet_is_beside_the_panels_and_within_the_window(options: Options) -> None:
    main, sheet = options.window.main, options.sheet
    for width, height in ((1024, 700), (1366, 768)):
        main.resize(width, height)
        settle(main)
        options.qtbot.waitUntil(lambda: main.rect().contains(sheet.geometry()))
        docks = [dock for dock in main.findChildren(QDockWidget) if dock.isVisible() and dock.x() == 0]
        assert not any(dock.geometry().intersects(sheet.geometry()) for dock in docks)
        assert options.window.find(QWidget, "lossPlot").height() > 100


def test_options_change_the_flow_while_the_sheet_stays_open(options: Options) -> None:
    layers = options.window.find(QSpinBox, "flowLayers")
    assert layers.isVisible()
    layers.setValue(5)
    assert options.window.main.request.plan.flow.layers == 5
    options.window.find(QAction, "gridAction").trigger()
    options.window.find(QAction, "gridAction").trigger()
    assert options.sheet.isVisible()


def test_escape_closes_the_sheet_and_returns_the_focus(options: Options) -> None:
    focus = options.window.main.focusWidget()
    assert focus is not None
    assert options.sheet.isAncestorOf(focus)
    options.qtbot.keyClick(focus, Qt.Key.Key_Escape)
    assert not options.sheet.isVisible()
    assert options.window.main.focusWidget() is options.button


def test_escape_closes_the_sheet_after_tab_has_left_it(options: Options) -> None:
    word = options.window.find(QPlainTextEdit, "targetText")
    word.setFocus()
    options.qtbot.keyClick(word, Qt.Key.Key_Escape)
    assert not options.sheet.isVisible()
    assert options.window.main.focusWidget() is word


def test_sheet_grows_with_its_content_and_does_not_scroll_while_there_is_room(options: Options) -> None:
    options.window.main.resize(1366, 768)
    scroll = options.sheet.findChild(QScrollArea)
    assert scroll is not None
    bar, family = scroll.verticalScrollBar(), options.window.find(ChoiceBox, "flowFamily")
    assert bar is not None
    family_before, explain = family.currentIndex(), options.window.find(QToolButton, "flowHelpButton")
    explain.click()
    for index in range(family.count()):
        family.setCurrentIndex(index)
        settle(options.sheet)
        assert bar.maximum() == 0 or options.sheet.height() >= options.window.find(QWidget, "center").height()
    family.setCurrentIndex(family_before)
    explain.click()


def test_options_do_not_cover_the_next_step(options: Options) -> None:
    options.window.find(QSpinBox, "flowLayers").setValue(4)
    chip = options.window.find(Chip, "nextStepChip")
    chip.show_text("Next: train 4 layers")
    settle(options.window.main)
    place = QRect(chip.mapTo(options.window.main, QPoint()), chip.size())
    assert not place.intersects(options.sheet.geometry())
    chip.show_text("")


def test_click_elsewhere_closes_the_sheet(options: Options) -> None:
    options.qtbot.mouseClick(options.sheet, LEFT_BUTTON, pos=QPoint(3, 3))
    assert options.sheet.isVisible()
    options.qtbot.mouseClick(options.window.find(QWidget, "cloudView"), LEFT_BUTTON)
    assert not options.sheet.isVisible()
    assert not options.button.isChecked()


@pytest.mark.parametrize("name", ["flowOptionsButton", "flowOptionsClose", "fontOptionsButton"])
def test_buttons_close_the_sheet(options: Options, name: str) -> None:
    options.qtbot.mouseClick(options.window.find(QToolButton, name), LEFT_BUTTON)
    assert not options.sheet.isVisible()


def test_sheet_closes_with_its_panel(options: Options) -> None:
    options.window.find(QAction, "trainingDockAction").trigger()
    assert not options.sheet.isVisible()
    options.window.find(QAction, "trainingDockAction").trigger()
    assert not options.sheet.isVisible()


def test_floating_panel_opens_its_sheet_in_the_main_window(options: Options) -> None:
    options.button.click()
    dock = options.window.find(QDockWidget, "targetDock")
    dock.setFloating(True)
    options.window.find(QToolButton, "fontOptionsButton").click()
    sheet = options.window.find(Sheet, "fontOptionsSheet")
    assert sheet.isVisible()
    assert sheet.window() is options.window.main
    assert options.window.find(QPlainTextEdit, "targetText").isVisible()
    options.window.find(QToolButton, "fontOptionsButton").click()
    dock.setFloating(False)
