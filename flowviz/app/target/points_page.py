"""Page to choose a table of points and columns of it."""

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QComboBox, QLabel

from flowviz.app.desktop.existing import existing
from flowviz.app.state.pages import PointsContents, Table, TableColumns
from flowviz.app.state.request import RequestState
from flowviz.app.target.page import FilePage
from flowviz.app.widgets.controls import named, row, row_widget
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.file_kinds import NUMBERS

PATTERNS = f"Points ({' '.join(f'*{suffix}' for suffix in NUMBERS.suffixes)});;All files (*)"

NO_CONDITION = "No condition"


class PointsPage(FilePage):
    """Page with a button to choose a file, and boxes for the columns of a table that has more than two.

    One of them may be the condition of the points.

    Attributes:
        note: A sentence about the columns, until others are shown.
    """

    kind, invitation = "points", "Drop a table of points here,\nor click to choose a file"
    patterns = PATTERNS

    def __init__(
        self,
        request: RequestState,
        read: Callable[[Path], object],
        read_columns: Callable[[Table, TableColumns], object],
    ) -> None:
        """Create a page; `read` imports the points of a file, and `read_columns` those in columns of a table."""
        super().__init__(request, "Open a table of points: .csv, .txt, .tsv, .npy or .npz", read)
        self._read_columns = read_columns
        self._x, self._y = _column_box("pointsX", "Column for x"), _column_box("pointsY", "Column for y")
        self._given = _column_box("pointsCondition", "Condition")
        self._given.setToolTip("Learn one density for each class, or for each number, in a column of the table")
        self._columns = row_widget(QLabel("x"), self._x, QLabel("y"), self._y, stretched=self._x)
        self.column.addLayout(row(self._open, self._name, stretched=self._name))
        self.note = WrappingLabel("pointsNote", "Note about the columns")
        for below in (self._columns, self._given, self.note):
            self.column.addWidget(below)
        for box in (self._x, self._y, self._given):
            box.activated.connect(self._on_columns_activated)  # emitted only if the user chooses
        request.watch(self.contents, self._show)

    def refresh(self) -> None:
        """Show the requested table and columns again, in place of columns that were chosen but not read."""
        self._show(self.contents(self.request.value))

    def _on_columns_activated(self) -> None:
        x, y, given = self._x.currentIndex(), self._y.currentIndex(), self._given.currentData()
        columns = (x, y) if given is None else (x, y, given)
        self._read_columns(existing(self.request.value.pages.points.table), columns)

    def _show(self, contents: PointsContents) -> None:
        table, points = contents.table, contents.points
        name = table.path.name if table else points.title if points else ""
        self._name.setText(name)
        self._name.setToolTip(name)
        names = list(table.names) if table else []
        x, y, *given = contents.columns
        for box, column in ((self._x, x), (self._y, y)):
            box.clear()
            box.addItems(names)
            box.setCurrentIndex(column)
        self._show_conditions(names, {x, y}, given[0] if given else None)
        self._columns.setVisible(len(names) > 2)
        self._given.setVisible(len(names) > 2)
        self.note.show_text("")

    def _show_conditions(self, names: list[str], points: set[int], chosen: int | None) -> None:
        """Offer all columns but those of the points as the condition."""
        self._given.clear()
        self._given.addItem(NO_CONDITION)
        for column, name in enumerate(names):
            if column not in points or column == chosen:  # which was refused
                self._given.addItem(f"Condition: {name}", column)
        self._given.setCurrentIndex(self._given.findData(chosen) if chosen is not None else 0)


def _column_box(object_name: str, name: str) -> QComboBox:
    box = named(QComboBox(), object_name, name, name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(6)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return box
