"""What each of many trainings came to, and what they came to together."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np

from flowviz.records.events import Ending

IDENTITY = ("family", "learning_rate", "seed")  # the first columns of a table


@dataclass(frozen=True)
class Trial:
    """One training. `finite` says whether all of its figures, weights and particles are; `figures` as of `Finished`."""

    family: str
    learning_rate: float
    seed: int
    ending: Ending
    finite: bool
    figures: Mapping[str, float | None]

    @property
    def gap(self) -> float | None:
        """Test NLL − entropy, in nats; None where the entropy is unknown."""
        return self.figures["gap"]

    def sentence(self) -> str:
        """The trial in a few words."""
        gap = "" if self.gap is None else f", gap {self.gap:.3f} nats"
        return f"rate {self.learning_rate:g}, seed {self.seed}: {self.ending}{gap}"


@dataclass(frozen=True)
class TrialSummary:
    """The trials of one learning rate: counts, and the quartiles of the gap in nats, None where it is unknown."""

    family: str
    learning_rate: float
    runs: int
    finite: int
    diverged: int
    recoveries: int
    gap_quartiles: tuple[float, float, float] | None


def summarized(trials: Iterable[Trial]) -> list[TrialSummary]:
    """One summary a family and learning rate, in order."""
    groups: dict[tuple[str, float], list[Trial]] = {}
    for trial in trials:
        groups.setdefault((trial.family, trial.learning_rate), []).append(trial)
    return [_summary(*key, groups[key]) for key in sorted(groups)]


def to_csv(trials: Iterable[Trial]) -> str:
    """A table with a line a trial, and a first line that names the columns."""
    rows = [
        {
            **{name: getattr(trial, name) for name in IDENTITY},
            "ending": trial.ending,
            "finite": trial.finite,
            **trial.figures,
        }
        for trial in trials
    ]
    text = StringIO(newline="")
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def is_trials_table(path: Path) -> bool:
    """Return whether a file begins like a table that `to_csv` made."""
    start = ",".join(IDENTITY).encode()
    try:
        with path.open("rb") as file:
            return file.read(len(start)) == start
    except OSError:
        return False


def _summary(family: str, learning_rate: float, trials: list[Trial]) -> TrialSummary:
    gaps = [trial.gap for trial in trials if trial.finite and trial.gap is not None]
    first, median, third = np.percentile(gaps or [0.0], [25, 50, 75]).tolist()
    return TrialSummary(
        family,
        learning_rate,
        runs=len(trials),
        finite=sum(trial.finite for trial in trials),
        diverged=sum(trial.ending == "diverged" for trial in trials),
        recoveries=sum(int(trial.figures["recoveries"] or 0) for trial in trials),
        gap_quartiles=(first, median, third) if gaps else None,
    )
