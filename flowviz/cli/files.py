"""The commands that make or read arrays, and info: trace, sample, score, target, info."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, TypeVar

import numpy as np
import typer
from numpy.typing import NDArray

from flowviz import machine
from flowviz.cli import options
from flowviz.cli.choosing import takes
from flowviz.cli.opened import Opened
from flowviz.cli.sources import built, chosen_target
from flowviz.cli.talk import say
from flowviz.errors import FileError, SpecError
from flowviz.exporting import tables
from flowviz.files import reason, written_whole
from flowviz.projects import Project, example, examples, load_project
from flowviz.records import Environment, base_particles
from flowviz.records.trace import PARTICLES
from flowviz.specs import SHAPES, ShapeSpec, TargetSpec
from flowviz.targets import build_target

Part = TypeVar("Part")


def trace(
    project: options.ProjectFile,
    output: options.Output,
    n: options.Count = PARTICLES,
    seed: options.Seed = 0,
    direction: options.DirectionChoice = "generate",
) -> None:
    """Follow particles of the base, or points of the target, through every stage: an .npz or a .csv file.

    An .npz holds positions, log_det, names; a .csv has a line a particle and stage.
    """
    count, start, opened = options.checked_count(n), options.checked_seed(seed), Opened.at(project)
    parts = _later(lambda: opened.followed(direction, count, start))
    stages = range(len(opened.project.trace.names))
    if output.suffix.lower() == ".csv":
        _drain(tables.write_trace_csv(output, parts, stages))
    else:
        _drain(tables.write_trace_npz(output, parts, stages, count))


def sample(
    project: options.ProjectFile, output: options.Output, n: options.Count = 20_000, seed: options.Seed = 0
) -> None:
    """Draw points from a saved flow, in target units: float32 (n, 2) as .npy or .npz, or x and y as .csv."""
    particles = base_particles(options.checked_count(n), options.checked_seed(seed))

    def compute() -> NDArray[np.float32]:
        return Opened.at(project).flow.sample(particles)

    match output.suffix.lower():
        case ".csv":
            _drain(tables.write_points_csv(output, _later(compute)))
        case ".npz":
            _drain(tables.write_points_npz(output, _later(compute)))
        case _:
            _save_array(output, compute)


def score(
    project: options.ProjectFile,
    points: Annotated[Path, typer.Argument(help="Points in target units, (n, 2).", metavar="POINTS.npy")],
    output: options.Output,
) -> None:
    """The log-density of points under a saved flow, in nats: float32 (n,)."""
    loaded = _load_points(points)
    _save_array(output, lambda: Opened.at(project).built("float64").log_prob(loaded))


def _list_shapes(asked: bool) -> None:
    if not asked:
        return
    for name, sentence in SHAPES.items():
        entropy = build_target(ShapeSpec(name=name)).entropy
        typer.echo(f"{name:<16} {sentence:<52} {'entropy unknown' if entropy is None else f'{entropy:.4f} nats'}")
    raise typer.Exit


@takes(target=chosen_target)
def target(
    target: TargetSpec,
    output: options.Output,
    n: options.Count = 100_000,
    seed: options.Seed = 0,
    shapes: Annotated[  # noqa: ARG001  # typer hands it to the callback
        bool, typer.Option("--list", callback=_list_shapes, is_eager=True, help="List the shapes, and exit.")
    ] = False,
) -> None:
    """Draw points from the target itself, in target units: float32 (n, 2)."""
    found, rng = built(target), np.random.default_rng(options.checked_seed(seed))
    _save_array(output, lambda: found.sample(options.checked_count(n), rng))
    known = "unknown" if found.entropy is None else f"{found.entropy:.4f} nats"
    say(f"Wrote {n:,} points of {target.title} to {output}. The entropy is {known}.")


def gallery(
    name: Annotated[str | None, typer.Argument(help="An example; without it, all are listed.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The file to copy it to.")] = None,
) -> None:
    """List the trained examples that come with flowviz, or copy one."""
    if name is None:
        for found in examples():
            typer.echo(f"{found.name:<18}{found.sentence}")
        return
    if output is None:
        raise SpecError(f"Where to? Give a file: flowviz gallery {name} -o {name}.flowviz.")
    example(name).copy_to(output)
    say(f"Wrote {output}.")


def info(
    project: Annotated[Path | None, typer.Argument(help="A project; without it, this machine.")] = None,
    as_json: options.AsJson = False,
) -> None:
    """Describe a project and what it was trained with, or this machine: versions, devices, XLA, threads."""
    if project is None:
        from flowviz.flows.machine import described  # loads TensorFlow

        found = described()
    else:
        found = _described(load_project(project))
    typer.echo(json.dumps(found) if as_json else machine.told(found))


COMMANDS = (trace, sample, score, target, gallery, info)


def _described(project: Project) -> machine.Described:
    """Return what a project learns, how far it is, and the versions and the platform with which it got there."""
    steps = project.history.step
    names = [field.name for field in fields(Environment)]
    return {
        "target": project.target.title,
        "family": project.flow.family,
        "layers": project.flow.layers,
        "steps": int(steps[-1]) if len(steps) else 0,
        **dict.fromkeys(names, "unknown"),
        **(vars(project.environment) if project.environment else {}),
    }


def _load_points(path: Path) -> NDArray[np.float64]:
    """Points (n, 2) of an .npy file. Raises `FileError`."""
    try:
        with path.open("rb") as file:
            points = np.lib.format.read_array(file, allow_pickle=False)
    except OSError as error:
        raise FileError(f"{path} cannot be read: {reason(error)}.") from error
    except (ValueError, EOFError, MemoryError) as error:
        raise FileError(f"{path} is not an .npy file of numbers.") from error
    if points.dtype.kind not in "fiu" or points.ndim != 2 or points.shape[1] != 2:
        raise FileError(f"{path} must hold numbers of shape (n, 2); it holds {points.dtype} {points.shape}.")
    if not (np.abs(points) <= np.finfo(np.float32).max).all():
        raise FileError(f"{path} holds numbers that are NaN, infinite or too large. Remove those rows.")
    return points.astype(np.float64)


def _later(compute: Callable[[], Part]) -> Iterator[Part]:
    """The one part of a table, computed when the file that it goes to is open."""
    yield compute()


def _drain(steps: Iterable[None]) -> None:
    for _ in steps:
        pass


def _save_array(path: Path, compute: Callable[[], NDArray[Any]]) -> None:
    """Save what `compute` gives as float32, whole or not at all; a path that cannot be written fails before it runs."""
    with written_whole(path) as part, part.open("wb") as file:
        np.save(file, compute().astype(np.float32), allow_pickle=False)
