"""The table of a comparison: its columns, its rows, and their means over seeds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from flowviz.records.trial import ON_TARGET_GOAL, Trial

LIMIT = "limit by counting"  # line of an adaptive histogram, which is no entrant
Best = Literal["highest", "lowest"]
Row = Mapping[str, str | int | float | None]


@dataclass(frozen=True)
class Column:
    """A column of figures.

    Attributes:
        name: Name of the figure in `Trial.figures`, in files and in data frames.
        title: Heading for users.
        form: Format of a value, as `format` takes it.
        best: Which value is the best one.
    """

    name: str
    title: str
    form: str
    best: Best

    def text(self, value: float | None) -> str:
        """Return a value for users, or a dash if it is unknown."""
        return "–" if value is None else format(value, self.form)


COLUMNS = (
    Column("gap", "gap", ".3f", "lowest"),
    Column("test_nll", "NLL", ".3f", "lowest"),
    Column("on_target", "on target", ".1%", "highest"),
    Column("coverage", "coverage", ".1%", "highest"),
    Column("leaked", "leaked", ".1%", "lowest"),
    Column("parameters", "parameters", ",.0f", "lowest"),
    Column("steps_per_second", "steps/s", ",.0f", "highest"),
    Column("seconds_to_goal", f"seconds to {ON_TARGET_GOAL:.0%} on target", ".1f", "lowest"),
)


@dataclass(frozen=True)
class RunSummary:
    """The runs of an entrant, with different seeds.

    Attributes:
        name: Name of the entrant.
        runs: Number of its runs.
        running: Number of runs that have not ended, whose gap and NLL are those of validation points.
        finite: Number of runs whose results are all finite; only these count in means and deviations.
        means: Mean of each column. None if no run has the figure.
        deviations: Sample standard deviation of each column. None if fewer than two runs have the figure.
    """

    name: str
    runs: int
    finite: int
    means: Mapping[str, float | None]
    deviations: Mapping[str, float | None]
    running: int = 0

    @property
    def count(self) -> str:
        """Return the number of runs for users, and how many of them are not finite or have not ended."""
        count = f"{self.runs}" if self.finite == self.runs else f"{self.finite} of {self.runs}"
        return f"{count}, {self.running} training" if self.running else count

    def text(self, column: Column) -> str:
        """Return the mean of a column for users, with its standard deviation over seeds if they differ."""
        mean, deviation = self.means[column.name], self.deviations[column.name]
        return column.text(mean) + (f" ± {column.text(deviation)}" if deviation else "")


def row_of(name: str, seed: int, ending: str, figures: Mapping[str, float | None]) -> Row:
    """Return the row of a run: its name, seed and ending, and the figures of all columns, None if unknown."""
    known = {column.name: figures.get(column.name) for column in COLUMNS}
    return {"name": name, "seed": seed, "ending": ending, **known}


def summary_of(name: str, trials: Iterable[Trial]) -> RunSummary:
    """Return the summary of the runs of an entrant, without those of others."""
    runs = [trial for trial in trials if trial.name == name]
    summary = summary_of_figures(name, [trial.figures for trial in runs if trial.finite])
    return replace(summary, runs=len(runs), running=sum(trial.ending == "training" for trial in runs))


def summary_of_figures(name: str, runs: Sequence[Mapping[str, float | None]]) -> RunSummary:
    """Return the summary of runs with finite results from their figures."""
    values = {
        column.name: [value for figures in runs if (value := figures.get(column.name)) is not None]
        for column in COLUMNS
    }
    means = {each: float(np.mean(known)) if known else None for each, known in values.items()}
    deviations = {each: float(np.std(known, ddof=1)) if len(known) > 1 else None for each, known in values.items()}
    return RunSummary(name, len(runs), len(runs), means, deviations)


def best_of(column: Column, values: Sequence[float | None]) -> set[int]:
    """Return the numbers of the rows with the best value of a column; none if no two known values differ."""
    known = [value for value in values if value is not None]
    if len({*known}) < 2:
        return set()
    best = max(known) if column.best == "highest" else min(known)
    return {number for number, value in enumerate(values) if value == best}
