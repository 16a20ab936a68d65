"""The command that draws: render."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from flowviz.cli import options
from flowviz.cli.opened import Opened
from flowviz.cli.talk import progress_bar, say
from flowviz.errors import SpecError
from flowviz.files import check_writable
from flowviz.records import Scene, Selection, Trace, checked_stage
from flowviz.records.trace import PARTICLES
from flowviz.rendering import fitted_view, visible_rectangle, write_frames, write_playback, write_sheet
from flowviz.rendering.frames import FRAMES_PER_SECOND, MOST_FRAMES_PER_SECOND, playback_names
from flowviz.specs import PictureSize, Playback, ViewSpec
from flowviz.specs.playback import Easing, Heading, Repeat
from flowviz.specs.view import ColorBy, Mark, Palette, Theme

AtStage = tuple[int, tuple[float, ...]]  # a stage, and numbers there

OVERVIEW = "overview"
BESIDE = "With --beside, density or grid stand beside points or paths. Choose some of both with --view."
VIEW_HELP = f"What to draw, separated by commas: {', '.join(get_args(Mark))}; with overview, all stages in one PNG."


def render(
    project: options.ProjectFile,
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder for the frames; or the PNG, of overview.")],
    view: Annotated[str, typer.Option(help=VIEW_HELP)] = "points",
    beside: Annotated[bool, typer.Option("--beside", help="Density and grid beside the points, not below.")] = False,
    color_by: Annotated[ColorBy, typer.Option(help="What the color of a particle means.")] = "quadrant",
    direction: options.DirectionChoice = "generate",
    particles: Annotated[int | None, typer.Option(help="How many; by default as many as were saved.")] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(help="Select what is in a rectangle; again: add.", metavar="STAGE:LEFT,BOTTOM,RIGHT,TOP"),
    ] = None,
    probe: Annotated[
        str | None, typer.Option(help="Mark where a point of a stage is in every stage.", metavar="STAGE:X,Y")
    ] = None,
    center: Annotated[str | None, typer.Option(help="The middle of the view, in target units.", metavar="X,Y")] = None,
    half_extent: Annotated[float | None, typer.Option(help="Half of its shorter side; fitted by default.")] = None,
    size: Annotated[str, typer.Option(help="Width and height in pixels.", metavar="WIDTHxHEIGHT")] = "1080x1080",
    stage: Annotated[str | None, typer.Option(help="One stage, such as 7, or a range, such as 0-19.")] = None,
    fps: Annotated[
        int | None, typer.Option(help="Play through the layers, so many frames a second, in place of one a stage.")
    ] = None,
    repeat: Annotated[Repeat | None, typer.Option(help="With --fps: once, or a pass that can be repeated.")] = None,
    heading: Annotated[Heading | None, typer.Option(help="With --fps: from the base, or to it.")] = None,
    easing: Annotated[Easing | None, typer.Option(help="With --fps: rest at each stage, or move steadily.")] = None,
    speed: Annotated[float | None, typer.Option(help="With --fps: 0.25 to 4 times as fast.")] = None,
    palette: Annotated[Palette, typer.Option(help="Color-blind safe tones, or the post's plain ones.")] = "safe",
    theme: Annotated[Theme, typer.Option(help="A light or a dark ground.")] = "light",
) -> None:
    """Draw the stages of a saved flow, one PNG a stage, or all of them in one; or play through them."""
    opened, marks, window = Opened.at(project), _marks(view), _window(center, half_extent)
    spec = ViewSpec(
        palette=palette, theme=theme, color_by=color_by, beside=beside, marks=marks - {OVERVIEW}, **window
    )  # fmt: skip
    _check(spec, overview=OVERVIEW in marks, playing=fps is not None, stage=stage, select=select)
    rectangles = [_at_stage(text, 4, "select", "STAGE:LEFT,BOTTOM,RIGHT,TOP", opened) for text in select or []]
    picture = _Picture(
        opened=opened,
        size=PictureSize.parse(size),
        stages=_stages(stage, opened.project.trace.last_stage),
        probe=None if probe is None else _at_stage(probe, 2, "probe", "STAGE:X,Y", opened),
        playback=_playback(fps, repeat=repeat, heading=heading, easing=easing, speed=speed),
        rate=FRAMES_PER_SECOND if fps is None else _rate(fps),
    )
    if OVERVIEW in marks:
        check_writable(output)  # before the long work
    trace = _trace(opened, direction, particles)
    spec = ViewSpec(**{**fitted_view(trace, spec).model_dump(), **window})
    write = (
        picture.write_overview if OVERVIEW in marks else picture.write_frames if fps is None else picture.write_playing
    )
    write(Scene(trace, _selection(trace, rectangles)), spec, output)


COMMANDS = (render,)


@dataclass(frozen=True)
class _Picture:
    """What is to be drawn of a project, besides its particles."""

    opened: Opened
    size: PictureSize
    stages: range
    probe: AtStage | None
    playback: Playback
    rate: int

    def write_frames(self, scene: Scene, view: ViewSpec, folder: Path) -> None:
        """One PNG a stage."""

        def completed(scene: Scene, stage: int) -> Scene:
            return self._completed(scene, stage, view)

        _draw(write_frames(scene, folder, view, self.size, self.stages, completed), len(self.stages), folder)

    def write_playing(self, scene: Scene, view: ViewSpec, folder: Path) -> None:
        """One PNG a frame of what plays."""
        latest, last = scene, scene.trace.last_stage

        def scene_at(position: float) -> tuple[Scene, float]:
            nonlocal latest  # so that what is drawn for one frame serves the next
            latest = self._completed(latest, round(position), view)
            return latest, position

        frames = write_playback(scene_at, folder, view, self.size, self.playback, last, self.rate)
        _draw(frames, len(playback_names(self.playback, last, self.rate)), folder)

    def write_overview(self, scene: Scene, view: ViewSpec, path: Path) -> None:
        """All stages in one PNG."""
        write_sheet(self._completed(scene, 0, view), path, view, self.size)
        say(f"Wrote {len(scene.trace.names)} stages to {path}.")

    def _completed(self, scene: Scene, stage: int, view: ViewSpec) -> Scene:
        """The scene with density, grid and probe, where they are asked for."""
        if self.probe is None and not view.marks & {"density", "grid"}:
            return scene
        flow = self.opened.flow
        from flowviz.flows.scenes import completed  # loads TensorFlow

        return completed(
            flow, scene, stage, view, visible_rectangle(view, self.size), None if scene.probe else self.probe
        )


def _draw(frames: Iterable[Path], count: int, folder: Path) -> None:
    with progress_bar() as bar:
        task = bar.add_task("Drawing", total=count, figures="")
        for _ in frames:
            bar.advance(task)
    say(f"Wrote {count} {'frame' if count == 1 else 'frames'} to {folder}.")


def _playback(fps: int | None, **choices: Any) -> Playback:
    given = {name: value for name, value in choices.items() if value is not None}
    if given and fps is None:
        raise SpecError(f"--{next(iter(given))} says how to play. Give --fps as well.")
    return Playback(**given)


def _rate(fps: int) -> int:
    if not 1 <= fps <= MOST_FRAMES_PER_SECOND:
        raise SpecError(f"{fps} frames a second cannot be written. Choose 1 to {MOST_FRAMES_PER_SECOND}.")
    return fps


def _trace(opened: Opened, direction: Any, particles: int | None) -> Trace:
    saved = opened.project.trace
    count = saved.positions.shape[1] if particles is None else options.checked_count(particles)
    if direction == "generate" and count == saved.positions.shape[1]:
        return saved
    return opened.followed(direction, PARTICLES if particles is None else count)


def _check(view: ViewSpec, overview: bool, playing: bool, stage: str | None, select: Sequence[str] | None) -> None:
    """Raise `SpecError` for choices that do not go together."""
    if overview and "density" in view.marks:
        raise SpecError("The overview cannot show the density, which is computed for one stage. Leave one of them out.")
    if overview and stage is not None:
        raise SpecError("The overview shows all stages. Leave --stage out.")
    if view.beside and overview:
        raise SpecError("In the overview nothing stands beside the points. Leave --beside out.")
    if playing and (overview or stage is not None):
        raise SpecError("With --fps one plays through all stages. Leave overview and --stage out.")
    if view.beside and not (view.marks & {"density", "grid"} and view.marks & {"points", "paths"}):
        raise SpecError(BESIDE)
    if view.color_by == "selection" and not select:
        raise SpecError("Nothing is selected to color by. Give --select as well.")


def _marks(text: str) -> frozenset[Any]:
    """The marks of a list such as "points,density". Raises `SpecError`."""
    words = {word.strip() for word in text.split(",")}
    unknown = sorted(words - {*get_args(Mark), OVERVIEW})
    if unknown:
        raise SpecError(f"The view {unknown[0]!r} is not known. Choose from {', '.join(get_args(Mark))}, {OVERVIEW}.")
    return frozenset(words | {"points"} if words == {OVERVIEW} else words)


def _window(center: str | None, half_extent: float | None) -> dict[str, Any]:
    """What of a view is given rather than fitted."""
    found: dict[str, Any] = {} if center is None else {"center": _numbers(center, 2, "center", "X,Y")}
    return found if half_extent is None else {**found, "half_extent": half_extent}


def _selection(trace: Trace, rectangles: Sequence[AtStage]) -> Selection | None:
    found = None
    for stage, (left, bottom, right, top) in rectangles:
        one = Selection.in_rectangle(trace.positions[stage], (left, bottom), (right, top))
        found = one if found is None else found.combined(one, "add")
    return found


def _at_stage(text: str, count: int, name: str, form: str, opened: Opened) -> AtStage:
    """A stage, and numbers there. Raises `SpecError`."""
    stage, _, numbers = text.partition(":")
    if not re.fullmatch(r"\s*\d{1,3}\s*", stage):
        raise SpecError(f"The {name} {text!r} is not of the form {form}.")
    at = checked_stage(int(stage), opened.project.trace.last_stage)
    return at, _numbers(numbers, count, name, form)


def _numbers(text: str, count: int, name: str, form: str) -> tuple[float, ...]:
    """So many finite numbers, separated by commas. Raises `SpecError`."""
    try:
        found = tuple(float(number) for number in text.split(","))
    except ValueError:
        found = ()
    if len(found) != count or not all(map(isfinite, found)):
        raise SpecError(f"The {name} {text!r} is not of the form {form}.")
    return found


def _stages(text: str | None, last: int) -> range:
    """The stages of "7" or "0-19"; all, where none are named. Raises `SpecError`."""
    if text is None:
        return range(last + 1)
    match = re.fullmatch(r"(\d{1,3})(?:-(\d{1,3}))?", text.strip())
    if match is None or int(match[2] or match[1]) < int(match[1]):
        raise SpecError(f"The stage {text!r} is neither a number, such as 7, nor a range, such as 0-19.")
    return range(int(match[1]), checked_stage(int(match[2] or match[1]), last) + 1)
