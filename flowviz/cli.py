"""The terminal: one short function a command. Results go to files or stdout, talk goes to stderr."""

import json
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event as Flag
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

import flowviz
from flowviz.errors import FileError, FlowvizError, SpecError
from flowviz.files import check_writable, reason, written_whole
from flowviz.projects import Project, load_project, save_project
from flowviz.records import Event, Finished, History, Preparing, Progress, Recovered, base_particles
from flowviz.records.trace import PARTICLES
from flowviz.rendering import fitted_view, write_frames
from flowviz.specs import FlowSpec, PictureSize, TargetSpec, TrainingSpec, ViewSpec
from flowviz.specs.training import DEFAULT_SECONDS, LEARNING_RATE
from flowviz.specs.view import Palette, Theme
from flowviz.targets import Target, build_target
from flowviz.training import train as train_flow

if TYPE_CHECKING:
    from flowviz.flows import Flow

MOST_POINTS = 10_000_000

app = typer.Typer(
    help="Watch a normalizing flow bend a Gaussian cloud into a word. Without a command, the window opens.",
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
talk = Console(stderr=True, highlight=False)

TextOption = Annotated[str, typer.Option("--text", help="The text that the flow shall learn to draw.")]
SeedOption = Annotated[int, typer.Option("--seed", help="The start of the random numbers.")]
CountOption = Annotated[int, typer.Option("-n", help="How many points.")]
OutputOption = Annotated[Path, typer.Option("-o", "--output", help="The file to write.")]
ProjectArgument = Annotated[Path, typer.Argument(help="A project that flowviz saved.", metavar="PROJECT.flowviz")]


def main() -> None:
    """The `flowviz` command. What a person got wrong is one sentence and exit code 2."""
    try:
        app()
    except FlowvizError as error:
        talk.print(str(error), markup=False, soft_wrap=True)
        sys.exit(2)


@app.callback()
def _window(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say which version this is, and exit.")] = False,
) -> None:
    if version:
        typer.echo(f"flowviz {flowviz.__version__}")
    elif context.invoked_subcommand is None:
        from flowviz.app.main import run

        sys.exit(run())


@app.command()
def train(
    text: TextOption,
    output: OutputOption,
    seconds: Annotated[float | None, typer.Option(help=f"Train so long; {DEFAULT_SECONDS:g} by default.")] = None,
    steps: Annotated[int | None, typer.Option(help="Train so many steps, instead of seconds.")] = None,
    seed: SeedOption = 0,
    learning_rate: Annotated[float, typer.Option(help="The highest rate of the schedule.")] = LEARNING_RATE,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")] = False,
) -> None:
    """Train a flow on a text and save it. Ctrl+C stops early and keeps what was learned."""
    if seconds is None and steps is None:
        seconds = DEFAULT_SECONDS
    target_spec, flow_spec = TargetSpec(text=text), FlowSpec(seed=seed)
    spec = TrainingSpec(seconds=seconds, steps=steps, seed=seed, learning_rate=learning_rate)
    target = build_target(target_spec)
    check_writable(output)
    finished, history = _train(target, flow_spec, spec)
    save_project(Project(target_spec, flow_spec, spec, finished.weights, history, finished.trace), output)
    figures = finished.figures()
    if as_json:
        typer.echo(json.dumps(figures))
    talk.print(
        f"{finished.ending.capitalize()} after {figures['steps']} steps in {figures['seconds']:.1f} s: "
        f"gap {figures['gap']:.3f} nats, {figures['on_target']:.0%} of the samples on target. Saved {output}.",
        soft_wrap=True,
    )


@app.command()
def render(
    project: ProjectArgument,
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
    frames = write_frames(found, output, view, PictureSize.parse(size), stages)
    with _bar() as bar:
        task = bar.add_task("Drawing", total=len(stages), figures="")
        for _ in frames:
            bar.advance(task)
    talk.print(f"Wrote {len(stages)} {'frame' if len(stages) == 1 else 'frames'} to {output}.")


@app.command()
def trace(project: ProjectArgument, output: OutputOption, n: CountOption = PARTICLES, seed: SeedOption = 0) -> None:
    """Follow particles of the base through every stage: positions, log_det, names in one .npz file."""
    particles = base_particles(_count(n), _seed(seed))
    with written_whole(output) as part:
        found = _flow(project).trace(particles)
        with part.open("wb") as file:
            np.savez(file, positions=found.positions, log_det=found.log_det, names=np.array(found.names))


@app.command()
def sample(project: ProjectArgument, output: OutputOption, n: CountOption = 20_000, seed: SeedOption = 0) -> None:
    """Draw points from a saved flow, in target units: float32 (n, 2)."""
    particles = base_particles(_count(n), _seed(seed))
    _save_array(output, lambda: _flow(project).sample(particles))


@app.command()
def score(
    project: ProjectArgument,
    points: Annotated[Path, typer.Argument(help="Points in target units, (n, 2).", metavar="POINTS.npy")],
    output: OutputOption,
) -> None:
    """The log-density of points under a saved flow, in nats: float32 (n,)."""
    loaded = _load_points(points)
    _save_array(output, lambda: _flow(project, "float64").log_prob(loaded))


@app.command()
def target(text: TextOption, output: OutputOption, n: CountOption = 100_000, seed: SeedOption = 0) -> None:
    """Draw points from the target itself, in target units: float32 (n, 2)."""
    built = build_target(TargetSpec(text=text))
    rng = np.random.default_rng(_seed(seed))
    _save_array(output, lambda: built.sample(_count(n), rng))


def _train(target: Target, flow_spec: FlowSpec, spec: TrainingSpec) -> tuple[Finished, History]:
    """Train with a progress bar; the first Ctrl+C stops and keeps, a second one interrupts."""
    stop, history = Flag(), History()

    def stop_and_keep(*_: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, stop_and_keep)
    try:
        with _bar() as bar:
            task = bar.add_task("Starting", total=1.0, figures="")
            for event in train_flow(target, flow_spec, spec, stop_requested=stop.is_set):
                bar.update(task, **_told(event))
                history = history.with_event(event)
    finally:
        signal.signal(signal.SIGINT, before)
    assert isinstance(event, Finished)
    return event, history


def _bar() -> Bar:
    return Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[figures]}"),
        TimeRemainingColumn(),
        console=talk,
        transient=True,
        disable=not talk.is_terminal,
    )


def _told(event: Event) -> dict[str, Any]:
    """What the progress bar shows of an event."""
    match event:
        case Preparing():
            return {"description": event.activity}
        case Progress():
            figures = f"gap {event.gap:.3f} nats, {event.steps_per_second:.0f} steps/s"
            return {"description": "Training", "completed": event.fraction, "figures": figures}
        case Recovered():
            talk.print(event.sentence())
    return {}


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


def _count(n: int) -> int:
    if not 1 <= n <= MOST_POINTS:
        raise SpecError(f"The number of points is {n}; it must lie between 1 and {MOST_POINTS:,}.")
    return n


def _seed(seed: int) -> int:
    if seed < 0:
        raise SpecError(f"The seed is {seed}; it must be 0 or more.")
    return seed


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
