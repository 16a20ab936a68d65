"""One flow after another, of other lengths, while everything is asked that can be asked."""

import numpy as np
import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QComboBox, QLabel, QSlider
from pytestqt.qtbot import QtBot

from flowviz.projects import Project, example
from tests.app.conftest import Window
from tests.app.viewer.test_viewer import Explored

ANSWER_MS = 30_000


@pytest.fixture
def explored(window: Window, project: Project, qtbot: QtBot) -> Explored:
    return Explored(window, project, qtbot)


@pytest.fixture(scope="module")
def short() -> Project:
    """A flow of fewer stages than the default one has."""
    return example("flow").project()


@pytest.mark.parametrize("direction", [0, 1])
def test_a_shorter_flow_takes_the_place_of_a_longer_one(
    explored: Explored, short: Project, project: Project, direction: int
) -> None:
    window = explored.window
    for name in ("densityAction", "gridAction", "probeTool"):
        window.find(QAction, name).trigger()
    explored.hover(explored.pixel(0.3, 0.2))
    window.find(QComboBox, "directionBox").setCurrentIndex(direction)
    for shown in (short, project, short):
        explored.go_to(explored.scene.trace.last_stage)
        window.main.session.show_project(shown)
        last = shown.trace.last_stage
        assert window.find(QSlider, "layerScrubber").maximum() == last
        assert explored.scene.trace.last_stage == last
        assert explored.window.main.view.value.stage <= last
        explored.wait(lambda: explored.scene.grid is not None and explored.scene.density is not None)
        assert explored.scene.grid is not None
        assert explored.scene.grid.last_stage == last
        assert not window.notice


def test_an_encoding_that_comes_late_is_not_shown_as_generated(explored: Explored) -> None:
    direction = explored.window.find(QComboBox, "directionBox")
    direction.setCurrentIndex(1)
    direction.setCurrentIndex(0)
    explored.qtbot.wait(1500)
    assert explored.scene.trace is explored.trace
    assert "NLL" not in explored.window.find(QLabel, "readout").text()


def test_the_grid_is_that_of_the_moment(explored: Explored) -> None:
    grid = explored.window.find(QAction, "gridAction")
    grid.trigger()
    explored.wait(lambda: explored.scene.grid is not None)
    grid.trigger()
    before = explored.scene.grid
    explored.window.find(QSlider, "historyScrubber").setValue(0)
    assert explored.scene.grid is None
    grid.trigger()
    explored.wait(lambda: explored.scene.grid is not None)
    assert explored.scene.grid is not before


def test_figures_of_an_earlier_moment_are_its_own(explored: Explored) -> None:
    gap = explored.window.find(QLabel, "gapFigure")
    gap.setText("0.123 nats")
    explored.window.find(QSlider, "historyScrubber").setValue(0)
    assert gap.text() == "–"


def test_playing_the_training_ends_in_the_present(explored: Explored) -> None:
    explored.window.find(QComboBox, "throughBox").setCurrentText("Training")
    explored.window.find(QComboBox, "speedBox").setCurrentText("4×")
    explored.go_to(0)
    explored.viewer.playhead.toggle_playing()
    explored.wait(lambda: not explored.viewer.is_live)
    explored.wait(lambda: explored.viewer.is_live)
    assert explored.scene.trace is explored.trace


def test_shares_of_a_flow_that_changes_no_area_are_nothing(project: Project) -> None:
    trace = project.trace
    flat = type(trace)(trace.names, trace.positions, np.float32(1e-7) * trace.log_det)
    assert not flat.volume_shares.any()
    broken = type(trace)(trace.names, trace.positions, np.where(np.arange(8000) < 9, np.nan, trace.log_det))
    assert np.isfinite(broken.volume_shares).all()
    assert broken.volume_shares.sum() == pytest.approx(1)
