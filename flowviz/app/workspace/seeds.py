"""Means and standard deviations over the entrants that differ only in their seeds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flowviz.app.workspace.entrants import FAILED, EntrantRun, Figures
from flowviz.records.comparison_table import COLUMNS, Column, RunSummary, summary_of_figures
from flowviz.records.paired import DIFFERENCE, PairedDifference, differences

DEVIATION = "± standard deviation"
TIP = "Over the flows that differ only in their seeds, without those that diverged or failed"
UNITS = {"seconds_to_goal": " s"}  # of values


@dataclass(frozen=True)
class SummaryRow:
    """A row of the table below those of the entrants: its title, the text of each column by name, and its tooltip."""

    title: str
    texts: dict[str, str]
    tip: str


def summary_rows(runs: Sequence[EntrantRun]) -> list[SummaryRow]:
    """Return two rows for each flow that is trained with several seeds: the means, and the standard deviations.

    Seeds that diverged or failed do not count.
    """
    # Edits belong to the flow that is shown. The flows of the later seeds, of which only results are kept, have none.
    runs = [replace(run, later=()) if run.is_edited else run for run in runs]
    keys = [_without_seed(run) for run in runs]
    firsts = [number for number, key in enumerate(keys) if key not in keys[:number]]
    groups = [[run for run, key in zip(runs, keys, strict=True) if key == keys[first]] for first in firsts]
    if all(len(_seeds(group)) == 1 for group in groups):
        return []
    trials = [[trial for run in group for trial in (*run.compared_trials, *run.later)] for group in groups]
    found = differences(trials, [group[0].project.target for group in groups])
    known = [_summary(group, each) for group, each in zip(groups, found, strict=True) if len(_seeds(group)) > 1]
    return [row for summary in known for row in _rows(summary, named=len(groups) > 1)]


def shown(column: Column, value: float | None) -> str:
    """Return a value of a column as the table shows it."""
    return column.text(value) + (UNITS.get(column.name, "") if value is not None else "")


def cell_text(row: RunSummary, column: Column) -> str:
    """Return the text of a table cell. It is shorter than `RunSummary.text`, because cells are narrow."""
    if column.name == DIFFERENCE or row.value(column) is None:
        return row.text(column)
    return f"{column.text(row.value(column))} (val.)" if row.is_validated(column) else shown(column, row.value(column))


def rows_of(runs: Sequence[EntrantRun]) -> list[RunSummary]:
    """Return the row of each entrant, compared with the best one on the same target."""
    found = differences([run.compared_trials for run in runs], [run.project.target for run in runs])
    return [replace(run.summary, difference=each) for run, each in zip(runs, found, strict=True)]


def _seeds(group: Sequence[EntrantRun]) -> set[int]:
    return {run.project.training.seed for run in group} | {trial.seed for run in group for trial in run.later}


def _summary(group: Sequence[EntrantRun], difference: PairedDifference | None) -> RunSummary:
    """Return the summary of the seeds of a flow."""
    figures: list[Figures] = [run.figures for run in group if run.status not in FAILED]
    figures += [trial.figures for run in group for trial in run.later if trial.finite]
    return summary_of_figures(group[0].name, figures, difference)


def _rows(summary: RunSummary, *, named: bool) -> list[SummaryRow]:
    title = f"{summary.name}: mean" if named else "mean"
    means = {column.name: cell_text(summary, column) for column in COLUMNS}
    names = {column.name: column.validation if summary.is_validated(column) else column.name for column in COLUMNS}
    deviations = {column.name: shown(column, summary.deviations.get(names[column.name]) or None) for column in COLUMNS}
    return [SummaryRow(f"{title} of {summary.runs} seeds", means, TIP), SummaryRow(DEVIATION, deviations, TIP)]


def _without_seed(run: EntrantRun) -> tuple[object, ...]:
    flow, training = run.project.flow, run.project.training
    return (
        run.target,
        flow.model_copy(update={"seed": 0}),
        training.with_seed(0),
        run.requested_variant.edits if run.has_ended else run.project.trained_edits,
    )
