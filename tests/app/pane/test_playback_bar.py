"""The playback bar, without a window."""

from PyQt6.QtWidgets import QComboBox, QToolButton
from pytestqt.qtbot import QtBot

from flowviz.app.pane.playback_bar import PlaybackBar
from flowviz.app.state.view import ViewState


def playback_bar(view: ViewState, qtbot: QtBot) -> PlaybackBar:
    bar = PlaybackBar(view)
    qtbot.addWidget(bar)
    return bar


def test_speed_from_a_project_is_offered_between_its_neighbors(qtbot: QtBot) -> None:
    view = ViewState()
    bar = playback_bar(view, qtbot)
    for speed in (3.0, 0.75, 0.3):
        view.update_playback(speed=speed)
        assert view.seen.playback.speed == speed
    box = bar.findChild(QComboBox, "speedBox")
    assert box is not None
    offered = [box.itemText(index) for index in range(box.count())]
    assert offered == ["0.25×", "0.3×", "0.5×", "0.75×", "1×", "2×", "3×", "4×"]


def test_menu_has_the_options_of_the_playback(qtbot: QtBot) -> None:
    view = ViewState()
    bar = playback_bar(view, qtbot)
    button = bar.findChild(QToolButton, "playbackButton")
    assert button is not None
    menu = button.menu()
    assert menu is not None
    entries = {action.objectName(): action for action in menu.actions() if action.isEnabled()}
    titles = [action.text() for action in menu.actions() if not (action.isEnabled() or action.isSeparator())]
    assert titles == ["What to play", "Repeat", "Playing direction", "Movement"]
    for name, value in (("through", "both"), ("repeat", "ping-pong"), ("heading", "backward"), ("easing", "linear")):
        entries[f"{name}{value}Action"].trigger()
        assert getattr(view.seen.playback, name) == value
    view.update_playback(repeat="loop")
    assert entries["repeatloopAction"].isChecked()
    assert not entries["repeatping-pongAction"].isChecked()


def test_faster_and_slower_start_at_the_speed_of_a_project(qtbot: QtBot) -> None:
    view = ViewState()
    bar = playback_bar(view, qtbot)
    for step, neighbor in ((1, 1.0), (-1, 0.5)):
        view.update_playback(speed=0.75)
        bar.choose_next("speed", step, around=False)
        assert view.seen.playback.speed == neighbor
