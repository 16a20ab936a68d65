"""The table of the figures of all entrants, which can be sorted; the best value of each column is marked."""

from collections.abc import Callable, Sequence
from typing import Any

from PyQt6.QtCore import QAbstractTableModel, QModelIndex, QSize, QSortFilterProxyModel, Qt
from PyQt6.QtGui import QBrush, QColor, QFont, QKeyEvent, QResizeEvent
from PyQt6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from flowviz.app.desktop.existing import existing
from flowviz.app.style.theme import COLORS, shown_theme
from flowviz.app.threads.delay import delayed
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
NAME_COLUMN, MAX_NAME = 0, 16  # characters that can be read without room for more
VALUE_ROLE = Qt.ItemDataRole.UserRole  # the number, for sorting
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


class FiguresModel(QAbstractTableModel):
    """Model of the table: a row for each entrant, its name and its state, and a column for each figure."""

    def __init__(self, compared: Compared) -> None:
        super().__init__()
        self._update(compared, rows_below(compared))

    def name(self, row: int) -> str:
        """Return the name of the entrant in a row. Empty for a mean over seeds and for a limit by counting."""
        return "" if self.is_summary(row) else self._value.runs[row].name

    def is_summary(self, row: int) -> bool:
        """Return whether a row is below those of the entrants: a mean or a deviation over seeds, or a limit."""
        return row >= len(self._value.runs)

    def is_shown(self, section: int) -> bool:
        """Return whether a column is shown: it has values, and adds information to the others."""
        return section == NAME_COLUMN or COLUMNS[section - 1] in self._brief

    def show_change(self, old: Compared, new: Compared) -> None:
        """Show another state of the entrants."""
        if (old.runs, old.limits) == (new.runs, new.limits):
            return
        summaries = rows_below(new)
        if old.names != new.names or len(summaries) != len(self._summaries):
            self.beginResetModel()
            self._update(new, summaries)
            self.endResetModel()
        else:
            before = self._content
            self._update(new, summaries)
            if self._content != before:  # most turns change no figure, and Qt would measure all cells again
                self._announce()

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        return Qt.ItemFlag.ItemIsEnabled if self.is_summary(index.row()) else super().flags(index)

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._value.runs) + len(self._summaries)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else 1 + len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        match role:
            case Qt.ItemDataRole.TextAlignmentRole:
                return NAME_ALIGNED if section == NAME_COLUMN else ALIGNED
            case Qt.ItemDataRole.DisplayRole if section == NAME_COLUMN:
                return "entrant"
            case Qt.ItemDataRole.DisplayRole:
                column = COLUMNS[section - 1]
                return SHORT.get(column.name, column.heading(self._rows))
            case Qt.ItemDataRole.ToolTipRole if section != NAME_COLUMN:
                return TIPS[COLUMNS[section - 1].name]
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self.is_summary(index.row()):
            return _summary(self._summaries[index.row() - len(self._value.runs)], index.column(), role)
        run = self._value.runs[index.row()]
        if index.column() == NAME_COLUMN:
            return _name(run, role)
        return self._figure(index.row(), index.column() - 1, role)

    def _figure(self, row: int, number: int, role: int) -> Any:
        column, summary = COLUMNS[number], self._rows[row]
        text, value = cell_text(summary, column), self._sorting[row][number]
        is_best = row in self._best[number]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return f"{BEST} {text}" if is_best else text
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{summary.text(column)}, the best" if is_best else summary.text(column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGNED
            case Qt.ItemDataRole.ToolTipRole:
                return f"{TIPS[column.name]}.\nHere: {summary.text(column)}"
            case Qt.ItemDataRole.BackgroundRole if is_best:
                return QBrush(QColor(*COLORS["chosen"][shown_theme()]))
            case Qt.ItemDataRole.FontRole if is_best:
                font = QFont()
                font.setBold(True)
                return font
        return value if role == VALUE_ROLE else None

    @property
    def _content(self) -> tuple[object, ...]:
        """Return what the cells show."""
        return self._rows, self._summaries, [_name(run, Qt.ItemDataRole.ToolTipRole) for run in self._value.runs]

    def _update(self, value: Compared, summaries: list[SummaryRow]) -> None:
        self._value, self._summaries = value, summaries
        self._rows = rows_of(self._value.runs)
        self._brief = brief_columns(self._rows)
        self._best = [best_of(column, self._rows) for column in COLUMNS]
        self._sorting = [[_sorted_by(row, column, self._rows) for column in COLUMNS] for row in self._rows]

    def _announce(self) -> None:
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS))
        if self._value.runs:
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))


def _sorted_by(row: RunSummary, column: Column, rows: Sequence[RunSummary]) -> float | None:
    """Return the value by which a row is sorted, or None for a validation figure in a column of test figures."""
    is_unfit = row.is_validated(column) and any(other.means.get(column.name) is not None for other in rows)
    return None if is_unfit else row.value(column)


def _name(run: EntrantRun, role: int) -> str | None:
    """Return the name of an entrant, marked if it has failed; it is read and explained in full."""
    has_failed = run.status in FAILED
    match role:
        case Qt.ItemDataRole.DisplayRole:
            return f"⚠ {run.title}" if has_failed else run.title
        case Qt.ItemDataRole.AccessibleTextRole:
            return f"{run.title}, {run.words()}" if has_failed else run.title
        case Qt.ItemDataRole.ToolTipRole:
            return f"{run.title}: {run.problem or (run.words() if has_failed else run.project.flow.recipe.title)}"
    return run.name if role == VALUE_ROLE else None


def _summary(row: SummaryRow, column: int, role: int) -> Any:
    """Return what a row of means, deviations or limits shows."""
    match role:
        case Qt.ItemDataRole.DisplayRole:
            return row.title if column == NAME_COLUMN else row.texts[COLUMNS[column - 1].name]
        case Qt.ItemDataRole.TextAlignmentRole if column != NAME_COLUMN:
            return ALIGNED
        case Qt.ItemDataRole.ToolTipRole:
            return row.tip
        case Qt.ItemDataRole.FontRole:
            font = QFont()
            font.setItalic(True)
            return font
    return None


class _Sorted(QSortFilterProxyModel):
    """Sorts by the numbers; unknown ones come last in either order, and then means over seeds and limits."""

    def lessThan(self, left: QModelIndex, right: QModelIndex) -> bool:
        model, is_ascending = self.sourceModel(), self.sortOrder() == Qt.SortOrder.AscendingOrder
        assert isinstance(model, FiguresModel)
        if model.is_summary(left.row()) or model.is_summary(right.row()):
            return (left.row() < right.row()) == is_ascending  # they are the last rows
        one, other = left.data(VALUE_ROLE), right.data(VALUE_ROLE)
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
        self._compared, self._figures, self._sorted = compared, FiguresModel(compared.value), _Sorted()
        self._is_showing = False
        self._fit_timer = delayed(self, self._fit_names)
        self._sorted.setSourceModel(self._figures)
        self.setModel(self._sorted)
        self.setSortingEnabled(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)  # in the order of the entrants
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self._down.hide()
        self.show_appearance()
        self._sorted.modelReset.connect(self.show_appearance)  # a reset forgets how each column is sized
        self._across.sectionResized.connect(self._on_section_resized)
        existing(self.selectionModel()).currentRowChanged.connect(self._on_row_changed)
        self._hide_columns()
        self.doubleClicked.connect(lambda index: self._open(self._name(index)))
        compared.changed.connect(self._on_changed)

    def sizeHint(self) -> QSize:
        return QSize(400, 6 * self.fontMetrics().height())

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        name = self._name(self.currentIndex())
        if name and event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self._remove(name)
        elif name and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._open(name)
        else:
            super().keyPressEvent(event)

    def show_appearance(self) -> None:
        """Fit the rows and columns to the font."""
        across, down = self._across, self._down
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setDefaultSectionSize(self.fontMetrics().height() + 6)
        across.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        across.setStretchLastSection(False)
        across.setMinimumSectionSize(4 * self.fontMetrics().averageCharWidth())
        self._fit_names()

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

    def _name(self, index: QModelIndex) -> str:
        return self._figures.name(self._sorted.mapToSource(index).row()) if index.isValid() else ""

    def _on_row_changed(self, current: QModelIndex) -> None:
        if not self._is_showing and current.isValid():
            self._compared.select(self._name(current))

    def _hide_columns(self) -> None:
        for section in range(self._figures.columnCount()):
            self.setColumnHidden(section, not self._figures.is_shown(section))

    def _on_changed(self, old: Compared, new: Compared) -> None:
        self._figures.show_change(old, new)
        self._hide_columns()
        if (old.selected, old.names) == (new.selected, new.names) or new.selected not in new.names:
            return
        self._is_showing = True
        index = self._figures.index(new.names.index(new.selected), NAME_COLUMN)
        self.setCurrentIndex(self._sorted.mapFromSource(index))
        self._is_showing = False
