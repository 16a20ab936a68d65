"""Page to choose a table of points and columns of it."""

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtWidgets import QLabel

from flowviz.app.desktop.existing import existing
from flowviz.app.state.pages import PointsContents, Table, TableColumns
from flowviz.app.state.request import RequestState
from flowviz.app.target.page import FilePage
from flowviz.app.widgets.controls import ChoiceBox, row, row_widget
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.file_kinds import NUMBERS

NO_CONDITION = "No condition"


class PointsPage(FilePage):
    """Page with a button to choose a file, and boxes for the columns of a table that has more than two.

    One of them may be the condition of the points.

    Attributes:
        note: A sentence about the columns, until others are shown.
    """

    kind, invitation = "points", "Drop a table of points here,\nor click to choose a file"
    files = f"Points ({' '.join(f'*{suffix}' for suffix in NUMBERS.suffixes)})"

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
        self.note = WrappingLabel("pointsNote", "Note about the columns")
        top = row(self._open, self._name, stretched=self._name)
        self.fill(top, self._columns, self._given, self.note)
        for box in (self._x, self._y, self._given):
            box.activated.connect(self._on_columns_activated)  # emitted only if the user chooses
        request.watch(self.contents, self._show)

    def refresh(self) -> None:
        """Show the requested table and columns again, in place of columns that were chosen but not read."""
        self._show(self.contents(self.request.value))

    def _on_columns_activated(self) -> None:
        x, y, given = self._x.value, self._y.value, self._given.value
        columns = (x, y) if given is None else (x, y, given)
        self._read_columns(existing(self.request.value.pages.points.table), columns)

    def _show(self, contents: PointsContents) -> None:
        table, points = contents.table, contents.points
        self._name.show_texts(table.path.name if table else points.title if points else "")
        names = dict(enumerate(table.names)) if table else {}
        x, y, *given = contents.columns
        for box, column in ((self._x, x), (self._y, y)):
            box.offer(names)
            box.choose(column)
        others = names.keys() - {x, y} | set(given)  # the condition, too, if it was refused as one of the columns
        self._given.offer({None: NO_CONDITION, **{column: f"Condition: {names[column]}" for column in sorted(others)}})
        self._given.choose(given[0] if given else None)
        self._columns.setVisible(len(names) > 2)
        self._given.setVisible(len(names) > 2)
        self.note.show_text("")


def _column_box(object_name: str, name: str) -> ChoiceBox:
    box = ChoiceBox(object_name, name, {})
    box.limit_width(6)
    return box
