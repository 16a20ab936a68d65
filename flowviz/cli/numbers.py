"""The commands that read or write points and other numbers: trace, sample, score, target."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from flowviz.cli import options
from flowviz.cli.loaded_project import LoadedProject, shown_options
from flowviz.cli.messages import drained, say, say_columns
from flowviz.cli.outputs import STDOUT, NumbersOutput
from flowviz.cli.plan_options import requested_target
from flowviz.cli.spec_options import Given, SpecFile, given_files, takes
from flowviz.cli.target_sources import Sources, built, chosen_sources
from flowviz.errors import FileError, SpecError
from flowviz.exporting import tables
from flowviz.exporting.tables import Particles, Rows
from flowviz.library.distribution import sample_in_parts
from flowviz.projects import is_comparison, is_project
from flowviz.records import slices
from flowviz.records.trace import PARTICLES
from flowviz.specs import SHAPES, ShapeSpec
from flowviz.specs.shares import counted
from flowviz.targets import (
    DRAWN_TOGETHER,
    build_target,
    draw_in_parts,
    reading_columns,
    reading_values,
    spec_units,
    target_units,
)


@takes(showing=shown_options)
def trace(
    project: options.ProjectFile,
    output: options.NumbersFile,
    showing: Given,
    entrant: options.Entrant = None,
    edits: options.EditsFile = None,
    n: options.Count = PARTICLES,
    seed: options.Seed = 0,
    direction: options.DirectionChoice = "generate",
    units: options.UnitsChoice = "data",
    form: options.NumbersFormat = None,
) -> None:
    """Follow particles of the base, or points of the target, through every stage.

    With --direction encode, these are points on which no flow is trained: for a table, its validation points.

    A .csv or .parquet has a row for each particle and stage, an .npz positions (stages, n, 2), log_det (stages, n)
    and names (stages,), an .npy records (stages, n) of x, y and log_det.
    """
    count, start = options.checked_count(n), options.checked_seed(seed)
    place = NumbersOutput.checked(output, form, [project, *given_files(edits)])
    loaded = LoadedProject.at(project, entrant, showing, edits)
    shown = spec_units(loaded.project.target, units)
    if direction == "encode":
        count = loaded.untrained_count(count)
    stages, followed = range(len(loaded.project.trace.names)), loaded.followed(direction, count, start, units)
    what = f"{counted(count, 'particle')} at {len(stages)} stages"
    place.write(Particles(count, stages, followed, shown), "Following particles", len(slices(count)), what)


@takes(showing=shown_options)
def sample(
    project: options.ProjectFile,
    output: options.NumbersFile,
    showing: Given,
    entrant: options.Entrant = None,
    edits: options.EditsFile = None,
    n: options.Count = 20_000,
    seed: options.Seed = 0,
    units: options.UnitsChoice = "data",
    form: options.NumbersFormat = None,
) -> None:
    """Draw points from a saved flow: columns x and y, or an array (n, 2)."""
    count, start = options.checked_count(n), options.checked_seed(seed)
    place = NumbersOutput.checked(output, form, [project, *given_files(edits)])
    loaded = LoadedProject.at(project, entrant, showing, edits)
    shown = spec_units(loaded.project.target, units)
    parts = loaded.parts(sample_in_parts(loaded.project, count, start, units))
    place.write(tables.points(count, parts, shown), "Sampling", len(slices(count)), counted(count, "point"))


@takes(showing=shown_options)
def score(
    project: options.ProjectFile,
    points: Annotated[Path, typer.Argument(help="Points: .csv, .txt, .npy, .npz or .parquet.")],
    output: options.NumbersFile,
    showing: Given,
    entrant: options.Entrant = None,
    edits: options.EditsFile = None,
    columns: options.Columns = None,
    condition_column: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Column with the value of the condition of each point. By default, all are scored at the same value.",
        ),
    ] = None,
    units: options.UnitsChoice = "data",
    form: options.NumbersFormat = None,
    as_json: options.AsJson = False,
) -> None:
    """Compute the log-density of points under a saved flow, in nats: a column log_prob, or an array float32 (n,).

    The density is per area in the units of the points.
    """
    if as_json and output == STDOUT:
        raise SpecError("--json prints to stdout. Give -o the name of a file for the log-densities.")
    place = NumbersOutput.checked(output, form, [project, points, *given_files(edits)])
    loaded, given = LoadedProject.at(project, entrant, showing, edits), None
    found = _read_scored(points, columns, condition_column)
    if condition_column is not None:
        reading = reading_values(points, condition_column, options.MAX_POINTS)
        given = drained(reading, f"Reading {condition_column}")[1]
    scores = Rows("log_prob", ("log_prob",), len(found), loaded.scored(found, units, given, as_json=as_json))
    place.write(scores, "Scoring", len(slices(len(found))), f"the log-densities of {counted(len(found), 'point')}")


def _list_shapes(asked: bool) -> None:
    if not asked:
        return
    for name, sentence in SHAPES.items():
        entropy = build_target(ShapeSpec(name=name)).entropy
        typer.echo(f"{name:<16} {sentence:<52} {'entropy unknown' if entropy is None else f'{entropy:.4f} nats'}")
    raise typer.Exit


@takes(sources=chosen_sources)
def target(
    sources: Sources,
    output: options.NumbersFile,
    spec_file: SpecFile = None,
    n: options.Count = 100_000,
    seed: options.Seed = 0,
    units: options.UnitsChoice = "data",
    form: options.NumbersFormat = None,
    shapes: Annotated[  # noqa: ARG001  # typer hands it to the callback
        bool, typer.Option("--list", callback=_list_shapes, is_eager=True, help="List the shapes, and exit.")
    ] = False,
) -> None:
    """Draw points from a target: columns x and y, or an array (n, 2)."""
    count, rng = options.checked_count(n), np.random.default_rng(options.checked_seed(seed))
    place = NumbersOutput.checked(output, form, [*sources.files, *given_files(spec_file)])
    spec = requested_target(sources, spec_file)
    found = built(spec)
    shown, what = target_units(found, units), f"{counted(count, 'point')} of {spec.title}"
    parts = (shown.values(points) for points in draw_in_parts(found, count, rng))
    place.write(tables.points(count, parts, shown), "Drawing points", -(-count // DRAWN_TOGETHER), what)
    say(f"The entropy is {'unknown' if found.entropy is None else f'{found.entropy:.4f} nats'}.")


COMMANDS = (trace, sample, score, target)


def _read_scored(path: Path, columns: str | None, given: str | None) -> NDArray[np.float64]:
    """Read points (n, 2) to score. Raises `FileError`."""
    if is_project(path) or is_comparison(path):
        raise FileError(f"{path} is a {'project' if is_project(path) else 'comparison'}. Give a table of points.")
    points = drained(reading_columns(path, columns, options.MAX_POINTS, say_columns, given), f"Reading {path.name}")
    if not len(points):
        raise FileError(f"{path} contains no points.")
    if not (np.abs(points) <= np.finfo(np.float32).max).all():
        raise FileError(f"{path} contains numbers that are too large. Remove those rows.")
    return points
