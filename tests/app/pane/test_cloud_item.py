"""Mouse events of pyqtgraph on the cloud item, without a window."""

from dataclasses import replace
from unittest.mock import MagicMock

import numpy as np
import pytest
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF, QRectF, Qt
from pyqtgraph.GraphicsScene.mouseEvents import MouseDragEvent

from flowviz.app.desktop.existing import existing
from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.state.view import Tool, View, ViewState
from flowviz.app.style.theme import background
from flowviz.records import Combination, Scene, base_particles
from flowviz.rendering import render_frame
from flowviz.specs import Seen, ViewSpec
from tests.app.pane.test_navigation import visible_part
from tests.rendering.scenes import bent, full

LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton


def drag_event(
    place: QPointF,
    previous: QPointF,
    start: QPointF,
    *,
    is_start: bool = False,
    is_finish: bool = False,
    button: Qt.MouseButton = LEFT,
) -> MagicMock:
    """Return a drag event of pyqtgraph from the previous pixel to the current one."""
    event = MagicMock(spec=MouseDragEvent)
    event.pos.return_value, event.lastPos.return_value, event.buttonDownPos.return_value = place, previous, start
    event.isStart.return_value, event.isFinish.return_value = is_start, is_finish
    event.button.return_value, event.modifiers.return_value = button, Qt.KeyboardModifier.NoModifier
    return event


class Cloud(CloudView):
    """A cloud view of 400 x 400 pixels without particles, which records the regions that are drawn."""

    def __init__(self, view: ViewState) -> None:
        super().__init__(view)
        self.regions: list[NDArray[np.float64]] = []
        self.resize(400, 400)

    def select_region(self, corners: NDArray[np.float64], how: Combination) -> None:
        self.regions.append(corners)


class Item:
    """The item of a cloud, and what it has reported."""

    def __init__(self) -> None:
        self.view = ViewState()
        self.cloud = Cloud(self.view)
        self.item = self.cloud.canvas.content().item
        self.regions = self.cloud.regions
        self.zooms: list[tuple[tuple[float, float], float]] = []
        self.view.observe(visible_part, self.zooms.append)

    def choose(self, tool: Tool) -> None:
        self.cloud.follow(View(tool=tool))

    def drag(self, *places: tuple[int, int], finish: bool = True, button: Qt.MouseButton = LEFT) -> list[MagicMock]:
        points, last = [QPointF(*place) for place in places], len(places) - 1
        drags = [
            drag_event(
                point,
                points[max(number - 1, 0)],
                points[0],
                is_start=number == 0,
                is_finish=finish and number == last,
                button=button,
            )
            for number, point in enumerate(points)
        ]
        for drag in drags:
            self.item.mouseDragEvent(drag)
        return drags


@pytest.fixture
def item(qapp: object) -> Item:
    return Item()


TRIANGLE = (10, 10), (200, 20), (200, 200)


def test_lasso_reports_the_corners_of_its_path(item: Item) -> None:
    item.choose("lasso")
    item.drag(*TRIANGLE)
    assert len(item.regions) == 1
    np.testing.assert_allclose(item.regions[0][-1], (0.0, 0.0), atol=0.02)


@pytest.mark.parametrize("tool", ["lasso", "rectangle"])
def test_region_is_cleared_when_the_tool_changes(item: Item, tool: Tool) -> None:
    item.choose(tool)
    item.drag(*TRIANGLE, finish=False)
    assert item.item._region
    item.choose("move")
    assert not item.item._region


def test_lasso_after_an_interrupted_drag_has_no_old_corners(item: Item) -> None:
    item.choose("lasso")
    item.drag(*TRIANGLE, finish=False)
    item.item.cancel_region()
    item.drag((300, 300), (350, 300), (350, 350))
    (corners,) = item.regions
    assert (corners[:, 0] > 1).all(), "no corner of the first lasso"


def test_drag_from_before_a_change_of_tool_selects_nothing(item: Item) -> None:
    item.choose("lasso")
    item.drag(*TRIANGLE, finish=False)
    item.choose("move")
    item.choose("lasso")
    start, end = (QPointF(*place) for place in TRIANGLE[:2])
    item.item.mouseDragEvent(drag_event(end, end, start, is_finish=True))
    assert not item.regions


@pytest.mark.parametrize("tool", ["move", "rectangle", "lasso", "probe"])
def test_middle_button_pans_with_every_tool(item: Item, tool: Tool) -> None:
    item.choose(tool)
    item.drag((100, 100), (150, 100), button=MIDDLE)
    (center, half), *_ = reversed(item.zooms)
    assert center[0] < 0 == center[1]
    assert half == item.cloud.view.half_extent
    assert not item.regions


def test_drags_are_ignored_with_the_right_button_and_in_the_overview(item: Item) -> None:
    drags = item.drag(*TRIANGLE, button=RIGHT)
    item.cloud.follow(View(Seen(overview=True)))
    for drag in [*drags, *item.drag(*TRIANGLE)]:
        drag.ignore.assert_called_once()
        drag.accept.assert_not_called()
    assert not item.zooms


@pytest.mark.parametrize("beside", [False, True])
def test_pixel_is_as_large_as_those_of_each_panel(item: Item, beside: bool) -> None:
    item.cloud.set_view(ViewSpec(marks=frozenset({"points", "density"}), beside=beside))
    (left, _), (right, _) = item.cloud.plane_at(QPointF(10, 0)), item.cloud.plane_at(QPointF(11, 0))
    assert item.cloud.pixel == pytest.approx(right - left)


def test_legend_leaves_the_number_of_selected_particles_to_the_chip(item: Item) -> None:
    cloud, scene = item.cloud, full(300)
    cloud.show_scene(scene)
    item.item.draw(scene)
    assert "selected" in cloud.chip.clear_button.text()
    expected = render_frame(scene, cloud.stage, cloud.view, cloud.size_in_pixels, counts=False)
    np.testing.assert_array_equal(np.asarray(item.item._pixels), expected)


@pytest.mark.parametrize("width", [270, 340, 410, 800])
@pytest.mark.parametrize("selected", [False, True])
def test_neither_a_sentence_nor_the_chip_covers_the_legend(item: Item, width: int, selected: bool) -> None:
    cloud, scene = item.cloud, full(300)
    cloud.resize(width, 300)
    cloud.set_view(ViewSpec(color_by="log_density"))
    cloud.show_scene(scene if selected else replace(scene, selection=None))
    labeled = pixels(cloud)
    cloud.set_view(ViewSpec(color_by="log_density", labels=False))
    legend = extent(labeled != pixels(cloud))
    cloud.set_view(ViewSpec(color_by="log_density"))
    cloud.change(note="Colors show the difference at the last layer")
    sentence = extent(labeled != pixels(cloud))
    existing(cloud.layout()).activate()
    chip = QRectF(cloud.chip.geometry()) if selected else QRectF()
    assert chip.isEmpty() != selected
    assert not sentence.intersects(legend)
    assert not sentence.intersects(chip)
    assert not legend.intersects(chip)


def pixels(cloud: CloudView) -> NDArray[np.uint32]:
    """Return the upper half of the picture of a cloud."""
    image = cloud.picture()
    bits = existing(image.constBits()).asstring(image.sizeInBytes())
    return np.frombuffer(bits, np.uint32).reshape(image.height(), image.width())[: image.height() // 2]


def extent(mask: NDArray[np.bool_]) -> QRectF:
    """Return the smallest rectangle around the pixels of a mask, which is not empty."""
    rows, columns = np.nonzero(mask)
    return QRectF(QPointF(columns.min(), rows.min()), QPointF(columns.max() + 1, rows.max() + 1))


def test_a_sentence_above_the_picture_covers_what_lies_below_it(item: Item) -> None:
    cloud = item.cloud
    cloud.show_scene(Scene(bent(0.1 * base_particles(8000))))
    cloud.set_view(ViewSpec(labels=False, axes=False, half_extent=0.1, point_diameter=50))

    def empty_pixels() -> int:
        image, paper = cloud.picture(), background(cloud.view.theme)
        return sum(image.pixelColor(x, y) == paper for x in range(150, 250) for y in range(6, 16))

    assert empty_pixels() == 0
    cloud.change(progress="Computing the density and the grid")
    assert empty_pixels() > 100
