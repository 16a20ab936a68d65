"""Results of trainings that are compared, and their table as CSV."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from io import StringIO
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from flowviz.records.equality import EqualByContent
from flowviz.records.events import Ending, Finished, Progress
from flowviz.records.history import History
from flowviz.records.moment import Moment
from flowviz.records.weights import Weights
from flowviz.specs import FlowSpec, TrainingSpec

IDENTITY = ("family", "learning_rate", "seed", "ending", "finite")  # first columns of the CSV table
NOTES = ("failure",)  # last columns of the CSV table
OTHERS = ("name", *IDENTITY, *NOTES, "settings")  # columns without figures; only older tables have the last one
ON_TARGET_GOAL = 0.8  # share of the particles, the time until which is a figure
MEASURES = {"gap": "gap", "test_nll": "test NLL", "validation_nll": "validation NLL"}  # by decreasing preference

TrialEnding = Literal[Ending, "failed", "training"]

CUT_SHORT: frozenset[TrialEnding] = frozenset({"stopped", "interrupted", "failed"})  # endings of runs that can continue
TABLE_ENDINGS: tuple[TrialEnding, ...] = (*get_args(Ending), "failed")  # a run in progress is in no table of trials


@dataclass(frozen=True, eq=False)
class Trial(EqualByContent):
    """The result of one training among several.

    Attributes:
        family: Family of the flow.
        learning_rate: Learning rate.
        seed: Seed of the training.
        ending: How the training ended. "failed" means that its process was killed or raised an error; "training", that
            it has not ended or not been scored, and that the figures are the latest ones.
        finite: Whether all figures, weights and particles are finite; an NLL that overflows is None among the figures.
        figures: Figures by name; see `Finished.figures`. Empty for a failed trial.
        failure: Reason that the trial failed. Empty if it did not fail.
        name: Name of the entrant, in a comparison.
        test_nlls: NLL of each test point in flow units (n,), float32. None if unknown.
        is_tested: Whether the run that has just ended was scored on the test points. Files do not store it.
    """

    family: str
    learning_rate: float
    seed: int
    ending: TrialEnding
    finite: bool
    figures: Mapping[str, float | None]
    failure: str = ""
    name: str = ""
    test_nlls: NDArray[np.float32] | None = field(default=None, compare=False, repr=False)
    is_tested: bool = field(default=False, compare=False, repr=False)

    @classmethod
    def of(cls, name: str, flow: FlowSpec, spec: TrainingSpec, end: Finished, history: History) -> "Trial":
        """Return the result of a training that has ended, with its NLLs in the units of the data.

        Args:
            name: Name of the entrant, in a comparison.
            flow: The flow.
            spec: The training.
            end: Its end.
            history: Its losses.
        """
        figures = {**end.in_units().figures(), **figures_of_run(end.weights, history)}
        known = [value for value in figures.values() if value is not None]
        weights = *end.weights.parameters.values(), *end.weights.statistics.values()
        arrays: tuple[ArrayLike, ...] = *weights, end.trace.positions, known
        overflows = any(found is not None and found.overflows for found in (end.score.validation, end.score.test))
        finite = not overflows and all(np.isfinite(array).all() for array in arrays)
        rate = spec.of_family(flow.recipe).peak_rate
        return cls(
            flow.family,
            rate,
            spec.seed,
            end.ending,
            finite,
            figures,
            name=name,
            test_nlls=end.test_nlls,
            is_tested=end.score.test is not None,
        )

    @classmethod
    def failed(cls, name: str, flow: FlowSpec, spec: TrainingSpec, failure: str) -> "Trial":
        """Return the result of a training that raised an error or whose process was killed, with the reason."""
        return cls(flow.family, spec.of_family(flow.recipe).peak_rate, spec.seed, "failed", False, {}, failure, name)

    @classmethod
    def running(cls, flow: FlowSpec, spec: TrainingSpec, figures: Mapping[str, float | None]) -> "Trial":
        """Return the figures of a training that has not ended."""
        return cls(flow.family, spec.of_family(flow.recipe).peak_rate, spec.seed, "training", True, figures)

    def sentence(self) -> str:
        """Describe the trial for the user: name or learning rate, seed, ending and score."""
        result = f"{self.name or f'rate {self.learning_rate:g}'}, seed {self.seed}: {self.ending}"
        if self.failure:
            return f"{result}, {self.failure}"
        name = measure([self])
        value = self.figures.get(name)
        return result if value is None else f"{result}, {MEASURES[name]} {value:.3f} nats"


def figures_so_far(
    progress: Progress | None, moment: Moment | None, weights: Weights, history: History
) -> dict[str, float | None]:
    """Return the figures of a training that has not ended. Its NLLs are those of validation points.

    Args:
        progress: The latest report, in the units of the data. None before the first one.
        moment: The latest moment, with the shares of particles on the target. None before the first one.
        weights: The current weights.
        history: The losses so far.
    """
    known = figures_of_run(weights, history)
    return {
        "steps": progress.step if progress else None,
        "seconds": progress.seconds if progress else None,
        "steps_per_second": progress.steps_per_second if progress else None,
        "validation_gap": progress.validation_gap if progress else None,
        "validation_nll": progress.validation_nll if progress else None,
        **(moment or Moment(0, weights, None, None)).figures(),
        **known,
        "parameters": known["parameters"] or None,
    }


def figures_of_run(weights: Weights, history: History) -> dict[str, float | None]:
    """Return the number of trained parameters, and the training time until enough particles were on target."""
    count = sum(array.size for array in weights.parameters.values())
    return {"parameters": count, "seconds_to_goal": history.seconds_until(ON_TARGET_GOAL)}


def measure(trials: Iterable[Trial]) -> str:
    """Return the figure that rates trials on one target: a key of `MEASURES`.

    This is the gap, the test NLL if the entropy is unknown, or the validation NLL if there are no test points.
    """
    known = {name for trial in trials for name, value in trial.figures.items() if value is not None}
    return next((name for name in MEASURES if name in known), "gap")


def to_csv(trials: Iterable[Trial]) -> str:
    """Return trials as a CSV table with a header and one row per trial, beginning with their names if they have any."""
    trials = list(trials)
    identity = ("name", *IDENTITY) if any(trial.name for trial in trials) else IDENTITY
    rows = [{**{name: getattr(trial, name) for name in identity}, **trial.figures} for trial in trials]
    notes = [{"failure": trial.failure} for trial in trials]
    figures = dict.fromkeys(name for row in rows for name in row if name not in identity)
    text = StringIO(newline="")
    writer = csv.DictWriter(text, (*identity, *figures, *NOTES))
    writer.writeheader()
    writer.writerows({**row, **note} for row, note in zip(rows, notes, strict=True))
    return text.getvalue()


def from_csv(text: str) -> list[Trial]:
    """Read trials from a CSV table, ignoring an incomplete last line.

    Args:
        text: A table that `to_csv` returned, or that `flowviz trials` of an older version wrote.

    Raises:
        ValueError: If the text is not such a table.
    """
    lines = text.splitlines(keepends=True)
    whole = lines if text.endswith("\n") else lines[:-1]
    reader = csv.DictReader(whole, strict=True)
    if missing := {*IDENTITY, *NOTES} - {*(reader.fieldnames or ())}:
        raise ValueError(f"columns are missing: {', '.join(sorted(missing))}")
    return [_trial(row) for row in reader]


def _trial(row: dict[str, str]) -> Trial:
    """Return the trial of a row, and raise `ValueError` if the row is malformed."""
    if None in row or None in row.values():
        raise ValueError("a row has too many or too few fields")
    ending = next((each for each in TABLE_ENDINGS if each == row["ending"]), None)
    if ending is None or row["finite"] not in {"True", "False"}:
        raise ValueError(f"invalid ending {row['ending']!r} or finite {row['finite']!r}")
    figures = {name: _number(row[name]) for name in row if name not in OTHERS}
    return Trial(
        family=row["family"],
        learning_rate=float(row["learning_rate"]),
        seed=int(row["seed"]),
        ending=ending,
        finite=row["finite"] == "True",
        figures={} if ending == "failed" else figures,
        failure=row["failure"],
        name=row.get("name", ""),
    )


def _number(text: str) -> float | None:
    if not text:
        return None
    return int(text) if text.isdecimal() else float(text)
