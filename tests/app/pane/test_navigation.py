"""Keys and sliders that go through the stages and the moments, without a window."""

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QSlider, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.pane.history_bar import HistoryBar
from flowviz.app.pane.stage_keys import add_stage_keys
from flowviz.app.pane.stage_slider import StageSlider
from flowviz.app.pane.stage_strip import StageStrip
from flowviz.app.state.edits import EditsState
from flowviz.app.state.view import View, ViewState
from flowviz.records import Moment, Timeline
from flowviz.specs import Seen
from flowviz.specs.edits import Edits
from tests.app.conftest import show
from tests.app.pane.fakes import STAGES, WEIGHTS, trace

Key, Shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier
LAST = STAGES - 1


def visible_part(view: View) -> tuple[tuple[float, float], float]:
    """Return the center and the half extent of the part of the plane to show."""
    return view.seen.view.center, view.seen.view.half_extent


class Navigated:
    """Cloud view, strip and slider in a small window."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot, self.view, self.plays = qtbot, ViewState(), 0
        self.cloud, self.slider = CloudView(self.view), StageSlider(self.view)
        self.strip = StageStrip(self.view, EditsState(Edits()), self.slider.align)
        self.window = QWidget()
        qtbot.addWidget(self.window)
        layout = QVBoxLayout(self.window)
        for widget in (self.cloud, self.strip, self.slider):
            layout.addWidget(widget)
        titles = [trace().title(stage) for stage in range(STAGES)]
        self.slider.set_stages([trace().position(stage) for stage in range(STAGES)], titles)
        self.strip.set_stages(titles, trace().volume_shares)
        self.view.show_flow(LAST, 8000)
        for focused in (self.cloud, self.strip, self.slider.slider):
            add_stage_keys(focused, self.view, self._play)
        for focused in (self.strip, self.slider.slider):
            self.cloud.add_pan_keys(focused)
        self.zooms: list[tuple[tuple[float, float], float]] = []
        self.view.observe(visible_part, self.zooms.append)
        show(self.window, qtbot)
        self.window.activateWindow()

    def press(self, name: str, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        widget = self.slider.slider if name == "slider" else getattr(self, name)
        widget.setFocus()
        self.qtbot.waitUntil(widget.hasFocus)
        self.qtbot.keyClick(widget, key, modifier)

    def _play(self) -> None:
        self.plays += 1


@pytest.fixture
def navigated(qtbot: QtBot) -> Navigated:
    return Navigated(qtbot)


@pytest.mark.parametrize("focused", ["cloud", "strip", "slider"])
def test_keys_step_through_the_stages_whichever_widget_has_the_focus(navigated: Navigated, focused: str) -> None:
    for key, stage in ((Key.Key_Home, 0), (Key.Key_Right, 1), (Key.Key_End, LAST), (Key.Key_Left, LAST - 1)):
        navigated.press(focused, key)
        assert navigated.view.value.stage == stage
        assert navigated.slider.slider.value() == stage
    assert not navigated.zooms
    navigated.press(focused, Key.Key_Space)
    assert navigated.plays == 1


@pytest.mark.parametrize("focused", ["cloud", "strip", "slider"])
def test_shift_and_the_arrow_keys_pan_wherever_the_focus_is(navigated: Navigated, focused: str) -> None:
    navigated.press(focused, Key.Key_Right, Shift)
    navigated.press(focused, Key.Key_Up, Shift)
    (right, _), (up, _) = navigated.zooms
    assert right[0] > 0 == right[1]
    assert up[1] > 0 == up[0]
    assert navigated.view.value.stage == LAST


def test_overview_cannot_be_zoomed_or_panned(navigated: Navigated) -> None:
    navigated.cloud.follow(View(Seen(overview=True)))
    navigated.cloud.zoom(0.5)
    for key, modifier in ((Key.Key_Plus, Qt.KeyboardModifier.NoModifier), (Key.Key_Left, Shift)):
        navigated.press("cloud", key, modifier)
    assert not navigated.zooms


def test_label_shows_the_number_and_its_tooltip_the_whole_title(navigated: Navigated) -> None:
    navigated.view.set_stage(1)
    assert navigated.slider.label.text() == f"Stage 1 of {LAST}"
    assert navigated.slider.label.toolTip() == f"1 of {LAST} · Coupling: moves points up and down"


def moments(*steps: int) -> Timeline:
    return Timeline(tuple(Moment(step, WEIGHTS, None, None) for step in steps))


class History:
    """A history bar with moments at some steps."""

    def __init__(self, qtbot: QtBot, *steps: int) -> None:
        self.view = ViewState()
        self.bar = HistoryBar(self.view)
        qtbot.addWidget(self.bar)
        self.bar.show_timeline(moments(*steps))
        slider, label = self.bar.findChild(QSlider, "historyScrubber"), self.bar.findChild(QLabel, "momentLabel")
        live = self.bar.findChild(QToolButton, "liveButton")
        assert slider is not None
        assert label is not None
        assert live is not None
        self.slider, self.label, self.live = slider, label, live


@pytest.mark.parametrize("step", [-1, 1])
def test_stepping_from_a_single_moment_changes_nothing(qtbot: QtBot, step: int) -> None:
    history = History(qtbot, 100)
    history.bar.step(step)
    assert history.view.seen.moment is None
    assert history.slider.value() == history.slider.maximum()


def test_steps_through_the_history_end_at_its_first_and_last_moment(qtbot: QtBot) -> None:
    history, shown = History(qtbot, 0, 100, 200), []
    for step in (-1, -1, -1, 1, 1, 1):
        history.bar.step(step)
        shown.append(history.view.seen.moment)
    assert shown == [100, 0, 0, 100, None, None]


def test_stepping_without_moments_changes_nothing(qtbot: QtBot) -> None:
    history = History(qtbot)
    history.bar.step(-1)
    assert history.view.seen.moment is None
    assert history.slider.value() == 0


def test_last_position_of_the_history_is_live(qtbot: QtBot) -> None:
    history = History(qtbot, 0, 100, 200)
    history.slider.setValue(1)
    assert (history.view.seen.moment, history.live.isChecked()) == (100, False)
    history.slider.setValue(2)
    assert (history.view.seen.moment, history.live.isChecked()) == (None, True)
    assert history.label.text() == "step 200"


def test_live_button_stays_pressed_when_it_is_clicked_again(qtbot: QtBot) -> None:
    history = History(qtbot, 0, 100)
    history.live.click()
    assert history.live.isChecked()


def test_handle_of_a_single_moment_is_at_the_end(qtbot: QtBot) -> None:
    history = History(qtbot, 25_000)
    assert not history.bar.isEnabled()
    assert history.slider.value() == history.slider.maximum() > history.slider.minimum()
    assert history.label.text() == "step 25,000"
