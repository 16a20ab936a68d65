"""The table of a comparison: its columns, its rows, and their means over seeds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from flowviz.records.measured import not_comparable
from flowviz.records.paired import DIFFERENCE, DIFFERENCE_ERROR, PairedDifference
from flowviz.records.trial import ON_TARGET_GOAL, Trial
from flowviz.specs.shares import percent

LIMIT = "limit by counting"  # line of an adaptive histogram, which is no entrant
UNKNOWN = "–"
Best = Literal["highest", "lowest"]
Row = Mapping[str, str | int | float | None]


@dataclass(frozen=True)
class Column:
    """A column of figures.

    Attributes:
        name: Name of the figure in `Trial.figures`, in files and in data frames.
        title: Title for users, without the split of the points.
        form: Format of a value, as `format` takes it, or "%" for a share.
        best: Which value is the best one.
        validation: Name of the validation figure that replaces it until the end of the training.
    """

    name: str
    title: str
    form: str
    best: Best
    validation: str = ""

    def text(self, value: float | None) -> str:
        """Return a value for users, or a dash if it is unknown."""
        if value is None:
            return UNKNOWN
        return percent(value, 1) if self.form == "%" else format(value, self.form)

    def heading(self, rows: "Iterable[RunSummary]") -> str:
        """Return the title, beginning with the split of the points on which the values in some rows are measured.

        If only some of the values are those of validation points, the heading names the test points, because the cells
        of the others are marked.
        """
        if not self.validation:
            return self.title
        validated = [row.is_validated(self) for row in rows if row.value(self) is not None]
        return f"{'validation' if validated and all(validated) else 'test'} {self.title}"

    @property
    def compares(self) -> bool:
        """Return whether its values are compared by paired differences on the same test points."""
        return self.name in {"gap", "test_nll", DIFFERENCE}


COLUMNS = (
    Column("gap", "gap", ".3f", "lowest", "validation_gap"),
    Column("test_nll", "NLL", ".3f", "lowest", "validation_nll"),
    Column(DIFFERENCE, "test NLL − best", ".4f", "lowest"),
    Column("on_target", "on target", "%", "highest"),
    Column("legibility", "legibility", "%", "highest"),
    Column("coverage", "coverage", "%", "highest"),
    Column("leaked", "leaked", "%", "lowest"),
    Column("effective_share", "effective samples", "%", "highest"),
    Column("covered", "parts covered", ".0f", "highest"),
    Column("parameters", "parameters", ",.0f", "lowest"),
    Column("steps_per_second", "steps/s", ",.0f", "highest"),
    Column("seconds_to_goal", f"seconds to {percent(ON_TARGET_GOAL)} on target", ".1f", "lowest"),
)
FIGURES = (*(column.name for column in COLUMNS[:3]), DIFFERENCE_ERROR, *(column.name for column in COLUMNS[3:]))
SCORES = frozenset({"gap", "test_nll", "validation_gap", "validation_nll"})  # unknown if some points have no density
AVERAGED = tuple(dict.fromkeys(name for each in COLUMNS for name in (each.name, each.validation) if name))


@dataclass(frozen=True)
class RunSummary:
    """The runs of an entrant, with different seeds.

    Attributes:
        name: Name of the entrant.
        runs: Number of its runs.
        running: Number of runs that have not ended.
        finite: Number of runs whose results are all finite; only these count in means and deviations.
        means: Mean of each figure. None if no run has it.
        deviations: Sample standard deviation of each figure. None if fewer than two runs have it.
        standard_error: Standard error of the test NLL if there is only one run. None for several runs, or if unknown.
        difference: Difference of the test NLL from that of the best entrant. None if unknown.
        without_density: Largest share of the test points without a density.
    """

    name: str
    runs: int
    finite: int
    means: Mapping[str, float | None]
    deviations: Mapping[str, float | None]
    running: int = 0
    standard_error: float | None = None
    difference: PairedDifference | None = None
    without_density: float = 0.0

    def error_of_mean(self, column: Column) -> float:
        """Return the standard error of the mean of a column over seeds. 0 if it is unknown."""
        return float((self.deviations.get(column.name) or 0.0) / np.sqrt(max(self.finite, 1)))

    @property
    def count(self) -> str:
        """Return the number of runs for users, and how many of them are not finite or have not ended."""
        count = f"{self.runs}" if self.finite == self.runs else f"{self.finite} of {self.runs}"
        return f"{count}, {self.running} training" if self.running else count

    def value(self, column: Column) -> float | None:
        """Return the mean of a column: on test points or, if that is unknown, on validation points. None if unknown."""
        if column.name == DIFFERENCE:
            return self.difference.mean if self.difference else None
        known = self.means.get(column.name)
        return self.means.get(column.validation) if known is None else known

    def is_validated(self, column: Column) -> bool:
        """Return whether the mean of a column is measured on validation points."""
        return self.means.get(column.name) is None and self.means.get(column.validation) is not None

    def error(self, column: Column) -> float | None:
        """Return the number after ±: the deviation over seeds or, for one run or difference, the error of the test."""
        if column.name == DIFFERENCE:
            return self.difference.standard_error if self.difference else None
        deviation = self.deviations.get(column.name)
        return self.standard_error if deviation is None and column.compares else deviation

    def text(self, column: Column) -> str:
        """Return the text of a cell: the mean with its deviation or error, marked if it is not a test result.

        If some of the points have no density, the text says instead that the score is not comparable.
        """
        value, error = self.value(column), self.error(column)
        if value is None:
            is_folded = self.without_density > 0 and column.compares
            return not_comparable(self.without_density, brief=True) if is_folded else UNKNOWN
        if self.is_validated(column):
            return f"{column.text(value)} (validation)"
        return column.text(value) + (f" ± {column.text(error)}" if error else "")


def summary_of(name: str, trials: Iterable[Trial], difference: PairedDifference | None = None) -> RunSummary:
    """Return the summary of the runs of an entrant, without those of others."""
    runs = [trial for trial in trials if trial.name == name]
    summary = summary_of_figures(name, [trial.figures for trial in runs if trial.finite], difference)
    return replace(summary, runs=len(runs), running=sum(trial.ending == "training" for trial in runs))


def summary_of_figures(
    name: str, runs: Sequence[Mapping[str, float | None]], difference: PairedDifference | None = None
) -> RunSummary:
    """Return the summary of runs with finite results from their figures.

    If some points have no density in one of the runs, the mean NLL and gap are unknown, because leaving out that run
    would improve them.
    """
    without = max((figures.get("without_density") or 0.0 for figures in runs), default=0.0)
    unknown = SCORES if without else frozenset[str]()
    known_of = {each: [figures.get(each) for figures in runs if each not in unknown] for each in AVERAGED}
    values = {each: [value for value in known if value is not None] for each, known in known_of.items()}
    means = {each: float(np.mean(known)) if known else None for each, known in values.items()}
    deviations = {each: float(np.std(known, ddof=1)) if len(known) > 1 else None for each, known in values.items()}
    error = runs[0].get("standard_error") if len(runs) == 1 else None
    return RunSummary(
        name,
        len(runs),
        len(runs),
        means,
        deviations,
        standard_error=error,
        difference=difference,
        without_density=without,
    )


def best_of(column: Column, rows: Sequence[RunSummary]) -> set[int]:
    """Return the indices of the rows that are best in a column or cannot be distinguished from the best.

    NLLs and gaps are compared by paired differences among the flows with the same target, and are best if these are
    within one standard error or too small to be displayed. Other figures are best if they are displayed like the best
    one, or if their means over seeds are within one standard error of the difference, unless this is true of all. Runs
    that have not ended are not compared with runs that have.
    """
    if column.compares:
        differences = {number: row.difference for number, row in enumerate(rows) if row.difference}
        return {n for n, each in differences.items() if each.is_tie or column.text(each.mean) == column.text(0.0)}
    ended = [number for number, row in enumerate(rows) if not row.running]
    candidates = {each: value for each in ended or range(len(rows)) if (value := rows[each].value(column)) is not None}
    if not candidates:
        return set()
    best = (max if column.best == "highest" else min)(candidates, key=candidates.__getitem__)
    found = {number for number in candidates if _is_alike(column, rows[number], rows[best])}
    return set() if found == {*candidates} else found


def _is_alike(column: Column, row: RunSummary, best: RunSummary) -> bool:
    """Return whether a row cannot be distinguished from the best one in a column."""
    value, most = row.value(column), best.value(column)
    assert value is not None
    assert most is not None
    error = float(np.hypot(row.error_of_mean(column), best.error_of_mean(column)))
    return abs(value - most) <= error or column.text(value) == column.text(most)


def with_values(rows: Sequence[RunSummary]) -> list[Column]:
    """Return the columns that have a value in some row, and that of the NLL if a row is not comparable."""
    is_folded = any(row.without_density > 0 for row in rows)
    return [
        column
        for column in COLUMNS
        if any(row.value(column) is not None for row in rows) or (is_folded and column.name == "test_nll")
    ]


def brief_columns(rows: Sequence[RunSummary]) -> list[Column]:
    """Return the columns of a narrow table: those with values, without the NLL if the gap ranks flows equally."""
    found = with_values(rows)
    has_gap = any(column.name == "gap" for column in found)
    return [column for column in found if column.name != "test_nll" or not has_gap]
