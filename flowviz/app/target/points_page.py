"""Points of a file as the target: which file, which columns of it."""

from collections.abc import Mapping
from typing import Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QComboBox, QFileDialog, QLabel, QWidget

from flowviz.app.target.file_reader import Table
from flowviz.app.target.page import Page
from flowviz.app.widgets.controls import button, row
from flowviz.errors import SpecError
from flowviz.specs import PointsSpec

PATTERNS = "Points (*.csv *.txt *.tsv *.npy *.npz);;All files (*)"


class PointsPage(Page):
    """Announces the file and the columns that are chosen."""

    file_chosen = pyqtSignal(str)
    columns_chosen = pyqtSignal(object, object)  # the Table, and which of its columns

    def __init__(self) -> None:
        super().__init__("pointsPage")
        self._points: PointsSpec | None = None
        self._table: Table | None = None
        self._open = button("openPointsButton", "Open…", "Open a table of points: .csv, .txt, .npy or .npz", "open")
        self._open.clicked.connect(self.choose_file)
        self._name = QLabel()
        self._name.setObjectName("pointsName")
        self._x, self._y = _column_box("pointsX", "Column for x"), _column_box("pointsY", "Column for y")
        self._columns = QWidget()
        line = row(QLabel("x"), self._x, QLabel("y"), self._y, stretched=self._x)
        line.setContentsMargins(0, 0, 0, 0)
        self._columns.setLayout(line)
        self._columns.hide()
        self.column.addLayout(row(self._open, self._name, stretched=self._name))
        self.column.addWidget(self._columns)
        for box in (self._x, self._y):
            box.activated.connect(self._announce_columns)

    def spec(self) -> PointsSpec:
        if self._points is None:
            raise SpecError("Open a table of points, or drop one on the window.")
        return self._points

    def contents(self) -> dict[str, Any]:
        return {"table": self._table, "columns": self._chosen(), "points": self._points}

    def show_contents(self, contents: Mapping[str, Any]) -> None:
        self.show_table(contents["table"], contents["columns"])
        self._show_points(contents["points"])

    def show_spec(self, spec: PointsSpec) -> None:
        """Show these points in place of the present ones."""
        self.take_points(spec, None)  # of its file, nothing more is known

    def take_points(self, points: PointsSpec, table: Table | None, columns: tuple[int, int] = (0, 1)) -> None:
        """The points were read, from these columns."""
        self.show_table(table, columns)
        self._show_points(points)
        self.changed.emit()

    def show_table(self, table: Table | None, columns: tuple[int, int]) -> None:
        """Offer the columns of a file, where there is a choice; these two are chosen."""
        self._table, names = table, table.names if table else ()
        self._show_name()
        for box, column in zip((self._x, self._y), columns, strict=True):
            box.clear()
            box.addItems(list(names))
            box.setCurrentIndex(column)
        self._columns.setVisible(len(names) > 2)

    def choose_file(self) -> None:
        """Ask for a file."""
        path, _ = QFileDialog.getOpenFileName(self, "Open Points", "", PATTERNS)
        if path:
            self.file_chosen.emit(path)

    def _show_points(self, points: PointsSpec | None) -> None:
        self._points = points
        self._show_name()

    def _show_name(self) -> None:
        """Of the table whose columns are offered; where none is known, of the points."""
        name = self._table.path.name if self._table else self._points.name if self._points else ""
        self._name.setText(name)
        self._name.setToolTip(name)

    def _chosen(self) -> tuple[int, int]:
        return self._x.currentIndex(), self._y.currentIndex()

    def _announce_columns(self) -> None:
        self.columns_chosen.emit(self._table, self._chosen())


def _column_box(object_name: str, name: str) -> QComboBox:
    box = QComboBox()
    box.setObjectName(object_name)
    box.setAccessibleName(name)
    box.setToolTip(name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(6)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return box
