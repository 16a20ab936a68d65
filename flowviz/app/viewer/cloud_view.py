"""The cloud view: a widget that draws a scene at a stage and reports mouse input."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QFontInfo, QImage, QKeySequence, QPainter, QShortcut
from PyQt6.QtWidgets import QApplication, QGridLayout, QWidget

from flowviz.app.editing.cloud_bending import Arrow
from flowviz.app.state.view import Tool
from flowviz.app.widgets.late import Late
from flowviz.records import Rectangle, Scene
from flowviz.rendering import visible_rectangle
from flowviz.specs import PictureSize, ViewSpec

if TYPE_CHECKING:
    from flowviz.app.viewer.cloud_item import CloudCanvas

ZOOM_FACTOR = 1.25  # per key press
PAN_SHARE = 0.2  # of the distance from the center to the edge
MIN_HALF_EXTENT, MAX_HALF_EXTENT = 1e-6, 1e12  # limits of zooming, in target units
MAX_WORD_HEIGHT = 0.1  # relative to the shorter side
USUAL_WORD_HEIGHT: float = ViewSpec.model_fields["word_height"].default
PANS = {"Shift+Left": (-1, 0), "Shift+Right": (1, 0), "Shift+Down": (0, -1), "Shift+Up": (0, 1)}
ZOOMS = {"+": 1 / ZOOM_FACTOR, "=": 1 / ZOOM_FACTOR, "-": ZOOM_FACTOR}


@dataclass
class Drawn:
    """Scene, stage and view that the cloud view draws; see `CloudItem.show`."""

    scene: Scene | None = None
    stage: float = 0.0
    view: ViewSpec = field(default_factory=ViewSpec)
    overview: bool = False


class CloudView(QWidget):
    """Widget that shows the pictures of `flowviz.rendering` pixel for pixel.

    The wheel zooms, a double-click fits the view to the cloud, and the tool decides what a drag does. While selecting,
    Shift adds and Alt removes. The middle button pans with every tool. When the view has the focus, Shift and the arrow
    keys pan, + and - zoom, and 0 fits the view.

    Attributes:
        canvas: The picture, which also takes the mouse. It is created when the view is first shown, or when the window
            is complete.
    """

    fit_requested = pyqtSignal()
    zoomed = pyqtSignal(object, float)  # requested center (x, y) and half extent, in target units
    region_drawn = pyqtSignal(object, str)  # corners (k, 2) in target units, Combination
    point_clicked = pyqtSignal(float, float, str)  # x and y in target units, Combination
    pointer_moved = pyqtSignal(object)  # (x, y) in target units, or None when it has left
    stage_clicked = pyqtSignal(int)  # in the overview
    bend_began = pyqtSignal(object)  # (x, y) in target units
    bend_dragged = pyqtSignal(object)  # (x, y) in target units
    bend_ended = pyqtSignal()
    bend_widened = pyqtSignal(float)  # notches of the wheel
    resized = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("cloudView")
        self.setAccessibleName("Cloud of particles")
        self.setAccessibleDescription(
            "The arrow keys step through the stages, Shift and the arrow keys pan, plus and minus zoom, 0 fits. "
            "The line below describes what is shown."
        )
        self.setMinimumSize(320, 240)
        self._word_scale = 1.0
        self._drawn = Drawn()
        self._tool: Tool = "move"
        self._arrows: Sequence[Arrow] = ()
        self.canvas = Late(_load_canvas, self._prepare, when_shown=True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._layers = QGridLayout(self)
        self._layers.setContentsMargins(0, 0, 0, 0)
        self._layers.addWidget(self.canvas, 0, 0)
        self.add_pan_keys(self)
        for keys, factor in ZOOMS.items():
            _add_key(self, keys, partial(self.zoom, factor))
        _add_key(self, "0", lambda: None if self._drawn.overview else self.fit_requested.emit())

    @property
    def view(self) -> ViewSpec:
        """Return the drawn view."""
        return self._drawn.view

    @property
    def stage(self) -> float:
        """Return the drawn position; 2.25 is a quarter of the way from stage 2 to stage 3."""
        return self._drawn.stage

    @property
    def rectangle(self) -> Rectangle:
        """Return the visible part of the plane: left, right, bottom, top, in target units."""
        return visible_rectangle(self.view, self._size())

    @property
    def size_in_pixels(self) -> PictureSize:
        """Return the size of the picture in device pixels."""
        return self._size(self.devicePixelRatioF())

    @property
    def pixel(self) -> float:
        """Return the side of a pixel in target units."""
        left, right, bottom, top = self.rectangle
        size = self._size()
        return min(right - left, top - bottom) / min(size.width, size.height)

    def cover(self, widget: QWidget) -> None:
        """Lay a widget over the picture, of which it is no part."""
        self._layers.addWidget(widget, 0, 0)

    def picture(self) -> QImage:
        """Return the visible picture in device pixels."""
        size = self.size_in_pixels
        image = QImage(size.width, size.height, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(self.devicePixelRatioF())
        painter = QPainter(image)
        self.canvas.content().item.paint(painter)
        painter.end()
        return image

    def zoom(self, factor: float) -> None:
        """Multiply the half extent by a factor: 0.5 zooms in to twice the size. The overview cannot be zoomed."""
        if not self._drawn.overview:
            self._zoom_to(self.view.center, self.view.half_extent * factor)

    def add_pan_keys(self, widget: QWidget) -> None:
        """Let Shift and the arrow keys pan while a widget has the focus."""
        for keys, direction in PANS.items():
            _add_key(widget, keys, partial(self._pan, *direction))

    def set_view(self, view: ViewSpec) -> None:
        """Set the view, except for the size of the text, which follows the window."""
        self._show(view=view.model_copy(update={"word_height": self._word_height()}))

    def set_word_scale(self, scale: float) -> None:
        """Enlarge the text by a factor."""
        self._word_scale = scale
        self.set_view(self.view)

    def set_tool(self, tool: Tool) -> None:
        """Set the tool, which decides what a drag does."""
        self._tool = tool
        if self.canvas.created:
            self.canvas.created.item.set_tool(tool)

    def show_arrows(self, arrows: Sequence[Arrow]) -> None:
        """Set the bumps that are drawn above the picture."""
        self._arrows = arrows
        if self.canvas.created:
            self.canvas.created.item.show_arrows(arrows)

    def set_overview(self, overview: bool) -> None:
        """Set whether to draw all stages in one figure instead of a single stage."""
        if self.canvas.created:
            self.canvas.created.item.cancel_region()
        self._show(overview=overview)
        self.set_view(self.view)  # its words have another size

    def show_scene(self, scene: Scene) -> None:
        """Set the scene."""
        self._show(scene=scene)

    def show_stage(self, stage: float) -> None:
        """Set the drawn position; 2.25 is a quarter of the way from stage 2 to stage 3."""
        self._show(stage=stage)

    def _show(self, **changes: Any) -> None:
        """Draw another scene, stage, view or overview."""
        for name, value in changes.items():
            setattr(self._drawn, name, value)
        if self.canvas.created:
            self.canvas.created.item.show(**changes)

    def _size(self, ratio: float = 1.0) -> PictureSize:
        """Return the size of the picture; `ratio` is the number of its pixels per logical pixel."""
        return PictureSize.nearest(ratio * self.canvas.width(), ratio * self.canvas.height())

    def _prepare(self, canvas: "CloudCanvas") -> None:
        item, events = canvas.item, canvas.item.events
        item.show(**vars(self._drawn))
        item.set_tool(self._tool)
        item.show_arrows(self._arrows)
        events.zoomed.connect(self._zoom_to)
        events.fit_requested.connect(self.fit_requested)
        events.region_drawn.connect(self.region_drawn)
        events.point_clicked.connect(self.point_clicked)
        events.pointer_moved.connect(self.pointer_moved)
        events.stage_clicked.connect(self.stage_clicked)
        events.bend_began.connect(self.bend_began)
        events.bend_dragged.connect(self.bend_dragged)
        events.bend_ended.connect(self.bend_ended)
        events.bend_widened.connect(self.bend_widened)
        events.resized.connect(lambda: self.set_view(self.view))
        events.resized.connect(self.resized)

    def _pan(self, right: int, up: int) -> None:
        if not self._drawn.overview:
            (x, y), half = self.view.center, self.view.half_extent
            self._zoom_to((x + right * PAN_SHARE * half, y + up * PAN_SHARE * half), half)

    def _zoom_to(self, center: tuple[float, float], half_extent: float) -> None:
        self.zoomed.emit(center, float(np.clip(half_extent, MIN_HALF_EXTENT, MAX_HALF_EXTENT)))

    def _word_height(self) -> float:
        """Return the height of text as large as that of widgets, relative to the shorter side.

        In the overview, larger text would leave no room for the stages.
        """
        size, pixels = self._size(), QFontInfo(QApplication.font()).pixelSize()
        largest = USUAL_WORD_HEIGHT if self._drawn.overview else MAX_WORD_HEIGHT
        return min(self._word_scale * pixels / min(size.width, size.height), largest)

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.FontChange:
            self.set_view(self.view)

    def leaveEvent(self, event: QEvent | None) -> None:
        self.pointer_moved.emit(None)
        super().leaveEvent(event)


def _load_canvas() -> type["CloudCanvas"]:
    from flowviz.app.viewer.cloud_item import CloudCanvas

    return CloudCanvas


def _add_key(widget: QWidget, keys: str, run: Callable[[], object]) -> None:
    shortcut = QShortcut(QKeySequence(keys), widget)
    shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
    shortcut.activated.connect(run)
