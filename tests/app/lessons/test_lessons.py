"""The lessons panel of the real window."""

import re
from pathlib import Path
from threading import Thread, current_thread, main_thread
from typing import get_args

import pytest
from PyQt6.QtCore import QMimeData, QPoint, Qt, QUrl
from PyQt6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import QApplication, QDockWidget, QFileDialog, QLabel, QPushButton, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.lessons.state import Attendance
from flowviz.app.lessons.stored_progress import store_progress, stored_progress
from flowviz.app.training.training_state import TrainingState
from flowviz.app.window.lesson_dock import LessonDock
from flowviz.lessons import OBSERVATIONS, Lesson, read_lesson
from flowviz.lessons.observations import PanelName
from flowviz.lessons.progress import Progress
from flowviz.lessons.worksheet import save_worksheet
from tests.app.conftest import FileMenu, Window, settle
from tests.app.lessons.acts import fulfill
from tests.app.lessons.learner import PATIENCE_MS, Learner, controls_of
from tests.app.lessons.test_shipped_lessons import TINY
from tests.app.test_accessibility import undescribed

pytestmark = pytest.mark.shared_window


def dock(window: Window) -> LessonDock:
    return window.main._lesson_dock


def text(window: Window, name: str) -> str:
    return window.find(QLabel, name).text()


def open_panels(window: Window) -> frozenset[str]:
    return window.main._layout.open_names


def test_the_menu_opens_the_list_and_closing_it_restores_the_panels(window: Window, learner: Learner) -> None:
    before = open_panels(window)
    learner.trigger("lessonsAction")
    assert dock(window).isVisible()
    assert not open_panels(window)
    assert window.find(QPushButton, "lessonOpenButton").isVisible()
    window.find(QPushButton, "lessonCloseButton").click()
    settle(window.main)
    assert not dock(window).isVisible()
    assert open_panels(window) == before


def test_lessons_can_open_every_panel_of_the_window(window: Window) -> None:
    both = frozenset({"flow", "training"})  # names of one panel, because older lessons still name that of the flow
    for name in get_args(PanelName):
        window.main._layout.open_panels(frozenset({name}))
        assert open_panels(window) == (both if name in both else {name})
        assert [each.isHidden() for each in window.main._layout.docks].count(False) == 1
    assert len(window.main._layout.docks) == len(get_args(PanelName)) - 1


def test_the_cloud_keeps_most_of_a_small_window(qtbot: QtBot, learner: Learner, window: Window, lesson: Lesson) -> None:
    window.main.resize(1366, 768)
    learner.trigger("resetlayoutAction")
    settle(window.main)
    learner.attend(lesson)
    settle(window.main)
    assert window.main._center.width() >= 2 / 3 * 1366


def test_the_ledger_stands_beside_the_lesson_of_a_small_window(
    window: Window, learner: Learner, lesson: Lesson
) -> None:
    window.main.resize(1366, 768)
    learner.trigger("resetlayoutAction")
    settle(window.main)
    learner.attend(lesson)
    settle(window.main)
    panel, ledger = dock(window), window.find(QDockWidget, "ledgerDock")
    place = panel.geometry()
    learner.trigger("ledgerDockAction")
    settle(window.main)
    assert ledger.isVisible()
    assert panel.geometry() == place
    assert ledger.height() > 400
    assert window.main._center.width() >= 1366 / 2
    learner.leave()
    settle(window.main)
    assert window.main.dockWidgetArea(ledger) == Qt.DockWidgetArea.RightDockWidgetArea


def test_a_long_name_with_an_ampersand_fits_the_way_back(window: Window, lesson: Lesson) -> None:
    page, button = window.main.lessons.panel.end, "lessonReturnButton"
    page.show_end(Attendance(lesson, Progress(5)), "A & B " * 20)
    (found,) = page.findChildren(QPushButton, button)
    assert "A && B" in found.text()
    assert found.accessibleName().startswith("Return to 'A & B")
    assert len(found.accessibleName()) < 45


def test_the_end_offers_the_way_back(window: Window, learner: Learner, lesson: Lesson) -> None:
    learner.attend(lesson)
    for _ in lesson.steps:
        learner.press("Skip") if not learner.is_done else learner.press("Next")
        learner.wait_for_step()
    button = window.find(QPushButton, "lessonReturnButton")
    assert button.isVisible()
    assert "steps skipped" in learner.lessons.state.value.progress.words(lesson)
    button.click()
    assert not dock(window).isVisible()
    learner.qtbot.waitUntil(lambda: window.main.session.trained_title == "BRAD")


def test_a_lesson_is_resumed_where_it_was_left(window: Window, qtbot: QtBot, learner: Learner, lesson: Lesson) -> None:
    learner.attend(lesson)
    for _ in range(3):
        learner.press("Skip") if not learner.is_done else learner.press("Next")
        learner.wait_for_step()
    learner.leave()
    assert stored_progress(lesson).step == 3
    window.main.view.set_mark("grid", True)
    learner.attend(lesson)
    assert learner.step == lesson.steps[3]
    assert window.main.view.seen.view.marks == {"points"}, "as an earlier step has set it"
    assert window.main.request.plan.flow.family == "nice"


def test_a_step_that_was_done_is_to_be_done_once_more_another_day(learner: Learner, lesson: Lesson) -> None:
    store_progress(lesson, Progress(4, frozenset(range(5))))
    learner.attend(lesson)
    assert learner.step == lesson.steps[4]
    assert not learner.is_done, "the window does not show what was done"


def test_going_back_sets_the_earlier_step_again(window: Window, learner: Learner, lesson: Lesson) -> None:
    learner.attend(lesson)
    window.main.view.set_stage(4)
    learner.press("Skip")
    learner.wait_for_step()
    learner.press("Back")
    learner.wait_for_step()
    assert window.main.view.value.stage == 2
    assert not window.find(QPushButton, "lessonBackButton").isEnabled()


def test_next_waits_for_the_action_and_the_learner_is_never_trapped(
    window: Window, qtbot: QtBot, learner: Learner, lesson: Lesson
) -> None:
    learner.attend(lesson)
    following, skip = (window.find(QPushButton, f"lesson{name}Button") for name in ("Next", "Skip"))
    assert (following.isEnabled(), skip.isEnabled()) == (False, True)
    for condition in lesson.steps[0].conditions:
        fulfill(learner, condition)
    qtbot.waitUntil(following.isEnabled)
    assert not skip.isEnabled()
    assert "The cloud has changed." in text(window, "lessonDone")
    assert "The cloud has changed." in following.accessibleDescription()
    window.main.view.set_stage(0)
    qtbot.waitUntil(lambda: learner.lessons.observer.read()["stage"] == 0)
    assert following.isEnabled(), "what was done stays done"


@pytest.mark.parametrize("name", ["lessonText", "layerScrubber"])
def test_a_screen_reader_hears_that_a_step_is_done(
    window: Window, qtbot: QtBot, learner: Learner, lesson: Lesson, name: str
) -> None:
    window.main.activateWindow()
    learner.attend(lesson)
    focused = window.find(QWidget, name)
    focused.setFocus()
    qtbot.waitUntil(focused.hasFocus)
    before = focused.accessibleName()
    window.main.view.set_mark("target", True)
    window.main.view.set_stage(4)
    qtbot.waitUntil(lambda: learner.is_done)
    assert focused.accessibleName().startswith("Done. The cloud has changed.")
    assert window.status.endswith(f"Done: {lesson.steps[0].title}")
    window.find(QPushButton, "lessonNextButton").setFocus()
    assert focused.accessibleName() == before


def test_a_wrong_answer_is_explained_and_can_be_changed(window: Window, learner: Learner, lesson: Lesson) -> None:
    store_progress(lesson, Progress(2))
    learner.attend(lesson)
    learner.answer(1)
    assert "Not quite. The answer is: Two" in text(window, "lessonFeedback")
    assert "<em>two moons</em>" in text(window, "lessonFeedback")
    assert learner.is_done
    learner.answer(2)
    assert "Yes." in text(window, "lessonFeedback")
    learner.press("Next")
    learner.wait_for_step()
    learner.press("Back")
    assert window.find(QRadioButton, "lessonAnswer2").isChecked()


def test_a_lesson_works_by_keyboard_alone(window: Window, qtbot: QtBot, learner: Learner, lesson: Lesson) -> None:
    window.main.activateWindow()
    store_progress(lesson, Progress(1))
    learner.attend(lesson)
    panel = window.main.lessons.panel
    focused = QApplication.focusWidget()
    assert focused is window.find(QLabel, "lessonText"), "a screen reader reads the text of the step"
    names = [widget.objectName() for widget in controls_of(panel)]
    assert names == ["lessonListButton", "lessonText", "lessonBackButton", "lessonNextButton"]
    following = window.find(QPushButton, "lessonNextButton")
    following.setFocus()
    qtbot.keyClick(following, Qt.Key.Key_Return)
    learner.wait_for_step()
    assert learner.step == lesson.steps[2]


def test_everything_in_the_panel_has_a_name_and_a_description(window: Window, learner: Learner, lesson: Lesson) -> None:
    learner.trigger("lessonsAction")
    assert undescribed(window.main.lessons.panel) == []
    for step in range(len(lesson.steps) + 1):
        store_progress(lesson, Progress(step) if step < len(lesson.steps) else Progress(0))
        learner.attend(lesson)
        assert undescribed(window.main.lessons.panel) == []
        spoken = window.find(QLabel, "lessonText").accessibleName()
        assert lesson.title in spoken
        assert "*" not in spoken


def test_the_list_shows_the_progress(window: Window, lesson: Lesson) -> None:
    page = window.main.lessons.panel.list
    page.show_lessons([(lesson, Progress(2)), (lesson, Progress(5, frozenset(range(5))))])
    first, second = page.entries
    assert "at step 3 of 5" in first.accessibleDescription()
    assert "finished" in second.accessibleDescription()
    assert (first.accessibleName(), first.is_finished, second.is_finished) == ("A tiny lesson", False, True)


def test_a_broken_lesson_is_one_plain_sentence(window: Window, learner: Learner, tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(TINY.read_text(encoding="utf-8").replace('"stage"', '"stags"'), encoding="utf-8")
    learner.lessons.open(path)
    assert "line 12, step 1, condition.1.observe: There is no observation named 'stags'." in window.notice
    assert not dock(window).isVisible()


def test_a_lesson_whose_project_is_damaged_returns_to_the_list(
    window: Window, qtbot: QtBot, learner: Learner, tmp_path: Path
) -> None:
    path = tmp_path / "damaged.toml"
    (tmp_path / "own.flowviz").write_bytes(b"no project")
    lesson = TINY.read_text(encoding="utf-8").replace('gallery = "two_moons"', 'project = "own.flowviz"')
    path.write_text(lesson, encoding="utf-8")
    learner.lessons.open(path)
    qtbot.waitUntil(lambda: "own.flowviz" in window.notice)
    assert learner.lessons.lesson is None
    learner.leave()
    assert window.main.session.trained_title == "BRAD"


def test_a_lesson_can_be_dropped_on_the_window_and_chosen_in_a_dialog(
    window: Window, file_menu: FileMenu, learner: Learner
) -> None:
    media = QMimeData()
    media.setUrls([QUrl.fromLocalFile(str(TINY))])
    place, copy = QPoint(200, 200), Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window.main, QDragEnterEvent(place, copy, media, left, none))
    QApplication.sendEvent(window.main, QDropEvent(place.toPointF(), copy, media, left, none))
    learner.wait_for_step()
    assert text(window, "lessonPosition") == "A tiny lesson: step 1 of 5"
    learner.leave()
    learner.trigger("openlessonAction")
    file_menu.answer_dialog("openLessonDialog", TINY)
    learner.wait_for_step()


def test_opening_another_project_ends_the_lesson(
    window: Window, qtbot: QtBot, learner: Learner, lesson: Lesson
) -> None:
    before = open_panels(window)
    learner.attend(lesson)
    window.main.discard_changes()
    learner.trigger("newAction")
    qtbot.waitUntil(lambda: not dock(window).isVisible())
    assert learner.lessons.lesson is None
    assert open_panels(window) == before
    assert window.main.session.trained_title == "BRAD"


def test_the_panel_stays_in_a_presentation_in_large_type(
    window: Window, qtbot: QtBot, learner: Learner, lesson: Lesson
) -> None:
    learner.attend(lesson)
    label = window.find(QLabel, "lessonText")
    size = label.fontInfo().pointSizeF()
    learner.trigger("presentationAction")
    settle(window.main)
    assert dock(window).isVisible()
    assert label.fontInfo().pointSizeF() >= 1.7 * size
    learner.trigger("presentationAction")
    settle(window.main)
    assert dock(window).isVisible()
    assert label.fontInfo().pointSizeF() == pytest.approx(size)


def test_a_comparison_stays_when_its_lesson_is_presented(window: Window, learner: Learner, tmp_path: Path) -> None:
    path = tmp_path / "compare.toml"
    text = TINY.read_text(encoding="utf-8").replace('gallery = "two_moons"', 'gallery = "three_flows"')
    path.write_text(text, encoding="utf-8")
    learner.attend(read_lesson(path))
    comparisons = window.main.comparisons
    assert learner.lessons.observer.read()["comparison_best"] == "spline"
    learner.trigger("presentationAction")
    assert comparisons.is_shown
    assert dock(window).isVisible()
    learner.trigger("presentationAction")
    learner.leave()
    assert not comparisons.is_shown


def test_the_training_of_a_comparison_is_observed_when_it_changes(
    window: Window, qtbot: QtBot, learner: Learner, tmp_path: Path
) -> None:
    path = tmp_path / "compare.toml"
    text = TINY.read_text(encoding="utf-8").replace('gallery = "two_moons"', 'gallery = "three_flows"')
    condition = 'condition = { observe = "comparison_training", is = "paused" }'
    path.write_text(re.sub(r"condition = \[.*\]", condition, text), encoding="utf-8")
    learner.attend(read_lesson(path))
    workbench = window.main.comparisons.workbench
    assert workbench is not None
    assert not learner.is_done
    workbench.compared.change(state=TrainingState.PAUSED)
    qtbot.waitUntil(lambda: learner.is_done)
    workbench.compared.change(state=TrainingState.IDLE)


def test_a_pause_of_the_training_is_observed(window: Window, qtbot: QtBot, learner: Learner) -> None:
    observer = learner.lessons.observer
    with qtbot.waitSignal(observer.changed):
        window.main.status.activity.change(state=TrainingState.PAUSED)
    window.main.status.activity.change(state=TrainingState.IDLE)


def test_the_worksheet_is_exported_in_the_background(
    window: Window,
    qtbot: QtBot,
    file_menu: FileMenu,
    learner: Learner,
    lesson: Lesson,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads = list[Thread]()

    def save(lesson: Lesson, path: Path) -> None:
        threads.append(current_thread())
        save_worksheet(lesson, path)

    monkeypatch.setattr("flowviz.lessons.worksheet.save_worksheet", save)
    action = window.find(QAction, "exportworksheetAction")
    assert not action.isEnabled()
    learner.attend(lesson)
    action.trigger()
    file_menu.answer_dialog("worksheetDialog", tmp_path / "sheet.pdf")
    qtbot.waitUntil(lambda: f"Exported to {tmp_path / 'sheet.pdf'}" in window.status, timeout=PATIENCE_MS)
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")
    assert main_thread() not in threads
    assert not window.main.findChildren(QFileDialog)


def test_a_worksheet_that_cannot_be_written_is_reported(
    window: Window, qtbot: QtBot, file_menu: FileMenu, learner: Learner, lesson: Lesson, tmp_path: Path
) -> None:
    learner.attend(lesson)
    window.find(QAction, "exportworksheetAction").trigger()
    file_menu.answer_dialog("worksheetDialog", tmp_path / "nowhere" / "sheet.pdf")
    qtbot.waitUntil(lambda: "cannot be written" in window.notice, timeout=PATIENCE_MS)
    window.find(QAction, "exportworksheetAction").trigger()
    file_menu.answer_dialog("worksheetDialog", tmp_path / "sheet.pdf")
    qtbot.waitUntil(lambda: not window.notice, timeout=PATIENCE_MS)


def test_everything_that_conditions_can_observe_is_observed(
    window: Window, learner: Learner, lesson: Lesson, tmp_path: Path
) -> None:
    path = tmp_path / "curve.toml"
    path.write_text(
        TINY.read_text(encoding="utf-8").replace('gallery = "two_moons"', 'view = "one_dimension"'), encoding="utf-8"
    )
    learner.attend(read_lesson(path))
    found = learner.lessons.observer.read()
    assert found.keys() == OBSERVATIONS.keys()
    for name, value in found.items():
        if value is not None:
            observation = OBSERVATIONS[name]
            listed = sorted(value) if observation.kind == "list" else value
            assert observation.problem(listed, is_item=True) == ""
            if observation.kind == "number":
                assert observation.minimum <= value <= observation.maximum, name
                assert not observation.is_whole or value == round(value), name
