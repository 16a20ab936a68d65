"""Keys that a learner presses while the text of a step has the focus."""

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QToolButton,
    QWidget,
)

from flowviz.app.lessons.stored_progress import store_progress
from flowviz.lessons import Lesson, read_lesson
from flowviz.lessons.progress import Progress
from flowviz.lessons.shipped import lesson_file
from tests.app.conftest import Window, settle
from tests.app.lessons.learner import Learner
from tests.app.lessons.test_links import PAGES
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
    learner.attend(read_lesson(lesson_file("1")))
    stage = window.main.view.value.stage
    for key in [Qt.Key.Key_Left, *4 * [Qt.Key.Key_Up]]:
        press(learner, key)
    learner.qtbot.waitUntil(lambda: learner.is_done)
    press(learner, Qt.Key.Key_Home)
    assert window.main.view.value.stage == stage


@pytest.mark.parametrize("name", ["colorBox", "followButton", "detailsButton", "lessonSkipButton"])
def test_arrow_keys_step_through_the_stages_whatever_was_used_before(
    window: Window, learner: Learner, name: str
) -> None:
    window.main.activateWindow()
    learner.attend(about_stages(learner))
    used = window.find(QWidget, name)
    used.setFocus()
    for key, stage in ((Qt.Key.Key_Right, 1), (Qt.Key.Key_Right, 2), (Qt.Key.Key_Left, 1)):
        learner.qtbot.keyClick(used, key)
        assert window.main.view.value.stage == stage
    assert window.main.focusWidget() is used, "the focus stays"


def test_a_check_box_of_the_inspector_leaves_the_arrow_keys_to_the_stages(window: Window, learner: Learner) -> None:
    learner.attend(about_stages(learner))
    window.main.view.set_stage(1)
    settle(window.main)
    box = window.find(QCheckBox, "layerEnabled")
    learner.qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    box.setFocus()
    learner.qtbot.keyClick(box, Qt.Key.Key_Right)
    assert window.main.view.value.stage == 2


def test_other_keys_of_a_combo_box_still_choose(window: Window, learner: Learner) -> None:
    learner.attend(about_stages(learner))
    box = window.find(QComboBox, "colorBox")
    box.setFocus()
    learner.qtbot.keyClick(box, Qt.Key.Key_Down)
    assert box.currentIndex() == 1
    learner.qtbot.keyClick(box, Qt.Key.Key_Home)
    assert box.currentIndex() == 0
    assert window.main.view.value.stage == 0


def test_text_boxes_and_answers_keep_their_arrow_keys(window: Window, learner: Learner) -> None:
    lesson = about_stages(learner)
    learner.attend(lesson)
    window.main._layout.open_panels(frozenset({"target"}))
    text = window.find(QPlainTextEdit, "targetText")
    text.setFocus()
    learner.qtbot.keyClick(text, Qt.Key.Key_Left)
    assert window.main.view.value.stage == 0
    learner.press("Skip")
    learner.wait_for_step()
    answer = window.find(QRadioButton, "lessonAnswer1")
    answer.setFocus()
    learner.qtbot.keyClick(answer, Qt.Key.Key_Right)
    assert window.main.view.value.stage == 0


def test_arrow_keys_of_buttons_are_their_own_without_a_lesson_and_in_other_steps(
    window: Window, learner: Learner
) -> None:
    window.main.activateWindow()
    button = window.find(QToolButton, "followButton")
    window.main.view.set_stage(0)
    button.setFocus()
    learner.qtbot.keyClick(button, Qt.Key.Key_Right)
    assert window.main.view.value.stage == 0
    learner.attend(read_lesson(PAGES))
    button.setFocus()
    learner.qtbot.keyClick(button, Qt.Key.Key_Right)
    assert window.main.view.value.stage == 0


def about_stages(learner: Learner) -> Lesson:
    """Return a lesson that goes on at its step about stages."""
    lesson = read_lesson(PAGES)
    store_progress(lesson, Progress(1))
    return lesson


def test_arrow_keys_of_dialogs_are_their_own(window: Window, learner: Learner) -> None:
    window.main.activateWindow()
    learner.attend(about_stages(learner))
    dialog = QDialog(window.main)
    button = QPushButton(dialog)
    dialog.open()
    button.setFocus()
    learner.qtbot.waitUntil(button.hasFocus)
    learner.qtbot.keyClick(button, Qt.Key.Key_Right)
    dialog.close()
    dialog.deleteLater()
    assert window.main.view.value.stage == 0
