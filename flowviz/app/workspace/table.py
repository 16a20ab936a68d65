"""The table of the figures of all entrants, which can be sorted; the best value of each column is marked."""

from collections.abc import Callable, Sequence
from typing import Any

from PyQt6.QtCore import QModelIndex, QSignalBlocker, QSize, QSortFilterProxyModel, Qt
from PyQt6.QtGui import QBrush, QColor, QFont, QKeyEvent, QResizeEvent, QStandardItemModel
from PyQt6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from flowviz.app.desktop.existing import existing
from flowviz.app.style.theme import COLORS, shown_theme
from flowviz.app.threads.delay import delayed
from flowviz.app.training.training_state import RUNNING
from flowviz.app.widgets.controls import named
from flowviz.app.widgets.font_follower import ThemeFollower
from flowviz.app.workspace.compared import Compared, ComparedState
from flowviz.app.workspace.entrants import FAILED, EntrantRun
from flowviz.app.workspace.limits import rows_below
from flowviz.app.workspace.seeds import SummaryRow, cell_text, rows_of
from flowviz.records.comparison_table import COLUMNS, Column, RunSummary, best_of, brief_columns
from flowviz.records.paired import DIFFERENCE
from flowviz.specs import figures

BEST = "★"  # beside the best value of a column
REFRESH_MS = 250  # between updates of the figures during training; nobody could read them faster
NAME_COLUMN, MAX_NAME = 0, 16  # characters that can be read without room for more
Role, ACROSS = Qt.ItemDataRole, Qt.Orientation.Horizontal
VALUE_ROLE = Role.UserRole  # the number, for sorting, or the name of an entrant
Cell = dict[int, Any]  # what a cell shows, by role
PLAIN: Cell = dict.fromkeys((Role.AccessibleTextRole, Role.BackgroundRole, Role.FontRole, VALUE_ROLE))
TIPS = {
    "gap": "Distance from the best possible loss, in nats: 0 is a perfect fit. Measured on test points at "
    "the end of the training; until then on validation points, and not ranked",
    "test_nll": "Negative log-likelihood, in nats: how much points of the target surprise the flow. Lower is better",
    DIFFERENCE: "Difference from the NLL of the best flow on the same test points, with its standard error. "
    "All flows within one standard error are marked as best",
    "on_target": "Share of the particles that land on the target",
    "legibility": figures.LEGIBILITY,
    "coverage": "Share of the target that the particles reach",
    "leaked": "Share of the particles that miss the target",
    "effective_share": figures.EFFECTIVE_SHARE,
    "covered": figures.COVERED,
    "parameters": "Number of trained parameters",
    "steps_per_second": "Training steps per second, not counting the turns of other flows",
    "seconds_to_goal": "Seconds of its own training until 80% of the particles were on the target",
}
DESCRIPTION = "A row for each flow. Return opens the flow on its own, Delete removes it. Click a heading to sort"
SHORT = {"seconds_to_goal": "80% after"}  # headings that are shorter than in files
NAME_ALIGNED, ALIGNED = (
    side | Qt.AlignmentFlag.AlignVCenter for side in (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight)
)  # also of the headings


class FiguresModel(QStandardItemModel):
    """Model of the table: a row for each entrant, and below them means over seeds and limits by counting.

    The first column has the names, and the others have the figures.
    """

    def __init__(self) -> None:
        super().__init__(0, 1 + len(COLUMNS))
        self._cells = dict[tuple[int, int], Cell]()  # that are shown, by row and column
        self.setHeaderData(NAME_COLUMN, ACROSS, NAME_ALIGNED, Role.TextAlignmentRole)
        for section, column in enumerate(COLUMNS, 1):
            self.setHeaderData(section, ACROSS, ALIGNED, Role.TextAlignmentRole)
            self.setHeaderData(section, ACROSS, TIPS[column.name], Role.ToolTipRole)

    def show(self, headings: Sequence[str], columns: Sequence[Sequence[Cell]]) -> None:
        """Show other headings and cells, column by column."""
        self.setHorizontalHeaderLabels(headings)
        self.setRowCount(len(columns[NAME_COLUMN]))
        cells = {(row, column): cell for column, cells in enumerate(columns) for row, cell in enumerate(cells)}
        changed = {place: cell for place, cell in cells.items() if cell != self._cells.get(place)}
        self._cells = cells
        with QSignalBlocker(self):  # Qt would measure and sort everything again for each cell
            for place, cell in changed.items():
                self.setItemData(self.index(*place), PLAIN | cell)  # Qt keeps roles that are not named
        if rows := [row for row, _ in changed]:
            self.dataChanged.emit(self.index(min(rows), 0), self.index(max(rows), self.columnCount() - 1))

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        enabled = Qt.ItemFlag.ItemIsEnabled
        return enabled | Qt.ItemFlag.ItemIsSelectable if entrant_at(index) else enabled


def entrant_at(index: QModelIndex) -> str:
    """Return the name of the entrant in a row. Empty for a mean over seeds and for a limit by counting."""
    return str(index.siblingAtColumn(NAME_COLUMN).data(VALUE_ROLE) or "")


def _columns(names: Sequence[Cell], rows: Sequence[RunSummary], below: Sequence[SummaryRow]) -> list[list[Cell]]:
    """Return the cells of each column, from the top to the bottom."""
    figures = [
        [*_figures(column, rows), *(_below(row, row.texts[column.name], ALIGNED) for row in below)]
        for column in COLUMNS
    ]
    return [[*names, *(_below(row, row.title, NAME_ALIGNED) for row in below)], *figures]


def _name(run: EntrantRun) -> Cell:
    """Return the name of an entrant, marked if it has failed; it is read and explained in full."""
    has_failed = run.status in FAILED
    about = run.problem or (run.words() if has_failed else run.project.flow.recipe.title)
    return {
        Role.DisplayRole: f"⚠ {run.title}" if has_failed else run.title,
        Role.AccessibleTextRole: f"{run.title}, {run.words()}" if has_failed else run.title,
        Role.TextAlignmentRole: NAME_ALIGNED,
        Role.ToolTipRole: f"{run.title}: {about}",
        VALUE_ROLE: run.name,
    }


def _figures(column: Column, rows: Sequence[RunSummary]) -> list[Cell]:
    """Return the figures of all entrants in a column, the best of which are marked."""
    best = best_of(column, rows)
    cells = [_figure(column, row, rows) for row in rows]
    return [_marked(cell) if number in best else cell for number, cell in enumerate(cells)]


def _figure(column: Column, row: RunSummary, rows: Sequence[RunSummary]) -> Cell:
    # A validation figure in a column of test figures is sorted like an unknown one.
    is_unfit = row.is_validated(column) and any(other.means.get(column.name) is not None for other in rows)
    return {
        Role.DisplayRole: cell_text(row, column),
        Role.AccessibleTextRole: row.text(column),
        Role.TextAlignmentRole: ALIGNED,
        Role.ToolTipRole: f"{TIPS[column.name]}.\nHere: {row.text(column)}",
        VALUE_ROLE: None if is_unfit else row.value(column),
    }


def _marked(cell: Cell) -> Cell:
    """Return a cell with the marks of a best value."""
    return {
        **cell,
        Role.DisplayRole: f"{BEST} {cell[Role.DisplayRole]}",
        Role.AccessibleTextRole: f"{cell[Role.AccessibleTextRole]}, the best",
        Role.BackgroundRole: QBrush(QColor(*COLORS["chosen"][shown_theme()])),
        Role.FontRole: _font(bold=True),
    }


def _below(row: SummaryRow, text: str, alignment: Qt.AlignmentFlag) -> Cell:
    """Return a cell of a row of means, deviations or limits."""
    return {
        Role.DisplayRole: text,
        Role.TextAlignmentRole: alignment,
        Role.ToolTipRole: row.tip,
        Role.FontRole: _font(italic=True),
    }


def _font(*, bold: bool = False, italic: bool = False) -> QFont:
    """Return the font of a cell, which has the size and the family of the table."""
    font = QFont()
    font.setBold(bold)
    font.setItalic(italic)
    return font


class _Sorted(QSortFilterProxyModel):
    """Sorts by the numbers; unknown ones come last in either order, and then means over seeds and limits."""

    def lessThan(self, left: QModelIndex, right: QModelIndex) -> bool:
        is_ascending = self.sortOrder() == Qt.SortOrder.AscendingOrder
        one, other = left.data(VALUE_ROLE), right.data(VALUE_ROLE)
        if one == other or not (entrant_at(left) and entrant_at(right)):  # the last rows are no entrants
            return (left.row() < right.row()) == is_ascending
        if one is None or other is None:
            return (other is None and one is not None) == is_ascending
        return bool(one < other)


class FiguresTable(ThemeFollower, QTableView):
    """Table of the figures. The current row is that of the selected entrant."""

    def __init__(
        self,
        compared: ComparedState,
        open_entrant: Callable[[str], object] = lambda _: None,
        remove: Callable[[str], object] = lambda _: None,
    ) -> None:
        """Create a table whose keys open the entrant with a name on its own, or remove it."""
        super().__init__()
        self._open, self._remove = open_entrant, remove
        self._across, self._down = existing(self.horizontalHeader()), existing(self.verticalHeader())
        named(self, "comparisonTable", "Figures of all flows", description=DESCRIPTION)
        self._compared, self._figures, self._sorted = compared, FiguresModel(), _Sorted()
        self._content: tuple[object, ...] = ()  # that is shown
        self._is_showing = False
        self._fit_timer = delayed(self, self._fit_names)
        self._refresh = delayed(self, self._show, REFRESH_MS)
        self._sorted.setSourceModel(self._figures)
        self.setModel(self._sorted)
        self.setSortingEnabled(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)  # in the order of the entrants
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self._down.hide()
        self.show_appearance()
        self._across.sectionResized.connect(self._on_section_resized)
        existing(self.selectionModel()).currentRowChanged.connect(self._on_row_changed)
        self.doubleClicked.connect(lambda index: self._open(entrant_at(index)))
        compared.changed.connect(self._on_changed)

    def sizeHint(self) -> QSize:
        return QSize(400, 6 * self.fontMetrics().height())

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        name = entrant_at(self.currentIndex())
        if name and event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self._remove(name)
        elif name and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._open(name)
        else:
            super().keyPressEvent(event)

    def show_appearance(self) -> None:
        """Fit the rows and columns to the font, and show the colors of the theme."""
        across = self._across
        self._down.setDefaultSectionSize(self.fontMetrics().height() + 6)
        across.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        across.setMinimumSectionSize(4 * self.fontMetrics().averageCharWidth())
        self._content = ()  # cells have fonts and colors
        self._show()  # which fits the names as well

    def _fit_names(self) -> None:
        """Give the names the rest of the width or, if that is too little for them, let the table scroll."""
        across = self._across
        needed = max(self.sizeHintForColumn(NAME_COLUMN), across.sectionSizeHint(NAME_COLUMN))
        wanted = min(needed, MAX_NAME * self.fontMetrics().averageCharWidth())
        others = sum(across.sectionSize(column) for column in range(across.count()) if column != NAME_COLUMN)
        if existing(self.viewport()).width() - others >= wanted:
            across.setSectionResizeMode(NAME_COLUMN, QHeaderView.ResizeMode.Stretch)  # long names are elided
        else:
            across.setSectionResizeMode(NAME_COLUMN, QHeaderView.ResizeMode.Fixed)
            across.resizeSection(NAME_COLUMN, wanted)

    def _on_section_resized(self, section: int) -> None:
        if section != NAME_COLUMN:
            self._fit_timer.start()  # once all of them are resized

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._fit_names()

    def _on_row_changed(self, current: QModelIndex) -> None:
        if not self._is_showing and current.isValid():
            self._compared.select(entrant_at(current))

    def _on_changed(self, old: Compared, new: Compared) -> None:
        self._is_showing = True
        lines = [([(run.name, run.title, run.status) for run in each.runs], each.limits) for each in (old, new)]
        if new.state not in RUNNING or lines[0] != lines[1]:  # something besides figures has changed
            self._show()
        elif not self._refresh.isActive():
            self._refresh.start()
        if (old.selected, old.names) != (new.selected, new.names) and new.selected in new.names:
            index = self._figures.index(new.names.index(new.selected), NAME_COLUMN)
            self.setCurrentIndex(self._sorted.mapFromSource(index))
        self._is_showing = False

    def _show(self) -> None:
        compared = self._compared.value
        rows, names, below = rows_of(compared.runs), [*map(_name, compared.runs)], rows_below(compared)
        content = rows, names, below
        if content != self._content:  # most turns change no figure
            self._content = content
            headings = [SHORT.get(column.name, column.heading(rows)) for column in COLUMNS]
            self._figures.show(["flow", *headings], _columns(names, rows, below))
            shown = brief_columns(rows)
            for section, column in enumerate(COLUMNS, 1):
                self.setColumnHidden(section, column not in shown)
            self._fit_names()
