"""The mouse on a real cloud view: selecting, probing, zooming and panning, without a window."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QNativeGestureEvent, QPointingDevice
from PyQt6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.pane.readout import Readout
from flowviz.app.state.view import Tool, ViewState
from flowviz.records import Selection, Trace
from flowviz.records.lattice import LATTICE_SIDE
from flowviz.rendering import render_frame
from flowviz.specs import PictureSize
from tests.app.conftest import show
from tests.app.pane.fakes import STAGES, Viewed, trace
from tests.app.pane.mouse import CloudMouse, visible_area
from tests.app.test_main_window import pixels

LAST = STAGES - 1
MANY = 1000  # particles
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
# Of the cloud at the last stage, which is centered at (LAST, 0).
LEFT_HALF = (-0.2, -3.2), (LAST, -3.2), (LAST, 3.2), (-0.2, 3.2)


class Pointed:
    """A viewer with a real cloud view and a real readout, and a mouse on the cloud."""

    def __init__(self, qtbot: QtBot) -> None:
        self.view = ViewState()
        self.cloud, self.readout = CloudView(self.view), Readout(self.view)
        for widget in (self.cloud, self.readout):
            qtbot.addWidget(widget)
        self.cloud.resize(500, 400)
        self.viewed = Viewed(self.view, trained=False, cloud=self.cloud, readout=self.readout)
        self.viewed.start(particles=MANY)
        self.mouse = CloudMouse(self.cloud, qtbot)
        show(self.cloud, qtbot)

    @property
    def selection(self) -> Selection:
        return self.view.value.selection or Selection.none(MANY)

    @property
    def trace(self) -> Trace:
        return self.viewed.viewer.scenes.scene.trace

    @property
    def positions(self) -> NDArray[np.float32]:
        positions: NDArray[np.float32] = self.trace.positions[self.view.value.stage]
        return positions

    @property
    def is_left(self) -> NDArray[np.bool_]:
        """Return a mask of the particles in the left half of the cloud."""
        return np.less(self.positions[:, 0], LAST)


@pytest.fixture
def pointed(qtbot: QtBot) -> Pointed:
    return Pointed(qtbot)


def differences(selection: Selection, expected: NDArray[np.bool_]) -> float:
    """Return the share of particles that only one of both contains."""
    return float((selection.chosen != expected).mean())


def test_rectangle_selects_adds_and_subtracts(pointed: Pointed) -> None:
    pointed.view.set_tool("rectangle")
    pointed.mouse.drag((-0.2, -3.2), (LAST, 3.2))
    assert differences(pointed.selection, pointed.is_left) < 0.02
    pointed.mouse.drag((LAST, -3.2), (6.2, 3.2), modifier=SHIFT)
    assert pointed.selection.count > 0.98 * MANY
    pointed.mouse.drag((-0.2, -3.2), (LAST, 3.2), modifier=ALT)
    assert differences(pointed.selection, ~pointed.is_left) < 0.02


def test_lasso_selects_the_particles_inside(pointed: Pointed) -> None:
    pointed.view.set_tool("lasso")
    pointed.mouse.drag(*LEFT_HALF)
    assert differences(pointed.selection, pointed.is_left) < 0.02


@pytest.mark.parametrize("tool", ["rectangle", "lasso"])
def test_click_with_a_selection_tool_selects_the_particle_under_the_mouse(pointed: Pointed, tool: Tool) -> None:
    pointed.view.set_tool(tool)
    pointed.mouse.click(*map(float, pointed.positions[123]))
    assert pointed.selection.count == 1


@pytest.mark.parametrize("tool", ["move", "bend"])
def test_click_with_another_tool_selects_nothing(pointed: Pointed, tool: Tool) -> None:
    pointed.view.set_tool(tool)
    pointed.mouse.click(*map(float, pointed.positions[123]))
    assert pointed.view.value.selection is None


def test_click_during_a_glide_selects_the_particle_drawn_there(pointed: Pointed) -> None:
    pointed.view.set_tool("rectangle")
    pointed.cloud.show_stage(1.25)
    here, there = (pointed.trace.positions[stage, 5] for stage in (1, 2))
    x, y = map(float, 0.75 * here + 0.25 * there)
    pointed.cloud.select_at((x, y), "replace")
    assert np.flatnonzero(pointed.selection.chosen).tolist() == [5]


def test_chip_counts_the_selection_and_clears_it(pointed: Pointed, qtbot: QtBot) -> None:
    chip = pointed.cloud.findChild(QToolButton, "selectionChip")
    assert chip is not None
    assert not chip.isVisible()
    pointed.view.set_selection(Selection(np.arange(MANY) == 3))
    assert chip.isVisible()
    assert chip.text() == "1 selected ×"
    pointed.view.update(overview=True)
    assert not chip.isVisible(), "it covers the title of the first stage"
    pointed.view.update(overview=False)
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert pointed.view.value.selection is None
    assert not chip.isVisible()


def test_the_readout_describes_the_particle_under_the_mouse(pointed: Pointed) -> None:
    pointed.mouse.hover(*map(float, pointed.positions[123]))
    for part in ("Particle", "· base (", "log p", "log|det J|"):
        assert part in pointed.readout.text()


@pytest.mark.parametrize("tool", ["move", "probe"])
def test_readout_describes_the_current_stage_while_the_mouse_rests(pointed: Pointed, tool: Tool) -> None:
    pointed.view.set_tool(tool)
    x, y = map(float, pointed.positions[123])
    pointed.mouse.hover(x, y)
    if tool == "probe":
        pointed.viewed.queries.answer("probe", trace(particles=1))
    before = pointed.readout.text()
    assert "· base (" in before
    pointed.view.set_stage(1)
    assert pointed.readout.text() != before
    assert "· base (" in pointed.readout.text()


def test_probe_is_queried_at_the_point_under_the_mouse(pointed: Pointed) -> None:
    pointed.view.set_tool("probe")
    pointed.mouse.hover(0.5, 0.25)
    _, [point], stage, _ = pointed.viewed.queries.asked["probe"]
    assert stage == LAST
    np.testing.assert_allclose(point, (0.5, 0.25), atol=2 * pointed.cloud.pixel)


def test_selection_keeps_its_particles_at_every_stage(pointed: Pointed) -> None:
    pointed.view.set_tool("rectangle")
    pointed.mouse.drag((-0.2, -3.2), (LAST, 3.2))
    selection = pointed.selection
    pointed.view.set_stage(0)
    assert pointed.viewed.viewer.scenes.scene.selection is selection


def test_wheel_zooms_about_the_mouse(pointed: Pointed) -> None:
    before, pixel = pointed.cloud.view.half_extent, pointed.mouse.pixel(1.0, 0.5)
    pointed.mouse.turn_wheel(1.0, 0.5, angle=240)
    assert pointed.cloud.view.half_extent < before / 1.4
    moved = pointed.mouse.pixel(1.0, 0.5) - pixel
    assert max(abs(moved.x()), abs(moved.y())) <= 1


def test_a_horizontal_scroll_does_not_zoom(pointed: Pointed) -> None:
    pointed.mouse.turn_wheel(1.0, 0.5, angle=240, sideways=True)
    assert pointed.view.seen.fitted


def test_a_pinch_zooms_about_its_center(pointed: Pointed) -> None:
    before, pixel = pointed.cloud.view.half_extent, pointed.mouse.pixel(1.0, 0.5)
    zoom, at = Qt.NativeGestureType.ZoomNativeGesture, QPointF(pixel)
    device = QPointingDevice.primaryPointingDevice()
    pinch = QNativeGestureEvent(zoom, device, 2, at, at, QPointF(pointed.cloud.mapToGlobal(pixel)), 0.25, QPointF())
    QApplication.sendEvent(pointed.cloud, pinch)
    assert pointed.cloud.view.half_extent == pytest.approx(before / 1.25)
    assert (pointed.mouse.pixel(1.0, 0.5) - pixel).manhattanLength() <= 2


@pytest.mark.parametrize(("factor", "limit"), [(1e-9, 1e-6), (1e30, 1e12)])
def test_zooming_has_limits(pointed: Pointed, factor: float, limit: float) -> None:
    pointed.cloud.zoom_about((3.0, 0.0), factor)
    assert pointed.cloud.view.half_extent == pytest.approx(limit)


def test_held_view_keeps_what_is_visible_at_other_stages(pointed: Pointed) -> None:
    before = pointed.cloud.view
    pointed.cloud.hold()
    assert not pointed.view.seen.fitted
    pointed.view.set_stage(0)
    assert pointed.cloud.view == before


def test_drag_moves_the_grabbed_point_with_the_mouse(pointed: Pointed) -> None:
    start = pointed.mouse.pixel(0.5, 0.5)
    pointed.mouse.drag((0.5, 0.5), (1.5, 0.0))
    left, right, _, _ = visible_area(pointed.cloud)
    moved = pointed.mouse.pixel(0.5, 0.5) - start
    assert moved.x() == pytest.approx(pointed.mouse.canvas.width() / (right - left), abs=3)


def test_click_in_the_overview_opens_the_stage(pointed: Pointed) -> None:
    pointed.view.update(overview=True)
    canvas = pointed.mouse.canvas
    pointed.mouse.click_pixel(QPoint(canvas.width() // 10, canvas.height() // 8))
    assert pointed.view.value.stage == 0
    assert not pointed.view.seen.overview


@pytest.mark.parametrize("mark", ["grid", "paths"])
def test_mark_changes_the_picture_and_nothing_else(pointed: Pointed, mark: Any) -> None:
    before = pixels(pointed.cloud)
    pointed.view.set_mark(mark, True)
    if mark == "grid":
        pointed.viewed.queries.answer("grid", trace(particles=LATTICE_SIDE**2))
    assert not np.array_equal(before, pixels(pointed.cloud))
    pointed.view.set_mark(mark, False)
    assert np.array_equal(before, pixels(pointed.cloud))


@pytest.mark.parametrize("color_by", ["quadrant", "log_density"])
def test_picture_is_rendered_pixel_for_pixel(pointed: Pointed, color_by: str) -> None:
    pointed.view.set_mark("paths", True)
    pointed.view.update_view(color_by=color_by)
    seen = pixels(pointed.cloud)
    size = PictureSize(width=seen.shape[1], height=seen.shape[0])
    drawn = render_frame(pointed.viewed.viewer.scenes.scene, pointed.cloud.stage, pointed.cloud.view, size)
    np.testing.assert_array_equal(seen, drawn[..., :3])
