"""Panels around the cloud: closing, moving and fitting."""

import pytest
from PyQt6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt
from PyQt6.QtGui import QAction, QGuiApplication
from PyQt6.QtWidgets import QLabel, QPlainTextEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.main import create_window
from flowviz.app.main_window import MainWindow
from flowviz.app.notices.notice import Notice
from flowviz.app.pane.central_widget import CentralWidget
from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.target.mix_page import MixPage
from flowviz.app.training.activity import GREETING, Activity
from flowviz.app.training.controls import TrainingControls
from flowviz.app.window.dock import Dock
from flowviz.specs import TextSpec, explanations
from tests.app.conftest import Window, settle, show
from tests.app.window.layouts import (
    PANELS,
    RIGHT,
    clipped,
    dock,
    is_default_layout,
    is_seen,
    is_tabbed,
    is_unscrolled,
    is_whole,
    places,
    reset,
    settled_places,
    target_panel,
    toggle,
)

LONG_NOTICE = Notice("test", "A sentence that is long enough to wrap. " * 3, "Advice that is even longer. " * 6)


class Pictures(QObject):
    """The places of the panels in each picture of a window."""

    def __init__(self, main: MainWindow) -> None:
        super().__init__(main)
        self.places: list[dict[str, tuple[Qt.DockWidgetArea, QRect]]] = []
        self._window = Window(main)
        main.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802  # Qt's name
        if event is not None and event.type() == QEvent.Type.UpdateRequest:  # the window is about to be painted
            self.places.append(places(self._window))
        return super().eventFilter(watched, event)


def test_menu_closes_and_reopens_each_panel(window: Window, qtbot: QtBot) -> None:
    cloud, before = window.find(CloudView, "cloudView"), window.find(CloudView, "cloudView").width()
    assert is_default_layout(window)
    for name in PANELS:
        toggle(window, name)
        assert not dock(window, name).isVisible()
        assert not window.find(QAction, f"{name}DockAction").isChecked()
    qtbot.waitUntil(lambda: cloud.width() > before + 400)
    for name in PANELS:
        toggle(window, name)
    assert is_default_layout(window)


def test_panels_keep_the_places_of_their_first_picture_when_the_start_page_is_left(qtbot: QtBot) -> None:
    main = create_window()
    qtbot.addWidget(main)
    main.welcome.show()
    show(main, qtbot)
    pictures = Pictures(main)
    main.welcome.leave()
    settle(main)
    assert pictures.places[0].keys() >= {"target", "loss"}
    assert all(each == pictures.places[0] for each in (*pictures.places, places(Window(main))))


def test_reset_layout_puts_all_panels_back(window: Window, qtbot: QtBot) -> None:
    reset(window)
    qtbot.waitUntil(lambda: all(is_unscrolled(window, name) for name in PANELS))
    default = places(window)
    toggle(window, "loss")
    dock(window, "training").setFloating(True)
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
    before = settled_places(window)
    dock(window, "training").setFloating(True)
    settled_places(window)
    reset(window)
    assert settled_places(window) == before


def test_options_take_no_room_from_the_panels(window: Window) -> None:
    before = settled_places(window)
    for name in ("flowOptionsButton", "fontOptionsButton"):
        window.find(QToolButton, name).click()
        assert settled_places(window) == before
        window.find(QToolButton, name).click()


@pytest.mark.usefixtures("restored_font")
@pytest.mark.parametrize("percent", [100, 150])
def test_details_open_and_close_under_the_pointer(window: Window, percent: int) -> None:
    """Click twice at the same place, which misses a button that moves; the panel shrinks back."""
    window.main.appearance.choose_text_size(percent)
    window.main.resize(1366, 768)
    before = settled_places(window)
    details, table = window.find(QToolButton, "detailsButton"), window.find(QLabel, "testGapFigure")
    place = details.mapTo(window.main, details.rect().center())
    for is_shown in (True, False):
        clicked = window.main.childAt(place)
        assert isinstance(clicked, QToolButton)
        clicked.click()
        settled_places(window)
        assert table.isVisible() == is_shown
    assert settled_places(window) == before


def test_panels_stay_in_place_when_a_notice_wraps(window: Window, qtbot: QtBot) -> None:
    before = settled_places(window)
    target_panel(window).notices.post(LONG_NOTICE)
    qtbot.waitUntil(lambda: not is_unscrolled(window, "target"))
    assert settled_places(window) == before
    target_panel(window).notices.withdraw(LONG_NOTICE.topic)
    qtbot.waitUntil(lambda: is_unscrolled(window, "target"))
    assert settled_places(window) == before


def test_only_the_loss_panel_gives_way_to_a_notice_about_the_training(window: Window, qtbot: QtBot) -> None:
    before = settled_places(window)
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
    before = settled_places(window)
    for text in ("one", "two", "three"):
        mix.add(TextSpec(text=text))
    qtbot.waitUntil(lambda: not is_unscrolled(window, "target"))
    assert settled_places(window) == before
    status = window.find(QLabel, "statusLabel")  # asked for more sources before, in a longer sentence
    qtbot.waitUntil(lambda: status.text() == GREETING)
    assert settled_places(window) == before


def test_nothing_is_clipped(window: Window, qtbot: QtBot) -> None:
    for size in (QSize(1024, 700), QSize(1280, 800), QSize(3840, 2160)):
        window.main.resize(size)
        qtbot.waitUntil(lambda size=size: window.main.size() == size)  # type: ignore[misc]
        qtbot.waitUntil(lambda: all(is_unscrolled(window, name) for name in PANELS))
        qtbot.waitUntil(lambda: clipped(window.main) == [])
        settled_places(window)
        buttons = window.find(CentralWidget, "center").findChildren(QToolButton)
        assert [button.text() for button in buttons if button.isVisible() and button.visibleRegion().isEmpty()] == []
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


def test_panels_settle_in_a_window_of_any_width(window: Window) -> None:
    for width in (1024, 1140, 1280, 1140, 1024, 1160, 1280, 1160, 1100, 1200):
        window.main.resize(width, 760)
        settled_places(window)
        assert is_tabbed(window) == (width < 1150), f"{width} pixels"


def test_inspector_that_the_user_widened_stays_beside_the_cloud(window: Window, qtbot: QtBot) -> None:
    inspector = dock(window, "inspector")
    window.main.resizeDocks([inspector], [450], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: inspector.width() == 450)
    window.find(QToolButton, "detailsButton").click()
    settled_places(window)
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


@pytest.mark.usefixtures("restored_font")
def test_loss_plot_stays_visible_with_very_large_text(window: Window) -> None:
    window.main.appearance.choose_text_size(150)
    plot, panel = window.find(QWidget, "lossPlot"), dock(window, "loss").widget()
    assert panel is not None
    for size in (QSize(1024, 700), QSize(1366, 768)):
        window.main.resize(size)
        settled_places(window)
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
    window.find(TrainingControls, "runControls").commands.train.triggered.disconnect()
    window.find(QAction, "trainAction").triggered.connect(clicks.append)
    window.find(QAction, "trainAction").trigger()
    assert clicks


def test_text_field_has_the_focus_at_the_start(window: Window) -> None:
    assert window.main.focusWidget() is window.find(QPlainTextEdit, "targetText")


def test_other_panels_do_not_scroll_when_one_grows(window: Window, qtbot: QtBot) -> None:
    window.main.addDockWidget(RIGHT, dock(window, "loss"))
    window.find(QToolButton, "detailsButton").click()
    qtbot.waitUntil(lambda: all(is_unscrolled(window, name) for name in PANELS))


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
        qtbot.waitUntil(lambda: target.width() == before[0] and inspector.width() <= before[1])


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


def test_status_of_the_training_is_whole_in_a_small_window(window: Window, qtbot: QtBot) -> None:
    window.main.resize(1366, 768)
    window.find(TrainingControls, "runControls").show_activity(
        Activity(event="A sentence that wraps to three lines of text. " * 3)
    )
    details, help_button = window.find(QToolButton, "detailsButton"), window.find(QToolButton, "lossHelpButton")
    status = window.find(QLabel, "statusLabel")
    for button in (help_button, details, help_button):  # the explanation alone, both, and the details alone
        button.click()
        settled_places(window)
        qtbot.waitUntil(lambda: is_whole(status))


def test_texts_that_grow_beside_the_details_are_whole(window: Window, qtbot: QtBot) -> None:
    window.main.resize(1366, 768)
    window.find(QToolButton, "detailsButton").click()
    settled_places(window)
    controls, status = window.find(TrainingControls, "runControls"), window.find(QLabel, "statusLabel")
    controls.show_activity(Activity(event="A sentence that wraps to three lines of text. " * 6))
    qtbot.waitUntil(lambda: is_whole(status) and is_unscrolled(window, "training"))
    before = dock(window, "training").height()
    controls.show_activity(Activity())
    qtbot.waitUntil(lambda: dock(window, "training").height() < before)
    assert is_unscrolled(window, "training")
    warning = window.find(QLabel, "foldedWarning")
    warning.setText(explanations.folded(0.2))
    warning.show()
    qtbot.waitUntil(lambda: is_whole(warning) and is_unscrolled(window, "training"))


def test_panels_that_do_not_stretch_use_the_room_below_them(window: Window, qtbot: QtBot) -> None:
    layout, target = window.main._layout, dock(window, "target")
    assert isinstance(target, Dock)
    layout.set_aside()
    settle(window.main)
    layout.open_panels(frozenset({"target", "training"}))
    settle(window.main)
    assert target.height() >= target.needed_size.height()
    layout.put_back()
