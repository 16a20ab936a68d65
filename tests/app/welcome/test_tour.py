"""The tour of the real window."""

from collections.abc import Iterator
from typing import get_args

import pytest
from PyQt6.QtCore import QPoint, QRect, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QApplication, QDockWidget, QLabel, QPlainTextEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.desktop.settings import settings, stored_flag
from flowviz.app.welcome.callout import Callout
from flowviz.app.welcome.start_page import StartPage
from flowviz.app.welcome.tour import SEEN_KEY, Tour
from flowviz.app.widgets.focus_ring import FocusRing
from flowviz.lessons.observations import PanelName
from tests.app.conftest import Window
from tests.app.style.test_icons import choose as choose_size
from tests.app.test_main_window import choose

pytestmark = pytest.mark.shared_window

COUNT = 9
EXPLAINED = ("targetText", "trainButton", "cloudView", "layerScrubber", "playButton", "lossPlot", "layerInspector")
MENUS = {8: "&Train", 9: "&File"}  # that the last steps explain


class Guide:
    """The tour, as a user takes it."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        window.main.activateWindow()
        self.begin()

    def begin(self) -> None:
        self.window.find(QAction, "takethetourAction").trigger()
        (self.tour,) = self.window.main.findChildren(Tour)
        self.qtbot.waitUntil(self.next.hasFocus)

    @property
    def next(self) -> QPushButton:
        return self.window.find(QPushButton, "tourNextButton")

    @property
    def position(self) -> str:
        return self.window.find(QLabel, "tourPlace").text()

    @property
    def is_over(self) -> bool:
        return not self.window.main.findChildren(Tour)

    def press(self, key: Qt.Key) -> None:
        focused = QApplication.focusWidget()
        assert focused is not None
        self.qtbot.keyClick(focused, key)

    def lets_through(self, place: QPoint) -> bool:
        """Return whether a click there reaches the window below the tour."""
        child = self.window.main.childAt(place)
        return child is not None and child is not self.tour and not self.tour.isAncestorOf(child)


@pytest.fixture
def window(window: Window) -> Iterator[Window]:
    """Return a window, and end the tour and open all panels after the test."""
    yield window
    window.main.welcome.end_tour()
    window.main._layout.open_panels(frozenset(get_args(PanelName)))


@pytest.fixture
def guide(window: Window, qtbot: QtBot) -> Guide:
    return Guide(window, qtbot)


def rectangle(widget: QWidget, window: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint()), widget.size())


def each_step(guide: Guide) -> Iterator[int]:
    for number in range(1, COUNT + 1):
        assert guide.position == f"{number} of {COUNT}"
        yield number
        guide.press(Qt.Key.Key_Return)


@pytest.mark.parametrize("size", [(1024, 700), (1600, 1000)])
def test_each_step_highlights_a_visible_widget(window: Window, qtbot: QtBot, size: tuple[int, int]) -> None:
    window.main.resize(*size)
    guide = Guide(window, qtbot)
    callout = window.find(Callout, "tourCallout")
    for number in each_step(guide):
        QApplication.processEvents()
        main = window.main
        assert main.rect().contains(rectangle(callout, main)), "the callout is partly outside of the window"
        if number <= len(EXPLAINED):
            widget = window.find(QWidget, EXPLAINED[number - 1])
            assert widget.isVisible()
            seen = rectangle(widget, main)
            assert main.rect().contains(seen.center())
            assert guide.lets_through(seen.center())
            assert not rectangle(callout, main).intersects(seen), "the callout covers what it explains"
        else:
            bar = main.menuBar()
            assert bar is not None
            (menu,) = [action for action in bar.actions() if action.text() == MENUS[number]]
            assert guide.lets_through(bar.mapTo(main, bar.actionGeometry(menu).center()))
        assert not guide.lets_through(QPoint(main.width() // 2, 3)), "the rest of the window is not dimmed"
    qtbot.waitUntil(lambda: guide.is_over)


def test_keys_and_buttons_go_forward_and_back(guide: Guide, qtbot: QtBot) -> None:
    for key, number in (
        (Qt.Key.Key_Right, 2),
        (Qt.Key.Key_Down, 3),
        (Qt.Key.Key_Left, 2),
        (Qt.Key.Key_Up, 1),
        (Qt.Key.Key_Up, 1),
        (Qt.Key.Key_Return, 2),
    ):
        guide.press(key)
        assert guide.position == f"{number} of {COUNT}"
    qtbot.mouseClick(guide.next, Qt.MouseButton.LeftButton)
    assert guide.position == f"3 of {COUNT}"
    qtbot.mouseClick(guide.window.find(QPushButton, "tourBackButton"), Qt.MouseButton.LeftButton)
    assert guide.position == f"2 of {COUNT}"


def test_tab_stays_in_the_callout_which_screen_readers_can_read(guide: Guide) -> None:
    guide.press(Qt.Key.Key_Right)
    reached = []
    for _ in range(3):
        guide.press(Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert focused is not None
        assert focused.accessibleName()
        assert [ring for ring in guide.window.main.findChildren(FocusRing) if ring.widget() is focused]
        reached.append(focused.objectName())
    assert reached == ["tourSkipButton", "tourBackButton", "tourNextButton"]
    words = guide.window.find(QLabel, "tourWords").text()
    assert guide.next.accessibleDescription().startswith(f"2 of {COUNT}: Train.")
    assert words in guide.next.accessibleDescription()


@pytest.mark.parametrize("way", ["Escape", "button", "Escape elsewhere", "to its end"])
def test_tour_can_be_left_and_started_again(window: Window, qtbot: QtBot, way: str) -> None:
    window.main.activateWindow()
    text = window.find(QPlainTextEdit, "targetText")
    text.setFocus()
    assert not stored_flag(SEEN_KEY, default=False)
    guide = Guide(window, qtbot)
    if way == "button":
        window.find(QPushButton, "tourSkipButton").click()
    elif way == "to its end":
        for _ in each_step(guide):
            pass
    else:
        if "elsewhere" in way:
            text.setFocus()
        guide.press(Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: guide.is_over)
    assert stored_flag(SEEN_KEY, default=False)
    assert text.hasFocus(), "the focus is not back where it was"
    guide.begin()
    guide.press(Qt.Key.Key_Right)
    guide.begin()
    assert guide.position == f"1 of {COUNT}"


def test_highlighted_widget_can_be_used_during_the_tour(guide: Guide, qtbot: QtBot) -> None:
    text = guide.window.find(QPlainTextEdit, "targetText")
    qtbot.mouseClick(text.viewport(), Qt.MouseButton.LeftButton)
    text.selectAll()
    qtbot.keyClicks(text, "Hello")
    assert text.toPlainText() == "Hello"
    assert not guide.is_over


def test_highlight_follows_when_the_window_is_resized(guide: Guide, qtbot: QtBot) -> None:
    for _ in range(2):
        guide.press(Qt.Key.Key_Right)
    cloud = guide.window.find(QWidget, "cloudView")
    for size in ((1500, 900), (1024, 700)):
        guide.window.main.resize(*size)
        qtbot.waitUntil(lambda: guide.tour.size() == guide.window.main.size())
        seen = rectangle(cloud, guide.window.main)
        qtbot.waitUntil(lambda seen=seen: guide.lets_through(seen.topLeft() + QPoint(9, 9)))  # type: ignore[misc]
        qtbot.waitUntil(lambda seen=seen: guide.lets_through(seen.bottomRight() - QPoint(9, 9)))  # type: ignore[misc]
        qtbot.waitUntil(lambda seen=seen: not guide.lets_through(seen.topLeft() - QPoint(9, 9)))  # type: ignore[misc]


def test_closed_panel_is_opened(window: Window, qtbot: QtBot) -> None:
    inspector = window.find(QWidget, "layerInspector")
    choose(window, "Layer Inspector")
    assert not inspector.isVisible()
    guide = Guide(window, qtbot)
    for number in each_step(guide):
        assert number != 7 or inspector.isVisible()


CLOSED = {"Target": "targetDock", "Loss": "lossDock", "Layer Inspector": "inspectorDock"}


def close_panels(window: Window) -> dict[str, QDockWidget]:
    """Close some panels, and return them by title."""
    for title in CLOSED:
        choose(window, title)
    docks = {title: window.find(QDockWidget, name) for title, name in CLOSED.items()}
    assert not any(dock.isVisible() for dock in docks.values())
    return docks


@pytest.fixture
def closed(window: Window) -> dict[str, QDockWidget]:
    return close_panels(window)


def go_to_last_step(guide: Guide) -> None:
    for _ in range(COUNT - 1):
        guide.press(Qt.Key.Key_Right)


@pytest.mark.parametrize("way", ["Escape", "to its end", "startpageAction", "presentationAction"])
def test_opened_panels_close_with_the_tour(
    window: Window, qtbot: QtBot, closed: dict[str, QDockWidget], way: str
) -> None:
    guide = Guide(window, qtbot)
    go_to_last_step(guide)
    assert all(dock.isVisible() for dock in closed.values())
    if way.endswith("Action"):
        window.find(QAction, way).trigger()
    else:
        guide.press(Qt.Key.Key_Escape if way == "Escape" else Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: guide.is_over)
    window.main.welcome.leave()
    window.main._presentation.leave()
    assert not any(dock.isVisible() for dock in closed.values())
    assert window.find(QDockWidget, "trainingDock").isVisible()


def test_opened_panels_stay_open_if_they_are_used(window: Window, qtbot: QtBot, closed: dict[str, QDockWidget]) -> None:
    guide = Guide(window, qtbot)
    qtbot.mouseClick(window.find(QWidget, "shapeSource"), Qt.MouseButton.LeftButton)
    guide.next.setFocus()
    go_to_last_step(guide)
    for _ in range(2):
        choose(window, "Loss")
    guide.press(Qt.Key.Key_Escape)
    assert [title for title, dock in closed.items() if dock.isVisible()] == ["Target", "Loss"]


def test_layout_that_is_reset_during_the_tour_stays_reset(
    window: Window, qtbot: QtBot, closed: dict[str, QDockWidget]
) -> None:
    guide = Guide(window, qtbot)
    go_to_last_step(guide)
    choose(window, "Reset Layout")
    guide.press(Qt.Key.Key_Escape)
    assert all(dock.isVisible() for dock in closed.values())


def test_panel_that_is_closed_during_the_tour_is_no_longer_highlighted(guide: Guide, qtbot: QtBot) -> None:
    for _ in range(6):
        guide.press(Qt.Key.Key_Right)
    inspector = guide.window.find(QWidget, "layerInspector")
    place = rectangle(inspector, guide.window.main).center()
    assert guide.lets_through(place)
    choose(guide.window, "Layer Inspector")
    qtbot.waitUntil(lambda: not guide.lets_through(place))
    assert guide.next.hasFocus()


@pytest.mark.parametrize("name", ["startpageAction", "presentationAction"])
def test_start_page_and_presentation_end_the_tour(guide: Guide, qtbot: QtBot, name: str) -> None:
    guide.window.find(QAction, name).trigger()
    qtbot.waitUntil(lambda: guide.is_over)


def test_training_can_be_started_during_the_tour(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flowviz.training.entrant_training.train", lambda *_, **__: iter(()))
    guide.press(Qt.Key.Key_Right)
    guide.window.find(QToolButton, "trainButton").click()
    assert guide.window.main.session.run is not None
    assert guide.position == f"2 of {COUNT}"
    assert guide.next.hasFocus()


def test_tour_starts_only_on_request_from_the_start_page(window: Window, qtbot: QtBot) -> None:
    start = window.main.welcome
    start.show()
    assert not window.main.findChildren(Tour)
    offer = window.find(QPushButton, "startTourButton")
    assert "New here" in offer.text()
    offer.click()
    assert not window.find(StartPage, "startPage").isVisible()
    (tour,) = window.main.findChildren(Tour)
    tour.end()
    start.show()
    assert "New here" not in offer.text()


@pytest.mark.parametrize("damaged", ["nonsense", "", ["a", "b"], 7])
def test_tour_counts_as_not_seen_if_the_settings_are_damaged(damaged: object) -> None:
    settings().setValue(SEEN_KEY, damaged)
    assert not stored_flag(SEEN_KEY, default=False)


@pytest.mark.parametrize("size", ["Normal (100%)", "Very Large (150%)"])
def test_callout_has_room_for_each_line_of_its_explanation(window: Window, qtbot: QtBot, size: str) -> None:
    choose_size(window, size)
    guide = Guide(window, qtbot)
    labels = [window.find(QLabel, name) for name in ("tourTitle", "tourWords")]
    for _ in each_step(guide):
        QApplication.processEvents()
        for label in labels:
            assert label.height() >= label.heightForWidth(label.width()), f"{label.text()!r} is cut off"
    choose_size(window, "Normal (100%)")
