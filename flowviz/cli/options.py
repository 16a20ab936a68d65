"""The options that several commands share."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from flowviz.errors import SpecError
from flowviz.exporting.tables import NumberFormat
from flowviz.file_kinds import NUMBERS, listed
from flowviz.specs.view import Direction, UnitName

MAX_POINTS = 10_000_000

Seed = Annotated[int, typer.Option("--seed", help="The same seed gives the same random numbers.")]
Count = Annotated[int, typer.Option("-n", help="Number of points.")]
Output = Annotated[Path, typer.Option("-o", "--output", help="The file to write.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the output if it already exists.")]
ForceTraining = Annotated[
    bool,
    typer.Option(
        "--force", help="Replace the output, and the checkpoint of an earlier training to it, if they already exist."
    ),
]
NumbersFile = Annotated[
    Path, typer.Option("-o", "--output", help=f"The file to write, {listed(NUMBERS.written)}; - is stdout.")
]
NumbersFormat = Annotated[
    NumberFormat | None,
    typer.Option("--format", help="The format of stdout, by default csv, or of a file whose name has no suffix."),
]
Columns = Annotated[
    str | None, typer.Option("--columns", metavar="X,Y", help="Names or numbers of the columns, such as x,y or 1,2.")
]
ProjectFile = Annotated[Path, typer.Argument(help="A project file.", metavar="PROJECT.flowviz")]
Entrant = Annotated[
    str | None, typer.Option("--entrant", metavar="NAME", help="Name of a flow, if the file is a comparison.")
]
EditsFile = Annotated[
    Path | None,
    typer.Option(
        "--edits",
        metavar="FILE.json",
        help="Disable layers and bend their curves as in this file, instead of the edits of the project.",
    ),
]
Jobs = Annotated[int, typer.Option("--jobs", help="Number of simultaneous runs; by default, one for each core.")]
BackendChoice = Annotated[
    Literal["loky", "dask"], typer.Option("--backend", help="Processes of this machine, or a Dask cluster.")
]
Scheduler = Annotated[str | None, typer.Option("--scheduler", help="Address of the cluster, such as tcp://HOST:8786.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the metrics as one JSON object.")]

DirectionChoice = Annotated[
    Direction, typer.Option("--direction", help="Follow particles of the base forward, or points of the target back.")
]
UnitsChoice = Annotated[
    UnitName,
    typer.Option("--units", help="Units of points: those of the data, pixels of the target's picture, or of the flow."),
]


def checked_count(n: int) -> int:
    """Return a number of points. Raises `SpecError` if it is out of range."""
    if not 1 <= n <= MAX_POINTS:
        raise SpecError(f"The number of points cannot be {n:,}: it must be between 1 and {MAX_POINTS:,}.")
    return n


def checked_seed(seed: int) -> int:
    """Return a seed. Raises `SpecError` if it is negative."""
    if seed < 0:
        raise SpecError(f"The seed cannot be {seed}: it must be at least 0.")
    return seed


def numbers(text: str | None, what: str, example: str) -> list[float]:
    """Return the numbers in an option, none if it is not given. Raises `SpecError`, which names what they are."""
    try:
        return [float(number) for number in text.split(",")] if text is not None else []
    except ValueError as error:
        raise SpecError(f"The {what} {text!r} are not numbers separated by commas, such as {example}.") from error
