"""The commands that read a project or make files: render, trace, sample, score, target, info."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from flowviz.cli import options
from flowviz.cli.talk import progress_bar, say
from flowviz.errors import FileError, SpecError
from flowviz.files import reason, written_whole
from flowviz.projects import load_project
from flowviz.records import Scene, base_particles
from flowviz.records.trace import PARTICLES
from flowviz.rendering import fitted_view, write_frames
from flowviz.specs import PictureSize, TargetSpec, ViewSpec
from flowviz.specs.view import Palette, Theme
from flowviz.targets import build_target

if TYPE_CHECKING:
    from flowviz.flows import Flow


def render(
    project: options.ProjectFile,
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write the frames to.")],
    size: Annotated[str, typer.Option(help="Width and height in pixels.", metavar="WIDTHxHEIGHT")] = "1080x1080",
    stage: Annotated[str | None, typer.Option(help="One stage, such as 7, or a range, such as 0-19.")] = None,
    palette: Annotated[Palette, typer.Option(help="Color-blind safe tones, or the post's plain ones.")] = "safe",
    theme: Annotated[Theme, typer.Option(help="A light or a dark ground.")] = "light",
) -> None:
    """Draw the stages of a saved flow, one PNG a stage."""
    found = load_project(project).trace
    stages = _stages(stage) or range(len(found.names))
    view = fitted_view(found, ViewSpec(palette=palette, theme=theme))
    frames = write_frames(Scene(found), output, view, PictureSize.parse(size), stages)
    with progress_bar() as bar:
        task = bar.add_task("Drawing", total=len(stages), figures="")
        for _ in frames:
            bar.advance(task)
    say(f"Wrote {len(stages)} {'frame' if len(stages) == 1 else 'frames'} to {output}.")


def trace(
    project: options.ProjectFile, output: options.Output, n: options.Count = PARTICLES, seed: options.Seed = 0
) -> None:
    """Follow particles of the base through every stage: positions, log_det, names in one .npz file."""
    particles = base_particles(options.checked_count(n), options.checked_seed(seed))
    with written_whole(output) as part:
        found = _flow(project).trace(particles)
        with part.open("wb") as file:
            np.savez(file, positions=found.positions, log_det=found.log_det, names=np.array(found.names))


def sample(
    project: options.ProjectFile, output: options.Output, n: options.Count = 20_000, seed: options.Seed = 0
) -> None:
    """Draw points from a saved flow, in target units: float32 (n, 2)."""
    particles = base_particles(options.checked_count(n), options.checked_seed(seed))
    _save_array(output, lambda: _flow(project).sample(particles))


def score(
    project: options.ProjectFile,
    points: Annotated[Path, typer.Argument(help="Points in target units, (n, 2).", metavar="POINTS.npy")],
    output: options.Output,
) -> None:
    """The log-density of points under a saved flow, in nats: float32 (n,)."""
    loaded = _load_points(points)
    _save_array(output, lambda: _flow(project, "float64").log_prob(loaded))


def target(text: options.Text, output: options.Output, n: options.Count = 100_000, seed: options.Seed = 0) -> None:
    """Draw points from the target itself, in target units: float32 (n, 2)."""
    built = build_target(TargetSpec(text=text))
    rng = np.random.default_rng(options.checked_seed(seed))
    _save_array(output, lambda: built.sample(options.checked_count(n), rng))


def info(as_json: options.AsJson = False) -> None:
    """Say what flowviz found on this machine: versions, devices, XLA, threads."""
    from flowviz.flows.machine import described  # loads TensorFlow

    found = described()
    if as_json:
        typer.echo(json.dumps(found))
        return
    for name, value in found.items():
        typer.echo(f"{name.replace('_', ' '):<24}{', '.join(value) if isinstance(value, list) else value}")


COMMANDS = (render, trace, sample, score, target, info)


def _flow(path: Path, dtype: str = "float32") -> "Flow":
    project = load_project(path)
    from flowviz.flows import build_flow  # loads TensorFlow

    try:
        return build_flow(project.flow, project.weights, dtype)
    except FileError as error:
        raise FileError(f"{path} cannot be opened. {error}") from error


def _stages(text: str | None) -> range | None:
    if text is None:
        return None
    match = re.fullmatch(r"(\d{1,3})(?:-(\d{1,3}))?", text.strip())
    if match is None or int(match[2] or match[1]) < int(match[1]):
        raise SpecError(f"The stage {text!r} is neither a number, such as 7, nor a range, such as 0-19.")
    return range(int(match[1]), int(match[2] or match[1]) + 1)


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


def _save_array(path: Path, compute: Callable[[], NDArray[Any]]) -> None:
    """Save what `compute` gives as float32, whole or not at all; a path that cannot be written fails before it runs."""
    with written_whole(path) as part, part.open("wb") as file:
        np.save(file, compute().astype(np.float32), allow_pickle=False)
