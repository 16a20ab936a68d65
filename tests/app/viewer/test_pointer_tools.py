"""What the line below the cloud says of what the mouse points at in the real window."""

import pytest
from PyQt6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from flowviz.app.viewer.flow_queries import FlowQueries
from flowviz.projects import Project
from flowviz.records import Trace
from tests.app.conftest import Window
from tests.app.viewer.test_viewer import Explored


@pytest.fixture
def explored(window: Window, project: Project, qtbot: QtBot) -> Explored:
    return Explored(window, project, qtbot)


@pytest.mark.parametrize("tool", ["move", "probe"])
def test_what_is_told_is_of_the_stage_that_is_seen_also_when_the_mouse_rests(
    explored: Explored, tool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = explored.trace
    probe = Trace(found.names, found.positions[:, 123:124], found.log_det[:, 123:124])
    monkeypatch.setattr(FlowQueries, "probe", lambda *asked: asked[-1](probe))
    readout = explored.window.find(QLabel, "readout")
    explored.action(f"{tool}Tool").trigger()
    x, y = explored.trace.positions[-1][123]
    explored.cloud.pointer_moved.emit((float(x), float(y)))
    explored.wait(lambda: "· base (" in readout.text())
    before = readout.text()
    explored.go_to(9)
    assert readout.text() != before
    assert "· base (" in readout.text()
