"""What each of many trainings came to, and what they came to together."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Literal, get_args

import numpy as np

from flowviz.records.events import Ending

IDENTITY = ("family", "learning_rate", "seed", "ending", "finite")  # the first columns of a table
NOTES = ("failure", "settings")  # its last ones
MEASURES = {"gap": "gap", "test_nll": "test NLL", "validation_nll": "validation NLL"}  # the first that is known counts

TrialEnding = Literal[Ending, "failed"]
TrialKey = tuple[str, float, int]


@dataclass(frozen=True)
class Trial:
    """One training. `finite` says whether all of its figures, weights and particles are; `figures` as of `Finished`.

    If it failed, because its process was killed or raised an error, it has no figures, and `failure` says why.
    """

    family: str
    learning_rate: float
    seed: int
    ending: TrialEnding
    finite: bool
    figures: Mapping[str, float | None]
    failure: str = ""

    @property
    def key(self) -> TrialKey:
        """What tells it from the other trials of a series."""
        return self.family, self.learning_rate, self.seed

    def sentence(self) -> str:
        """The trial in a few words."""
        told = f"rate {self.learning_rate:g}, seed {self.seed}: {self.ending}"
        if self.failure:
            return f"{told}, {self.failure}"
        name = measure([self])
        value = self.figures.get(name)
        return told if value is None else f"{told}, {MEASURES[name]} {value:.3f} nats"


@dataclass(frozen=True)
class TrialSummary:
    """The trials of one learning rate: counts, and the quartiles of a measure in nats, None if no trial has it."""

    family: str
    learning_rate: float
    runs: int
    finite: int
    diverged: int
    failed: int
    recoveries: int
    quartiles: tuple[float, float, float] | None


def measure(trials: Iterable[Trial]) -> str:
    """Return the figure that tells how good trials on one target are: a key of `MEASURES`.

    It is the gap, or the test NLL if the entropy is unknown, or the validation NLL if there are too few points to test.
    """
    known = {name for trial in trials for name, value in trial.figures.items() if value is not None}
    return next((name for name in MEASURES if name in known), "gap")


def measured(trials: Iterable[Trial], name: str) -> list[float]:
    """Return a figure of each trial that has it and is finite, in nats."""
    values = (trial.figures.get(name) for trial in trials if trial.finite)
    return [value for value in values if value is not None]


def summarized(trials: Iterable[Trial]) -> list[TrialSummary]:
    """One summary a family and learning rate, in order."""
    groups: dict[tuple[str, float], list[Trial]] = {}
    for trial in trials:
        groups.setdefault((trial.family, trial.learning_rate), []).append(trial)
    name = measure(trial for group in groups.values() for trial in group)
    return [_summary(*key, groups[key], name) for key in sorted(groups)]


def to_csv(trials: Iterable[Trial], settings: str = "") -> str:
    """Return a table with a line per trial, and a first line that names the columns.

    Args:
        trials: The trials.
        settings: Text that the trials share, in the last column: those with another one are of another series.
    """
    rows = [{**{name: getattr(trial, name) for name in IDENTITY}, **trial.figures} for trial in trials]
    notes = [{"failure": trial.failure, "settings": settings} for trial in trials]
    figures = dict.fromkeys(name for row in rows for name in row if name not in IDENTITY)
    text = StringIO(newline="")
    writer = csv.DictWriter(text, (*IDENTITY, *figures, *NOTES))
    writer.writeheader()
    writer.writerows({**row, **note} for row, note in zip(rows, notes, strict=True))
    return text.getvalue()


def from_csv(text: str) -> tuple[list[Trial], set[str]]:
    """Return the trials of a table, and all of their settings. A last line that was cut off is left out.

    Raises:
        ValueError: If it is no table that `to_csv` made.
    """
    lines = text.splitlines(keepends=True)
    whole = lines if text.endswith("\n") else lines[:-1]
    reader = csv.DictReader(whole, strict=True)
    if not {*IDENTITY, *NOTES} <= {*(reader.fieldnames or ())}:
        raise ValueError("it has other columns")
    rows = list(reader)
    return [_trial(row) for row in rows], {row["settings"] for row in rows}


def _trial(row: dict[str, str]) -> Trial:
    """Return the trial of a line. Raises `ValueError`."""
    if None in row or None in row.values():
        raise ValueError("a line is too long or too short")
    ending = next((each for each in _endings() if each == row["ending"]), None)
    if ending is None or row["finite"] not in {"True", "False"}:
        raise ValueError("it holds other words")
    figures = {name: _number(row[name]) for name in row if name not in {*IDENTITY, *NOTES}}
    return Trial(
        family=row["family"],
        learning_rate=float(row["learning_rate"]),
        seed=int(row["seed"]),
        ending=ending,
        finite=row["finite"] == "True",
        figures={} if ending == "failed" else figures,
        failure=row["failure"],
    )


def _endings() -> tuple[TrialEnding, ...]:
    return (*get_args(Ending), "failed")


def _number(text: str) -> float | None:
    if not text:
        return None
    return int(text) if text.isdecimal() else float(text)


def _summary(family: str, learning_rate: float, trials: list[Trial], name: str) -> TrialSummary:
    values = measured(trials, name)
    first, median, third = np.percentile(values or [0.0], [25, 50, 75]).tolist()
    return TrialSummary(
        family,
        learning_rate,
        runs=len(trials),
        finite=sum(trial.finite for trial in trials),
        diverged=sum(trial.ending == "diverged" for trial in trials),
        failed=sum(trial.ending == "failed" for trial in trials),
        recoveries=sum(int(trial.figures.get("recoveries") or 0) for trial in trials),
        quartiles=(first, median, third) if values else None,
    )
