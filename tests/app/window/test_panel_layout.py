"""Panels around the cloud: closing, moving, fitting, saving and restoring."""

from collections.abc import Callable, Iterator

import pytest
from PyQt6.QtCore import QByteArray, QPoint, QRect, QSize, Qt
from PyQt6.QtGui import QAction, QGuiApplication, QScreen
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
from flowviz.app.notices.notice import Notice
from flowviz.app.state.view import ViewState
from flowviz.app.target.mix_page import MixPage
from flowviz.app.target.panel import TargetPanel
from flowviz.app.training.controls import TrainingControls
from flowviz.app.training.status import GREETING
from flowviz.app.viewer.central_widget import CentralWidget
from flowviz.app.viewer.cloud_view import CloudView
from flowviz.app.viewer.view_bar import ViewBar
from flowviz.app.window.panel_layout import GEOMETRY, STATE
from flowviz.specs import TextSpec
from tests.app.conftest import Window

PANELS = ("target", "flow", "training", "loss", "inspector")
LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
LONG_NOTICE = Notice("test", "A sentence that is long enough to wrap. " * 3, "Advice that is even longer. " * 6)
OpenWindow = Callable[[], Window]


@pytest.fixture
def open_window(qtbot: QtBot) -> Iterator[OpenWindow]:
    """Open a window as a start of the program does, after closing the previous one."""
    windows: list[Window] = []

    def open_next() -> Window:
        close(windows)
        main = create_window()
        qtbot.addWidget(main)
        main.show()
        qtbot.waitExposed(main)
        windows.append(Window(main))
        return windows[-1]

    yield open_next
    close(windows)


@pytest.fixture
def restored_font(qapp: QApplication) -> Iterator[None]:
    """Keep the text size of a test from the other tests."""
    font = QApplication.font()
    yield
    QApplication.setFont(font)


def close(windows: list[Window]) -> None:
    for window in windows:
        window.main.discard_changes()
        window.main.close()
    windows.clear()


def dock(window: Window, name: str) -> QDockWidget:
    return window.find(QDockWidget, f"{name}Dock")


def target_panel(window: Window) -> TargetPanel:
    panel = window.main.findChild(TargetPanel)
    assert panel is not None
    return panel


def toggle(window: Window, name: str) -> None:
    window.find(QAction, f"{name}DockAction").trigger()


def reset(window: Window) -> None:
    window.find(QAction, "resetlayoutAction").trigger()


def places(window: Window) -> dict[str, tuple[Qt.DockWidgetArea, QRect]]:
    """Return the area and the geometry of each panel that can be seen."""
    docks = {name: dock(window, name) for name in PANELS if is_seen(window, name)}
    return {name: (window.main.dockWidgetArea(panel), panel.geometry()) for name, panel in docks.items()}


def settled_places(window: Window, qtbot: QtBot) -> dict[str, tuple[Qt.DockWidgetArea, QRect]]:
    """Return the places of the panels once three polls in a row agree: all layout requests are handled by then."""
    polls: list[dict[str, tuple[Qt.DockWidgetArea, QRect]]] = []

    def is_settled() -> bool:
        polls.append(places(window))
        return polls[-3:] == [polls[-1]] * 3

    qtbot.waitUntil(is_settled)
    return polls[-1]


def is_seen(window: Window, name: str) -> bool:
    """Return whether a panel is neither closed nor behind another tab."""
    return not dock(window, name).visibleRegion().isEmpty()


def is_tabbed(window: Window) -> bool:
    """Return whether the inspector is a tab behind the loss panel."""
    return window.main.tabifiedDockWidgets(dock(window, "loss")) == [dock(window, "inspector")]


def is_default_layout(window: Window) -> bool:
    """Return whether all panels are docked in their places; the inspector may be tabbed for lack of room."""
    are_docked = all(dock(window, name).isVisible() and not dock(window, name).isFloating() for name in PANELS)
    areas = {name: window.main.dockWidgetArea(dock(window, name)) for name in PANELS}
    default = dict.fromkeys(PANELS, LEFT) | {"inspector": LEFT if is_tabbed(window) else RIGHT}
    return are_docked and areas == default


def is_unscrolled(window: Window, name: str) -> bool:
    """Return whether all content of a panel is in view."""
    area = dock(window, name).widget()
    assert isinstance(area, QScrollArea)
    bars = area.verticalScrollBar(), area.horizontalScrollBar()
    return all(bar is not None and bar.maximum() == 0 for bar in bars)


def clipped(main: QWidget) -> list[str]:
    """Return the visible widgets whose text lacks room or that reach beyond their parent."""
    kinds = QLabel, QAbstractButton, QComboBox
    shown = [widget for kind in kinds for widget in main.findChildren(kind) if not widget.visibleRegion().isEmpty()]
    return [f"{widget.objectName()}: {widget.size()}" for widget in shown if not has_room(widget)]


def has_room(widget: QWidget) -> bool:
    needed, parent = widget.minimumSizeHint(), widget.parentWidget()
    height = widget.heightForWidth(widget.width()) if widget.hasHeightForWidth() else needed.height()
    is_inside = parent is None or parent.rect().contains(widget.geometry())
    return is_inside and widget.width() >= needed.width() and widget.height() >= height


def test_menu_closes_and_reopens_each_panel(window: Window) -> None:
    assert is_default_layout(window)
    for name in PANELS:
        toggle(window, name)
        assert not dock(window, name).isVisible()
        assert not window.find(QAction, f"{name}DockAction").isChecked()
    for name in PANELS:
        toggle(window, name)
    assert is_default_layout(window)


def test_cloud_takes_the_room_of_closed_panels(window: Window, qtbot: QtBot) -> None:
    cloud, before = window.find(CloudView, "cloudView"), window.find(CloudView, "cloudView").width()
    for name in PANELS:
        toggle(window, name)
    qtbot.waitUntil(lambda: cloud.width() > before + 400)


def test_layout_survives_a_restart(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    window.main.resize(1008, 740)
    toggle(window, "flow")
    window.main.addDockWidget(RIGHT, dock(window, "loss"))
    window.main.addDockWidget(RIGHT, dock(window, "inspector"))
    qtbot.waitUntil(lambda: dock(window, "loss").x() > 800)
    window.main.resizeDocks([dock(window, "loss")], [250], Qt.Orientation.Vertical)
    qtbot.waitUntil(lambda: dock(window, "loss").height() > 220)
    saved = settled_places(window, qtbot)
    restored = open_window()
    assert restored.main.size() == QSize(1008, 740)
    assert not dock(restored, "flow").isVisible()
    qtbot.waitUntil(lambda: places(restored) == saved)


@pytest.mark.parametrize("damaged", ["nonsense", 7, QByteArray(b"\0\1\2nonsense"), [b"a", b"b"]])
def test_damaged_settings_give_the_default_layout(open_window: OpenWindow, damaged: object) -> None:
    for key in (STATE, GEOMETRY):
        settings().setValue(key, damaged)
    assert is_default_layout(open_window())


def test_truncated_settings_give_the_default_layout(open_window: OpenWindow) -> None:
    window = open_window()
    for name in PANELS:
        toggle(window, name)
    window.main.close()
    for key in (STATE, GEOMETRY):
        saved = settings().value(key)
        settings().setValue(key, QByteArray(saved.data()[: saved.size() // 2]))
    assert is_default_layout(open_window())


def test_window_closed_off_screen_reopens_on_a_screen(open_window: OpenWindow) -> None:
    open_window().main.move(QPoint(9000, 7000))
    main = open_window().main
    screen = main.screen()
    assert screen is not None
    assert screen.availableGeometry().contains(main.geometry().topLeft())


def test_window_closed_in_full_screen_reopens_in_its_frame(open_window: OpenWindow) -> None:
    open_window().main.showFullScreen()
    assert not open_window().main.isFullScreen()


def test_window_closed_in_a_presentation_reopens_with_its_panels(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    window.main.resize(1024, 740)
    toggle(window, "flow")
    saved = settled_places(window, qtbot)
    window.find(QAction, "presentationAction").trigger()
    qtbot.waitUntil(lambda: not dock(window, "loss").isVisible())
    restored = open_window()
    assert not restored.main.isFullScreen()
    qtbot.waitUntil(lambda: places(restored) == saved)


@pytest.mark.parametrize("screen", [QSize(1024, 700), QSize(1366, 728), QSize(1366, 768), QSize(1280, 800)])
def test_first_window_and_its_frame_fit_on_a_small_screen(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch, screen: QSize
) -> None:
    title_bar, border = 40, 4  # pixels, on the desktops with the largest ones
    monkeypatch.setattr(QScreen, "availableSize", lambda _: screen)
    main = open_window().main
    assert main.height() + title_bar <= screen.height()
    assert main.width() + 2 * border <= screen.width()


def test_window_can_be_made_as_small_as_a_maximized_one_on_a_small_screen(window: Window) -> None:
    """Leave room for the task bar and the title bar on a screen of 1366x768."""
    assert window.main.minimumSize().height() <= 768 - 48 - 40


def test_reset_layout_puts_all_panels_back(window: Window, qtbot: QtBot) -> None:
    reset(window)
    qtbot.waitUntil(lambda: all(is_unscrolled(window, name) for name in PANELS))
    default = places(window)
    toggle(window, "training")
    dock(window, "flow").setFloating(True)
    window.main.addDockWidget(RIGHT, dock(window, "target"))
    window.main.tabifyDockWidget(dock(window, "target"), dock(window, "inspector"))
    window.main.resizeDocks([dock(window, "inspector")], [260], Qt.Orientation.Horizontal)
    reset(window)
    assert is_default_layout(window)
    qtbot.waitUntil(lambda: places(window) == default)


@pytest.mark.usefixtures("restored_font")
@pytest.mark.parametrize("percent", [100, 150])
def test_panels_keep_their_places_when_the_layout_of_a_small_window_is_reset(
    window: Window, qtbot: QtBot, percent: int
) -> None:
    window.main.resize(1024, 700)
    window.main.appearance.choose_text_size(percent)
    before = settled_places(window, qtbot)
    dock(window, "flow").setFloating(True)
    settled_places(window, qtbot)
    reset(window)
    assert settled_places(window, qtbot) == before


def test_panel_grows_with_options_that_the_user_opens(window: Window, qtbot: QtBot) -> None:
    options, loss = window.find(QToolButton, "flowOptionsButton"), dock(window, "loss")
    before = places(window)
    options.click()
    qtbot.waitUntil(lambda: is_unscrolled(window, "flow"))
    assert loss.height() > 100
    options.click()
    qtbot.waitUntil(lambda: places(window) == before)


def test_panels_stay_in_place_when_a_notice_wraps(window: Window, qtbot: QtBot) -> None:
    before = settled_places(window, qtbot)
    target_panel(window).notices.post(LONG_NOTICE)
    qtbot.waitUntil(lambda: not is_unscrolled(window, "target"))
    assert settled_places(window, qtbot) == before
    target_panel(window).notices.withdraw(LONG_NOTICE.topic)
    qtbot.waitUntil(lambda: is_unscrolled(window, "target"))
    assert settled_places(window, qtbot) == before


def test_only_the_loss_panel_gives_way_to_a_notice_about_the_training(window: Window, qtbot: QtBot) -> None:
    before = settled_places(window, qtbot)
    window.find(TrainingControls, "runControls").notices.post(LONG_NOTICE)
    qtbot.waitUntil(lambda: dock(window, "training").height() > before["training"][1].height() + 40)
    after = places(window)
    assert {name: place for name, place in after.items() if name not in ("training", "loss")} == {
        name: place for name, place in before.items() if name not in ("training", "loss")
    }
    assert after["training"][1].top() == before["training"][1].top()


def test_panels_stay_in_place_when_a_source_is_added(window: Window, qtbot: QtBot) -> None:
    window.find(QToolButton, "mixSource").click()
    mix = window.find(MixPage, "mixPage")
    before = settled_places(window, qtbot)
    for text in ("one", "two", "three"):
        mix.add(TextSpec(text=text))
    qtbot.waitUntil(lambda: not is_unscrolled(window, "target"))
    assert settled_places(window, qtbot) == before
    status = window.find(QLabel, "statusLabel")  # asked for more sources before, in a longer sentence
    qtbot.waitUntil(lambda: status.text() == GREETING)
    assert settled_places(window, qtbot) == before


@pytest.mark.parametrize("size", [QSize(1024, 700), QSize(1280, 800), QSize(3840, 2160)])
def test_nothing_is_clipped(window: Window, qtbot: QtBot, size: QSize) -> None:
    window.main.resize(size)
    qtbot.waitUntil(lambda: window.main.size() == size)
    qtbot.waitUntil(lambda: all(is_unscrolled(window, name) for name in PANELS))
    qtbot.waitUntil(lambda: clipped(window.main) == [])
    buttons = window.find(CentralWidget, "center").findChildren(QToolButton)
    assert [button.text() for button in buttons if button.visibleRegion().isEmpty()] == []
    qtbot.waitUntil(lambda: window.find(CloudView, "cloudView").width() >= 600)


def test_inspector_is_tabbed_behind_the_loss_panel_before_the_cloud_gets_narrow(window: Window, qtbot: QtBot) -> None:
    assert not is_tabbed(window)
    window.main.resize(1024, 700)
    qtbot.waitUntil(lambda: is_tabbed(window))
    qtbot.waitUntil(lambda: is_seen(window, "loss") and not is_seen(window, "inspector"))
    qtbot.waitUntil(lambda: window.find(CloudView, "cloudView").width() >= 600)
    window.main.resize(1280, 800)
    qtbot.waitUntil(lambda: not is_tabbed(window))
    qtbot.waitUntil(lambda: is_seen(window, "inspector"))
    assert is_default_layout(window)


@pytest.mark.parametrize("width", range(1100, 1220, 20))
def test_panels_settle_in_a_window_of_any_width(window: Window, qtbot: QtBot, width: int) -> None:
    for start in (1024, 1280):
        window.main.resize(start, 760)
        settled_places(window, qtbot)
        window.main.resize(width, 760)
        settled_places(window, qtbot)
        assert is_tabbed(window) == (width < 1150)


def test_inspector_that_the_user_widened_stays_beside_the_cloud(window: Window, qtbot: QtBot) -> None:
    inspector = dock(window, "inspector")
    window.main.resizeDocks([inspector], [450], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: inspector.width() == 450)
    window.find(QToolButton, "flowOptionsButton").click()
    settled_places(window, qtbot)
    assert not is_tabbed(window)
    assert inspector.width() == 450


def test_menu_raises_and_closes_an_inspector_behind_the_loss_panel(window: Window, qtbot: QtBot) -> None:
    window.main.resize(1024, 700)
    qtbot.waitUntil(lambda: is_tabbed(window) and not is_seen(window, "inspector"))
    toggle(window, "inspector")
    qtbot.waitUntil(lambda: is_seen(window, "inspector"))
    toggle(window, "inspector")
    assert dock(window, "inspector").isHidden()
    qtbot.waitUntil(lambda: is_seen(window, "loss"))
    toggle(window, "inspector")
    qtbot.waitUntil(lambda: is_seen(window, "inspector"))


def test_inspector_that_the_user_moved_stays_there_when_the_window_grows(window: Window, qtbot: QtBot) -> None:
    window.main.resize(1024, 700)
    qtbot.waitUntil(lambda: is_tabbed(window))
    window.main.tabifyDockWidget(dock(window, "target"), dock(window, "inspector"))
    qtbot.waitUntil(lambda: not is_tabbed(window))
    window.main.resize(1600, 800)
    qtbot.waitUntil(lambda: window.find(CloudView, "cloudView").width() > 1000)
    assert window.main.tabifiedDockWidgets(dock(window, "target")) == [dock(window, "inspector")]


def test_tabbed_inspector_returns_after_a_restart_in_a_wider_window(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    window.main.resize(1024, 700)
    qtbot.waitUntil(lambda: is_tabbed(window))
    restored = open_window()
    assert is_tabbed(restored)
    restored.main.resize(1400, 800)
    qtbot.waitUntil(lambda: not is_tabbed(restored))


@pytest.mark.usefixtures("restored_font")
@pytest.mark.parametrize("size", [QSize(1024, 700), QSize(1366, 768)])
def test_loss_plot_stays_visible_with_very_large_text(window: Window, qtbot: QtBot, size: QSize) -> None:
    window.main.resize(size)
    window.main.appearance.choose_text_size(150)
    settled_places(window, qtbot)
    plot, panel = window.find(QWidget, "lossPlot"), dock(window, "loss").widget()
    assert panel is not None
    assert panel.rect().contains(QRect(plot.mapTo(panel, QPoint()), plot.size()))


def test_problem_in_a_closed_panel_is_shown_above_the_cloud(window: Window) -> None:
    toggle(window, "target")
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    clipboard.clear()
    window.main.target_importer.paste()
    assert "clipboard" in window.notice
    assert not dock(window, "target").isVisible()


def test_training_starts_from_the_menu_while_its_panel_is_closed(window: Window) -> None:
    toggle(window, "training")
    clicks: list[bool] = []
    window.find(TrainingControls, "runControls").train_requested.disconnect()
    window.find(QPushButton, "trainButton").clicked.connect(clicks.append)
    window.find(QAction, "trainAction").trigger()
    assert clicks


def test_text_field_has_the_focus_at_the_start(window: Window) -> None:
    assert window.main.focusWidget() is window.find(QPlainTextEdit, "targetText")


def test_other_panels_do_not_scroll_when_one_grows(window: Window, qtbot: QtBot) -> None:
    window.main.addDockWidget(RIGHT, dock(window, "loss"))
    window.find(QToolButton, "flowOptionsButton").click()
    qtbot.waitUntil(lambda: all(is_unscrolled(window, name) for name in PANELS))


def test_bars_of_the_cloud_have_room_beside_the_open_options_of_the_flow(window: Window, qtbot: QtBot) -> None:
    window.main.resize(1024, 700)
    window.find(QToolButton, "flowOptionsButton").click()
    qtbot.waitUntil(window.find(QWidget, "flowLayers").isVisible)
    assert window.main.size() == QSize(1024, 700)
    qtbot.waitUntil(lambda: clipped(window.find(CentralWidget, "center")) == [])


@pytest.mark.parametrize(("width", "lines"), [(2000, 1), (640, 2), (440, 3)])
def test_view_bar_wraps_into_further_lines(qtbot: QtBot, width: int, lines: int) -> None:
    bar = ViewBar(ViewState())
    qtbot.addWidget(bar)
    bar.resize(width, 200)
    bar.show()
    tops = {button.mapTo(bar, button.rect().center()).y() // 20 for button in bar.findChildren(QToolButton)}
    assert bar.heightForWidth(width) < 45 * lines
    assert len(tops) <= lines
    assert clipped(bar) == []
    assert [button.text() for button in bar.findChildren(QToolButton) if button.visibleRegion().isEmpty()] == []


@pytest.mark.usefixtures("restored_font")
@pytest.mark.parametrize("percent", [100, 125, 150])
def test_view_bar_has_two_lines_beside_the_panels_of_a_small_window(window: Window, qtbot: QtBot, percent: int) -> None:
    window.main.appearance.choose_text_size(percent)
    window.main.resize(1008, 652)  # fits with its frame on a screen of 1024 x 700
    (bar,) = window.main.findChildren(ViewBar)
    for action in (*bar.mark_actions.values(), bar.beside_action):
        action.setChecked(True)  # its button is wider then

    def has_two_lines() -> bool:
        controls = [*bar.findChildren(QToolButton), *bar.findChildren(QComboBox)]
        middles = {control.mapTo(bar, control.rect().center()).y() // 10 for control in controls}
        return len(middles) <= 2

    qtbot.waitUntil(lambda: has_two_lines() and clipped(bar) == [])


def test_view_bar_keeps_its_height_when_buttons_are_checked(window: Window) -> None:
    (bar,) = window.main.findChildren(ViewBar)
    heights = {button.sizeHint().height() for button in bar.findChildren(QToolButton)}
    assert len(heights) == 1


@pytest.mark.usefixtures("restored_font")
def test_panels_become_narrower_again_with_the_text(window: Window, qtbot: QtBot) -> None:
    window.main.resize(1600, 800)
    target, inspector = dock(window, "target"), dock(window, "inspector")
    qtbot.waitUntil(lambda: target.width() == target.sizeHint().width())
    before = target.width(), inspector.width()
    for _ in range(3):
        window.main.appearance.choose_text_size(150)
        qtbot.waitUntil(lambda: target.width() > 1.2 * before[0])
        window.main.appearance.choose_text_size(100)
        qtbot.waitUntil(lambda: (target.width(), inspector.width()) == before)


@pytest.mark.usefixtures("restored_font")
def test_panels_that_the_user_widened_stay_wider_when_the_text_size_changes(window: Window, qtbot: QtBot) -> None:
    target = dock(window, "target")
    qtbot.waitUntil(lambda: target.width() == target.sizeHint().width())
    widened = target.width() + 40
    window.main.resizeDocks([target], [widened], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: target.width() == widened)
    window.main.appearance.choose_text_size(150)
    qtbot.waitUntil(lambda: target.width() > widened and target.width() == target.sizeHint().width() + 40)
    window.main.appearance.choose_text_size(100)
    qtbot.waitUntil(lambda: target.width() == widened)
