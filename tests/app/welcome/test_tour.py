"""The tour of the real window: where it points, the ways through it, and that it comes only when it is asked for."""

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import QPoint, QRect, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QApplication, QDockWidget, QLabel, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.desktop.settings import settings
from flowviz.app.main import create_window
from flowviz.app.welcome.start_page import StartPage
from flowviz.app.welcome.tour import SEEN_KEY, Callout, Tour, tour_was_seen
from tests.app.conftest import Window
from tests.app.test_main_window import choose

COUNT = 8
WORKS = ("targetText", "trainButton", "cloudView", "layerScrubber", "playButton", "lossPlot", "layerInspector")


class Guided:
    """Somebody who takes the tour."""

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
    def place(self) -> str:
        return self.window.find(QLabel, "tourPlace").text()

    @property
    def is_over(self) -> bool:
        return not self.window.main.findChildren(Tour)

    def press(self, key: Qt.Key) -> None:
        focused = QApplication.focusWidget()
        assert focused is not None
        self.qtbot.keyClick(focused, key)

    def lets_through(self, place: QPoint) -> bool:
        """Whether the real widget is what is under the mouse there."""
        child = self.window.main.childAt(place)
        return child is not None and child is not self.tour and not self.tour.isAncestorOf(child)


@pytest.fixture
def guided(window: Window, qtbot: QtBot) -> Guided:
    return Guided(window, qtbot)


def rectangle(widget: QWidget, window: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint()), widget.size())


def each_stop(guided: Guided) -> Iterator[int]:
    for number in range(1, COUNT + 1):
        assert guided.place == f"{number} of {COUNT}"
        yield number
        guided.press(Qt.Key.Key_Return)


@pytest.mark.parametrize("size", [(1024, 700), (1600, 1000)])
def test_each_stop_points_at_a_real_widget_that_is_seen(window: Window, qtbot: QtBot, size: tuple[int, int]) -> None:
    window.main.resize(*size)
    guided = Guided(window, qtbot)
    callout = window.find(Callout, "tourCallout")
    for number in each_stop(guided):
        QApplication.processEvents()
        main = window.main
        assert main.rect().contains(rectangle(callout, main)), "the callout is in the window"
        if number <= len(WORKS):
            work = window.find(QWidget, WORKS[number - 1])
            assert work.isVisible()
            seen = rectangle(work, main)
            assert main.rect().contains(seen.center())
            assert guided.lets_through(seen.center()) or rectangle(callout, main).contains(seen.center())
        else:
            bar = main.menuBar()
            assert bar is not None
            assert guided.lets_through(bar.mapTo(main, bar.actionGeometry(bar.actions()[0]).center()))
        assert not guided.lets_through(QPoint(main.width() // 2, 3)), "the rest is dimmed"
    qtbot.waitUntil(lambda: guided.is_over)


def test_keys_and_buttons_go_on_and_back(guided: Guided, qtbot: QtBot) -> None:
    for key, number in (
        (Qt.Key.Key_Right, 2),
        (Qt.Key.Key_Down, 3),
        (Qt.Key.Key_Left, 2),
        (Qt.Key.Key_Up, 1),
        (Qt.Key.Key_Up, 1),
        (Qt.Key.Key_Return, 2),
    ):
        guided.press(key)
        assert guided.place == f"{number} of {COUNT}"
    qtbot.mouseClick(guided.next, Qt.MouseButton.LeftButton)
    assert guided.place == f"3 of {COUNT}"
    qtbot.mouseClick(guided.window.find(QPushButton, "tourBackButton"), Qt.MouseButton.LeftButton)
    assert guided.place == f"2 of {COUNT}"


def test_tab_stays_in_the_callout_and_a_screen_reader_has_what_to_read(guided: Guided) -> None:
    guided.press(Qt.Key.Key_Right)
    reached = []
    for _ in range(3):
        guided.press(Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert focused is not None
        assert focused.accessibleName()
        reached.append(focused.objectName())
    assert reached == ["tourSkipButton", "tourBackButton", "tourNextButton"]
    words = guided.window.find(QLabel, "tourWords").text()
    assert guided.next.accessibleDescription().startswith(f"2 of {COUNT}: Train.")
    assert words in guided.next.accessibleDescription()


@pytest.mark.parametrize("way", ["Escape", "button", "Escape elsewhere", "to its end"])
def test_it_is_left_and_help_brings_it_back(window: Window, qtbot: QtBot, way: str) -> None:
    window.main.activateWindow()
    text = window.find(QPlainTextEdit, "targetText")
    text.setFocus()
    assert not tour_was_seen()
    guided = Guided(window, qtbot)
    if way == "button":
        window.find(QPushButton, "tourSkipButton").click()
    elif way == "to its end":
        for _ in each_stop(guided):
            pass
    else:
        if "elsewhere" in way:
            text.setFocus()
        guided.press(Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: guided.is_over)
    assert tour_was_seen()
    assert text.hasFocus(), "where it was before"
    guided.begin()
    guided.press(Qt.Key.Key_Right)
    guided.begin()
    assert guided.place == f"1 of {COUNT}"


def test_what_is_pointed_at_can_be_used_meanwhile(guided: Guided, qtbot: QtBot) -> None:
    text = guided.window.find(QPlainTextEdit, "targetText")
    qtbot.mouseClick(text.viewport(), Qt.MouseButton.LeftButton)
    text.selectAll()
    qtbot.keyClicks(text, "Hello")
    assert text.toPlainText() == "Hello"
    assert not guided.is_over


def test_it_follows_when_the_window_changes(guided: Guided, qtbot: QtBot) -> None:
    for _ in range(2):
        guided.press(Qt.Key.Key_Right)
    cloud = guided.window.find(QWidget, "cloudView")
    for size in ((1500, 900), (1024, 700)):
        guided.window.main.resize(*size)
        qtbot.waitUntil(lambda: guided.tour.size() == guided.window.main.size())
        seen = rectangle(cloud, guided.window.main)
        qtbot.waitUntil(lambda seen=seen: guided.lets_through(seen.topLeft() + QPoint(9, 9)))  # type: ignore[misc]
        qtbot.waitUntil(lambda seen=seen: guided.lets_through(seen.bottomRight() - QPoint(9, 9)))  # type: ignore[misc]
        qtbot.waitUntil(lambda seen=seen: not guided.lets_through(seen.topLeft() - QPoint(9, 9)))  # type: ignore[misc]


def test_what_was_hidden_is_shown(window: Window, qtbot: QtBot) -> None:
    inspector = window.find(QWidget, "layerInspector")
    choose(window, "Layer Inspector")
    assert not inspector.isVisible()
    guided = Guided(window, qtbot)
    for number in each_stop(guided):
        assert number != 7 or inspector.isVisible()


CLOSED = {"Target": "targetDock", "Loss": "lossDock", "Layer Inspector": "inspectorDock"}


@pytest.fixture
def closed(window: Window) -> dict[str, QDockWidget]:
    """Some panels, which are closed."""
    for title in CLOSED:
        choose(window, title)
    found = {title: window.find(QDockWidget, name) for title, name in CLOSED.items()}
    assert not any(dock.isVisible() for dock in found.values())
    return found


def to_the_last(guided: Guided) -> None:
    for _ in range(COUNT - 1):
        guided.press(Qt.Key.Key_Right)


@pytest.mark.parametrize("way", ["Escape", "to its end", "startpageAction", "presentationAction"])
def test_what_it_opened_closes_with_it(window: Window, qtbot: QtBot, closed: dict[str, QDockWidget], way: str) -> None:
    guided = Guided(window, qtbot)
    to_the_last(guided)
    assert all(dock.isVisible() for dock in closed.values())
    if way.endswith("Action"):
        window.find(QAction, way).trigger()
    else:
        guided.press(Qt.Key.Key_Escape if way == "Escape" else Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: guided.is_over)
    window.main.welcome.leave()
    window.main._presentation.leave()
    assert not any(dock.isVisible() for dock in closed.values())
    assert window.find(QDockWidget, "trainingDock").isVisible()


def test_what_it_opened_stays_where_it_is_used(window: Window, qtbot: QtBot, closed: dict[str, QDockWidget]) -> None:
    guided = Guided(window, qtbot)
    qtbot.mouseClick(window.find(QWidget, "shapeSource"), Qt.MouseButton.LeftButton)
    guided.next.setFocus()
    to_the_last(guided)
    for _ in range(2):
        choose(window, "Loss")
    guided.press(Qt.Key.Key_Escape)
    assert [title for title, dock in closed.items() if dock.isVisible()] == ["Target", "Loss"]


def test_a_layout_that_is_reset_meanwhile_stays_reset(
    window: Window, qtbot: QtBot, closed: dict[str, QDockWidget]
) -> None:
    guided = Guided(window, qtbot)
    to_the_last(guided)
    choose(window, "Reset Layout")
    guided.press(Qt.Key.Key_Escape)
    assert all(dock.isVisible() for dock in closed.values())


@pytest.mark.usefixtures("closed")
def test_what_it_opened_is_closed_at_the_next_start_where_the_window_closes_during_it(
    window: Window, qtbot: QtBot
) -> None:
    to_the_last(Guided(window, qtbot))
    window.main.discard_changes()
    window.main.close()
    again = create_window()
    qtbot.addWidget(again)
    docks = [again.findChild(QDockWidget, name) for name in CLOSED.values()]
    assert all(dock is not None and dock.isHidden() for dock in docks)
    again.close()


def test_what_is_hidden_meanwhile_is_not_pointed_at_any_more(guided: Guided, qtbot: QtBot) -> None:
    for _ in range(6):
        guided.press(Qt.Key.Key_Right)
    inspector = guided.window.find(QWidget, "layerInspector")
    place = rectangle(inspector, guided.window.main).center()
    assert guided.lets_through(place)
    choose(guided.window, "Layer Inspector")
    qtbot.waitUntil(lambda: not guided.lets_through(place))
    assert guided.next.hasFocus()


@pytest.mark.parametrize("name", ["startpageAction", "presentationAction"])
def test_what_shows_something_else_ends_it(guided: Guided, qtbot: QtBot, name: str) -> None:
    guided.window.find(QAction, name).trigger()
    qtbot.waitUntil(lambda: guided.is_over)


def test_a_training_begins_while_it_goes_on(guided: Guided, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flowviz.app.training.worker.train", lambda *_, **__: iter(()))
    guided.press(Qt.Key.Key_Right)
    guided.window.find(QPushButton, "trainButton").click()
    assert guided.window.main.session._run is not None
    assert guided.place == f"2 of {COUNT}"
    assert guided.next.hasFocus()


def test_it_does_not_come_by_itself_and_the_start_page_offers_it(window: Window, qtbot: QtBot) -> None:
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
def test_damaged_settings_are_a_tour_that_was_not_seen(damaged: object) -> None:
    settings().setValue(SEEN_KEY, damaged)
    assert not tour_was_seen()
