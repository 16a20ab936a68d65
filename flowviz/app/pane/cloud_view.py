"""The cloud view: a widget that draws a scene at a stage, and with which the user pans, zooms and selects."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QEvent, QPointF, Qt, pyqtSignal
from PyQt6.QtGui import QFontInfo, QImage, QNativeGestureEvent, QPainter, QResizeEvent
from PyQt6.QtWidgets import QApplication, QGridLayout, QWidget

from flowviz import rendering
from flowviz.app.desktop.existing import existing
from flowviz.app.editing.cloud_bending import Arrow, CloudBending
from flowviz.app.pane.drawing_queue import DrawingQueue
from flowviz.app.pane.selection_chip import SelectionChip
from flowviz.app.state.view import Tool, View, ViewState
from flowviz.app.style.tokens import SMALL_TEXT, TEXT
from flowviz.app.widgets.controls import FOCUSED, add_key, named, on_click
from flowviz.app.widgets.font_follower import FontFollower
from flowviz.app.widgets.late import Late
from flowviz.records import Combination, Scene, Selection, nearest
from flowviz.rendering import pixel_position, plane_position
from flowviz.rendering.projection import FREE, Corner, Projection, panel_of
from flowviz.specs import PictureSize, ViewSpec

if TYPE_CHECKING:
    from flowviz.app.pane.cloud_item import CloudCanvas

ZOOM_FACTOR = 1.25  # per command, key press and notch of the wheel
PAN_SHARE = 0.2  # of the distance from the center to the edge
MIN_HALF_EXTENT, MAX_HALF_EXTENT = 1e-6, 1e12  # limits of zooming, in target units
REACH = 8.0  # largest distance from the mouse to a particle, in pixels
MAX_WORD_HEIGHT = 0.1  # relative to the shorter side
USUAL_WORD_HEIGHT: float = ViewSpec.model_fields["word_height"].default
DESCRIPTION = (
    "The arrow keys step through the stages, Shift and the arrow keys pan, plus and minus zoom, 0 fits. The line below "
    "describes what is shown."
)
PANS = {"Shift+Left": (-1, 0), "Shift+Right": (1, 0), "Shift+Down": (0, -1), "Shift+Up": (0, 1)}
ZOOMS = {"+": 1 / ZOOM_FACTOR, "=": 1 / ZOOM_FACTOR, "-": ZOOM_FACTOR}

Point = tuple[float, float]  # x, y in target units


@dataclass(frozen=True)
class Drawn:
    """Content of a cloud view.

    Attributes:
        scene: The particles and overlays. None before the first scene.
        stage: The drawn position; 2.25 is a quarter of the way from stage 2 to stage 3.
        view: The marks, colors and visible part of the plane.
        overview: Whether all stages are drawn in one figure.
        arrows: The bumps above the picture.
        hovered: Number of the particle with a ring around it. None if there is none.
        hint: A warning above the picture, such as why no particle is visible.
        note: A sentence in its place if there is none, such as what the colors mean.
        progress: What is being computed; shown only if there is no hint and no note.
    """

    scene: Scene | None = field(default=None, compare=False)  # comparing its arrays takes milliseconds
    stage: float = 0.0
    view: ViewSpec = field(default_factory=ViewSpec)
    overview: bool = False
    arrows: Sequence[Arrow] = ()
    hovered: int | None = None
    hint: str = ""
    note: str = ""
    progress: str = ""


class CloudView(FontFollower, QWidget):
    """Widget that shows the pictures of `flowviz.rendering` pixel for pixel.

    The wheel and a pinch zoom, and the tool decides what a drag does. While selecting, Shift adds and Alt removes. The
    middle button pans with every tool. When the view has the focus, Shift and the arrow keys pan, + and - zoom, and 0
    fits the view.

    Attributes:
        drawn: What is drawn.
        tool: The tool.
        bending: Bends the current layer where the Bend tool is dragged. None if nothing can be bent here.
        is_bare: Whether there are no labels and axes, whatever the view says.
        canvas: The picture, which also takes the mouse. It is created when the view is first shown, or when the window
            is complete.
        chip: The number of selected particles, above the picture.
        leader: The cloud view that takes the focus and emits `fit_requested`: the one that this view follows, or else
            this view itself.
    """

    fit_requested = pyqtSignal()
    pointer_moved = pyqtSignal(object)  # (x, y) in target units, or None when it has left
    stage_clicked = pyqtSignal(int)  # in the overview
    resized = pyqtSignal()
    gesture_ended = pyqtSignal()  # a click, or a drag
    redrawn = pyqtSignal()  # another scene, stage or part of the plane is drawn

    def __init__(
        self,
        view: ViewState,
        object_name: str = "cloudView",
        queue: DrawingQueue | None = None,
        leader: "CloudView | None" = None,
    ) -> None:
        """Create an empty view.

        Args:
            view: What the user changes by panning, zooming and selecting.
            object_name: Its object name.
            queue: Several views can share a queue, in which they take turns to draw.
            leader: The view to follow. None for an independent view.
        """
        super().__init__()
        self._state, self.leader = view, leader or self
        named(self, object_name, "Cloud of particles", description=DESCRIPTION)
        self.setProperty("isFilled", True)  # for the ring around it
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus if leader else Qt.FocusPolicy.StrongFocus)
        self._word_scale, self._word_height = 1.0, USUAL_WORD_HEIGHT  # the latter relative to the shorter side
        self._view, self._point_scale, self.is_bare = ViewSpec(), 1.0, False
        self.drawn = Drawn()
        self.tool: Tool = "move"
        self.bending: CloudBending | None = None
        self.canvas = Late(partial(_load_canvas, self, queue), lambda _: None, when_shown=True)
        self.chip = SelectionChip()
        on_click(self.chip.clear_button, partial(view.set_selection, None))
        self._layers = QGridLayout(self)
        self._layers.setContentsMargins(0, 0, 0, 0)
        self.cover(self.canvas)
        self.cover(self.chip, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._add_camera_keys()

    @property
    def view(self) -> ViewSpec:
        """Return the drawn view."""
        return self.drawn.view

    @property
    def stage(self) -> float:
        """Return the drawn position; 2.25 is a quarter of the way from stage 2 to stage 3."""
        return self.drawn.stage

    @property
    def positions(self) -> NDArray[np.float32]:
        """Return the drawn positions (n, 2) of the particles."""
        return rendering.positions_at(existing(self.drawn.scene).trace, self.stage)

    @property
    def logical_size(self) -> PictureSize:
        """Return the size of the picture in logical pixels."""
        return PictureSize.nearest(self.width(), self.height())

    @property
    def size_in_pixels(self) -> PictureSize:
        """Return the size of the picture in device pixels."""
        return device_size(self)

    @property
    def corner(self) -> Corner:
        """Return the upper left corner of the picture that the chip takes, in device pixels."""
        ratio, size = self.devicePixelRatioF(), self.chip.sizeHint()
        return FREE if self.chip.isHidden() else (ratio * size.width(), ratio * size.height())

    @property
    def pixel(self) -> float:
        """Return the side of a pixel in target units."""
        return 1 / Projection(self.view, panel_of(self.view, self.logical_size)).pixels_per_unit

    def plane_at(self, pixel: QPointF) -> Point:
        """Return the point of the plane at a logical pixel."""
        return plane_position(self.view, self.logical_size, pixel.x(), pixel.y())

    def pixel_at(self, x: float, y: float) -> QPointF:
        """Return the logical pixel at which a point of the plane is drawn."""
        return QPointF(*pixel_position(self.view, self.logical_size, (x, y)))

    def particle_at(self, point: Point | None) -> int | None:
        """Return the number of the particle that is drawn nearest to a point. None if it is out of the mouse's reach.

        Args:
            point: Where the mouse is. None if it is elsewhere.
        """
        if point is None or self.drawn.scene is None:
            return None
        return nearest(self.positions, point, REACH * self.pixel)

    def select_region(self, corners: NDArray[np.float64], how: Combination) -> None:
        """Select the particles that are drawn inside a polygon (k, 2)."""
        self._state.combine_selection(Selection.in_polygon(self.positions, corners), how)

    def select_at(self, point: Point, how: Combination) -> None:
        """Select the particle at a point, or none."""
        self._state.combine_selection(Selection.nearest(self.positions, point, REACH * self.pixel), how)

    def cover(self, widget: QWidget, place: Qt.AlignmentFlag | None = None) -> None:
        """Lay a widget over the picture, of which it is no part; it fills the picture unless it has a place."""
        self._layers.addWidget(widget, 0, 0, place or Qt.AlignmentFlag(0))

    def picture(self) -> QImage:
        """Return the visible picture in device pixels."""
        size = self.size_in_pixels
        image = QImage(size.width, size.height, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(self.devicePixelRatioF())
        painter = QPainter(image)
        self.canvas.content().item.paint(painter)
        painter.end()
        return image

    def draw(self) -> None:
        """Draw the picture at once, because the queue has time for it."""
        if self.canvas.created and self.drawn.scene is not None:
            self.canvas.created.item.draw(self.drawn.scene)
            self.canvas.created.item.refresh()

    def zoom(self, factor: float) -> None:
        """Multiply the half extent by a factor: 0.5 zooms in to twice the size."""
        self.zoom_about(self.view.center, factor)

    def zoom_about(self, point: Point, factor: float) -> None:
        """Zoom, within limits, about a point that does not move. The overview cannot be zoomed."""
        if self.drawn.overview:
            return
        (x, y), (center_x, center_y), half = point, self.view.center, self.view.half_extent
        zoomed = float(np.clip(factor * half, MIN_HALF_EXTENT, MAX_HALF_EXTENT))
        factor = zoomed / half
        self._state.zoom_to((x + (center_x - x) * factor, y + (center_y - y) * factor), zoomed)

    def pan(self, right: float, up: float) -> None:
        """Move the visible part of the plane by a distance in target units."""
        x, y = self.view.center
        self._state.zoom_to((x + right, y + up), self.view.half_extent)

    def hold(self) -> None:
        """Stop following the cloud, and keep what is visible."""
        self._state.zoom_to(self.view.center, self.view.half_extent)

    def add_pan_keys(self, widget: QWidget) -> None:
        """Let Shift and the arrow keys pan while a widget has the focus."""
        for keys, direction in PANS.items():
            add_key(widget, keys, partial(self._pan_by_key, *direction), FOCUSED)

    def _add_camera_keys(self) -> None:
        """Let keys pan, zoom and fit while the view has the focus."""
        self.add_pan_keys(self)
        for keys, factor in ZOOMS.items():
            add_key(self, keys, partial(self.zoom, factor), FOCUSED)
        add_key(self, "0", lambda: None if self.drawn.overview else self.fit_requested.emit(), FOCUSED)

    def set_view(self, view: ViewSpec, **changes: Any) -> None:
        """Set the view and perhaps other fields of `drawn`. The size of the text follows the window."""
        self._view, diameter = view, self._point_scale * view.point_diameter
        adapted: dict[str, Any] = {"word_height": self._word_height, "point_diameter": diameter}
        if self.is_bare:
            adapted |= {"labels": False, "axes": False}
        self.change(view=view.model_copy(update=adapted), **changes)
        self.redrawn.emit()

    def adapt(self, point_scale: float, *, bare: bool) -> None:
        """Enlarge the points of the view by a factor and, if `bare`, draw neither labels nor axes."""
        if (point_scale, bare) != (self._point_scale, self.is_bare):
            self._point_scale, self.is_bare = point_scale, bare
            self.set_view(self._view)

    def set_word_scale(self, scale: float) -> None:
        """Enlarge the text by a factor."""
        self._word_scale = scale
        self.fit_font()

    def follow(self, view: View) -> None:
        """Take over the tool and the overview of a view; another one ends a region that is being drawn."""
        if (view.tool, view.seen.overview) != (self.tool, self.drawn.overview):
            self.tool = view.tool
            self.canvas.setCursor(Qt.CursorShape.ArrowCursor if view.tool == "move" else Qt.CursorShape.CrossCursor)
            if self.canvas.created:
                self.canvas.created.item.cancel_region()
            self.change(overview=view.seen.overview)
            self.fit_font()

    def show_scene(self, scene: Scene) -> None:
        """Set the scene."""
        self.change(scene=scene)
        self.redrawn.emit()

    def show_stage(self, stage: float) -> None:
        """Set the drawn position; 2.25 is a quarter of the way from stage 2 to stage 3."""
        self.change(stage=stage)
        self.redrawn.emit()

    def change(self, **changes: Any) -> None:
        """Change some fields of `drawn`, and paint what is different."""
        drawn = replace(self.drawn, **changes)
        if drawn.scene is not self.drawn.scene or drawn != self.drawn:
            self.drawn = drawn
            self._show_selected()
            if self.canvas.created:
                self.canvas.created.item.refresh()

    def _show_selected(self) -> None:
        """Show the number of selected particles, except in the overview, whose first title the chip would cover."""
        selection = self.drawn.scene.selection if self.drawn.scene and not self.drawn.overview else None
        self.chip.show_count(selection.count if selection else 0)

    def _pan_by_key(self, right: int, up: int) -> None:
        if not self.drawn.overview:
            step = PAN_SHARE * self.view.half_extent
            self.pan(right * step, up * step)

    def fit_font(self) -> None:
        """Match the small text of widgets; in the overview, larger text would leave no room for the stages."""
        largest = USUAL_WORD_HEIGHT if self.drawn.overview else MAX_WORD_HEIGHT
        self._word_height = word_height_in(
            self, self._word_scale if self._word_scale > 1 else SMALL_TEXT / TEXT, largest
        )
        self.set_view(self._view)

    def event(self, event: QEvent | None) -> bool:
        zoom = Qt.NativeGestureType.ZoomNativeGesture
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == zoom:
            self.zoom_about(self.plane_at(event.position()), 1 / (1 + event.value()))
            return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self.fit_font()
        self.resized.emit()

    def leaveEvent(self, event: QEvent | None) -> None:
        self.pointer_moved.emit(None)
        super().leaveEvent(event)


def device_size(widget: QWidget) -> PictureSize:
    """Return the size of a widget in device pixels."""
    ratio = widget.devicePixelRatioF()
    return PictureSize.nearest(ratio * widget.width(), ratio * widget.height())


def word_height_in(widget: QWidget, scale: float = SMALL_TEXT / TEXT, largest: float = MAX_WORD_HEIGHT) -> float:
    """Return the height of text relative to the shorter side of a widget, where `scale` is relative to usual text."""
    pixels = QFontInfo(QApplication.font()).pixelSize()
    return min(scale * pixels / max(min(widget.width(), widget.height()), 1), largest)


def _load_canvas(cloud: CloudView, queue: DrawingQueue | None) -> "Callable[[], CloudCanvas]":
    from flowviz.app.pane.cloud_item import CloudCanvas

    return partial(CloudCanvas, cloud, queue)
