"""Steadiness and sharpness: trainings on many words, each beside a peer with the same seed and the same time.

    python -m tests.benchmarks.steadiness --words Wolf,plum,KAYAK
    python -m tests.benchmarks.steadiness --words Wolf,plum,KAYAK --busy
    python -m tests.benchmarks.steadiness --words Wolf,plum,KAYAK --budgets 15,60,240 --seeds 0

The first word is trained with seed 0, the second with seed 1, and so on; then BRAD with the seeds 0 to 4. Every flow is
trained in a process of its own. A rise is that of the validation gap above the smallest one before it, from 3 s on,
measured twice a second on the weights that train, whether or not the training went on from them.
With `--budgets`, our default flow is trained for each of several budgets, without peers.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer
from rich import box
from rich.console import Console
from rich.table import Table

from flowviz.specs import FlowSpec, TextSpec
from flowviz.targets import build_target
from tests.benchmarks.environment import default_environment, peers_python
from tests.benchmarks.training import Run, run_ours, run_peer, save_clouds, told

PEERS = {"realnvp": "flowjax-affine", "spline": "flowjax-spline", "flow_matching": None}
FIGURES = {
    "gap": ("gap", ".4f"),
    "peer_gap": ("peer's\ngap", ".4f"),
    "gap_ratio": ("ratio", ".2f"),
    "largest_rise": ("largest\nrise", ".3f"),
    "recoveries": ("recoveries", ".0f"),
    "seconds_to_target": ("80% on\ntarget, s", ".1f"),
    "steps_per_second": ("steps/s", ",.0f"),
}


def main(
    words: Annotated[str, typer.Option(help="Words to learn, separated by commas.")],
    seconds: Annotated[float, typer.Option(help="How long each run trains.")] = 30.0,
    seeds: Annotated[int, typer.Option(help="Number of seeds of BRAD.", min=0)] = 5,
    families: Annotated[str, typer.Option(help="Families to train, separated by commas.")] = "realnvp",
    budgets: Annotated[str, typer.Option(help="Budgets in seconds to compare, separated by commas.")] = "",
    busy: Annotated[bool, typer.Option("--busy", help="Keep one core busy meanwhile.")] = False,
    environment: Annotated[Path | None, typer.Option(help="The peers' virtual environment.")] = None,
    json_file: Annotated[
        typer.FileTextWrite | None, typer.Option("--json", lazy=False, help="Write all figures to this file.")
    ] = None,
) -> None:
    """Train, and print a table of each run and of the median and the worst of each family."""
    cases = [(word, seed) for seed, word in enumerate(words.split(",")) if word]
    cases += [("BRAD", seed) for seed in range(seeds)]
    with busy_core() if busy else idle_core():
        if budgets:
            runs = list(told(of_budgets(cases, [float(each) for each in budgets.split(",")])))
        else:
            python = peers_python(environment or default_environment())
            runs = list(told(beside_peers(cases, families.split(","), seconds, python)))
    if json_file:
        print(json.dumps(runs, indent=2), file=json_file, flush=True)
    for name in dict.fromkeys(run["name"] for run in runs):
        Console(width=120).print(table(name, [run for run in runs if run["name"] == name]))


def beside_peers(cases: Iterable[tuple[str, int]], families: list[str], seconds: float, python: Path) -> Iterator[Run]:
    """Train each family and its peer in turn, on one word after the other."""
    for word, seed in cases:
        target = build_target(TextSpec(text=word))
        with TemporaryDirectory() as folder:
            save_clouds(target, seed, Path(folder))
            for family in families:
                run: Run = {"word": word, "seed": seed, "name": family}
                run |= run_ours(FlowSpec(family=family), word, seed, seconds)
                if (peer := PEERS[family]) is not None:
                    beside = run_peer(python, peer, Path(folder), seed, seconds)
                    run["peer_gap"] = beside["test_nll"] - target.entropy
                    run["gap_ratio"] = run["gap"] / run["peer_gap"]
                yield run


def of_budgets(cases: Iterable[tuple[str, int]], budgets: list[float]) -> Iterator[Run]:
    """Train the default flow for each budget, on one word after the other."""
    for word, seed in cases:
        for seconds in budgets:
            yield {"word": word, "seed": seed, "name": f"{seconds:g} s"} | run_ours(FlowSpec(), word, seed, seconds)


@contextmanager
def busy_core() -> Iterator[None]:
    """Keep one core busy."""
    process = get_context("spawn").Process(target=spin, daemon=True)
    process.start()
    try:
        yield
    finally:
        process.kill()


@contextmanager
def idle_core() -> Iterator[None]:
    """Do nothing."""
    yield


def spin() -> None:
    """Compute until killed."""
    while True:
        sum(range(100_000))


def table(name: str, runs: list[Run]) -> Table:
    """Return a table with a row for each run, and the median, the worst and the spread over BRAD's seeds."""
    drawn = Table("word", "seed", title=name, box=box.SIMPLE_HEAD)
    keys = [key for key in FIGURES if runs[0].get(key) is not None]  # flows that can fold have no rises
    for key in keys:
        drawn.add_column(FIGURES[key][0], justify="right")
    for run in runs:
        drawn.add_row(run["word"], str(run["seed"]), *(format(run[key], FIGURES[key][1]) for key in keys))
    drawn.add_section()
    for title, summarize in (("median", np.median), ("worst", np.max)):
        values = (summarize([np.inf if np.isnan(run[key]) else run[key] for run in runs]) for key in keys)
        drawn.add_row(title, "", *(format(value, FIGURES[key][1]) for key, value in zip(keys, values, strict=True)))
    if len(brad := [run["gap"] for run in runs if run["word"] == "BRAD"]) > 1:
        drawn.add_row("BRAD, largest − smallest", "", f"{max(brad) - min(brad):.4f}")
    return drawn


if __name__ == "__main__":
    typer.run(main)
