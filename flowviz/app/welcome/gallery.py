"""The gallery of trained examples: a list with thumbnails."""

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QIcon, QResizeEvent
from PyQt6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QSizePolicy

from flowviz.app.desktop.existing import existing
from flowviz.app.style.theme import shown_theme
from flowviz.app.style.tokens import UNIT, WIDE
from flowviz.app.widgets.controls import named
from flowviz.app.widgets.font_follower import ThemeFollower
from flowviz.projects import Example, examples
from flowviz.specs.shapes import heading_of
from flowviz.specs.view import Theme

THUMBNAIL_SIDE = 16 * UNIT  # pixels


class GalleryList(ThemeFollower, QListWidget):
    """List of all examples at once, in rows of equal length; the page around it scrolls."""

    def __init__(self, most_columns: int) -> None:
        super().__init__()
        self._examples, self._most_columns = examples(), most_columns
        self._theme: Theme | None = None  # of the thumbnails
        named(self, "startGallery", "Trained examples", description="Arrow keys select an example; Return opens it")
        self.setViewMode(QListWidget.ViewMode.IconMode)
        self.setMovement(QListWidget.Movement.Static)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setIconSize(QSize(THUMBNAIL_SIDE, THUMBNAIL_SIDE))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        for example in self._examples:
            self.addItem(_item(example))
        self.show_appearance()

    def show_appearance(self) -> None:
        """Fit the cells to the font, and show the thumbnails in the colors of the theme."""
        metrics = self.fontMetrics()
        widths = (metrics.horizontalAdvance(heading_of(example.name)) for example in self._examples)
        width, height = max([THUMBNAIL_SIDE, *widths]), THUMBNAIL_SIDE + metrics.lineSpacing()
        self._cell_size = QSize(width + WIDE, height + WIDE)  # measured once, because layouts ask dozens of times
        self._fill_rows()
        self.updateGeometry()
        theme = shown_theme()
        if theme != self._theme:
            self._theme = theme
            for row, example in enumerate(self._examples):
                existing(self.item(row)).setIcon(_icon(example, theme))

    def _columns(self, width: int) -> int:
        """Return the smallest number of columns that needs no more rows than the largest number that fits."""
        room = min(max(1, width // self._cell_size.width()), self._most_columns)
        rows = max(1, -(-self.count() // room))
        return max(1, -(-self.count() // rows))

    def heightForWidth(self, width: int) -> int:
        return -(-self.count() // self._columns(width)) * self._cell_size.height()

    def sizeHint(self) -> QSize:
        width = self._most_columns * self._cell_size.width()
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Return the size of a cell: of a thumbnail with its title."""
        return self._cell_size

    def _fill_rows(self) -> None:
        width = (self.width() - 1) // self._columns(self.width())  # without a spare pixel, Qt wraps the last column
        self.setGridSize(QSize(width, self._cell_size.height()))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self._fill_rows()
        super().resizeEvent(event)


def _icon(example: Example, theme: Theme) -> QIcon:
    """Return the thumbnail of an example, which is read when it is painted, and blank if its file is missing."""
    found = QIcon()
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):  # without the second, Qt tints the selected one
        found.addFile(str(example.thumbnail(theme)), mode=mode)
    return found


def _item(example: Example) -> QListWidgetItem:
    item = QListWidgetItem(heading_of(example.name))
    item.setToolTip(example.sentence)
    item.setData(Qt.ItemDataRole.UserRole, example.path)
    item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, example.sentence)
    return item
