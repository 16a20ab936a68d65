"""Full screen and presentation mode."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from time import sleep

import pytest
from PyQt6.QtCore import QRect, QSize, Qt
from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import (
    QApplication,
    QDockWidget,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from flowviz.app.by_hand.exercise import Exercise
from flowviz.app.notices.notice import Notice
from flowviz.app.notices.notice_list import NoticeList
from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.pane.readout import Score
from flowviz.app.style.tokens import GAP, MARGIN
from flowviz.app.training.controls import TrainingControls
from flowviz.app.widgets.focus_ring import FocusRing
from flowviz.app.window.lesson_dock import PRESENTED_TITLE
from flowviz.app.workspace.table import FiguresTable
from flowviz.records import Event
from flowviz.specs import TextSpec
from tests.app.conftest import Window, settle
from tests.app.test_main_window import choose
from tests.app.window.layouts import RIGHT, clipped, dock, has_room, settled_places
from tests.app.workspace.fakes import untrained

CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
SHOWN = (
    "cloudView", "readout", "score", "stageStrip", "presentationWord", "presentationTrainButton",
    "presentationPlayButton", "presentationLeaveButton",
)  # fmt: skip
HIDDEN = "layerScrubber", "playButton", "directionBox", "historyScrubber", "targetText", "trainButton", "lossPlot"


def until_stopped(*_: object, stop_requested: Callable[[], bool], **__: object) -> Iterator[Event]:
    """Train nothing until the training is stopped."""
    while not stop_requested():
        sleep(0.01)
    yield from ()


@pytest.fixture
def presented(window: Window, qtbot: QtBot) -> Iterator[Window]:
    choose(window, "Presentation")
    qtbot.waitUntil(window.main.isFullScreen)
    yield window
    press_escape(window, qtbot)


def press_escape(window: Window, qtbot: QtBot) -> None:
    focus = window.main.focusWidget() or window.main
    qtbot.keyClick(focus, Qt.Key.Key_Escape)


def panels(window: Window) -> set[str]:
    """Return the titles of the visible panels."""
    return {dock.windowTitle() for dock in window.main.findChildren(QDockWidget) if dock.isVisible()}


def named(window: Window) -> set[str]:
    """Return the names of the visible widgets, except for those that Qt names itself, such as scroll bars."""
    return {name for name in places(window) if not name.startswith("qt_")}


def places(window: Window) -> dict[str, QRect]:
    """Return the geometry of each visible widget with a unique name."""
    shown = [widget for widget in window.main.findChildren(QWidget) if widget.isVisible()]
    counts = Counter(widget.objectName() for widget in shown)
    return {
        widget.objectName(): QRect(widget.mapTo(window.main, widget.rect().topLeft()), widget.size())
        for widget in shown
        if counts[widget.objectName()] == 1
    }


def resize_presented(window: Window, qtbot: QtBot, size: QSize) -> None:
    """Resize a window that has become as large as the screen."""
    screen = window.main.screen()
    assert screen is not None
    qtbot.waitUntil(lambda: window.main.size() == screen.size())
    settle(window.main)
    window.main.resize(size)
    settle(window.main)
    assert window.main.size() == size


def text_size(window: Window, name: str) -> float:
    return window.find(QWidget, name).fontInfo().pointSizeF()


def test_presentation_shows_only_the_cloud_its_caption_the_strip_and_a_bar(presented: Window) -> None:
    assert [name for name in SHOWN if not presented.find(QWidget, name).isVisible()] == []
    assert [name for name in HIDDEN if presented.find(QWidget, name).isVisible()] == []
    bar = presented.main.menuBar()
    assert bar is not None
    assert bar.height() == 0
    assert clipped(presented.main) == []


def test_picture_takes_most_of_the_height_of_the_screen(presented: Window, qtbot: QtBot) -> None:
    main, cloud, strip = presented.main, presented.find(CloudView, "cloudView"), presented.find(QWidget, "stageStrip")
    screen = main.screen()
    assert screen is not None
    main.resize(screen.size())
    qtbot.waitUntil(lambda: cloud.height() >= 0.72 * screen.size().height())
    assert main.height() == screen.size().height(), "the window is higher than the screen"
    assert strip.height() > 20
    main.request.show_text("Internationalization and beyond")
    main.view.set_stage(3)
    QApplication.processEvents()
    assert cloud.height() >= 0.72 * screen.size().height()
    assert clipped(main) == []


def test_banner_takes_its_room_from_the_picture(presented: Window, qtbot: QtBot) -> None:
    banner = presented.main.by_hand.bar
    banner.show_exercise(Exercise(couplings=2, start=2.0, gap=1.5))
    banner.show()
    presented.main.resize(700, 600)  # the window manager need not give it the whole screen

    def is_separate() -> bool:
        shown = places(presented)
        rows = [shown[name] for name in ("exerciseBar", "paneGrid", "readout", "stageStrip", "presentationWord")]
        return all(upper.bottom() < lower.top() for upper, lower in pairwise(rows))

    qtbot.waitUntil(lambda: is_separate() and clipped(presented.main) == [])
    banner.hide()


def test_caption_follows_the_stage(presented: Window) -> None:
    caption = presented.find(QLabel, "readout")
    presented.main.view.set_stage(0)
    assert caption.text().startswith("Base: ")
    presented.main.view.set_stage(3)
    assert caption.text().startswith("Permutation 1 of 7: ")


def test_word_is_trained_and_replaced_during_a_presentation(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowviz.training.entrant_training.train", until_stopped)
    session = window.main.session
    choose(window, "Presentation")
    word, train = window.find(QLineEdit, "presentationWord"), window.find(QToolButton, "presentationTrainButton")
    assert word.text() == "BRAD"
    word.setFocus()
    word.selectAll()
    qtbot.keyClicks(word, "Ada")
    qtbot.keyClick(word, Qt.Key.Key_Return)
    run = session.run
    assert run is not None
    assert run.project.target == TextSpec(text="Ada")
    assert window.find(QWidget, "stageStrip").hasFocus(), "the arrow keys do not step through the layers"
    assert train.text() == train.accessibleName() == "Pause"
    word.setFocus()
    qtbot.keyClicks(word, "!")
    qtbot.keyClick(word, Qt.Key.Key_Return)
    assert window.main.request.plan.target == TextSpec(text="Ada!")
    assert session.run is not None
    assert session.run.worker is run.worker, "the training starts over"
    qtbot.keyClick(word, Qt.Key.Key_Escape)
    assert window.find(QPlainTextEdit, "targetText").isVisible()
    session.stop()


def test_word_that_cannot_be_learned_disables_train(presented: Window, qtbot: QtBot) -> None:
    word, train = (
        presented.find(QLineEdit, "presentationWord"),
        presented.find(QToolButton, "presentationTrainButton"),
    )
    word.setFocus()
    word.selectAll()
    qtbot.keyClick(word, Qt.Key.Key_Delete)
    assert not train.isEnabled()
    assert presented.find(QLabel, "presentationStatus").text().endswith("needs something to learn.")
    qtbot.keyClick(word, Qt.Key.Key_Return)
    assert presented.main.session.run is None
    presented.main.request.turn_to("shape")
    assert word.text() == ""


def test_text_is_large_in_the_cloud_and_below_it(window: Window, qtbot: QtBot) -> None:
    cloud = window.find(CloudView, "cloudView")
    before = text_size(window, "readout"), cloud.view.word_height
    choose(window, "Presentation")
    assert text_size(window, "readout") >= 1.7 * before[0]
    assert text_size(window, "presentationWord") >= 1.7 * before[0]
    assert cloud.view.word_height * min(cloud.width(), cloud.height()) >= 20
    press_escape(window, qtbot)
    qtbot.waitUntil(lambda: (text_size(window, "readout"), cloud.view.word_height) == before)


def test_escape_restores_the_window(window: Window, qtbot: QtBot) -> None:
    main = window.main
    main.addDockWidget(RIGHT, dock(window, "loss"))
    main.tabifyDockWidget(dock(window, "training"), dock(window, "target"))
    qtbot.waitUntil(lambda: dock(window, "loss").x() > 700)
    main.resizeDocks([dock(window, "loss")], [260], Qt.Orientation.Vertical)
    window.find(QPlainTextEdit, "targetText").setFocus()
    settled_places(window)
    before, focus = places(window), main.focusWidget()
    choose(window, "Presentation")
    qtbot.waitUntil(lambda: main.isFullScreen() and not dock(window, "loss").isVisible())
    press_escape(window, qtbot)
    qtbot.waitUntil(lambda: places(window) == before)
    assert main.focusWidget() is focus
    assert not main.isFullScreen()
    assert not window.find(QAction, "presentationAction").isChecked()


def test_floating_panel_floats_again_after_a_presentation(window: Window, qtbot: QtBot) -> None:
    training = dock(window, "training")
    training.setFloating(True)
    training.move(40, 50)
    place = training.geometry()
    choose(window, "Presentation")
    assert not training.isVisible()
    press_escape(window, qtbot)
    qtbot.waitUntil(training.isVisible)
    assert training.isFloating()
    assert training.geometry() == place


def test_escape_returns_to_full_screen_if_the_presentation_began_there(window: Window, qtbot: QtBot) -> None:
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


def test_tab_does_not_lead_into_the_menu_bar_of_a_presentation(presented: Window, qtbot: QtBot) -> None:
    bar = presented.main.menuBar()
    assert bar is not None
    for _ in range(12):
        focus = presented.main.focusWidget()
        assert focus is not None
        assert not bar.isAncestorOf(focus), "the bar has no height, and would keep Escape from the window"
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
    press_escape(presented, qtbot)
    assert dock(presented, "target").isVisible()
    assert presented.find(QToolButton, "themeButton").isVisible()


def test_escape_changes_nothing_outside_of_both_modes(window: Window, qtbot: QtBot) -> None:
    before = places(window)
    press_escape(window, qtbot)
    assert places(window) == before


def test_shortcuts_work_in_a_presentation(presented: Window, qtbot: QtBot) -> None:
    strip, view = presented.find(QWidget, "stageStrip"), presented.main.view
    play = presented.find(QPushButton, "presentationPlayButton")
    assert presented.main.focusWidget() is strip
    view.set_stage(0)
    for key, modifier, stage in (
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 1),
        (Qt.Key.Key_Right, ALT, 2),
        (Qt.Key.Key_Left, ALT, 1),
    ):
        qtbot.keyClick(strip, key, modifier)
        assert view.value.stage == stage
    qtbot.keyClick(strip, Qt.Key.Key_Space, CONTROL)
    assert play.text() == "Stop Playing"
    play.click()
    assert play.text() == "Play"
    pressed: list[bool] = []
    presented.find(TrainingControls, "runControls").commands.train.triggered.disconnect()
    presented.find(QAction, "trainAction").triggered.connect(pressed.append)
    qtbot.keyClick(strip, Qt.Key.Key_Return, CONTROL)
    assert pressed


def test_escape_leaves_although_the_focused_widget_was_deleted(window: Window, qtbot: QtBot) -> None:
    gone = QLineEdit(window.main.centralWidget())
    gone.show()
    gone.setFocus()
    choose(window, "Presentation")
    with qtbot.waitSignal(gone.destroyed):
        gone.deleteLater()
    press_escape(window, qtbot)
    assert dock(window, "target").isVisible()


def test_resetting_the_layout_leaves_the_presentation(window: Window, qtbot: QtBot) -> None:
    choose(window, "Presentation")
    choose(window, "Reset Layout")
    assert dock(window, "target").isVisible()
    assert window.find(QWidget, "stageStrip").isVisible()


def test_reset_layout_survives_a_late_resize_after_a_presentation(window: Window, qtbot: QtBot) -> None:
    dock(window, "loss").close()
    choose(window, "Presentation")
    choose(window, "Reset Layout")
    size = window.main.size()
    for late in (QSize(size.width() + 50, size.height()), size):
        window.main.resize(late)
        QApplication.processEvents()
    assert dock(window, "loss").isVisible(), "the former layout was restored over the reset one"


def test_text_of_a_presentation_has_the_same_size_at_each_text_size(presented: Window, qtbot: QtBot) -> None:
    font, before = QApplication.font(), text_size(presented, "readout")
    presented.main.appearance.choose_text_size(150)
    sizes = [text_size(presented, name) for name in ("readout", "presentationWord")]
    choose(presented, "Presentation")
    choose(presented, "Presentation")
    sizes += [text_size(presented, name) for name in ("readout", "presentationWord")]
    presented.main.appearance.choose_text_size(100)
    QApplication.setFont(font)
    assert sizes == pytest.approx([before] * 4, rel=0.05)
    assert text_size(presented, "readout") == pytest.approx(before, rel=0.05)


def test_score_leaves_room_for_the_name_of_the_layer(presented: Window, qtbot: QtBot) -> None:
    readout, score = presented.find(QLabel, "readout"), presented.find(Score, "score")
    score.show_score("Legible: 100% · 100% end on the letters" + ", as much again" * 6)
    resize_presented(presented, qtbot, QSize(1100, 700))
    assert readout.width() >= readout.fontMetrics().horizontalAdvance("Coupling 1 of 8")
    assert clipped(presented.main) == []


def test_presentation_sets_earlier_notices_aside_and_shows_new_ones(window: Window, qtbot: QtBot) -> None:
    notifications, above = window.main.notifications, window.find(NoticeList, "windowNotices")
    panel = window.find(TrainingControls, "runControls").notices
    notifications.post(Notice("training", "The training diverged."))
    notifications.post(Notice("export", "The disk is full."))
    choose(window, "Presentation")
    qtbot.waitUntil(lambda: not panel.isVisible())
    QApplication.processEvents()  # a notice of a closed panel moves above the cloud with the next events
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


def test_notices_of_a_lesson_and_of_a_presentation_in_it_stay_visible(window: Window, qtbot: QtBot) -> None:
    window.main.notifications.post(Notice("export", "Before the lesson."))
    window.main.lessons.show()
    window.main.notifications.post(Notice("file", "In the lesson."))
    choose(window, "Presentation")
    qtbot.waitUntil(lambda: "In the lesson." in window.notice)
    window.main.notifications.post(Notice("training", "In the presentation."))
    press_escape(window, qtbot)
    qtbot.waitUntil(lambda: "In the lesson." in window.notice and "In the presentation." in window.notice)
    assert "Before" not in window.notice
    window.main.lessons.leave()
    assert "Before" in window.notice


def test_earlier_notices_stay_aside_until_a_presentation_that_ends_with_the_lessons_is_over(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.main.notifications.post(Notice("export", "Before the lesson."))
    window.main.lessons.show()
    choose(window, "Presentation")
    shown_at_the_end = list[str]()
    monkeypatch.setattr(window.main.motion, "dissolve", lambda: shown_at_the_end.append(window.notice))
    window.main.lessons.leave()
    assert shown_at_the_end == [""]
    assert "Before" in window.notice


def test_a_button_says_how_to_leave_and_leaves(presented: Window) -> None:
    leave = presented.find(QPushButton, "presentationLeaveButton")
    assert leave.text() == "Esc to leave"
    assert leave.accessibleName() == "Leave the Presentation"
    assert leave.focusPolicy() & Qt.FocusPolicy.TabFocus
    leave.click()
    assert dock(presented, "target").isVisible()


def test_button_to_leave_gives_its_room_to_a_longer_title(presented: Window) -> None:
    leave, train = presented.find(QPushButton, "presentationLeaveButton"), presented.find(QAction, "trainAction")
    bar, title = leave.parentWidget(), train.text()
    assert bar is not None
    train.setText(100 * "Train ")
    presented.find(TrainingControls, "runControls").commands.primary_changed.emit()
    is_hidden = leave.isHidden()
    train.setText(title)
    presented.find(TrainingControls, "runControls").commands.primary_changed.emit()
    assert is_hidden


@pytest.mark.parametrize("names", ["", "ab", "abcdef"])
@pytest.mark.parametrize("height", [700, 1080])
def test_nothing_is_covered_by_the_clouds_or_touches_the_edge(
    window: Window, qtbot: QtBot, names: str, height: int
) -> None:
    if names:
        window.main.comparisons.show(untrained(*names))
    choose(window, "Presentation")
    resize_presented(window, qtbot, QSize(1366, height))  # which may differ from the size of the screen
    below = "readout", "stageStrip", "presentationWord", "presentationLeaveButton"
    shown = places(window)
    clouds, rows = shown["paneGrid"], [shown[name] for name in below]
    assert not any(clouds.intersects(row) for row in rows)
    assert not rows[0].intersects(rows[1])
    assert not rows[1].intersects(rows[2])
    inner = window.main.rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
    assert all(inner.contains(place) for place in (clouds, *rows))
    press_escape(window, qtbot)


def test_bar_beside_a_lesson_cuts_nothing_off(window: Window, qtbot: QtBot) -> None:
    font = QApplication.font()
    window.main.appearance.choose_text_size(150)
    window.main.lessons.show()
    choose(window, "Presentation")
    resize_presented(window, qtbot, QSize(1366, 768))
    assert [each for each in clipped(window.main) if each.startswith("presentation")] == []
    (title,) = (label for label in dock(window, "lessons").findChildren(QLabel) if label.text() == PRESENTED_TITLE)
    assert has_room(title)
    press_escape(window, qtbot)
    window.main.appearance.choose_text_size(100)
    QApplication.setFont(font)


def test_text_is_equally_large_in_all_clouds_of_a_presented_comparison(window: Window, qtbot: QtBot) -> None:
    window.main.comparisons.show(untrained(*"abcdef"))
    choose(window, "Presentation")
    settle(window.main)
    sides = [(pane.picture.view.word_height, pane.picture.size()) for pane in window.main.comparisons.grid.panes]
    pixels = [height * min(size.width(), size.height()) for height, size in sides]
    assert max(pixels) <= 1.2 * min(pixels)
    press_escape(window, qtbot)


def test_a_lesson_about_one_dimension_keeps_the_focus_and_says_how_to_leave(window: Window, qtbot: QtBot) -> None:
    window.main.lessons.show()
    window.find(QPushButton, "lesson2").click()
    qtbot.waitUntil(lambda: not window.find(QWidget, "center").isVisible())
    choose(window, "Presentation")
    settle(window.main)
    rings = [ring for ring in window.main.findChildren(FocusRing) if ring.isVisible()]
    assert all((around := ring.widget()) is not None and around.isVisible() for ring in rings)
    assert dock(window, "lessons").windowTitle() == PRESENTED_TITLE
    press_escape(window, qtbot)
    assert dock(window, "lessons").windowTitle() == "Lessons"


def test_a_comparison_is_presented_with_its_clouds_alone(window: Window, qtbot: QtBot) -> None:
    comparisons = window.main.comparisons
    comparisons.show(untrained("a", "b"))
    panes = comparisons.grid.panes
    qtbot.waitUntil(lambda: all(pane.isVisible() for pane in panes))
    before, table = named(window), window.find(FiguresTable, "comparisonTable")
    row = table.rowHeight(0)
    choose(window, "Presentation")
    qtbot.waitUntil(window.main.isFullScreen)
    assert comparisons.is_shown
    assert all(pane.isVisible() for pane in panes)
    assert window.find(QWidget, "stageStrip").isVisible()
    hidden = "comparisonBar", "comparisonFigures", "entrantBar"
    assert not any(window.find(QWidget, name).isVisible() for name in hidden)
    press_escape(window, qtbot)
    qtbot.waitUntil(lambda: not window.main.isFullScreen())
    assert comparisons.is_shown
    assert named(window) == before
    assert table.rowHeight(0) == row
    press_escape(window, qtbot)
    assert comparisons.is_shown, "only its button leaves it"
    window.find(QPushButton, "leaveComparisonButton").click()
    assert {each.windowTitle() for each in window.main.findChildren(QDockWidget) if each.isVisible()} >= {
        "Target",
        "Loss",
    }


def test_figures_of_a_comparison_keep_their_margins_after_a_presentation(window: Window, qtbot: QtBot) -> None:
    window.main.comparisons.show(untrained("a", "b"))
    figures = window.main.comparisons.workbench.figures

    def margins() -> tuple[int, int, int]:
        settle(window.main)
        left = figures.plot.mapTo(figures, figures.plot.rect().topLeft())
        rest = figures.rect().bottomRight() - figures.table.mapTo(figures, figures.table.rect().bottomRight())
        return left.x(), rest.x(), rest.y()

    assert margins() == (GAP, GAP, GAP)
    choose(window, "Presentation")
    qtbot.waitUntil(window.main.isFullScreen)
    press_escape(window, qtbot)
    qtbot.waitUntil(lambda: not window.main.isFullScreen())
    assert margins() == (GAP, GAP, GAP)


def test_opening_the_flow_of_a_presented_comparison_ends_the_presentation(window: Window, qtbot: QtBot) -> None:
    window.main.comparisons.show(untrained("a", "b"))
    choose(window, "Presentation")
    qtbot.waitUntil(window.main.isFullScreen)
    window.main.comparisons.leave()
    qtbot.waitUntil(lambda: not window.main.isFullScreen())
    assert {each.windowTitle() for each in window.main.findChildren(QDockWidget) if each.isVisible()} >= {
        "Target",
        "Loss",
    }


def test_full_screen_has_the_usual_key(window: Window) -> None:
    assert window.find(QAction, "fullscreenAction").shortcut() == QKeySequence("F11")
