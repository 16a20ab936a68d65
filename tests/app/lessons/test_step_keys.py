"""Keys that a learner presses while the text of a step has the focus."""

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel

from flowviz.lessons import read_lesson, shipped_lessons
from tests.app.conftest import Window
from tests.app.lessons.learner import Learner
from tests.app.lessons.test_shipped_lessons import TINY

pytestmark = pytest.mark.shared_window


def press(learner: Learner, key: Qt.Key) -> None:
    text = learner.window.find(QLabel, "lessonText")
    assert learner.window.main.focusWidget() is text
    learner.qtbot.keyClick(text, key)


def test_arrow_keys_step_through_the_stages(window: Window, learner: Learner) -> None:
    learner.attend(read_lesson(TINY))
    press(learner, Qt.Key.Key_Right)
    assert window.main.view.value.stage == 3
    press(learner, Qt.Key.Key_Home)
    assert window.main.view.value.stage == 0


def test_arrow_keys_bend_the_one_dimensional_curve(window: Window, learner: Learner) -> None:
    learner.attend(shipped_lessons()[0])
    stage = window.main.view.value.stage
    for key in [Qt.Key.Key_Left, *4 * [Qt.Key.Key_Up]]:
        press(learner, key)
    learner.qtbot.waitUntil(lambda: learner.is_done)
    press(learner, Qt.Key.Key_Home)
    assert window.main.view.value.stage == stage
