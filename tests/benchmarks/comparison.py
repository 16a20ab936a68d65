"""Agreement of comparisons: the same flows in the window, by `flowviz compare`, and trained separately.

    python -m tests.benchmarks.comparison [--word WILLOW] [--seconds 6] [--seeds 3] [--ways window,…] [-o FOLDER]

Each flow has the same budget of seconds of its own training, whichever way it is trained. The ways are `window`, once
more in another order of the flows, called `rotated`; `command`, `flowviz compare`, which trains one flow per core; and
`separate`, one `flowviz train` after the other. Each way is a process of its own, or several; both orders alternate.
The runs of each way are kept as a table in the folder, so that a later call can add the other ways.

The ranking must agree wherever gaps differ by more than the spread, and rotation must change no figure by more than
the spread. A spread is the larger one of two standard deviations over seeds.

Needs a display (a real one, Xvfb, or QT_QPA_PLATFORM=offscreen), and an idle machine.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer
from PyQt6.QtCore import QEventLoop
from PyQt6.QtWidgets import QApplication

from flowviz import process
from flowviz.app.main import create_window
from flowviz.app.main_window import MainWindow
from flowviz.app.training.training_state import TrainingState
from flowviz.app.workspace.compared import comparison_of
from flowviz.projects import Comparison, load_comparison, load_project
from flowviz.records.comparison_table import COLUMNS, RunSummary, summary_of
from flowviz.records.paired import DIFFERENCE
from flowviz.records.trial import Trial, figures_of_run, from_csv, to_csv
from flowviz.specs import TextSpec, TrainingSpec, comparison_spec

FAMILIES = ("realnvp", "spline", "flow_matching")
WAYS = ("window", "command", "separate")
TABLES = ("window", "rotated", *WAYS[1:])
FIGURES = [column for column in COLUMNS if column.name not in {"parameters", DIFFERENCE}]
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Request:
    """The word, and the budget and the number of runs of each flow."""

    word: str
    seconds: float
    seeds: int


def main(
    word: Annotated[str, typer.Option(help="What to learn.")] = "WILLOW",
    seconds: Annotated[float, typer.Option(help="Budget of each run.")] = 6.0,
    seeds: Annotated[int, typer.Option(help="Runs of each flow, each way.", min=2)] = 3,
    ways: Annotated[str, typer.Option(help="The ways to train, separated by commas.")] = ",".join(WAYS),
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Where to keep the runs of each way.")] = None,
    here: Annotated[bool, typer.Option(hidden=True, help="Train in the window of this process.")] = False,
) -> None:
    """Train in some ways, print the figures of all ways known, and exit with 1 if any of them disagree."""
    request = Request(word, seconds, seeds)
    if here:
        assert output is not None
        for way, trials in zip(TABLES, in_window(request), strict=False):
            (output / f"{way}.csv").write_text(to_csv(trials), encoding="utf-8")
        return
    with TemporaryDirectory() as folder:
        runs = measured(request, ways.split(",") if ways else [], output or Path(folder))
    for line in report(runs):
        print(line)
    if found := [*disagreements(runs), *changes_by_rotation(runs)]:
        print("\n".join(found), file=sys.stderr)
        sys.exit(1)


Runs = dict[str, list[RunSummary]]  # by way


def measured(request: Request, ways: Sequence[str], folder: Path) -> Runs:
    """Train in some ways, and return the figures of all ways in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for way in ways:
        if way == "window":
            options = [f"--word={request.word}", f"--seconds={request.seconds}", f"--seeds={request.seeds}"]
            _run("tests.benchmarks.comparison", *options, "--here", "-o", str(folder))
        else:
            trials = by_command(request) if way == "command" else separately(request)
            (folder / f"{way}.csv").write_text(to_csv(trials), encoding="utf-8")
    tables = {way: folder / f"{way}.csv" for way in TABLES}
    known = {way: from_csv(path.read_text(encoding="utf-8")) for way, path in tables.items() if path.exists()}
    return {way: [summary_of(family, trials) for family in FAMILIES] for way, trials in known.items()}


def in_window(request: Request) -> tuple[list[Trial], list[Trial]]:
    """Train in the window, one comparison after the other, in two orders of the flows."""
    process.configure()
    process.configure_window()
    app = QApplication(["flowviz"])
    window = create_window()
    process.keep_compiled_programs()
    window.resize(1366, 768)
    window.show()
    found = list[Trial](), list[Trial]()
    for seed in range(request.seeds):
        for rotation in (0, 1) if seed % 2 == 0 else (1, 0):  # so that a drift of the machine affects both
            found[rotation].extend(_trained(window, _comparison(request, seed, rotation)))
    window.discard_changes()
    window.close()
    app.processEvents()
    return found


def _trained(window: MainWindow, comparison: Comparison) -> tuple[Trial, ...]:
    window.comparisons.show(comparison)
    workbench = window.comparisons.workbench
    assert workbench is not None
    workbench.controller.train()
    loop = QEventLoop()
    while workbench.compared.value.state != TrainingState.IDLE:
        loop.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    return comparison_of(workbench.compared.value).trials


def by_command(request: Request) -> tuple[Trial, ...]:
    """Train by `flowviz compare`."""
    with TemporaryDirectory() as folder:
        flow = ["--flow", ",".join(FAMILIES), "--seeds", str(request.seeds)]
        _run("flowviz", "compare", *_options(request), *flow, "-o", folder)
        return load_comparison(Path(folder) / "comparison.flowviz").trials


def separately(request: Request) -> Iterator[Trial]:
    """Train by `flowviz train`, one flow after the other."""
    for family in FAMILIES:
        for seed in range(request.seeds):
            with TemporaryDirectory() as folder:
                file = Path(folder) / "flow.flowviz"
                flow = ["--flow", family, "--seed", str(seed), "--json", "-o", str(file)]
                figures = json.loads(_run("flowviz", "train", *_options(request), *flow))
                project = load_project(file)
                known = {name: value for name, value in figures.items() if isinstance(value, int | float | None)}
                known |= figures_of_run(project.weights, project.history)
                yield Trial(family, 0.0, seed, "completed", finite=True, figures=known, name=family)


def report(runs: Runs) -> Iterator[str]:
    """Yield the mean of each figure with its standard deviation over seeds, each way."""
    yield " | ".join(["way", "flow", *(column.title for column in FIGURES)])
    for way, summaries in runs.items():
        for summary in summaries:
            yield " | ".join([way, summary.name, *(summary.text(column) for column in FIGURES)])


def disagreements(runs: Runs) -> Iterator[str]:
    """Yield the pairs of flows whose gaps differ by more than the spread, each way, but with different winners."""
    for (way, one), (other, two) in combinations(runs.items(), 2):
        for i, j in combinations(range(len(FAMILIES)), 2):
            first, second = _difference(one[i], one[j]), _difference(two[i], two[j])
            if first and second and first * second < 0:
                yield f"{FAMILIES[i]} and {FAMILIES[j]}: gaps differ by {first:.3f} ({way}), {second:.3f} ({other})"


def changes_by_rotation(runs: Runs) -> Iterator[str]:
    """Yield the figures that the order of the entrants changes by more than the spread."""
    if not {"window", "rotated"} <= runs.keys():
        return
    for one, other in zip(runs["window"], runs["rotated"], strict=True):
        for column in FIGURES:
            first, second = one.value(column), other.value(column)
            if first is None or second is None:
                continue
            if abs(change := second - first) > _spread(one, other, column.name):
                yield f"{one.name}: rotation changes {column.title} by {change:+.4g}: {one.text(column)}"


def _difference(one: RunSummary, other: RunSummary) -> float:
    """Return the difference of two gaps, 0 if it is within the spread."""
    first, second = one.means["gap"], other.means["gap"]
    assert first is not None
    assert second is not None
    return first - second if abs(first - second) > _spread(one, other, "gap") else 0.0


def _spread(one: RunSummary, other: RunSummary, name: str) -> float:
    return float(np.max([one.deviations[name] or 0.0, other.deviations[name] or 0.0]))


def _comparison(request: Request, seed: int, rotation: int) -> Comparison:
    families = FAMILIES[rotation:] + FAMILIES[:rotation]
    shared = {"target": TextSpec(text=request.word), "training": TrainingSpec(seconds=request.seconds, seed=seed)}
    entrants = [{"name": family, "flow": {"family": family}} for family in families]
    return Comparison.untrained(comparison_spec({**shared, "entrants": entrants}))


def _options(request: Request) -> list[str]:
    return ["--text", request.word, "--seconds", str(request.seconds)]


def _run(module: str, *words: str) -> str:
    """Run a module in a process of its own, and return what it prints."""
    command, environment = [sys.executable, "-m", module, *words], {"QT_QPA_PLATFORM": "offscreen", **os.environ}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{done.stderr}\nThis failed: {' '.join(command)}")
    return done.stdout


if __name__ == "__main__":
    typer.run(main)
