"""The command that draws: render."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated

import typer

from flowviz.cli import options
from flowviz.cli.asking import at_stage, export_spec
from flowviz.cli.choosing import takes
from flowviz.cli.loaded_project import say_nll
from flowviz.cli.looking import Given, chosen_looks, chosen_output, chosen_playback, chosen_view
from flowviz.cli.messages import progress_bar, say
from flowviz.cli.outputs import check_output, check_replaceable
from flowviz.errors import SpecError
from flowviz.exporting.export import Export
from flowviz.exporting.repeat import NONE, SAVED
from flowviz.exporting.scenes import Scenes
from flowviz.exporting.shots import seen_moment, shots
from flowviz.projects import Project, load_project
from flowviz.records import Selection, Trace, checked_stage
from flowviz.specs import ExportSpec, Seen
from flowviz.specs.effects import effects
from flowviz.specs.export import IN_FOLDERS

RECTANGLE = "STAGE:LEFT,BOTTOM,RIGHT,TOP"


@takes(output=chosen_output, looks=chosen_looks, view=chosen_view, playback=chosen_playback)
def render(
    project: options.ProjectFile,
    path: Annotated[Path, typer.Option("-o", "--output", help="The file, or the folder for one picture a stage.")],
    output: Given,
    looks: Given,
    view: Given,
    playback: Given,
    as_seen: Annotated[
        bool, typer.Option("--as-seen", help="Begin with what the project says is seen; other options change it.")
    ] = False,
    select: Annotated[
        list[str] | None,
        typer.Option(help="Select what is in a rectangle; again: add. Or none, or saved.", metavar=RECTANGLE),
    ] = None,
) -> None:
    """Write what is seen of a saved flow: a picture, one a stage, a sheet of all, an animation, or the numbers.

    The name of the output says what: a folder holds the stages, or with --fps the frames of what plays; a .png, .svg
    or .pdf is this view, a .gif, .apng, .webp or .mp4 plays. Else --what says it; --view overview is all stages.
    """
    given = {**output, **looks, **view, **playback, **({"select": select} if select else {})}
    found = load_project(project)
    spec = export_spec(path, given, found.seen if as_seen else Seen())
    if spec.what not in IN_FOLDERS:
        check_output(path, _suffixes(spec), [project])
    followed = _Followed(found, spec)
    found = replace(found, selection=followed.selection(select or [SAVED]))
    if spec.seen.direction == "encode" and "direction" in effects(spec):
        say_nll(followed.trace.nll, followed.trace.positions.shape[1])
    export = Export(found, followed.with_window(given))
    for name in export.names():
        check_replaceable(path / name, [project])
    _write(export, spec, path)


COMMANDS = (render,)


@dataclass(frozen=True)
class _Followed:
    """What an export will show of a project, where options depend on it."""

    project: Project
    spec: ExportSpec

    def __post_init__(self) -> None:
        if self.spec.seen.probe is not None:
            checked_stage(self.spec.seen.probe[0], self.project.trace.last_stage)

    @cached_property
    def scenes(self) -> Scenes:
        """Knows the particles, and the view that shows them."""
        return Scenes(self.project, self.spec.seen, self.spec.particles, shots(self.project, self.spec))

    @cached_property
    def trace(self) -> Trace:
        """The particles at every stage."""
        return self.scenes.trace(seen_moment(self.project, self.spec))

    def selection(self, select: Sequence[str]) -> Selection | None:
        """What `--select` names: what is saved, nothing, or rectangles. Raises `SpecError`."""
        rectangles = [at_stage(text, 4, "select", RECTANGLE) for text in select if text not in {SAVED, NONE}]
        for stage, _ in rectangles:
            checked_stage(stage, self.project.trace.last_stage)
        found = self.project.selection if SAVED in select else None
        for stage, (left, bottom, right, top) in rectangles:
            one = Selection.in_rectangle(self.trace.positions[stage], (left, bottom), (right, top))
            found = one if found is None else found.combined(one, "add")
        if found is None and self.spec.seen.view.color_by == "selection":
            raise SpecError("Nothing is selected to color by. Give --select as well.")
        return found

    def with_window(self, given: Given) -> ExportSpec:
        """The spec; where only one of center and half extent is given, the other is fitted."""
        named = given.keys() & {"center", "half_extent"}
        if not named or not self.spec.seen.fitted:
            return self.spec
        camera = self.scenes.camera(seen_moment(self.project, self.spec))
        view, fitted = self.spec.seen.view, camera.widest(self.spec.pixels)
        window = {name: getattr(view if name in named else fitted, name) for name in ("center", "half_extent")}
        seen = self.spec.seen.model_copy(update={"view": view.model_copy(update=window), "fitted": False})
        return self.spec.model_copy(update={"seen": seen})


def _suffixes(spec: ExportSpec) -> Sequence[str]:
    """Return those of a format; programs that know no .apng take an animated PNG for a PNG."""
    return [".apng", ".png"] if spec.format == "apng" else [f".{spec.format}"]


def _write(export: Export, spec: ExportSpec, path: Path) -> None:
    with progress_bar() as bar:
        task = bar.add_task("Writing", total=export.count, figures="")
        for _ in export.write(path):
            bar.advance(task)
    if spec.what in IN_FOLDERS:
        say(f"Wrote {export.count:,} {'frame' if export.count == 1 else 'frames'} to {path}.")
    else:
        say(f"Wrote the {spec.what} to {path}.")
