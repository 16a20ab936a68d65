"""The trained examples, each with a picture: in the gallery's dialog and on the start page."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QIcon, QImage, QPixmap
from PyQt6.QtWidgets import QListWidget, QListWidgetItem

from flowviz.app.threads.latest import Background
from flowviz.errors import FlowvizError
from flowviz.projects import Example, examples
from flowviz.records import Scene
from flowviz.rendering import fitted_view, render_frame
from flowviz.specs import PictureSize, ViewSpec
from flowviz.specs.view import Theme

PICTURE_SIDE = 130  # pixels
BESIDE, BELOW = 20, 16  # pixels between two pictures; below a picture they are for its name


class GalleryList(QListWidget):
    """Its pictures are drawn in a thread."""

    def __init__(self) -> None:
        super().__init__()
        self._examples = examples()
        self._background = Background()
        self.setObjectName("galleryList")
        self.setAccessibleName("Trained examples")
        self.setAccessibleDescription("The arrow keys choose one; Return opens it")
        self.setViewMode(QListWidget.ViewMode.IconMode)
        self.setMovement(QListWidget.Movement.Static)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(PICTURE_SIDE, PICTURE_SIDE))
        for example in self._examples:
            self.addItem(_item(example))
        self.setGridSize(self.least_cell())

    def example(self, row: int) -> Example:
        """The one in this row."""
        return self._examples[row]

    def size_of(self, columns: int, rows: int) -> QSize:
        """How large the list is that shows so many at a time, beside a scroll bar."""
        cell, frame = self.gridSize(), 2 * self.frameWidth()
        bar = self.verticalScrollBar()
        assert bar is not None
        return QSize(columns * cell.width() + bar.sizeHint().width() + frame, rows * cell.height() + frame)

    def least_cell(self) -> QSize:
        """How much a picture and its name need."""
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(_title(example)) for example in self._examples), default=0)
        return QSize(max(PICTURE_SIDE, widest) + BESIDE, PICTURE_SIDE + metrics.lineSpacing() + BELOW)

    def draw(self, theme: Theme) -> None:
        """Have the pictures drawn, for a light or a dark ground."""
        side = round(PICTURE_SIDE * self.devicePixelRatioF())
        view, size = ViewSpec(theme=theme, labels=False, axes=False), PictureSize(width=side, height=side)
        for row, example in enumerate(self._examples):
            self._background.ask(example.name, partial(_picture, example, view, size), partial(self._show, row))

    def end(self) -> None:
        """Draw no more."""
        self._background.close()

    def _show(self, row: int, pixels: NDArray[np.uint8] | None) -> None:
        item = self.item(row)
        if item is not None and pixels is not None:
            height, width, channels = pixels.shape
            image = QImage(pixels.tobytes(), width, height, channels * width, QImage.Format.Format_RGBA8888)
            picture = QPixmap.fromImage(image)
            picture.setDevicePixelRatio(width / PICTURE_SIDE)
            icon = QIcon(picture)
            icon.addPixmap(picture, QIcon.Mode.Selected)  # else Qt tints it
            item.setIcon(icon)


def _title(example: Example) -> str:
    return example.name.replace("_", " ").capitalize()


def _item(example: Example) -> QListWidgetItem:
    blank = QPixmap(PICTURE_SIDE, PICTURE_SIDE)
    blank.fill(Qt.GlobalColor.transparent)
    item = QListWidgetItem(QIcon(blank), _title(example))
    item.setToolTip(example.sentence)
    item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, example.sentence)
    return item


def _picture(example: Example, view: ViewSpec, size: PictureSize) -> NDArray[np.uint8] | None:
    """Its last stage (rows, columns, RGBA); None where the file cannot be read, which is said when it is opened."""
    try:
        trace = example.project().trace
    except FlowvizError:
        return None
    return render_frame(Scene(trace), trace.last_stage, fitted_view(trace, view, trace.last_stage), size)
