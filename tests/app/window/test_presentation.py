"""Full screen, and the window in front of a class."""

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import QRect, QSize, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QSlider, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.notices.notice import Notice
from flowviz.app.notices.notice_list import NoticeList
from flowviz.app.training.controls import TrainingControls
from flowviz.app.viewer.cloud_view import CloudView
from tests.app.conftest import Window
from tests.app.test_main_window import choose
from tests.app.window.test_panel_layout import RIGHT, clipped, dock

CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
SHOWN = "cloudView", "layerScrubber", "playButton", "layerInWords"
HIDDEN = "stageStrip", "readout", "directionBox", "historyScrubber", "targetText", "trainButton", "lossPlot"


@pytest.fixture
def presented(window: Window, qtbot: QtBot) -> Iterator[Window]:
    choose(window, "Presentation")
    qtbot.waitUntil(window.main.isFullScreen)
    yield window
    press_escape(window, qtbot)


def press_escape(window: Window, qtbot: QtBot) -> None:
    focus = window.main.focusWidget() or window.main
    qtbot.keyClick(focus, Qt.Key.Key_Escape)


def places(window: Window) -> dict[str, QRect]:
    """What is seen, and where."""
    shown = [widget for widget in window.main.findChildren(QWidget) if widget.isVisible()]
    named = [widget for widget in shown if widget.objectName() and not widget.objectName().startswith("qt_")]
    return {
        widget.objectName(): QRect(widget.mapTo(window.main, widget.rect().topLeft()), widget.size())
        for widget in named
    }


def letters(window: Window, name: str) -> float:
    return window.find(QWidget, name).fontInfo().pointSizeF()


def test_a_class_sees_the_cloud_the_ways_through_it_and_the_layer_in_words(presented: Window) -> None:
    assert [name for name in SHOWN if not presented.find(QWidget, name).isVisible()] == []
    assert [name for name in HIDDEN if presented.find(QWidget, name).isVisible()] == []
    bar = presented.main.menuBar()
    assert bar is not None
    assert bar.height() == 0
    assert clipped(presented.main) == []


def test_the_words_are_those_of_the_layer(presented: Window) -> None:
    words = presented.find(QLabel, "layerInWords")
    assert "Gaussian" in words.text()
    presented.find(QSlider, "layerScrubber").setValue(3)
    assert "permutation" in words.text()
    assert "3 of 19" in presented.find(QLabel, "layerTitle").text()
    choose(presented, "Explanations")
    assert not words.isVisible()
    assert presented.find(QLabel, "stageLabel").isVisible()


def test_words_are_large_in_the_picture_and_beside_it(window: Window, qtbot: QtBot) -> None:
    cloud = window.find(CloudView, "cloudView")
    before = letters(window, "throughBox"), cloud.view.word_height
    choose(window, "Presentation")
    assert letters(window, "throughBox") >= 1.7 * before[0]
    assert letters(window, "layerInWords") >= 1.7 * before[0]
    assert cloud.view.word_height * min(cloud.width(), cloud.height()) >= 20
    press_escape(window, qtbot)
    qtbot.waitUntil(lambda: (letters(window, "throughBox"), cloud.view.word_height) == before)


def test_escape_brings_everything_back_as_it_was(window: Window, qtbot: QtBot) -> None:
    main = window.main
    dock(window, "flow").close()
    main.addDockWidget(RIGHT, dock(window, "loss"))
    main.tabifyDockWidget(dock(window, "training"), dock(window, "target"))
    qtbot.waitUntil(lambda: dock(window, "loss").x() > 700)
    main.resizeDocks([dock(window, "loss")], [260], Qt.Orientation.Vertical)
    window.find(QPlainTextEdit, "targetText").setFocus()
    qtbot.wait(50)
    before, focus = places(window), main.focusWidget()
    choose(window, "Presentation")
    qtbot.waitUntil(lambda: not dock(window, "loss").isVisible())
    qtbot.wait(50)
    press_escape(window, qtbot)
    qtbot.waitUntil(lambda: places(window) == before)
    assert main.focusWidget() is focus
    assert not main.isFullScreen()
    assert not window.find(QAction, "presentationAction").isChecked()


def test_a_panel_that_floats_floats_again(window: Window, qtbot: QtBot) -> None:
    flow = dock(window, "flow")
    flow.setFloating(True)
    flow.move(40, 50)
    place = flow.geometry()
    choose(window, "Presentation")
    assert not flow.isVisible()
    press_escape(window, qtbot)
    qtbot.waitUntil(flow.isVisible)
    assert flow.isFloating()
    assert flow.geometry() == place


def test_a_presentation_in_full_screen_comes_back_to_full_screen(window: Window, qtbot: QtBot) -> None:
    choose(window, "Full Screen")
    qtbot.waitUntil(window.main.isFullScreen)
    choose(window, "Presentation")
    press_escape(window, qtbot)
    assert dock(window, "target").isVisible()
    assert window.main.isFullScreen()
    assert window.find(QAction, "fullscreenAction").isChecked()
    press_escape(window, qtbot)
    qtbot.waitUntil(lambda: not window.main.isFullScreen())
    assert not window.find(QAction, "fullscreenAction").isChecked()


def test_escape_means_nothing_else(window: Window, qtbot: QtBot) -> None:
    before = places(window)
    press_escape(window, qtbot)
    assert places(window) == before


def test_the_keys_work_before_a_class(presented: Window, qtbot: QtBot) -> None:
    scrubber, play = presented.find(QSlider, "layerScrubber"), presented.find(QWidget, "playButton")
    assert presented.main.focusWidget() is scrubber
    qtbot.keyClick(scrubber, Qt.Key.Key_Right)
    assert scrubber.value() == 1
    qtbot.keyClick(scrubber, Qt.Key.Key_Right, ALT)
    assert scrubber.value() == 2
    qtbot.keyClick(scrubber, Qt.Key.Key_Left, ALT)
    assert scrubber.value() == 1
    qtbot.keyClick(scrubber, Qt.Key.Key_Space, CONTROL)
    assert play.accessibleName() == "Stop playing"
    qtbot.keyClick(scrubber, Qt.Key.Key_Space, CONTROL)
    pressed: list[bool] = []
    presented.find(TrainingControls, "runControls").blockSignals(True)
    presented.find(QPushButton, "trainButton").clicked.connect(pressed.append)
    qtbot.keyClick(scrubber, Qt.Key.Key_Return, CONTROL)
    assert pressed


def test_escape_comes_back_where_what_had_the_focus_is_gone(window: Window, qtbot: QtBot) -> None:
    gone = QLineEdit(window.main.centralWidget())
    gone.show()
    gone.setFocus()
    choose(window, "Presentation")
    gone.deleteLater()
    qtbot.wait(10)
    press_escape(window, qtbot)
    assert dock(window, "target").isVisible()


def test_resetting_the_layout_is_not_done_before_the_class(window: Window, qtbot: QtBot) -> None:
    choose(window, "Presentation")
    choose(window, "Reset Layout")
    assert dock(window, "target").isVisible()
    assert window.find(QWidget, "stageStrip").isVisible()


def test_a_window_that_comes_back_to_its_size_late_leaves_what_is_shown_by_then(window: Window, qtbot: QtBot) -> None:
    dock(window, "loss").close()
    choose(window, "Presentation")
    choose(window, "Reset Layout")
    size = window.main.size()
    for late in (QSize(size.width() + 50, size.height()), size):
        window.main.resize(late)
        qtbot.wait(10)
    assert dock(window, "loss").isVisible(), "the layout stays as it was reset"


def test_words_that_are_made_larger_before_a_class_are_so_at_once(presented: Window) -> None:
    font, before = QApplication.font(), letters(presented, "layerInWords")
    presented.main.appearance.choose_text_size(150)
    assert letters(presented, "layerInWords") == pytest.approx(1.5 * before, rel=0.05)
    assert letters(presented, "throughBox") == pytest.approx(1.5 * before, rel=0.05)
    presented.main.appearance.choose_text_size(100)
    QApplication.setFont(font)
    assert letters(presented, "layerInWords") == before


def test_a_class_sees_no_notice_of_before_but_what_goes_wrong_in_front_of_it(window: Window, qtbot: QtBot) -> None:
    notifications, above = window.main.notifications, window.find(NoticeList, "windowNotices")
    notifications.post(Notice("training", "The training diverged."))
    notifications.post(Notice("export", "The disk is full."))
    choose(window, "Presentation")
    qtbot.wait(50)  # within which it would come from the panel that is closed
    assert window.notice == ""
    assert not above.isVisible()
    notifications.post(Notice("training", "It went wrong now."))
    notifications.post(Notice("export", "The disk is full."))
    qtbot.waitUntil(lambda: "went wrong now" in window.notice and "disk" in window.notice)
    notifications.withdraw("export")
    notifications.post(Notice("file", "It is broken."))
    press_escape(window, qtbot)
    qtbot.waitUntil(lambda: "went wrong now" in window.notice and "broken" in window.notice)
    notifications.post(Notice("export", "The disk is full."))
    choose(window, "Presentation")
    assert window.notice == ""
    press_escape(window, qtbot)
    qtbot.waitUntil(lambda: "disk" in window.notice and "broken" in window.notice)
