"""Whether training stays finite: many seeds at learning rates far apart.

    python -m tests.benchmarks.robustness --seeds 10 --rates 1e-4,1e-3,1e-2 --steps 2000

The exit code is 1 if any figure, weight or particle of any result is not finite.
"""

import sys
from collections.abc import Iterator
from typing import Annotated, Any

import numpy as np
import typer
from rich import box
from rich.console import Console
from rich.table import Table

from flowviz.records import Finished
from flowviz.specs import FlowSpec, TargetSpec, TrainingSpec
from flowviz.targets import Ink, build_target
from flowviz.training import train

HEADINGS = ("learning rate", "runs", "non-finite", "diverged", "recoveries", "median gap, nats", "worst gap, nats")


def main(
    seeds: Annotated[int, typer.Option(help="How many runs each.", min=1)] = 10,
    rates: Annotated[str, typer.Option(help="Learning rates, separated by commas.")] = "1e-4,1e-3,1e-2",
    steps: Annotated[int, typer.Option(help="How many steps each run takes.")] = 2000,
    text: Annotated[str, typer.Option(help="The text that the flow shall learn.")] = "BRAD",
) -> None:
    """Train with every seed at every rate; count what is not finite and how often the training had to go back."""
    target = build_target(TargetSpec(text=text))
    table = Table(*HEADINGS, box=box.SIMPLE_HEAD)
    broken = 0
    for rate in map(float, rates.split(",")):
        ends = list(results(target, rate, steps, seeds))
        table.add_row(*row(rate, ends))
        broken += sum(not finite(end) for end in ends)
    Console(width=120).print(table)
    sys.exit(1 if broken else 0)


def results(target: Ink, rate: float, steps: int, seeds: int) -> Iterator[Finished]:
    """Train with the seeds 0, 1, ...; one line on stderr for each."""
    for seed in range(seeds):
        *_, end = train(target, FlowSpec(seed=seed), TrainingSpec(steps=steps, seed=seed, learning_rate=rate))
        assert isinstance(end, Finished)
        figures = f"gap {end.progress.gap:.3f} nats, {end.recoveries} recoveries, {end.ending}"
        print(f"learning rate {rate:g}, seed {seed}: {figures}", file=sys.stderr)
        yield end


def finite(end: Finished) -> bool:
    """Whether every figure, weight and particle is."""
    weights = (*end.weights.parameters.values(), *end.weights.statistics.values())
    arrays: tuple[Any, ...] = (list(end.figures().values()), end.trace.positions, end.trace.log_det, *weights)
    return all(np.isfinite(array).all() for array in arrays)


def row(rate: float, ends: list[Finished]) -> tuple[str, ...]:
    """The cells of the table, as in `HEADINGS`."""
    gaps = [end.progress.gap for end in ends if end.progress.gap is not None]
    counts = (
        len(ends),
        sum(not finite(end) for end in ends),
        sum(end.ending == "diverged" for end in ends),
        sum(end.recoveries for end in ends),
    )
    return f"{rate:g}", *map(str, counts), f"{np.median(gaps):.3f}", f"{max(gaps):.3f}"


if __name__ == "__main__":
    typer.run(main)
