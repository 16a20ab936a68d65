"""The view of the real window, which follows the cloud until a person has chosen what is seen."""

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from flowviz.projects import Project
from flowviz.records import Trace
from flowviz.specs import FlowSpec
from tests.app.conftest import Window
from tests.app.viewer.test_viewer import Explored

WIDE = 12  # the stage that the flow spreads


@pytest.fixture
def explored(window: Window, project: Project, qtbot: QtBot) -> Explored:
    explored = Explored(window, project, qtbot)
    explored.take(spread(explored.trace, 5))
    return explored


def spread(trace: Trace, factor: float) -> Trace:
    """One stage of it is so many times as wide."""
    positions = trace.positions.copy()
    positions[WIDE] *= np.float32(factor)
    return Trace(trace.names, positions, trace.log_det)


def half_extent(explored: Explored) -> float:
    return explored.cloud.view.half_extent


def test_it_widens_where_the_cloud_does(explored: Explored) -> None:
    seen = {}
    for stage in (0, WIDE - 1, WIDE, WIDE + 1, explored.trace.last_stage):
        explored.go_to(stage)
        seen[stage] = half_extent(explored)
    assert seen[0] < seen[WIDE] / 2
    assert seen[WIDE + 1] < seen[WIDE] / 2
    assert max(seen.values()) == seen[WIDE]
    explored.action("overviewAction").trigger()
    assert half_extent(explored) == seen[WIDE], "one scale for all stages"
    explored.action("overviewAction").trigger()
    assert half_extent(explored) == seen[explored.trace.last_stage]


def test_what_was_zoomed_to_stays_from_stage_to_stage(explored: Explored) -> None:
    explored.cloud.zoom(0.5)
    chosen = half_extent(explored)
    explored.go_to(WIDE)
    assert half_extent(explored) == chosen
    explored.window.main.view.follow()
    assert half_extent(explored) > 4 * chosen


def test_another_direction_and_back_show_the_same(explored: Explored) -> None:
    direction = explored.window.find(QComboBox, "directionBox")
    explored.go_to(WIDE)
    before = half_extent(explored)
    direction.setCurrentIndex(1)
    explored.wait(lambda: half_extent(explored) < before)
    direction.setCurrentIndex(0)
    assert half_extent(explored) == before


def test_it_is_steady_while_it_trains_and_fits_a_moment_that_is_looked_back_at(explored: Explored) -> None:
    explored.go_to(WIDE)
    wide = half_extent(explored)
    explored.take(explored.trace, 3100)
    assert half_extent(explored) == wide, "it shrinks late"
    explored.viewer._moments.go_to(0)
    assert half_extent(explored) < wide
    explored.viewer._moments.go_to(None)
    explored.take(explored.trace, 3200)
    assert half_extent(explored) < wide


def test_a_new_training_is_not_seen_as_the_one_before(explored: Explored) -> None:
    explored.go_to(WIDE)
    wide = half_extent(explored)
    explored.viewer.begin_training(FlowSpec(), explored.target)
    explored.take(explored.trace, 10)
    assert half_extent(explored) < wide


def test_a_density_reaches_as_far_as_one_sees_on_the_way_to_the_next_stage(explored: Explored) -> None:
    explored.go_to(WIDE - 1)
    explored.action("densityAction").trigger()
    explored.wait(lambda: explored.scene.density is not None)
    assert explored.scene.density is not None
    narrow = explored.cloud.rectangle
    explored.viewer._presenter._on_playhead_moved(WIDE - 0.5)
    assert explored.cloud.rectangle[1] > narrow[1]
    np.testing.assert_allclose(explored.scene.density.rectangle, explored.cloud.rectangle)


def test_keys_move_nothing_in_the_overview(explored: Explored, qtbot: QtBot) -> None:
    explored.action("overviewAction").trigger()
    before = explored.cloud.view
    for key in (Qt.Key.Key_Plus, Qt.Key.Key_Left, Qt.Key.Key_Minus):
        qtbot.keyClick(explored.cloud, key)
    assert explored.cloud.view == before
    assert explored.window.main.view.seen.fitted
