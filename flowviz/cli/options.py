"""The options that several commands share, and the specs that they amount to."""

from pathlib import Path
from typing import Annotated

import typer

from flowviz.cli.loaded_project import Direction
from flowviz.errors import SpecError
from flowviz.exporting.tables import NumberFormat
from flowviz.file_kinds import NUMBERS, listed
from flowviz.specs import PRESETS, RECIPES, Family, FlowSpec, Normalization, PresetName, TrainingSpec
from flowviz.specs.flow import ConditionerKind
from flowviz.specs.training import BATCH, DEFAULT_SECONDS, WARMUP
from flowviz.specs.view import UnitName

MOST_POINTS = 10_000_000

Seed = Annotated[int, typer.Option("--seed", help="The start of the random numbers.")]
Count = Annotated[int, typer.Option("-n", help="How many points.")]
Output = Annotated[Path, typer.Option("-o", "--output", help="The file to write.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the output if it exists already.")]
NumbersFile = Annotated[
    Path, typer.Option("-o", "--output", help=f"The file to write, {listed(NUMBERS.written)}; - is stdout.")
]
NumbersFormat = Annotated[
    NumberFormat | None,
    typer.Option("--format", help="The format of stdout, by default csv, or of a file whose name has no suffix."),
]
Columns = Annotated[
    str | None, typer.Option("--columns", metavar="X,Y", help="Two columns of the points, such as x,y or 1,2.")
]
ProjectFile = Annotated[Path, typer.Argument(help="A project that flowviz saved.", metavar="PROJECT.flowviz")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")]

DirectionChoice = Annotated[
    Direction, typer.Option("--direction", help="Particles of the base forward, or points of the target pulled back.")
]
UnitsChoice = Annotated[
    UnitName,
    typer.Option("--units", help="Units of points: those of the data, pixels of the target's picture, or of the flow."),
]
LearningRate = Annotated[float, typer.Option(help="The highest rate of the schedule.")]

PRESET_HELP = "; ".join(f"{name}: {preset.title}. {preset.sentence}" for name, preset in PRESETS.items())
FLOWS = "; ".join(f"{name}: {recipe.sentence}" for name, recipe in RECIPES.items())


def chosen_flow(
    family: Annotated[Family | None, typer.Option("--flow", help=f"The family of the flow. {FLOWS}")] = None,
    preset: Annotated[PresetName | None, typer.Option(help=f"A flow for a purpose. {PRESET_HELP}.")] = None,
    layers: Annotated[int | None, typer.Option(help="How many layers, 1 to 32.")] = None,
    conditioner: Annotated[
        ConditionerKind | None, typer.Option(help="What decides how a layer moves a point: a network, or a table.")
    ] = None,
    width: Annotated[int | None, typer.Option(help="How many units each hidden layer of a network has.")] = None,
    depth: Annotated[int | None, typer.Option(help="How many hidden layers each network has.")] = None,
    bins: Annotated[int | None, typer.Option(help="How many pieces the curve of a spline has.")] = None,
    min_bin_height: Annotated[
        float | None, typer.Option(help="The smallest height of a spline's bin, as a share of its interval.")
    ] = None,
    hats: Annotated[int | None, typer.Option(help="How many hat functions of its input a network sees.")] = None,
    waves: Annotated[int | None, typer.Option(help="How many octaves of triangle waves a network sees.")] = None,
    normalization: Annotated[Normalization | None, typer.Option(help="Between the layers.")] = None,
    batch_normalization_momentum: Annotated[
        float | None, typer.Option(help="How much of its running averages a batch normalization keeps at each step.")
    ] = None,
    log_scale_bound: Annotated[float | None, typer.Option(help="One layer stretches by e^±bound at the most.")] = None,
    unbounded: Annotated[
        bool, typer.Option("--unbounded", help="Let a layer stretch without a bound, as in the post.")
    ] = False,
) -> FlowSpec:
    """The flow; what is not chosen is as the preset or the family's recipe has it. Raises `SpecError`."""
    choices = {
        "layers": layers, "conditioner": conditioner, "width": width, "depth": depth, "bins": bins,
        "min_bin_height": min_bin_height, "hats": hats, "waves": waves,
        "normalization": normalization, "batch_normalization_momentum": batch_normalization_momentum,
        "log_scale_bound": log_scale_bound,
    }  # fmt: skip
    chosen = {name: value for name, value in choices.items() if value is not None}
    if unbounded and "log_scale_bound" in chosen:
        raise SpecError("Give either --log-scale-bound or --unbounded.")
    if family is not None and preset is not None:
        raise SpecError("Give either --preset or --flow.")
    start = {"family": family} if family else PRESETS[preset].choices if preset else {}
    return FlowSpec(**{**start, **chosen, **({"log_scale_bound": None} if unbounded else {})})


def chosen_training(
    seconds: Annotated[float | None, typer.Option(help=f"Train so long; {DEFAULT_SECONDS:g} by default.")] = None,
    steps: Annotated[int | None, typer.Option(help="Train so many steps, instead of seconds.")] = None,
    batch: Annotated[int, typer.Option(help="How many points a step sees.")] = BATCH,
    warmup_steps: Annotated[int, typer.Option(help="So many steps pass until the rate is at its highest.")] = WARMUP,
    clip_norm: Annotated[
        float | None, typer.Option(help="Shorten longer gradients to this norm; by default, that of the flow's family.")
    ] = None,
) -> TrainingSpec:
    """The training, of the default length where none is given. Raises `SpecError`."""
    if seconds is None and steps is None:
        seconds = DEFAULT_SECONDS
    return TrainingSpec(seconds=seconds, steps=steps, batch=batch, warmup_steps=warmup_steps, clip_norm=clip_norm)


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
