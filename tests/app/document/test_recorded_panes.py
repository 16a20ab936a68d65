"""Recorded flows of other programs beside flows that can be trained."""

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from flowviz import load
from flowviz.app.state.known import NO_GRID, NO_MAP, NO_TRAINING
from flowviz.app.workspace.hints import difference_problem
from flowviz.projects.comparison_file import load_comparison
from flowviz.specs import FlowSpec
from tests.app.conftest import FileMenu
from tests.app.document.recordings import Recorded, complete, walk

pytestmark = pytest.mark.shared_window


@pytest.fixture
def recorded(file_menu: FileMenu, tmp_path: Path) -> Recorded:
    return Recorded(file_menu, tmp_path)


def test_a_flow_beside_it_can_be_trained_but_the_recorded_one_cannot(recorded: Recorded) -> None:
    recorded.open()
    comparisons = recorded.main.comparisons

    comparisons.add_beside()

    recorded.menu.wait(lambda: comparisons.is_shown)
    first, second = comparisons.compared.value.runs
    assert (first.status, second.project.flow) == ("recorded", FlowSpec())
    assert second.project.target == first.project.target
    assert recorded.action("trainAction").isEnabled()
    comparisons.compared.select(first.name)
    assert recorded.action("trainAction").toolTip() == NO_TRAINING
    assert comparisons.compared.value.trainable == {second.key}
    comparisons.trainings.train()
    assert recorded.main.session.run is None
    saved = recorded.folder / "both.flowviz"
    comparisons.document.save(saved)
    recorded.menu.wait(lambda: comparisons.document.path == saved)
    assert load_comparison(saved)[first.name].trace == first.project.trace
    assert "no recorded density" in difference_problem(second, first)


def test_recordings_join_a_comparison_as_they_are(recorded: Recorded) -> None:
    recorded.open()
    other = recorded.folder / "other.npz"
    np.savez(other, positions=2 * walk())
    comparisons = recorded.main.comparisons
    comparisons.add_beside()
    recorded.menu.wait(lambda: comparisons.is_shown)

    comparisons.take_project(other)

    recorded.menu.wait(lambda: "other" in comparisons.compared.value.names)
    run = comparisons.compared.value.run("other")
    assert run is not None
    assert run.status == "recorded"
    assert run.project.trace == load(other).trace


def test_a_recorded_pane_takes_nothing_away_from_the_others(recorded: Recorded, qtbot: QtBot) -> None:
    recorded.open(**complete())
    comparisons, view = recorded.main.comparisons, recorded.view
    comparisons.add_beside()
    recorded.menu.wait(lambda: comparisons.is_shown)
    first, second = comparisons.compared.value.names
    comparisons.compared.select(second)
    view.update_view(marks=frozenset({"points", "velocity", "grid"}))
    view.set_direction("encode")
    view.set_tool("probe")

    comparisons.compared.select(first)

    assert recorded.shown() == ({"points", "velocity", "grid"}, "encode")
    assert recorded.action("gridAction").isEnabled()
    assert recorded.action("velocityAction").isEnabled()
    assert recorded.problems("directionBox") == {}
    assert view.value.tool == "move"
    assert recorded.action("probeTool").toolTip() == NO_MAP
    assert not recorded.main.viewer.scenes.is_encoded
    qtbot.waitUntil(lambda: "grid" in comparisons.grid.cloud.drawn.note)
    assert recorded.menu.notice == ""
    comparisons.leave()
    assert recorded.shown() == ({"points"}, "generate")
    assert recorded.action("gridAction").toolTip() == NO_GRID
    assert recorded.problems("directionBox") == {"Encode: target → base": NO_MAP}


def test_columns_of_a_recorded_pane_stay_chosen_for_the_others(recorded: Recorded) -> None:
    recorded.open(**complete())
    comparisons = recorded.main.comparisons
    comparisons.add_beside()
    recorded.menu.wait(lambda: comparisons.is_shown)
    first, second = comparisons.compared.value.names
    comparisons.compared.select(first)
    recorded.view.update_view(color_by="column", column="speed")

    comparisons.compared.select(second)

    assert recorded.colors() == ("column", "speed")
    assert recorded.action("undoAction").isEnabled()
