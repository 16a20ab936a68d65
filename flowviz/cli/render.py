"""The command that writes exports: render."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import Annotated

import typer

from flowviz.cli import options
from flowviz.cli.export_request import FIELDS, requested_export, requested_figure
from flowviz.cli.loaded_project import LoadedProject, say_nll, shown_options
from flowviz.cli.messages import progress_bar, say
from flowviz.cli.outputs import STDOUT, check_output, check_replaceable
from flowviz.cli.spec_options import Given, SpecFile, given_files, read_spec, spec_options, takes
from flowviz.errors import SpecError
from flowviz.exporting.comparison_figure import BY_NAME, ComparisonFigure, usual_size, with_names
from flowviz.exporting.difference import DifferenceExport, Names
from flowviz.exporting.export import Export
from flowviz.exporting.scenes import Scenes
from flowviz.exporting.shots import seen_moment, shots
from flowviz.exporting.web_page import WebPage
from flowviz.file_kinds import suffixes_of
from flowviz.projects import Project, is_comparison, load_comparison
from flowviz.records import Selection, Trace, checked_stage
from flowviz.specs import ExportSpec, Playback, Seen, ViewSpec
from flowviz.specs.comparison import FigureColumns
from flowviz.specs.export import effects
from flowviz.specs.export_kinds import IN_FOLDERS
from flowviz.specs.fields import checked, with_values
from flowviz.specs.shares import counted

RECTANGLE = "STAGE:LEFT,BOTTOM,RIGHT,TOP"
PLACES = (  # in an export, of the specs that a file of `--spec` may hold
    (ExportSpec.model_fields, ()),
    (Seen.model_fields, ("seen",)),
    (ViewSpec.model_fields, ("seen", "view")),
    (Playback.model_fields, ("seen", "playback")),
)
SAVED, NONE = "saved", "none"  # selections of `--select`


@takes(
    fields=spec_options({name: field for name, field in FIELDS.items() if field.option.kinds}),
    shown=shown_options,
)
def render(
    project: options.ProjectFile,
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="PATH", help="The file to write, or the folder for several.")
    ],
    fields: Given,
    shown: Given,
    entrant: options.Entrant = None,
    edits: options.EditsFile = None,
    columns: Annotated[
        FigureColumns | None,
        typer.Option(help="Columns of the figure of a comparison: stages, marks or targets, if a flow has several."),
    ] = None,
    names: Annotated[
        str | None,
        typer.Option(
            help="Flows in the figure of a comparison, in this order, with optional labels: a,b or a=RealNVP,b.",
            metavar="FLOW[=NAME],...",
        ),
    ] = None,
    table_columns: Annotated[
        str | None,
        typer.Option(
            help=f"Numbers beside the names in the figure of a comparison: {', '.join(BY_NAME)}.", metavar="COLUMN,..."
        ),
    ] = None,
    difference: Annotated[
        str | None,
        typer.Option(
            help="Instead of the figure of all flows: where flow A has more density than flow B, and where less.",
            metavar="A,B",
        ),
    ] = None,
    spec_file: SpecFile = None,
    as_seen: Annotated[
        bool, typer.Option("--as-seen", help="Begin with the view of the saved project; other options override it.")
    ] = False,
    speed: Annotated[
        float | None, typer.Option(help="Instead of --in-betweens: play 0.25 to 4 times as fast as the window.")
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(
            help="Select the particles in a rectangle, in flow units; or none, or saved. Repeat it to add more.",
            metavar=RECTANGLE,
        ),
    ] = None,
) -> None:
    """Export a saved flow: a picture, one picture per stage, a sheet of all stages, an animation, numbers, or code.

    The name of the output implies what to export: .png, .svg and .pdf are pictures, .gif, .apng, .webp and .mp4
    animations, .html is an interactive web page, and .py is the flow as a Python module that needs only NumPy. A name
    without a suffix, or one that ends in /, is a folder for the stages or, with --fps, the frames of an animation.
    Otherwise, give --what; with --view overview, all stages are in one picture.

    A comparison is exported as a figure with a row for each flow, or as an animation or a web page of all flows at
    once. With --entrant, one of its flows is exported.
    """
    path = Path(output)
    if path == STDOUT:
        raise SpecError("Exports cannot be written to stdout. Give the name of a file or a folder.")
    given = {**fields, **({"select": select} if select else {}), **({} if speed is None else {"speed": speed})}
    if entrant is None and is_comparison(project):
        if shown or select or as_seen or edits:
            alone = "--integrator, --given, --guidance, --edits, --select and --as-seen"
            raise SpecError(f"{alone} apply to a single flow. Choose one with --entrant.")
        figure = _Figure(columns, names, table_columns)
        _write(*_comparison_export(project, output, given, figure, spec_file, difference), path)
        return
    if {columns, difference, names, table_columns} != {None}:
        alone = "--names, --table-columns, --columns and --difference"
        raise SpecError(f"{alone} apply to a whole comparison. Leave them out.")
    inputs = [project, *given_files(spec_file, edits)]
    found = LoadedProject.at(project, entrant, shown, edits).project
    spec = requested_export(output, given, found.seen if as_seen else Seen(), read_spec(spec_file, *PLACES))
    if spec.what not in IN_FOLDERS:
        check_output(path, suffixes_of(spec.format), inputs)
    followed = _Followed(found, spec)
    found = replace(found, selection=followed.selection(select or [SAVED]))
    if spec.seen.direction == "encode" and "direction" in effects(spec):
        trace = followed.trace
        say_nll(trace.nlls, trace.folded_share * len(trace.nlls), found.target, spec.seen.view.units)
    export = Export(found, followed.with_window(given))
    for name in export.names():
        check_replaceable(path / name, inputs)
    _write(export, spec, path)


COMMANDS = (render,)


@dataclass(frozen=True)
class _Followed:
    """The particles and the view of an export, on which some options depend."""

    project: Project
    spec: ExportSpec

    def __post_init__(self) -> None:
        if self.spec.seen.probe is not None:
            checked_stage(self.spec.seen.probe[0], self.project.trace.last_stage)

    @cached_property
    def scenes(self) -> Scenes:
        """Return the scenes of the export."""
        return Scenes(self.project, self.spec.seen, self.spec.particles, shots(self.project, self.spec))

    @cached_property
    def trace(self) -> Trace:
        """Return the particles at every stage."""
        return self.scenes.trace(seen_moment(self.project, self.spec))

    def selection(self, select: Sequence[str]) -> Selection | None:
        """Return the selection that `--select` names: the saved one, none, or rectangles. Raises `SpecError`."""
        rectangles = [_rectangle(text) for text in select if text not in {SAVED, NONE}]
        for stage, _ in rectangles:
            checked_stage(stage, self.project.trace.last_stage)
        found = self.project.selection if SAVED in select else None
        for stage, (left, bottom, right, top) in rectangles:
            one = Selection.in_rectangle(self.trace.positions[stage], (left, bottom), (right, top))
            found = one if found is None else found.combined(one, "add")
        if rectangles and found is not None and not found.chosen.any():
            say("--select selected no particles. Its rectangles are in flow units, even if the axes have other units.")
        if found is None and self.spec.seen.view.color_by == "selection":
            raise SpecError("The colors show the selection, but nothing is selected. Add --select.")
        return found

    def with_window(self, given: Given) -> ExportSpec:
        """Return the spec; if only one of center and half extent is given, the other is fitted."""
        named = given.keys() & {"center", "half_extent"}
        if not named or not self.spec.seen.fitted:
            return self.spec
        camera = self.scenes.camera(seen_moment(self.project, self.spec))
        view, fitted = self.spec.seen.view, camera.widest(self.spec.pixels)
        window = {name: getattr(view if name in named else fitted, name) for name in ("center", "half_extent")}
        return with_values(self.spec, {**window, "fitted": False})


def _comparison_export(
    comparison: Path,
    output: str,
    given: Given,
    figure: "_Figure",
    spec_file: Path | None,
    difference: str | None,
) -> tuple[ComparisonFigure | DifferenceExport | WebPage, ExportSpec]:
    """Return the figure of a comparison, or the picture of the difference of two flows, and its spec."""
    found, file = load_comparison(comparison), read_spec(spec_file, *PLACES)
    if difference is not None and figure != _Figure():
        alone = "--columns, --names and --table-columns apply"
        raise SpecError(f"{alone} to the figure of all flows. Leave them out, or leave out --difference.")
    inputs = [comparison, *given_files(spec_file)]
    if difference is not None:
        spec = requested_export(output, given, Seen(), file)
        check_output(Path(output), suffixes_of(spec.format), inputs)
        return DifferenceExport(found, _pair(difference, found.names), spec), spec
    spec = requested_figure(output, given, file)
    if spec.what == "page":
        check_output(Path(output), suffixes_of(spec.format), inputs)
        return WebPage(
            found if figure.names is None else with_names(found, figure.chosen(found.names) or {}), spec
        ), spec
    if (names := figure.chosen(found.names)) is not None:
        found = with_names(found, names)
    if "size" not in {*given, *file}:
        spec = checked(with_values(spec, {"size": usual_size(found, spec, figure.columns)}))
    check_output(Path(output), suffixes_of(spec.format), inputs)
    return ComparisonFigure(found, spec, figure.columns, figure.shown), spec


@dataclass(frozen=True)
class _Figure:
    """The command-line options of the figure of a comparison, before they are parsed."""

    columns: FigureColumns | None = None
    names: str | None = None
    table_columns: str | None = None

    @property
    def shown(self) -> list[str]:
        """Return the names of the columns of the table beside the names."""
        return [] if self.table_columns is None else [name.strip() for name in self.table_columns.split(",")]

    def chosen(self, entrants: Sequence[str]) -> dict[str, str] | None:
        """Return the label of each chosen entrant by its name, which may contain commas. Raises `SpecError`."""
        found, rest = dict[str, str](), "" if self.names is None else f"{self.names},"
        while rest := rest.lstrip():
            fitting = [each for each in entrants if rest.startswith((f"{each}=", f"{each},"))]
            if not fitting:
                known = ", ".join(entrants)
                raise SpecError(f"--names contains no known flow at {rest.rstrip(',')!r}. Choose from {known}.")
            name = max(fitting, key=len)
            if name in found:
                raise SpecError(f"--names contains {name} twice. Give each flow once.")
            new, _, rest = rest.removeprefix(name).removeprefix("=").partition(",")
            found[name] = new.strip() or name
        return found or None


def _pair(text: str, names: Sequence[str]) -> Names:
    """Return the names of the two entrants in "A,B", which may themselves contain commas. Raises `SpecError`."""
    places = [number for number, character in enumerate(text) if character == ","]
    pairs = [(text[:place].strip(), text[place + 1 :].strip()) for place in places]
    found = next((pair for pair in pairs if set(pair) <= set(names)), None)
    if found is None:
        raise SpecError(f"--difference {text!r} does not name two flows as A,B. Choose from {', '.join(names)}.")
    return found


def _rectangle(text: str) -> tuple[int, tuple[float, ...]]:
    """Return a stage and the sides of a rectangle there. Raises `SpecError`."""
    stage, _, sides = text.partition(":")
    try:
        found = int(stage), tuple(float(side) for side in sides.split(","))
    except ValueError:
        found = 0, ()
    if len(found[1]) != 4 or not all(map(isfinite, found[1])):
        raise SpecError(f"The rectangle {text!r} is not of the form {RECTANGLE}.")
    return found


def _write(export: Export | ComparisonFigure | WebPage, spec: ExportSpec, path: Path) -> None:
    with progress_bar() as bar:
        task = bar.add_task("Writing", total=export.count, figures="")
        for _ in export.write(path):
            bar.advance(task)
    written = counted(export.count, "picture") if spec.what in IN_FOLDERS else f"the {spec.what.replace('_', ' ')}"
    say(f"Wrote {written} to {path}.")
