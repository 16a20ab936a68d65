"""The viewer in the main window, with real queries."""

from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QComboBox, QLabel, QSlider, QToolButton, QWidget

from flowviz.projects import Project, example
from flowviz.records import Selection
from tests.app.pane.explored import Explored
from tests.app.pane.mouse import visible_area
from tests.app.test_main_window import choose, pixels

pytestmark = pytest.mark.shared_window

ENCODE = 1  # index in the direction box


@pytest.fixture(scope="module")
def short() -> Project:
    """A flow with fewer stages than the default one."""
    return example("flow").project()


def test_density_follows_the_stage_and_the_zoom(explored: Explored) -> None:
    before = pixels(explored.cloud)
    explored.action("densityAction").trigger()
    explored.wait(lambda: explored.scene.density is not None)
    assert not np.array_equal(before, pixels(explored.cloud))
    explored.go_to(10)
    explored.wait(lambda: explored.scene.density is not None and explored.scene.density.stage == 10)
    explored.cloud.zoom(0.5)
    explored.wait(
        lambda: explored.scene.density is not None and explored.scene.density.rectangle == visible_area(explored.cloud)
    )
    assert explored.scene.density is not None
    assert min(explored.scene.density.log_density.shape) >= 256


def test_probe_follows_the_point_under_the_mouse_through_all_stages(explored: Explored) -> None:
    explored.action("probeTool").trigger()
    explored.go_to(9)
    explored.mouse.hover(0.5, 0.5)
    explored.wait(lambda: explored.scene.probe is not None)
    probe = explored.scene.probe
    assert probe is not None
    np.testing.assert_allclose(probe.positions[9, 0], (0.5, 0.5), atol=2 * explored.cloud.pixel)
    assert "· base (" in explored.window.find(QLabel, "readout").text()
    explored.action("moveTool").trigger()
    assert explored.scene.probe is None


def test_encoding_pulls_points_of_the_target_back_and_says_what_is_undone(explored: Explored) -> None:
    direction, readout = explored.window.find(QComboBox, "directionBox"), explored.window.find(QLabel, "readout")
    direction.setCurrentIndex(ENCODE)
    explored.wait(lambda: readout.text().startswith("Next to undo: "))
    encoded = explored.scene.trace
    assert explored.target.on_target(encoded.positions[-1]) == 1
    assert abs(float(encoded.positions[0].std()) - 1) < 0.35
    direction.setCurrentIndex(0)
    assert explored.scene.trace is explored.trace


def test_inspector_describes_the_stage_and_its_parts_can_be_hidden(explored: Explored) -> None:
    formula, numbers = explored.window.find(QLabel, "stageFormula"), explored.window.find(QLabel, "stageNumbers")
    curves, explanation = explored.window.find(QWidget, "curvePlot"), explored.window.find(QLabel, "stageExplanation")
    explored.wait(lambda: curves.isVisible())
    assert "y" in formula.text()
    explored.go_to(2)
    explored.wait(lambda: "mean" in numbers.text())
    assert not curves.isVisible()
    assert "normalization" in explored.window.find(QLabel, "inspectorTitle").text()
    assert "running" in explanation.text()
    help_button, menu_entry = (
        explored.window.find(QToolButton, "inspectorHelpButton"),
        explored.window.find(QAction, "explanationsAction"),
    )
    assert not explanation.isVisible()
    choose(explored.window, "Explanations")
    assert explanation.isVisible()
    assert help_button.isChecked()
    assert help_button.accessibleName() == "Explanations of the inspector"
    assert explored.window.find(QToolButton, "flowHelpButton").isChecked()
    help_button.click()
    assert not explanation.isVisible()
    assert not menu_entry.isChecked(), "the loss is still explained, but the layer is not"
    assert explored.window.find(QLabel, "lossAnswer").isVisible()
    assert numbers.isVisible()
    choose(explored.window, "Layer Inspector")
    assert not numbers.isVisible()
    choose(explored.window, "Layer Inspector")
    choose(explored.window, "Explanations")
    assert numbers.isVisible()
    assert explanation.isVisible()
    choose(explored.window, "Explanations")
    assert not explanation.isVisible()


def test_history_slider_goes_back_and_the_live_button_returns(explored: Explored) -> None:
    history, label = explored.window.find(QSlider, "historyScrubber"), explored.window.find(QLabel, "momentLabel")
    assert (history.maximum(), history.value(), label.text()) == (2, 2, "step 2,100")
    history.setValue(0)
    assert label.text() == "step 0"
    np.testing.assert_allclose(explored.scene.trace.positions, explored.trace.positions * 0.5, rtol=1e-6)
    live = explored.window.find(QToolButton, "liveButton")
    explored.take(explored.trace)
    assert explored.scene.trace is not explored.trace, "a new snapshot does not replace an earlier moment"
    live.click()
    assert explored.scene.trace is explored.trace
    assert label.text() == "step 3,000"


def test_play_button_plays_to_the_last_stage(explored: Explored) -> None:
    explored.window.find(QComboBox, "speedBox").setCurrentText("4×")
    explored.go_to(explored.trace.last_stage - 1)
    explored.window.find(QToolButton, "playButton").click()
    explored.wait(lambda: explored.cloud.stage == explored.trace.last_stage)


def test_keys_change_the_playback_options(explored: Explored) -> None:
    main = explored.window.main
    for key, name, value in (
        (Qt.Key.Key_BracketRight, "speed", 2.0),
        (Qt.Key.Key_L, "repeat", "loop"),
        (Qt.Key.Key_R, "heading", "backward"),
        (Qt.Key.Key_M, "easing", "linear"),
        (Qt.Key.Key_T, "through", "training"),
    ):
        explored.qtbot.keyClick(main, key, Qt.KeyboardModifier.ControlModifier)
        assert getattr(main.view.seen.playback, name) == value
    assert explored.window.find(QComboBox, "speedBox").currentText() == "2×"
    assert explored.action("repeatloopAction").isChecked()


def test_selection_is_zoomed_to_with_some_room_around_it(explored: Explored) -> None:
    explored.go_to(explored.trace.last_stage)
    for count in (1, 80):
        chosen = np.arange(explored.trace.positions.shape[1]) < count
        explored.window.main.view.set_selection(Selection(chosen))
        button = explored.window.find(QToolButton, "fittheselectionButton")
        before = explored.cloud.geometry()
        button.click()
        left, right, bottom, top = visible_area(explored.cloud)
        x, y = explored.trace.positions[-1, chosen].T
        assert np.mean((x > left) & (x < right) & (y > bottom) & (y < top)) >= 0.95
        assert 0.05 < explored.cloud.view.half_extent < 10
        assert explored.cloud.geometry() == before, "nothing moves"


def test_shorter_flow_replaces_a_longer_one_while_everything_is_queried(
    explored: Explored, short: Project, project: Project
) -> None:
    window = explored.window
    for name in ("densityAction", "gridAction", "probeTool"):
        explored.action(name).trigger()
    explored.mouse.hover(0.3, 0.2)
    window.find(QComboBox, "directionBox").setCurrentIndex(ENCODE)
    seen = window.main.view.seen.model_copy(update={"stage": None, "probe": None})
    for shown in (short, project):  # the first one replaces the trained flow
        explored.go_to(explored.scene.trace.last_stage)
        window.main.session.show_project(replace(shown, seen=seen))
        last = shown.trace.last_stage
        assert window.find(QSlider, "layerScrubber").maximum() == last
        assert explored.scene.trace.last_stage == last
        assert window.main.view.value.stage <= last
        explored.wait(lambda: explored.scene.grid is not None and explored.scene.density is not None)
        assert explored.scene.grid is not None
        assert explored.scene.grid.last_stage == last
        assert not window.notice


def test_leaked_particles_are_marked_while_they_are_colored(explored: Explored) -> None:
    colors = explored.window.find(QComboBox, "colorBox")
    assert explored.scene.leaked is None
    colors.setCurrentIndex(colors.findData("leaked"))
    assert explored.scene.leaked is not None
    assert explored.scene.leaked.mean() == pytest.approx(1 - explored.target.on_target(explored.trace.positions[-1]))
    colors.setCurrentIndex(0)
    assert explored.scene.leaked is None


def test_weights_are_known_while_they_color_the_particles(explored: Explored) -> None:
    colors = explored.window.find(QComboBox, "colorBox")
    colors.setCurrentIndex(colors.findData("weight"))
    weights = explored.scene.log_weights
    assert weights is not None
    assert np.isfinite(weights).mean() == pytest.approx(explored.target.on_target(explored.trace.positions[-1]))
    colors.setCurrentIndex(0)
    assert explored.scene.log_weights is None
