"""The gallery of trained examples: a list with thumbnails."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QFontMetrics, QIcon, QImage, QPixmap
from PyQt6.QtWidgets import QListWidget, QListWidgetItem

from flowviz import rendering
from flowviz.app.style.theme import shown_theme
from flowviz.app.style.tokens import UNIT, WIDE
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.widgets.controls import named
from flowviz.errors import FlowvizError
from flowviz.projects import Example, Project, examples
from flowviz.records import Scene
from flowviz.rendering import Camera
from flowviz.specs import PictureSize, ViewSpec
from flowviz.specs.shapes import heading_of
from flowviz.specs.view import MIN_SIDE

THUMBNAIL_SIDE = 16 * UNIT  # pixels
LINE_COLOR = 128, 128, 128, 255  # between the flows of a comparison


class GalleryList(QListWidget):
    """List of the examples, whose thumbnails are drawn by a background thread."""

    def __init__(self) -> None:
        super().__init__()
        self._examples = examples()
        self._worker = LatestWorker()
        self._metrics: QFontMetrics | None = None  # for which the size of a cell was measured
        self._cell_size = QSize()
        named(self, "galleryList", "Trained examples")
        self.setAccessibleDescription("Arrow keys select an example; Return opens it")
        self.setViewMode(QListWidget.ViewMode.IconMode)
        self.setMovement(QListWidget.Movement.Static)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(THUMBNAIL_SIDE, THUMBNAIL_SIDE))
        for example in self._examples:
            self.addItem(_item(example))
        self.setGridSize(self.minimum_cell_size())

    def example(self, row: int) -> Example:
        """Return the example in a row."""
        return self._examples[row]

    def minimum_cell_size(self) -> QSize:
        """Return the size of a thumbnail with its title."""
        metrics = self.fontMetrics()
        if metrics != self._metrics:  # layouts ask dozens of times
            widths = (metrics.horizontalAdvance(heading_of(example.name)) for example in self._examples)
            width, height = max([THUMBNAIL_SIDE, *widths]), THUMBNAIL_SIDE + metrics.lineSpacing()
            self._metrics, self._cell_size = metrics, QSize(width + WIDE, height + WIDE)
        return self._cell_size

    def draw_thumbnails(self) -> None:
        """Start to draw the thumbnails in the colors of the theme."""
        side = round(THUMBNAIL_SIDE * self.devicePixelRatioF())
        view = ViewSpec(theme=shown_theme(), labels=False, axes=False)
        for row, example in enumerate(self._examples):
            self._worker.ask(example.name, partial(_thumbnail, example, view, side), partial(self._show_thumbnail, row))

    def stop_drawing(self) -> None:
        """Stop the background thread."""
        self._worker.close()

    def _show_thumbnail(self, row: int, pixels: NDArray[np.uint8] | None) -> None:
        item = self.item(row)
        if item is not None and pixels is not None:
            height, width, channels = pixels.shape
            image = QImage(pixels.tobytes(), width, height, channels * width, QImage.Format.Format_RGBA8888)
            thumbnail = QPixmap.fromImage(image)
            thumbnail.setDevicePixelRatio(width / THUMBNAIL_SIDE)
            thumbnail_icon = QIcon(thumbnail)
            thumbnail_icon.addPixmap(thumbnail, QIcon.Mode.Selected)  # without it, Qt tints the selected one
            item.setIcon(thumbnail_icon)


def _item(example: Example) -> QListWidgetItem:
    blank = QPixmap(THUMBNAIL_SIDE, THUMBNAIL_SIDE)
    blank.fill(Qt.GlobalColor.transparent)
    item = QListWidgetItem(QIcon(blank), heading_of(example.name))
    item.setToolTip(example.sentence)
    item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, example.sentence)
    return item


def _thumbnail(example: Example, view: ViewSpec, side: int) -> NDArray[np.uint8] | None:
    """Return the last stage of an example, or those of all its flows, as RGBA pixels of shape (side, side, 4).

    Returns None if the file cannot be read; opening the example reports that.
    """
    try:
        projects = [*example.comparison().projects.values()] if example.is_comparison else [example.project()]
    except FlowvizError:
        return None
    edges = np.linspace(0, side, len(projects) + 1).round().astype(int)
    strips = zip(projects, np.diff(edges).tolist(), strict=True)
    pixels = np.concatenate([_strip(project, view, side, height) for project, height in strips])
    pixels[edges[1:-1]] = LINE_COLOR
    return pixels


def _strip(project: Project, view: ViewSpec, width: int, height: int) -> NDArray[np.uint8]:
    """Return the last stage of a project, in its colors; a low strip is drawn larger and scaled down."""
    scale, trace = -(-MIN_SIDE // height), project.trace
    size = PictureSize(width=scale * width, height=scale * height)
    diameter = view.point_diameter * width / height  # else points would be smaller in a lower strip
    view = view.model_copy(update={"color_by": project.seen.view.color_by, "point_diameter": diameter})
    camera = Camera(view, trace.boxes).at(trace.last_stage, size)
    pixels = rendering.render_frame(Scene(trace), trace.last_stage, camera, size)
    means: NDArray[np.float64] = pixels.reshape(height, scale, width, scale, 4).mean((1, 3))
    return means.astype(np.uint8)
