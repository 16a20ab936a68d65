"""The gallery: trained examples, each with a picture, to be looked at without any training."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QIcon, QImage, QPixmap
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from flowviz.app.background import Background
from flowviz.app.labels import WrappingLabel
from flowviz.errors import FlowvizError
from flowviz.projects import Example, examples
from flowviz.records import Scene
from flowviz.rendering import fitted_view, render_frame
from flowviz.specs import PictureSize, ViewSpec
from flowviz.specs.view import Theme

PICTURE_SIDE = 130  # pixels
COLUMNS, ROWS = 4, 3
CLOSING_PATIENCE_MS = 1500


class GalleryDialog(QDialog):
    """Announces the example that is chosen."""

    example_chosen = pyqtSignal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Gallery")
        self._examples = examples()
        self._background = Background()
        self._list = _picture_list()
        self._sentence = WrappingLabel("gallerySentence", "What there is to see")
        self._sentence.setMinimumHeight(2 * self._sentence.fontMetrics().lineSpacing())
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (self._list, self._sentence, self._buttons):
            layout.addWidget(widget)
        view = ViewSpec(theme=theme, labels=False, axes=False)
        for number, example in enumerate(self._examples):
            self._list.addItem(_item(example))
            self._background.ask(example.name, partial(_picture, example, view), partial(self._show, number))
        self._list.currentRowChanged.connect(self._explain)
        self._list.itemActivated.connect(lambda: self.accept())
        self._list.setCurrentRow(0)
        self.finished.connect(self._end)

    def accept(self) -> None:
        """Open what is chosen, and leave."""
        self.example_chosen.emit(self._examples[self._list.currentRow()])
        super().accept()

    def _explain(self, row: int) -> None:
        self._sentence.setText(self._examples[row].sentence)

    def _show(self, row: int, pixels: NDArray[np.uint8] | None) -> None:
        item = self._list.item(row)
        if item is not None and pixels is not None:
            height, width, channels = pixels.shape
            image = QImage(pixels.tobytes(), width, height, channels * width, QImage.Format.Format_RGBA8888)
            icon = QIcon(QPixmap.fromImage(image))
            icon.addPixmap(QPixmap.fromImage(image), QIcon.Mode.Selected)  # else Qt tints it
            item.setIcon(icon)

    def _end(self) -> None:
        self._background.close()
        self._background.wait(CLOSING_PATIENCE_MS)


def _picture_list() -> QListWidget:
    found = QListWidget()
    found.setObjectName("galleryList")
    found.setAccessibleName("Trained examples")
    found.setViewMode(QListWidget.ViewMode.IconMode)
    found.setMovement(QListWidget.Movement.Static)
    found.setResizeMode(QListWidget.ResizeMode.Adjust)
    found.setUniformItemSizes(True)
    found.setSpacing(6)
    found.setIconSize(QSize(PICTURE_SIDE, PICTURE_SIDE))
    cell = found.fontMetrics().lineSpacing() + PICTURE_SIDE + 16
    found.setMinimumSize(COLUMNS * (PICTURE_SIDE + 20) + 16, ROWS * cell)
    return found


def _item(example: Example) -> QListWidgetItem:
    blank = QPixmap(PICTURE_SIDE, PICTURE_SIDE)
    blank.fill(Qt.GlobalColor.transparent)
    item = QListWidgetItem(QIcon(blank), example.name.replace("_", " ").capitalize())
    item.setToolTip(example.sentence)
    return item


def _picture(example: Example, view: ViewSpec) -> NDArray[np.uint8] | None:
    """Its last stage (rows, columns, RGBA); None where the file cannot be read, which is said when it is opened."""
    try:
        trace = example.project().trace
    except FlowvizError:
        return None
    fitted = fitted_view(trace, view, trace.last_stage)
    return render_frame(Scene(trace), trace.last_stage, fitted, PictureSize(width=PICTURE_SIDE, height=PICTURE_SIDE))
