"""Page to choose a table of points and columns of it."""

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QComboBox, QLabel

from flowviz.app.state.pages import PointsContents
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
    columns_chosen = pyqtSignal(object, object)  # Table, TableColumns

    def __init__(self, request: RequestState) -> None:
        super().__init__(request, "Open a table of points: .csv, .txt, .tsv, .npy or .npz")
        self._x, self._y = _column_box("pointsX", "Column for x"), _column_box("pointsY", "Column for y")
        self._given = _column_box("pointsCondition", "Condition")
        self._given.setToolTip("Learn one density for each class, or for each number, in a column of the table")
        self._columns = row_widget(QLabel("x"), self._x, QLabel("y"), self._y, stretched=self._x)
        self.column.addLayout(row(self._open, self._name, stretched=self._name))
        self.note = WrappingLabel("pointsNote", "Note about the columns")
        self.column.addWidget(self._columns)
        self.column.addWidget(self._given)
        self.column.addWidget(self.note)
        for box in (self._x, self._y, self._given):
            box.activated.connect(self._on_columns_activated)  # emitted only if the user chooses
        request.watch(self.contents, self._show)

    def refresh(self) -> None:
        """Show the requested table and columns again, in place of columns that were chosen but not read."""
        self._show(self.contents(self.request.value))

    def _on_columns_activated(self) -> None:
        given = [self._given.currentIndex() - 1] if self._given.currentIndex() > 0 else []
        columns = self._x.currentIndex(), self._y.currentIndex(), *given
        self.columns_chosen.emit(self.request.value.pages.points.table, columns)

    def _show(self, contents: PointsContents) -> None:
        table, points = contents.table, contents.points
        name = table.path.name if table else points.title if points else ""
        self._name.setText(name)
        self._name.setToolTip(name)
        names = list(table.names) if table else []
        conditions = [NO_CONDITION, *(f"Add a condition: {each}" for each in names)]
        x, y, *given = contents.columns
        place = given[0] + 1 if given else 0
        shown = {self._x: (names, x), self._y: (names, y), self._given: (conditions, place)}
        for box, (items, index) in shown.items():
            box.clear()
            box.addItems(items)
            box.setCurrentIndex(index)
        self._columns.setVisible(len(names) > 2)
        self._given.setVisible(len(names) > 2)
        self.note.show_text("")


def _column_box(object_name: str, name: str) -> QComboBox:
    box = named(QComboBox(), object_name, name, name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(6)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return box
