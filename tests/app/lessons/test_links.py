"""Links in the text of a step: to controls, which the window then points at, and to terms, which are explained."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import QObject, QPoint, QRect, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import (
    QApplication,
    QDockWidget,
    QLabel,
    QMenu,
    QMenuBar,
    QPlainTextEdit,
    QToolButton,
    QToolTip,
    QWidget,
)
from pytestqt.qtbot import QtBot

from flowviz.app.lessons.linked_label import LinkedLabel, control_named
from flowviz.app.lessons.stored_progress import store_progress
from flowviz.app.widgets.focus_ring import FocusRing
from flowviz.files import resource
from flowviz.lessons import Lesson, lesson_file, read_lesson, shipped_lessons
from flowviz.lessons.markdown import own_links
from flowviz.lessons.progress import Progress
from flowviz.lessons.terms import TERMS
from tests.app.conftest import Window, settle
from tests.app.lessons.learner import Learner
from tests.lessons.test_links import texts_of

pytestmark = pytest.mark.shared_window
PAGES = Path(__file__).parent / "pages.toml"


@pytest.fixture
def attended(window: Window, learner: Learner) -> Iterator[Learner]:
    """Return a learner at the first step of a lesson with links."""
    window.main.activateWindow()
    learner.attend(read_lesson(PAGES))
    settle(window.main)
    yield learner
    window.main.lessons.pointer._timer.stop()
    window.main.lessons.pointer.hide()


def follow(learner: Learner, label: str, address: str) -> None:
    learner.window.find(LinkedLabel, label).linkActivated.emit(address)
    settle(learner.window.main)


def pointed_at(window: Window) -> list[QWidget | None]:
    """Return the widget that the pointer of the lessons surrounds."""
    ring = window.main.lessons.pointer._ring
    return [ring.widget()] if ring.isVisible() else []


def test_links_to_known_controls_and_terms_are_links_and_others_are_text(window: Window, attended: Learner) -> None:
    html = window.find(QLabel, "lessonText").text()
    assert '<a href="term:gap">gap</a>' in html
    assert '<a href="control:trainButton">Train</a>' in html
    assert "noSuchButton" not in html
    assert "Nothing is here. This neither." in html
    assert "control:showButton" in window.find(QLabel, "lessonAction").text()


def test_controls_that_a_resumed_step_opens_are_links(window: Window, learner: Learner) -> None:
    lesson = read_lesson(lesson_file("10"))
    store_progress(lesson, Progress(2))
    for box in window.main.findChildren(QWidget, "addEntrantButton"):
        box.setObjectName("")  # of a comparison that an earlier test has shown
    learner.attend(lesson)
    assert "control:addEntrantButton" in "".join(
        window.find(QLabel, name).text() for name in ("lessonText", "lessonAction")
    )
    learner.leave()
    store_progress(lesson, Progress())


def test_a_link_surrounds_a_control_that_can_be_seen(window: Window, attended: Learner) -> None:
    panels = window.main._layout.open_names
    follow(attended, "lessonAction", "control:showButton")
    show = window.find(QToolButton, "showButton")
    assert pointed_at(window) == [show]
    ring = window.main.lessons.pointer._ring
    assert ring.geometry().contains(QRect(show.mapTo(window.main, QPoint()), show.size()))
    assert window.main._layout.open_names == panels
    assert QApplication.focusWidget() is window.find(QLabel, "lessonText"), "the learner can read on"


def test_a_link_opens_the_panel_of_a_control_beside_the_lesson(window: Window, attended: Learner) -> None:
    follow(attended, "lessonText", "control:trainButton")
    train, dock = window.find(QToolButton, "trainButton"), window.find(QDockWidget, "trainingDock")
    assert train.isVisible()
    assert pointed_at(window) == [train]
    assert window.main.dockWidgetArea(dock) == Qt.DockWidgetArea.LeftDockWidgetArea
    assert window.main._lesson_dock.isVisible()


def test_a_link_to_a_text_field_lets_the_learner_type_another_text(
    window: Window, qtbot: QtBot, attended: Learner
) -> None:
    follow(attended, "lessonText", "control:targetText")
    text = window.find(QPlainTextEdit, "targetText")
    assert QApplication.focusWidget() is text
    qtbot.keyClicks(text, "CAT")
    assert text.toPlainText() == "CAT"


def test_a_link_opens_options_and_details(window: Window, attended: Learner) -> None:
    follow(attended, "lessonAction", "control:flowLayers")
    assert window.find(QWidget, "flowLayers").isVisible()
    assert pointed_at(window) == [window.find(QWidget, "flowLayers")]
    follow(attended, "lessonAction", "control:detailsButton")
    assert pointed_at(window) == [window.find(QToolButton, "detailsButton")]


def test_a_link_to_a_control_that_does_not_apply_surrounds_what_would_contain_it(
    window: Window, attended: Learner
) -> None:
    components = window.find(QWidget, "flowComponents")
    assert components.isHidden()
    follow(attended, "lessonAction", "control:flowComponents")
    [found] = pointed_at(window)
    assert found is not None
    assert found.isVisible()
    assert found.isAncestorOf(components)


def test_a_link_to_a_command_points_at_its_button(window: Window, attended: Learner) -> None:
    action = window.find(QAction, "probeTool")
    follow(attended, "lessonText", "control:probeTool")
    [found] = pointed_at(window)
    assert isinstance(found, QToolButton)
    assert found.defaultAction() is action


@pytest.mark.parametrize("name", ["gridAction", "presentationAction", "exportAction"])
def test_a_link_to_a_command_opens_its_menu(window: Window, attended: Learner, name: str) -> None:
    follow(attended, "lessonText", f"control:{name}")
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert menu.activeAction() is window.find(QAction, name)
    top = menu.menuAction()
    assert top is not None
    [place] = [each for each in top.associatedObjects() if isinstance(each, QToolButton | QMenuBar)]
    area = QRect(place.mapToGlobal(QPoint()), place.size())
    assert area.adjusted(0, 0, 0, 2).contains(menu.geometry().topLeft()), "the menu is below its button or title"


def test_a_link_to_a_command_in_a_submenu_opens_both(window: Window, attended: Learner) -> None:
    inner = next(each for each in window.main.findChildren(QAction) if each.menu() is None and _depth(each) == 2)
    attended.lessons.pointer._show_command(inner)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert menu.activeAction() is inner


def _depth(action: QAction) -> int:
    """Return how many menus contain an action; 0 for one with a button."""
    objects: list[QObject] = action.associatedObjects()
    if not objects or any(isinstance(each, QToolButton | QMenuBar) for each in objects):
        return 0
    menu = next((each for each in objects if isinstance(each, QMenu)), None)
    entry = menu.menuAction() if menu is not None else None
    return 1 + _depth(entry) if entry is not None else 0


def test_the_ring_vanishes_alone(window: Window, attended: Learner) -> None:
    """The cloud below it may be playing."""
    motion, pointer = window.main.motion, attended.lessons.pointer
    motion.reduce_motion(False)
    try:
        follow(attended, "lessonAction", "control:showButton")
        assert pointer._timer.isActive()
        pointer._timer.timeout.emit()
        assert not pointed_at(window)
        assert motion.isHidden()
    finally:
        motion.motion.stop()
        motion.reduce_motion(True)


def test_a_command_without_a_menu_is_ignored(window: Window, attended: Learner) -> None:
    action = QAction(window.main)
    action.setObjectName("hiddenAction")
    attended.lessons.pointer.point_at("hiddenAction")
    assert QApplication.activePopupWidget() is None
    action.deleteLater()


def test_a_link_to_a_command_leaves_a_presentation_without_menus(window: Window, attended: Learner) -> None:
    attended.trigger("presentationAction")
    settle(window.main)
    follow(attended, "lessonText", "control:exportAction")
    assert not window.main._presentation.is_on.value
    assert isinstance(QApplication.activePopupWidget(), QMenu)


def test_a_link_leaves_a_presentation_only_for_what_cannot_be_seen(window: Window, attended: Learner) -> None:
    attended.trigger("presentationAction")
    settle(window.main)
    follow(attended, "lessonText", "control:stageStrip")
    assert window.main._presentation.is_on.value
    follow(attended, "lessonText", "control:showButton")
    assert not window.main._presentation.is_on.value
    assert pointed_at(window) == [window.find(QToolButton, "showButton")]


def test_links_are_followed_by_keyboard(window: Window, qtbot: QtBot, attended: Learner) -> None:
    text = window.find(QLabel, "lessonText")
    for key in (Qt.Key.Key_Tab, Qt.Key.Key_Return):
        qtbot.keyClick(text, key)
    term = window.find(QLabel, "lessonTerm")
    assert term.isVisible()
    assert TERMS["gap"] in term.text()
    assert text.accessibleName() == TERMS["gap"], "a screen reader hears it"
    for key in (Qt.Key.Key_Tab, Qt.Key.Key_Return):
        qtbot.keyClick(text, key)
    assert pointed_at(window) == [window.find(QToolButton, "trainButton")]


def test_a_term_is_explained_by_a_tooltip_and_below_the_text(window: Window, attended: Learner) -> None:
    text, term = window.find(LinkedLabel, "lessonText"), window.find(QLabel, "lessonTerm")
    assert term.isHidden()
    text.linkHovered.emit("term:gap")
    assert QToolTip.text() == TERMS["gap"]
    text.linkHovered.emit("")
    attended.qtbot.waitUntil(lambda: not QToolTip.isVisible())
    follow(attended, "lessonText", "term:gap")
    assert term.isVisible()
    assert "gap" in term.text()
    assert term.y() >= text.geometry().bottom()
    attended.press("Skip")
    attended.wait_for_step()
    assert term.isHidden(), "it belonged to the step before"


def test_a_reply_can_have_links(window: Window, learner: Learner) -> None:
    learner.attend(read_lesson(PAGES))
    learner.lessons.state.attend(read_lesson(PAGES), Progress(2))
    settle(window.main)
    learner.answer(1)
    assert "term:loss" in window.find(QLabel, "lessonFeedback").text()
    follow(learner, "lessonFeedback", "term:loss")
    assert TERMS["loss"] in window.find(QLabel, "lessonTerm").text()


@pytest.mark.parametrize("lesson", shipped_lessons(), ids=lambda lesson: lesson.name)
def test_every_control_that_a_lesson_links_to_exists(window: Window, learner: Learner, lesson: Lesson) -> None:
    links = {link for step in lesson.steps for text in texts_of(step) for link in own_links(text)}
    if not any(link.startswith("control:") for link in links):
        return
    learner.attend(lesson)  # which creates some of the controls
    names = [link.removeprefix("control:") for link in links if link.startswith("control:")]
    assert [name for name in names if control_named(window.main, name) is None] == []


def test_the_ring_is_one_of_its_own(window: Window, attended: Learner) -> None:
    follow(attended, "lessonAction", "control:showButton")
    show = window.find(QToolButton, "showButton")
    own = attended.lessons.pointer._ring
    assert [ring for ring in window.main.findChildren(FocusRing) if ring.widget() is show] == [own]
    text = window.find(QLabel, "lessonText")
    for widget in (show, text):
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        settle(window.main)
        assert own.widget() is show, "the ring of the focus is another one"
    [of_focus] = [ring for ring in window.main.findChildren(FocusRing) if ring.widget() is text]
    assert of_focus is not own
    assert of_focus.isVisible()


def test_every_control_in_the_guide_exists(window: Window) -> None:
    guide = resource("guide/lessons.md").read_text(encoding="utf-8")
    table = guide.partition("| control | what it is |")[2].partition("\n\n")[0]
    names = re.findall(r"`(\w+)`", table)
    assert len(names) > 10
    assert [name for name in names if control_named(window.main, name) is None] == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("trainButton", "presentationTrainButton"), ("playButton", "presentationPlayButton"),
        ("targetText", "presentationWord"), ("layerScrubber", "stageStrip"),
    ],
)  # fmt: skip
def test_links_lead_to_controls_of_a_presentation(window: Window, attended: Learner, name: str, shown: str) -> None:
    presenting = window.find(QAction, "presentationAction")
    presenting.trigger()
    settle(window.main)
    follow(attended, "lessonText", f"control:{name}")
    assert pointed_at(window) == [window.find(QWidget, shown)]
    assert presenting.isChecked()
    presenting.trigger()
    settle(window.main)
    follow(attended, "lessonText", f"control:{name}")
    assert pointed_at(window) != [window.find(QWidget, shown)]
