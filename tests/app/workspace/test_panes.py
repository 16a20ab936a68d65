"""The mouse and keys on the clouds of a comparison, which are cloud views as in the ordinary window."""

from itertools import count

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QProgressBar, QToolButton
from pytestqt.qtbot import QtBot

from flowviz.app.state.view import Tool
from flowviz.app.training.activity import Activity
from flowviz.app.training.training_state import TrainingState
from flowviz.app.workspace.cloud import EntrantCloud
from flowviz.app.workspace.shared_view import SharedView, SharedViewState
from flowviz.app.workspace.workbench import Workbench
from tests.app.conftest import Window, settle
from tests.app.pane.mouse import CloudMouse
from tests.app.workspace.fakes import untrained

pytestmark = pytest.mark.shared_window

CORNERS = (-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)


class Clouds:
    """Two clouds side by side, at the base."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        window.main.comparisons.show(untrained("a", "b"))
        settle(window.main)
        self.shared.set(SharedView(depth=0.0))
        self.mice = [CloudMouse(cloud.picture, qtbot) for cloud in self.clouds]

    @property
    def workbench(self) -> Workbench:
        found = self.window.main.comparisons.workbench
        assert found is not None
        return found

    @property
    def shared(self) -> SharedViewState:
        return self.workbench.shared

    @property
    def clouds(self) -> list[EntrantCloud]:
        return self.workbench.page.grid.clouds

    @property
    def selected(self) -> int:
        selection = self.shared.value.selection
        return selection.count if selection else 0

    def chip(self, number: int = 0) -> QToolButton:
        chip = self.clouds[number].picture.findChild(QToolButton, "selectionChip")
        assert chip is not None
        return chip

    def reduce_motion(self, reduced: bool) -> None:
        """Choose whether to reduce motion in the View menu."""
        actions = self.window.main.findChildren(QAction)
        (action,) = (each for each in actions if each.text().replace("&", "") == "Reduce Motion")
        action.setChecked(reduced)

    def choose(self, tool: Tool) -> None:
        button = self.workbench.page.findChild(QToolButton, f"{tool}CloudsButton")
        assert button is not None
        button.click()


@pytest.fixture
def clouds(window: Window, qtbot: QtBot) -> Clouds:
    return Clouds(window, qtbot)


@pytest.mark.parametrize("tool", ["rectangle", "lasso"])
def test_a_region_selects_in_all_clouds_while_the_layers_play(clouds: Clouds, tool: Tool) -> None:
    clouds.choose(tool)
    corners = CORNERS if tool == "lasso" else (CORNERS[0], CORNERS[2])
    clouds.shared.set_tool(tool)  # as with each change of the depth
    clouds.mice[1].drag(*corners)
    assert clouds.selected == pytest.approx(0.466 * 8000, rel=0.1)  # of a Gaussian, within one standard deviation
    assert clouds.chip(0).text() == clouds.chip(1).text() == f"{clouds.selected:,} selected ×"


def test_a_click_selects_particles_only_with_a_tool_that_selects(clouds: Clouds) -> None:
    x, y = map(float, clouds.clouds[0].picture.positions[7])
    clouds.mice[0].click(x, y)
    assert clouds.selected == 0
    clouds.choose("rectangle")
    clouds.mice[0].click(x, y)
    assert clouds.selected == 1
    assert clouds.chip().text() == "1 selected ×"
    clouds.qtbot.mouseClick(clouds.chip(), Qt.MouseButton.LeftButton)
    assert clouds.selected == 0
    assert clouds.chip().isHidden()


def test_escape_clears_the_selection_before_it_leaves(clouds: Clouds) -> None:
    clouds.shared.set_tool("rectangle")
    clouds.mice[0].drag(CORNERS[0], CORNERS[2])
    clouds.clouds[0].setFocus()
    clouds.qtbot.keyClick(clouds.clouds[0], Qt.Key.Key_Escape)
    assert clouds.selected == 0
    assert clouds.window.main.comparisons.is_shown
    clouds.qtbot.keyClick(clouds.clouds[0], Qt.Key.Key_Escape)
    assert not clouds.window.main.comparisons.is_shown


def test_another_tool_ends_a_region(clouds: Clouds) -> None:
    canvas = clouds.mice[0].canvas
    clouds.choose("lasso")
    clouds.qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(40, 40))
    clouds.qtbot.mouseMove(canvas, QPoint(90, 60))
    clouds.choose("move")
    clouds.qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(90, 90))
    assert clouds.selected == 0


def test_the_wheel_and_a_drag_move_all_clouds(clouds: Clouds) -> None:
    clouds.mice[0].turn_wheel(0.5, 0.5, angle=120, sideways=True)
    assert clouds.shared.value.frame is None
    clouds.mice[0].turn_wheel(0.5, 0.5, angle=120)
    frame = clouds.shared.value.frame
    assert frame is not None
    clouds.mice[1].drag((0.0, 0.0), (0.5, 0.0))
    views = [cloud.picture.view for cloud in clouds.clouds]
    assert views[0].center == views[1].center
    assert views[0].center[0] < frame.center[0]


def test_keys_zoom_pan_and_fit(clouds: Clouds) -> None:
    cloud, before = clouds.clouds[0], clouds.clouds[0].picture.view.half_extent
    cloud.setFocus()
    clouds.qtbot.keyClick(cloud, Qt.Key.Key_Plus)
    assert cloud.picture.view.half_extent == pytest.approx(before / 1.25)
    clouds.qtbot.keyClick(cloud, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert cloud.picture.view.center[0] > 0
    clouds.qtbot.keyClick(cloud, Qt.Key.Key_0)
    assert clouds.shared.value.frame is None


@pytest.mark.parametrize("factor", [1e-30, 1e30])
def test_zooming_has_limits(clouds: Clouds, factor: float) -> None:
    clouds.workbench.zoom(factor)
    assert clouds.shared.value.frame is not None
    assert 1e-7 < clouds.shared.value.frame.half_extent < 1e13


def test_a_particle_under_the_mouse_is_marked_in_all_clouds(clouds: Clouds) -> None:
    x, y = map(float, clouds.clouds[0].picture.positions[5])
    clouds.mice[0].hover(x, y)
    hovered = clouds.shared.value.hovered
    assert hovered is not None
    assert {cloud.picture.drawn.hovered for cloud in clouds.clouds} == {hovered}
    np.testing.assert_allclose(clouds.clouds[0].picture.positions[hovered], (x, y), atol=0.1)


def test_reduced_motion_reaches_a_comparison(clouds: Clouds) -> None:
    controls = clouds.workbench.page.editor.controls
    bar = controls.findChild(QProgressBar)
    assert bar is not None
    controls.show_activity(Activity(state=TrainingState.PREPARING))
    clouds.reduce_motion(True)
    clouds.shared.set_depth(0.4999)
    assert not any(cloud.picture.stage % 1 for cloud in clouds.clouds), "the clouds are between two stages"
    assert bar.maximum() > 0, "the bar is moving"
    clouds.reduce_motion(False)
    clouds.shared.set_depth(0.4998)
    assert all(cloud.picture.stage % 1 for cloud in clouds.clouds)
    assert bar.maximum() == 0
    controls.show_activity(Activity())


def test_playing_with_reduced_motion_jumps_from_stage_to_stage(
    clouds: Clouds, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    ticks = count()
    monkeypatch.setattr("flowviz.app.workspace.depth_bar.perf_counter", lambda: next(ticks) / 10)
    depths, deepest = list[float](), clouds.workbench.compared.value.deepest
    clouds.shared.changed.connect(lambda _, new: depths.append(new.depth))
    clouds.reduce_motion(True)
    clouds.workbench.page.depth_bar.play()
    qtbot.waitUntil(lambda: clouds.shared.value.depth == 1)
    clouds.reduce_motion(False)
    assert all((deepest * depth) % 1 == pytest.approx(0) for depth in depths)
