"""The mouse and keys on the clouds of a comparison, which are cloud views as in the ordinary window."""

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QObject, QPoint, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QToolButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.pane.pane import MIN_SIZE, Pane, Title
from flowviz.app.state.view import Tool, ViewState
from flowviz.app.workspace.compared import ComparedState
from flowviz.app.workspace.followers import Followers
from tests.app.conftest import Window, settle
from tests.app.pane.mouse import CloudMouse
from tests.app.workspace.fakes import untrained

pytestmark = pytest.mark.shared_window

CORNERS = (-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)


class Events(QObject):
    """Records when a window is repainted, and what is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = list[QEvent.Type]()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802  # Qt's name
        is_window = isinstance(watched, QWidget) and watched.isWindow()
        if event is not None and event.type() == (QEvent.Type.UpdateRequest if is_window else QEvent.Type.Paint):
            self.seen.append(event.type())
        return False


class Clouds:
    """Two clouds side by side, at the base."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        window.main.comparisons.show(untrained("a", "b"))
        window.main.view.set_tool("move")
        window.main.view.set_stage(0)
        qtbot.waitUntil(lambda: all(cloud.picture.stage == 0 for cloud in self.clouds))
        settle(window.main)
        window.main.activateWindow()
        qtbot.waitUntil(window.main.isActiveWindow)
        self.mice = [CloudMouse(cloud.picture, qtbot) for cloud in self.clouds]

    @property
    def view(self) -> ViewState:
        return self.window.main.view

    @property
    def compared(self) -> ComparedState:
        workbench = self.window.main.comparisons.workbench
        assert workbench is not None
        return workbench.compared

    @property
    def clouds(self) -> list[Pane]:
        return self.window.main.comparisons.grid.panes

    @property
    def selected(self) -> int:
        selection = self.view.value.selection
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
        self.window.find(QToolButton, f"{tool}Button").click()


@pytest.fixture
def clouds(window: Window, qtbot: QtBot) -> Clouds:
    return Clouds(window, qtbot)


def test_only_the_title_of_a_flow_that_has_changed_is_shown_again(
    clouds: Clouds, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, show_title = list[str](), Pane.show_title

    def show(pane: Pane, title: Title, *, selected: bool) -> None:
        shown.append(title.name)
        show_title(pane, title, selected=selected)

    monkeypatch.setattr(Pane, "show_title", show)
    compared = clouds.compared
    compared.update(replace(compared.value.runs[1], status="training", fraction=0.5))
    assert shown == ["b"]
    assert "50%" in clouds.clouds[1].accessibleName()
    compared.change(selected="b")
    assert shown == ["b", "a", "b"], "the edge of the selected one is another"


def test_a_cloud_beside_the_selected_one_changes_once_for_each_picture(
    clouds: Clouds, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures, follower, show_run = Counter[str](), clouds.clouds[1].picture, Followers._show_run

    def count(followers: Followers, picture: CloudView, *given: Any) -> None:
        pictures["shown"] += picture is follower
        show_run(followers, picture, *given)

    monkeypatch.setattr(Followers, "_show_run", count)
    follower.redrawn.connect(lambda: pictures.update(["redrawn"]))
    clouds.view.set_stage(2)
    clouds.qtbot.waitUntil(lambda: follower.stage == 2)
    settle(clouds.window.main)
    assert pictures["redrawn"] == pictures["shown"] > 0


def test_clouds_that_are_drawn_together_are_painted_together(clouds: Clouds) -> None:
    events = Events()
    clouds.window.main.installEventFilter(events)
    for pane in clouds.clouds:
        pane.picture.canvas.content().viewport().installEventFilter(events)
    for pane in clouds.clouds:
        pane.picture.draw()
    clouds.qtbot.waitUntil(lambda: events.seen.count(QEvent.Type.Paint) >= 2)
    first = events.seen.index(QEvent.Type.UpdateRequest)
    assert events.seen[first : first + 3] == [QEvent.Type.UpdateRequest, QEvent.Type.Paint, QEvent.Type.Paint]


def test_a_cloud_that_a_higher_title_leaves_little_room_has_no_labels(clouds: Clouds) -> None:
    pane = clouds.clouds[1]
    header = pane.findChild(QWidget, "paneHeader")
    assert header is not None
    assert not pane.picture.is_bare
    header.setFixedHeight(pane.height() - 100)
    clouds.qtbot.waitUntil(lambda: pane.picture.is_bare)


@pytest.mark.parametrize("tool", ["rectangle", "lasso"])
def test_a_region_selects_in_all_clouds_while_the_layers_play(clouds: Clouds, tool: Tool) -> None:
    clouds.choose(tool)
    corners = CORNERS if tool == "lasso" else (CORNERS[0], CORNERS[2])
    clouds.view.set_tool(tool)  # as with each change of the stage
    clouds.mice[1].drag(*corners)
    clouds.qtbot.waitUntil(lambda: clouds.chip(0).text() == clouds.chip(1).text())
    assert clouds.selected == pytest.approx(0.466 * 8000, rel=0.1)  # of a Gaussian, within one standard deviation
    assert clouds.chip(0).text() == f"{clouds.selected:,} selected ×"


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
    assert not clouds.chip().isVisible()


def test_escape_clears_the_selection_and_never_leaves_the_comparison(clouds: Clouds) -> None:
    clouds.view.set_tool("rectangle")
    clouds.mice[0].drag(CORNERS[0], CORNERS[2])
    clouds.qtbot.keyClick(clouds.clouds[0].picture, Qt.Key.Key_Escape)
    assert clouds.selected == 0
    for _ in range(2):
        assert clouds.window.main.comparisons.is_shown
        clouds.qtbot.keyClick(clouds.clouds[0].picture, Qt.Key.Key_Escape)
    assert clouds.window.main.comparisons.is_shown


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
    assert clouds.view.seen.fitted
    clouds.mice[0].turn_wheel(0.5, 0.5, angle=120)
    assert not clouds.view.seen.fitted
    before = clouds.view.seen.view.center
    clouds.mice[1].drag((0.0, 0.0), (0.5, 0.0))
    views = [cloud.picture.view for cloud in clouds.clouds]
    clouds.qtbot.waitUntil(lambda: views[0].center == views[1].center)
    assert clouds.view.seen.view.center[0] < before[0]


def test_keys_zoom_pan_and_fit(clouds: Clouds) -> None:
    cloud, before = clouds.clouds[1], clouds.clouds[0].picture.view.half_extent
    clouds.qtbot.waitUntil(lambda: cloud.picture.view.half_extent == before)
    clouds.qtbot.mouseClick(cloud, Qt.MouseButton.LeftButton, pos=QPoint(40, 8))
    focus = clouds.window.main.focusWidget()
    clouds.qtbot.keyClick(focus, Qt.Key.Key_Plus)
    assert clouds.view.seen.view.half_extent == pytest.approx(before / 1.25)
    clouds.qtbot.keyClick(focus, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert clouds.view.seen.view.center[0] > 0
    clouds.qtbot.keyClick(focus, Qt.Key.Key_0)
    assert clouds.view.seen.fitted


def test_a_picture_shrinks_with_a_pane_for_which_there_is_no_room(clouds: Clouds) -> None:
    for pane in clouds.clouds:
        assert pane.minimumSizeHint().width() > MIN_SIZE.width()
        assert pane.minimumSizeHint().height() > MIN_SIZE.height()
        pane.resize(MIN_SIZE / 1.25)
        assert pane.rect().contains(pane.picture.geometry())
        assert pane.picture.rect().contains(pane.picture.canvas.content().geometry())


def test_a_particle_under_the_mouse_is_marked_in_all_clouds(clouds: Clouds) -> None:
    x, y = map(float, clouds.clouds[0].picture.positions[5])
    clouds.mice[0].hover(x, y)
    hovered = clouds.window.main.comparisons.links.value.hovered
    assert hovered is not None
    assert {cloud.picture.drawn.hovered for cloud in clouds.clouds} == {hovered}
    np.testing.assert_allclose(clouds.clouds[0].picture.positions[hovered], (x, y), atol=0.1)


def test_reduced_motion_reaches_all_clouds(clouds: Clouds) -> None:
    stages = set[float]()
    for cloud in clouds.clouds:
        cloud.picture.redrawn.connect(lambda picture=cloud.picture: stages.add(picture.stage))
    clouds.reduce_motion(True)
    clouds.view.set_stage(5)
    clouds.qtbot.waitUntil(lambda: all(cloud.picture.stage == 5 for cloud in clouds.clouds))
    clouds.reduce_motion(False)
    assert stages <= {0, 5}, "the clouds were between two stages"


def test_panes_have_the_order_of_another_comparison_whose_selected_flow_has_the_same_name(clouds: Clouds) -> None:
    comparisons = clouds.window.main.comparisons
    comparisons.compared.select("b")
    settle(clouds.window.main)
    comparisons.show(untrained("b", "c"))
    settle(clouds.window.main)
    first, second = (pane.mapToGlobal(QPoint()).x() for pane in clouds.clouds)
    assert comparisons.compared.value.selected == "b"
    assert first < second
