"""The page of a step: its diagram, and texts that are never cut off."""

from collections.abc import Iterator
from itertools import combinations

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QLabel, QPushButton, QScrollArea, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.lessons.end_page import EndPage
from flowviz.app.lessons.list_page import ListPage
from flowviz.app.lessons.panel import LessonPanel
from flowviz.app.lessons.picture import Picture
from flowviz.app.lessons.state import Attendance
from flowviz.app.lessons.step_page import StepPage
from flowviz.app.pane.view_bar import ViewBar
from flowviz.app.widgets.focus_ring import FocusRing
from flowviz.lessons import Lesson, read_lesson, shipped_lessons
from flowviz.lessons.diagram import describe
from flowviz.lessons.progress import Progress
from tests.app.conftest import Window, settle
from tests.app.lessons.learner import Learner
from tests.app.lessons.test_links import PAGES
from tests.app.lessons.test_shipped_lessons import TINY
from tests.app.style.test_icons import choose
from tests.app.window.layouts import clipped

pytestmark = pytest.mark.shared_window
ROOM = (400, 690)  # pixels, in a window of 1280 x 740


def attendances(lesson: Lesson) -> Iterator[Attendance]:
    """Yield each step of a lesson, before and after it is done."""
    for number, step in enumerate(lesson.steps):
        yield Attendance(lesson, Progress(number))
        answers = {number: 0} if step.predict else {}
        yield Attendance(lesson, Progress(number, frozenset({number})), answers)


def nothing(*_: object) -> None:
    """Do nothing."""


def idle_panel(qtbot: QtBot) -> LessonPanel:
    """Return a panel whose buttons do nothing."""
    panel = LessonPanel(
        ListPage(begin=nothing, choose_file=nothing, export_results=nothing, leave=nothing),
        StepPage(go_by=nothing, show_list=nothing, answer=nothing, point_at=nothing, announce=nothing),
        EndPage(export_results=nothing, leave=nothing, back=nothing, show_list=nothing, open_next=nothing),
    )
    qtbot.addWidget(panel)
    return panel


def cut_off(panel: LessonPanel) -> list[str]:
    """Return the labels of the page that have too little room for their text."""
    found = [label for label in panel.step.findChildren(QLabel) if label.isVisible()]
    low = [label for label in found if label.height() < label.heightForWidth(label.width())]
    right = [each for each in found if each.mapTo(panel, QPoint(each.width(), 0)).x() > panel.width()]
    return [label.objectName() for label in (*low, *right)]


@pytest.mark.parametrize("lesson", [read_lesson(PAGES), *shipped_lessons()], ids=lambda lesson: lesson.name)
def test_no_text_is_cut_off_even_while_the_program_is_busy(qtbot: QtBot, lesson: Lesson) -> None:
    panel = idle_panel(qtbot)
    panel.setCurrentWidget(panel.step)
    panel.resize(*ROOM)
    with qtbot.waitExposed(panel):
        panel.show()
    for value in attendances(lesson):
        panel.show_attendance(value, "")
        assert cut_off(panel) == [], f"step {value.progress.step + 1}"  # without a turn of the event loop
        if value.step is not None and "term:" in value.step.text:
            panel.step._follow("term:gap")
            assert cut_off(panel) == []


def test_page_of_a_step_that_is_still_being_prepared_keeps_its_place(qtbot: QtBot) -> None:
    panel = idle_panel(qtbot)
    panel.setCurrentWidget(panel.step)
    panel.resize(ROOM[0], 200)
    with qtbot.waitExposed(panel):
        panel.show()
    lesson = read_lesson(PAGES)
    panel.show_attendance(Attendance(lesson, Progress(0)), "")
    place = panel.step.findChild(QScrollArea)
    assert place is not None
    bar = place.verticalScrollBar()
    assert bar is not None
    bar.setValue(5)
    assert bar.value() == 5
    panel.show_attendance(Attendance(lesson, Progress(0, frozenset({0}))), "")
    assert bar.value() == 5
    panel.show_attendance(Attendance(lesson, Progress(1)), "")
    assert bar.value() == 0


def test_paragraphs_are_as_far_apart_as_the_parts_of_a_step(qtbot: QtBot) -> None:
    panel = idle_panel(qtbot)
    panel.resize(*ROOM)
    panel.show_attendance(Attendance(read_lesson(PAGES), Progress(0)), "")
    with qtbot.waitExposed(panel):
        panel.show()
    text, action = panel.step.text, panel.findChild(QLabel, "lessonAction")
    assert action is not None
    between = action.y() - text.geometry().bottom() - 1
    text.setText("<p>One.</p>")
    one = text.heightForWidth(300)
    text.setText("<p>One.</p><p>Two.</p>")
    assert text.heightForWidth(300) - 2 * one == between


def test_the_diagram_marks_the_place_of_the_step(window: Window, learner: Learner) -> None:
    learner.attend(read_lesson(PAGES))
    diagram = window.find(Picture, "lessonDiagram")
    pictures = []
    for place in ("base", "layers", "back"):
        assert diagram.accessibleName() == describe(place)
        assert diagram.isVisible()
        settle(window.main)
        pictures.append(image(diagram))
        learner.press("Skip")
        learner.wait_for_step()
    assert all(one != other for one, other in combinations(pictures, 2))


def test_the_diagram_is_hidden_in_a_lesson_without_places(window: Window, learner: Learner) -> None:
    learner.attend(read_lesson(TINY))
    assert window.find(Picture, "lessonDiagram").isHidden()


def colors_of(widget: QWidget) -> set[str]:
    """Return the names of all colors in a widget."""
    picture = image(widget)
    return {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}


def test_the_diagram_follows_the_theme_and_fits_the_panel(window: Window, learner: Learner) -> None:
    learner.attend(read_lesson(PAGES))
    diagram = window.find(Picture, "lessonDiagram")
    settle(window.main)
    assert diagram.height() == diagram.heightForWidth(diagram.width()) > 90
    colors = []
    for theme in ("Light", "Dark"):
        choose(window, theme)
        settle(window.main)
        accent = window.main.palette().accent().color()
        colors.append(accent.name())
        assert accent.name() in colors_of(diagram), theme
    assert colors[0] != colors[1]


def test_the_diagram_grows_with_the_text_size(window: Window, learner: Learner) -> None:
    learner.attend(read_lesson(PAGES))
    diagram = window.find(Picture, "lessonDiagram")
    settle(window.main)
    width, height = diagram.width(), diagram.height()
    window.main.appearance.choose_text_size(150)
    settle(window.main)
    larger = diagram.height() / diagram.width() / (height / width)
    window.main.appearance.choose_text_size(100)
    settle(window.main)
    assert larger > 1.1, "its labels are larger, so its rows are higher"
    assert (diagram.width(), diagram.height()) == (width, height)


def test_links_follow_the_theme(window: Window, learner: Learner) -> None:
    learner.attend(read_lesson(PAGES))
    text = window.find(QLabel, "lessonText")
    assert "<a " in text.text()
    colors = []
    for theme in ("Light", "Dark"):
        choose(window, theme)
        settle(window.main)
        link = window.main.palette().link().color()
        colors.append(link.name())
        assert link.name() in colors_of(text), theme
    assert colors[0] != colors[1]


def test_text_to_read_has_a_line_at_its_edge_when_it_has_the_focus(
    window: Window, qtbot: QtBot, learner: Learner
) -> None:
    """A frame would make it look like a box to type in."""
    window.main.activateWindow()
    learner.attend(read_lesson(PAGES))
    text = window.find(QLabel, "lessonText")
    text.clearFocus()
    text.setFocus(Qt.FocusReason.TabFocusReason)
    settle(window.main)
    [ring] = [each for each in window.main.findChildren(FocusRing) if each.widget() is text]
    assert ring.isVisible()
    picture = ring.grab().toImage()
    accent = window.main.palette().accent().color().name()
    middle = picture.height() // 2
    assert picture.pixelColor(0, middle).name() == accent
    assert picture.pixelColor(picture.width() - 1, middle).name() != accent
    assert picture.pixelColor(picture.width() // 2, 0).name() != accent


@pytest.mark.parametrize("size", [(1280, 740), (1366, 768)])
def test_labels_above_the_cloud_can_be_read_beside_a_lesson(
    window: Window, learner: Learner, size: tuple[int, int]
) -> None:
    window.main.resize(*size)
    learner.attend(read_lesson(PAGES))
    (bar,) = window.main.findChildren(ViewBar)
    for panels in (frozenset[str](), frozenset({"inspector"}), frozenset({"training", "loss"})):
        window.main._layout.open_panels(panels)
        settle(window.main)
        labels = {label.text() for label in bar.findChildren(QLabel) if label.isVisible()}
        assert labels == {"Direction", "Color by"}
        buttons = bar.findChildren(QToolButton)
        assert {button.toolButtonStyle() for button in buttons} == {Qt.ToolButtonStyle.ToolButtonTextBesideIcon}
        assert clipped(bar) == []
    learner.leave()
    settle(window.main)
    assert not bar._keeps_labels


def test_buttons_above_the_cloud_share_a_line_beside_a_lesson_in_a_small_window(
    window: Window, learner: Learner
) -> None:
    window.main.resize(1024, 700)
    learner.attend(read_lesson(PAGES))
    settle(window.main)
    (bar,) = window.main.findChildren(ViewBar)
    buttons = bar.findChildren(QToolButton)
    assert len({button.mapTo(bar, button.rect().center()).y() for button in buttons}) == 1
    assert clipped(bar) == []


def image(widget: QWidget) -> QImage:
    return widget.grab().toImage()


@pytest.mark.parametrize("lesson", shipped_lessons(), ids=lambda lesson: lesson.name)
def test_a_screen_reader_hears_no_markdown(qtbot: QtBot, lesson: Lesson) -> None:
    panel = idle_panel(qtbot)
    for value in attendances(lesson):
        panel.show_attendance(value, "")
        spoken = panel.step.text.accessibleName()
        assert "](" not in spoken
        assert "*" not in spoken


def test_the_button_that_checks_an_answer_forgets_the_reply_to_the_question_before(qtbot: QtBot) -> None:
    panel = idle_panel(qtbot)
    lesson = read_lesson(PAGES)
    check = panel.step.findChild(QPushButton, "lessonCheckButton")
    assert check is not None
    panel.show_attendance(Attendance(lesson, Progress(2), {2: 0}), "")
    assert "loss" in check.accessibleDescription()
    panel.show_attendance(Attendance(lesson, Progress(2)), "")
    assert not check.accessibleDescription()
