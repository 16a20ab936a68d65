"""The panels around the cloud: closed, moved, remembered, and put back."""

from collections.abc import Callable, Iterator

import pytest
from PyQt6.QtCore import QByteArray, QPoint, QSize, Qt
from PyQt6.QtGui import QAction, QGuiApplication
from PyQt6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDockWidget,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from flowviz.app.desktop.settings import settings
from flowviz.app.main import create_window
from flowviz.app.training.controls import TrainingControls
from flowviz.app.viewer.central_widget import CentralWidget
from flowviz.app.viewer.cloud_view import CloudView
from flowviz.app.viewer.view_bar import ViewBar
from flowviz.app.window.panel_layout import GEOMETRY, STATE
from tests.app.conftest import Window

PANELS = ("target", "flow", "training", "loss", "inspector")
LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
Opening = Callable[[], Window]


@pytest.fixture
def opening(qtbot: QtBot) -> Iterator[Opening]:
    """Opens a window, as a start of the program does, after the one before was closed."""
    windows: list[Window] = []

    def opened() -> Window:
        close(windows)
        main = create_window()
        qtbot.addWidget(main)
        main.show()
        qtbot.waitExposed(main)
        windows.append(Window(main))
        return windows[-1]

    yield opened
    close(windows)


def close(windows: list[Window]) -> None:
    for window in windows:
        window.main.discard_changes()
        window.main.close()
    windows.clear()


def dock(window: Window, name: str) -> QDockWidget:
    return window.find(QDockWidget, f"{name}Dock")


def toggle(window: Window, name: str) -> None:
    window.find(QAction, f"{name}DockAction").trigger()


def places(window: Window) -> dict[str, object]:
    """Where each panel is that is there."""
    shown = [name for name in PANELS if dock(window, name).isVisible()]
    return {name: (window.main.dockWidgetArea(dock(window, name)), dock(window, name).geometry()) for name in shown}


def is_at_first(window: Window) -> bool:
    areas = {name: window.main.dockWidgetArea(dock(window, name)) for name in PANELS}
    are_there = all(dock(window, name).isVisible() and not dock(window, name).isFloating() for name in PANELS)
    return are_there and areas == {name: RIGHT if name == "inspector" else LEFT for name in PANELS}


def test_each_panel_is_closed_and_comes_back_by_the_menu(window: Window) -> None:
    assert is_at_first(window)
    for name in PANELS:
        toggle(window, name)
        assert not dock(window, name).isVisible()
        assert not window.find(QAction, f"{name}DockAction").isChecked()
    for name in PANELS:
        toggle(window, name)
    assert is_at_first(window)


def test_the_cloud_takes_the_room_of_the_panels_that_are_closed(window: Window, qtbot: QtBot) -> None:
    cloud, before = window.find(CloudView, "cloudView"), window.find(CloudView, "cloudView").width()
    for name in PANELS:
        toggle(window, name)
    qtbot.waitUntil(lambda: cloud.width() > before + 400)


def test_the_layout_survives_a_restart(opening: Opening, qtbot: QtBot) -> None:
    window = opening()
    window.main.resize(1024, 740)
    toggle(window, "flow")
    window.main.addDockWidget(RIGHT, dock(window, "loss"))
    qtbot.waitUntil(lambda: dock(window, "loss").x() > 800)
    window.main.resizeDocks([dock(window, "loss")], [250], Qt.Orientation.Vertical)
    qtbot.waitUntil(lambda: dock(window, "loss").height() > 220)
    kept = places(window)
    again = opening()
    assert again.main.size() == QSize(1024, 740)
    assert not dock(again, "flow").isVisible()
    qtbot.waitUntil(lambda: places(again) == kept)


@pytest.mark.parametrize("damaged", ["nonsense", 7, QByteArray(b"\0\1\2nonsense"), [b"a", b"b"]])
def test_what_is_damaged_gives_the_first_layout(opening: Opening, damaged: object) -> None:
    for key in (STATE, GEOMETRY):
        settings().setValue(key, damaged)
    assert is_at_first(opening())


def test_half_of_a_layout_gives_the_first_one(opening: Opening) -> None:
    window = opening()
    for name in PANELS:
        toggle(window, name)
    window.main.close()
    for key in (STATE, GEOMETRY):
        kept = settings().value(key)
        settings().setValue(key, QByteArray(kept.data()[: kept.size() // 2]))
    assert is_at_first(opening())


def test_a_window_that_was_left_off_all_screens_comes_back_onto_one(opening: Opening) -> None:
    opening().main.move(QPoint(9000, 7000))
    main = opening().main
    screen = main.screen()
    assert screen is not None
    assert screen.availableGeometry().contains(main.geometry().topLeft())


def test_a_window_that_was_left_in_full_screen_comes_back_in_its_frame(opening: Opening) -> None:
    opening().main.showFullScreen()
    assert not opening().main.isFullScreen()


def test_reset_layout_puts_all_panels_back(window: Window, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: all(is_whole(window, name) for name in PANELS))
    first = places(window)
    toggle(window, "training")
    dock(window, "flow").setFloating(True)
    window.main.addDockWidget(RIGHT, dock(window, "target"))
    window.main.tabifyDockWidget(dock(window, "target"), dock(window, "inspector"))
    window.main.resizeDocks([dock(window, "inspector")], [260], Qt.Orientation.Horizontal)
    window.find(QAction, "resetlayoutAction").trigger()
    assert is_at_first(window)
    qtbot.waitUntil(lambda: places(window) == first)


def test_a_panel_becomes_higher_for_what_it_comes_to_show(window: Window, qtbot: QtBot) -> None:
    options, loss = window.find(QToolButton, "flowOptionsButton"), dock(window, "loss")
    before = places(window)
    options.click()
    qtbot.waitUntil(lambda: is_whole(window, "flow"))
    assert loss.height() > 100
    options.click()
    qtbot.waitUntil(lambda: places(window) == before)


def test_what_goes_wrong_in_a_closed_panel_is_told_above_the_cloud(window: Window) -> None:
    toggle(window, "target")
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    clipboard.clear()
    window.main.target_builder.paste()
    assert "clipboard" in window.notice
    assert not dock(window, "target").isVisible()


def test_training_begins_also_without_its_panel(window: Window) -> None:
    toggle(window, "training")
    begun: list[bool] = []
    window.find(TrainingControls, "runControls").blockSignals(True)  # that it was pressed is enough
    window.find(QPushButton, "trainButton").clicked.connect(begun.append)
    window.find(QAction, "trainAction").trigger()
    assert begun


@pytest.mark.parametrize("size", [QSize(1024, 700), QSize(1280, 800), QSize(3840, 2160)])
def test_nothing_is_clipped(window: Window, qtbot: QtBot, size: QSize) -> None:
    window.main.resize(size)
    qtbot.waitUntil(lambda: window.main.size() == size)
    qtbot.waitUntil(lambda: all(is_whole(window, name) for name in PANELS))
    qtbot.waitUntil(lambda: clipped(window.main) == [])
    buttons = window.find(CentralWidget, "center").findChildren(QToolButton)
    assert [found.text() for found in buttons if found.visibleRegion().isEmpty()] == []
    assert window.find(CloudView, "cloudView").width() >= 400


def is_whole(window: Window, name: str) -> bool:
    """Whether nothing of a panel is scrolled away."""
    area = dock(window, name).widget()
    assert isinstance(area, QScrollArea)
    bars = area.verticalScrollBar(), area.horizontalScrollBar()
    return all(bar is not None and bar.maximum() == 0 for bar in bars)


def clipped(main: QWidget) -> list[str]:
    """Words that have too little room, or lie beyond the edge of what they stand in."""
    kinds = QLabel, QAbstractButton, QComboBox
    shown = [widget for kind in kinds for widget in main.findChildren(kind) if not widget.visibleRegion().isEmpty()]
    return [f"{widget.objectName()}: {widget.size()}" for widget in shown if not has_room(widget)]


def has_room(widget: QWidget) -> bool:
    needed, parent = widget.minimumSizeHint(), widget.parentWidget()
    height = widget.heightForWidth(widget.width()) if widget.hasHeightForWidth() else needed.height()
    is_inside = parent is None or parent.rect().contains(widget.geometry())
    return is_inside and widget.width() >= needed.width() and widget.height() >= height


def test_typing_can_begin_at_once(window: Window) -> None:
    assert window.main.focusWidget() is window.find(QPlainTextEdit, "targetText")


def test_a_window_that_is_closed_before_a_class_comes_up_with_its_panels(opening: Opening, qtbot: QtBot) -> None:
    window = opening()
    window.main.resize(1024, 740)
    toggle(window, "flow")
    qtbot.wait(50)
    kept = places(window)
    window.find(QAction, "presentationAction").trigger()
    qtbot.waitUntil(lambda: not dock(window, "loss").isVisible())
    again = opening()
    assert not again.main.isFullScreen()
    qtbot.waitUntil(lambda: places(again) == kept)


def test_panels_that_are_left_alone_are_whole(window: Window, qtbot: QtBot) -> None:
    window.main.addDockWidget(RIGHT, dock(window, "loss"))
    window.find(QToolButton, "flowOptionsButton").click()
    qtbot.waitUntil(lambda: all(is_whole(window, name) for name in PANELS))


def test_panels_have_room_beside_a_flow_with_its_options(window: Window, qtbot: QtBot) -> None:
    window.main.resize(1024, 700)
    window.find(QToolButton, "flowOptionsButton").click()
    qtbot.waitUntil(window.find(QWidget, "flowLayers").isVisible)
    assert window.main.size() == QSize(1024, 700)
    qtbot.waitUntil(lambda: clipped(window.find(CentralWidget, "center")) == [])


@pytest.mark.parametrize(("width", "lines"), [(2000, 1), (640, 2), (440, 3)])
def test_the_bar_above_the_cloud_goes_on_in_the_next_line(qtbot: QtBot, width: int, lines: int) -> None:
    bar = ViewBar()
    qtbot.addWidget(bar)
    bar.resize(width, 200)
    bar.show()
    tops = {button.mapTo(bar, button.rect().center()).y() // 20 for button in bar.findChildren(QToolButton)}
    assert bar.heightForWidth(width) < 45 * lines
    assert len(tops) <= lines
    assert clipped(bar) == []
    assert [found.text() for found in bar.findChildren(QToolButton) if found.visibleRegion().isEmpty()] == []


@pytest.fixture
def own_font(qapp: QApplication) -> Iterator[None]:
    """Larger words stay in their test."""
    font = QApplication.font()
    yield
    QApplication.setFont(font)


@pytest.mark.usefixtures("own_font")
def test_panels_become_narrower_again_with_the_words(window: Window, qtbot: QtBot) -> None:
    window.main.resize(1280, 800)
    target, inspector = dock(window, "target"), dock(window, "inspector")
    qtbot.waitUntil(lambda: target.width() == target.sizeHint().width())
    before = target.width(), inspector.width()
    for _ in range(3):
        window.main.appearance.choose_text_size(150)
        qtbot.waitUntil(lambda: target.width() > 1.2 * before[0])
        window.main.appearance.choose_text_size(100)
        qtbot.waitUntil(lambda: (target.width(), inspector.width()) == before)


@pytest.mark.usefixtures("own_font")
def test_panels_that_were_made_wider_stay_so_when_the_words_have_another_size(window: Window, qtbot: QtBot) -> None:
    window.main.resize(1280, 800)
    target = dock(window, "target")
    qtbot.waitUntil(lambda: target.width() == target.sizeHint().width())
    chosen = target.width() + 40
    window.main.resizeDocks([target], [chosen], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: target.width() == chosen)
    window.main.appearance.choose_text_size(150)
    qtbot.waitUntil(lambda: target.width() > chosen)
    window.main.appearance.choose_text_size(100)
    qtbot.waitUntil(lambda: target.width() == chosen)
