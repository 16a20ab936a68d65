"""Pictures that fade out above what a window shows next."""

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.style.tokens import MOTION_MS
from flowviz.app.widgets.motion import Dissolve
from tests.app.conftest import show

OLD, NEW = "#ff0000", "#0000ff"
CENTER = QPoint(50, 50)


class Shown:
    """A window in one color, and its motion."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.window.resize(100, 100)
        self.button = QPushButton("OK", self.window)
        self.paint(OLD)
        show(self.window, qtbot)
        self.dissolve = Dissolve(self.window)

    def paint(self, color: str) -> None:
        self.window.setStyleSheet(f"QWidget {{ background: {color}; }}")

    @property
    def color(self) -> QColor:
        return self.window.grab().toImage().pixelColor(CENTER)


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def test_change_fades_in_and_leaves_nothing_behind(shown: Shown, qtbot: QtBot) -> None:
    colors = list[QColor]()
    shown.dissolve.motion.valueChanged.connect(lambda: colors.append(shown.color))
    with qtbot.waitSignal(shown.dissolve.motion.finished):
        shown.dissolve.dissolve(lambda: shown.paint(NEW))
        assert shown.color == QColor(OLD), "the change appears before its motion begins"
    reds = [color.red() for color in colors]
    assert reds == sorted(reds, reverse=True)
    assert not shown.dissolve.isVisible()
    assert shown.color == QColor(NEW)
    assert shown.window.graphicsEffect() is None


def test_motion_takes_150_to_200_ms() -> None:
    assert 150 <= MOTION_MS <= 200


def test_reduced_motion_shows_the_change_at_once(shown: Shown) -> None:
    shown.dissolve.reduce_motion(True)
    shown.dissolve.dissolve(lambda: shown.paint(NEW))
    assert not shown.dissolve.isVisible()
    assert shown.color == QColor(NEW)


def test_another_change_begins_with_what_is_visible(shown: Shown, qtbot: QtBot) -> None:
    shown.dissolve.dissolve(lambda: shown.paint(NEW))
    qtbot.waitUntil(lambda: shown.dissolve.motion.currentTime() > 0)
    shown.dissolve.motion.pause()
    halfway = shown.color
    shown.dissolve.dissolve(lambda: shown.paint(OLD))
    assert abs(shown.color.red() - halfway.red()) <= 1
    with qtbot.waitSignal(shown.dissolve.motion.finished):
        pass
    assert shown.color == QColor(OLD)


def test_changes_in_one_turn_begin_with_what_was_visible_before_the_first(shown: Shown) -> None:
    shown.dissolve.dissolve(lambda: shown.paint(NEW))
    shown.dissolve.dissolve()
    assert shown.color == QColor(OLD)


def test_mouse_reaches_what_is_below(shown: Shown, qtbot: QtBot) -> None:
    shown.dissolve.dissolve()
    assert shown.window.childAt(shown.button.geometry().center()) is shown.button
    with qtbot.waitSignal(shown.button.clicked):
        qtbot.mouseClick(shown.button, Qt.MouseButton.LeftButton)


def test_picture_follows_the_size_of_the_window(shown: Shown, qtbot: QtBot) -> None:
    shown.dissolve.dissolve(lambda: shown.window.resize(160, 120))
    with qtbot.waitSignal(shown.dissolve.motion.valueChanged):
        pass
    assert shown.dissolve.size() == shown.window.size()
