"""The gallery of trained examples: a list with thumbnails."""

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QFontMetrics, QIcon
from PyQt6.QtWidgets import QListWidget, QListWidgetItem

from flowviz.app.desktop.existing import existing
from flowviz.app.style.theme import shown_theme
from flowviz.app.style.tokens import UNIT, WIDE
from flowviz.app.widgets.controls import named
from flowviz.projects import Example, examples
from flowviz.specs.shapes import heading_of
from flowviz.specs.view import Theme

THUMBNAIL_SIDE = 16 * UNIT  # pixels


class GalleryList(QListWidget):
    """List of the examples."""

    def __init__(self) -> None:
        super().__init__()
        self._examples = examples()
        self._theme: Theme | None = None  # of the thumbnails
        self._metrics: QFontMetrics | None = None  # for which the size of a cell was measured
        self._cell_size = QSize()
        named(self, "galleryList", "Trained examples", description="Arrow keys select an example; Return opens it")
        self.setViewMode(QListWidget.ViewMode.IconMode)
        self.setMovement(QListWidget.Movement.Static)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setIconSize(QSize(THUMBNAIL_SIDE, THUMBNAIL_SIDE))
        for example in self._examples:
            self.addItem(_item(example))
        self.show_thumbnails()
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

    def show_thumbnails(self) -> None:
        """Show the thumbnails in the colors of the theme."""
        theme = shown_theme()
        if theme != self._theme:
            self._theme = theme
            for row, example in enumerate(self._examples):
                existing(self.item(row)).setIcon(_icon(example, theme))


def _icon(example: Example, theme: Theme) -> QIcon:
    """Return the thumbnail of an example, which is read when it is painted, and blank if its file is missing."""
    found = QIcon()
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):  # without the second, Qt tints the selected one
        found.addFile(str(example.thumbnail(theme)), mode=mode)
    return found


def _item(example: Example) -> QListWidgetItem:
    item = QListWidgetItem(heading_of(example.name))
    item.setToolTip(example.sentence)
    item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, example.sentence)
    return item
