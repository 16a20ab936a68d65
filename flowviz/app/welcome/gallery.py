"""The trained examples, each with a picture: in the gallery's dialog and on the start page."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QIcon, QImage, QPixmap
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from flowviz.app.style.icons import icon
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.widgets.labels import WrappingLabel
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
        self._background = LatestWorker()
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


COLUMNS, ROWS = 4, 3
Standard = QDialogButtonBox.StandardButton


class GalleryDialog(QDialog):
    """Announces the example that is chosen."""

    example_chosen = pyqtSignal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Gallery")
        self._list = GalleryList()
        self._list.setMinimumSize(self._list.size_of(COLUMNS, ROWS))
        self._sentence = WrappingLabel("gallerySentence", "What there is to see")
        self._sentence.setMinimumHeight(2 * self._sentence.fontMetrics().lineSpacing())
        self._buttons = QDialogButtonBox(Standard.Open | Standard.Cancel)
        _show_own_icons(self._buttons)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (self._list, self._sentence, self._buttons):
            layout.addWidget(widget)
        self._list.currentRowChanged.connect(self._explain)
        self._list.itemActivated.connect(self.accept)
        self._list.setCurrentRow(0)
        self._list.draw(theme)
        self.finished.connect(self._list.end)

    def accept(self) -> None:
        """Open what is chosen, and leave."""
        self.example_chosen.emit(self._list.example(self._list.currentRow()))
        super().accept()

    def _explain(self, row: int) -> None:
        self._sentence.setText(self._list.example(row).sentence)


def _show_own_icons(buttons: QDialogButtonBox) -> None:
    """In place of those of the style, which are of another kind."""
    opens, tip = icon("open"), "Look at this flow, in place of the one in the window"
    for button, found, said in ((Standard.Open, opens, tip), (Standard.Cancel, QIcon(), "Leave (Esc)")):
        made = buttons.button(button)
        assert made is not None
        made.setIcon(found)
        made.setToolTip(said)
