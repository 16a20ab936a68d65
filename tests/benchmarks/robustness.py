"""Whether training stays finite: many seeds at learning rates far apart, for several families.

    python -m tests.benchmarks.robustness --families realnvp,glow,spline --seeds 20 --steps 500

The exit code is 1 if any figure, weight or particle of any result is not finite.
"""

import sys
from typing import Annotated

import typer
from rich.console import Console

from flowviz import train_series
from flowviz.cli.messages import comparison_table, steadiness_sentences
from flowviz.records import Trial
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec


def main(
    families: Annotated[str, typer.Option(help="Families of flows, separated by commas.")] = "realnvp,glow,spline",
    seeds: Annotated[int, typer.Option(help="How many runs each.", min=1)] = 20,
    rates: Annotated[str, typer.Option(help="Learning rates, separated by commas.")] = "1e-4,1e-3,3e-3,1e-2,3e-2",
    steps: Annotated[int, typer.Option(help="How many steps each run takes.")] = 500,
    text: Annotated[str, typer.Option(help="The text that the flow shall learn.")] = "BRAD",
) -> None:
    """Train with every seed at every rate; count what is not finite and how often the training had to go back."""
    target, trials = TextSpec(text=text), list[Trial]()
    chosen = [float(rate) for rate in rates.split(",")]

    def hear(_: str, trial: object) -> None:
        assert isinstance(trial, Trial)
        print(f"{trial.sentence()}, {trial.figures.get('recoveries', 0)} recoveries", file=sys.stderr)
        trials.append(trial)

    for family in families.split(","):
        flow, training = FlowSpec.model_validate({"family": family}), TrainingSpec(steps=steps)
        found = train_series(target, flow, training, seeds=seeds, learning_rates=chosen, jobs=-1, on_event=hear)
        Console(width=120).print(comparison_table(found), steadiness_sentences(found.trials))
    sys.exit(0 if all(trial.finite for trial in trials) else 1)


if __name__ == "__main__":
    typer.run(main)
