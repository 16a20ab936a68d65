"""Whether training stays finite: many seeds at learning rates far apart, for several families.

    python -m tests.benchmarks.robustness --families realnvp,glow,spline --seeds 20 --steps 500

The exit code is 1 if any figure, weight or particle of any result is not finite.
"""

import sys
from typing import Annotated

import typer
from rich.console import Console

from flowviz.cli.messages import summary_table
from flowviz.records import Trial, summarized
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.training.trials import run_trials


def main(
    families: Annotated[str, typer.Option(help="Families of flows, separated by commas.")] = "realnvp,glow,spline",
    seeds: Annotated[int, typer.Option(help="How many runs each.", min=1)] = 20,
    rates: Annotated[str, typer.Option(help="Learning rates, separated by commas.")] = "1e-4,1e-3,3e-3,1e-2,3e-2",
    steps: Annotated[int, typer.Option(help="How many steps each run takes.")] = 500,
    text: Annotated[str, typer.Option(help="The text that the flow shall learn.")] = "BRAD",
) -> None:
    """Train with every seed at every rate; count what is not finite and how often the training had to go back."""
    target, trials = TextSpec(text=text), list[Trial]()
    specs = [TrainingSpec(steps=steps, learning_rate=float(rate)) for rate in rates.split(",")]
    for family in families.split(","):
        for trial in run_trials(target, FlowSpec.model_validate({"family": family}), specs, range(seeds)):
            print(f"{family}, {trial.sentence()}, {trial.figures.get('recoveries', 0)} recoveries", file=sys.stderr)
            trials.append(trial)
    Console(width=120).print(summary_table(summarized(trials), "gap"))
    sys.exit(0 if all(trial.finite for trial in trials) else 1)


if __name__ == "__main__":
    typer.run(main)
