"""The options that several commands share, and the specs that they amount to."""

from pathlib import Path
from typing import Annotated, Any

import typer

from flowviz.cli.opened import Direction
from flowviz.errors import SpecError
from flowviz.specs import RECIPES, Family, FlowSpec, Normalization, TrainingSpec
from flowviz.specs.training import BATCH, DEFAULT_SECONDS, LEARNING_RATE

MOST_POINTS = 10_000_000

Seed = Annotated[int, typer.Option("--seed", help="The start of the random numbers.")]
Count = Annotated[int, typer.Option("-n", help="How many points.")]
Output = Annotated[Path, typer.Option("-o", "--output", help="The file to write.")]
ProjectFile = Annotated[Path, typer.Argument(help="A project that flowviz saved.", metavar="PROJECT.flowviz")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")]

FLOWS = "; ".join(f"{name}: {recipe.sentence}" for name, recipe in RECIPES.items())
Flow = Annotated[Family, typer.Option("--flow", help=f"The family of the flow. {FLOWS}")]
Layers = Annotated[int | None, typer.Option(help="How many layers, 1 to 32.")]
Width = Annotated[int | None, typer.Option(help="How many units each hidden layer of a network has.")]
Depth = Annotated[int | None, typer.Option(help="How many hidden layers each network has.")]
Bins = Annotated[int | None, typer.Option(help="How many pieces the curve of a spline has.")]
NormalizationChoice = Annotated[Normalization | None, typer.Option("--normalization", help="Between the layers.")]
LogScaleBound = Annotated[float | None, typer.Option(help="One layer stretches by e^±bound at the most.")]
Unbounded = Annotated[bool, typer.Option("--unbounded", help="Let a layer stretch without a bound, as in the post.")]

Seconds = Annotated[float | None, typer.Option(help=f"Train so long; {DEFAULT_SECONDS:g} by default.")]
Steps = Annotated[int | None, typer.Option(help="Train so many steps, instead of seconds.")]
DirectionChoice = Annotated[
    Direction, typer.Option("--direction", help="Particles of the base forward, or points of the target pulled back.")
]
LearningRate = Annotated[float, typer.Option(help="The highest rate of the schedule.")]
Batch = Annotated[int, typer.Option(help="How many points a step sees.")]

__all__ = ["BATCH", "LEARNING_RATE"]


def flow_spec(seed: int, family: Family, unbounded: bool, **choices: Any) -> FlowSpec:
    """The flow; a choice that is None is as the family's recipe has it. Raises `SpecError`."""
    chosen = {name: value for name, value in choices.items() if value is not None}
    if unbounded and "log_scale_bound" in chosen:
        raise SpecError("Give either --log-scale-bound or --unbounded.")
    return FlowSpec(seed=seed, family=family, **chosen, **({"log_scale_bound": None} if unbounded else {}))


def training_spec(seconds: float | None, steps: int | None, **choices: Any) -> TrainingSpec:
    """The training, of the default length where none is given. Raises `SpecError`."""
    if seconds is None and steps is None:
        seconds = DEFAULT_SECONDS
    return TrainingSpec(seconds=seconds, steps=steps, **choices)


def checked_count(n: int) -> int:
    """A number of points that is not absurd. Raises `SpecError`."""
    if not 1 <= n <= MOST_POINTS:
        raise SpecError(f"The number of points is {n}; it must lie between 1 and {MOST_POINTS:,}.")
    return n


def checked_seed(seed: int) -> int:
    """A seed that numpy takes. Raises `SpecError`."""
    if seed < 0:
        raise SpecError(f"The seed is {seed}; it must be 0 or more.")
    return seed
