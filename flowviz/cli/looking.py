"""The options that say what is seen of a flow, how it plays, and as what it is written."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args

import typer

from flowviz.specs.export import Format, What
from flowviz.specs.playback import Easing, Heading, Repeat, Through
from flowviz.specs.view import Background, ColorBy, Direction, Mark, Palette, Theme, UnitName

Given = Mapping[str, Any]  # the options that were given, by name

OVERVIEW = "overview"
VIEW_HELP = f"What to draw, separated by commas: {', '.join(get_args(Mark))}; with overview, all stages in one picture."


def chosen_view(
    view: Annotated[str | None, typer.Option(help=VIEW_HELP)] = None,
    beside: Annotated[
        bool | None, typer.Option("--beside/--no-beside", help="Density and grid beside the points, not below.")
    ] = None,
    color_by: Annotated[ColorBy | None, typer.Option(help="What the color of a particle means.")] = None,
    palette: Annotated[Palette | None, typer.Option(help="Color-blind safe tones, or the post's plain ones.")] = None,
    theme: Annotated[Theme | None, typer.Option(help="A light or a dark ground.")] = None,
    background: Annotated[Background | None, typer.Option(help="The ground, or nothing behind what is drawn.")] = None,
    axes: Annotated[bool | None, typer.Option("--axes/--no-axes", help="The lines at round numbers.")] = None,
    common_scale: Annotated[
        bool | None, typer.Option("--common-scale/--no-common-scale", help="One scale for all stages of a sheet.")
    ] = None,
    labels: Annotated[bool | None, typer.Option("--labels/--no-labels", help="Title, legend and notes.")] = None,
    point_diameter: Annotated[float | None, typer.Option(help="Of a point, in pixels of a side of 800.")] = None,
    units: Annotated[
        UnitName | None, typer.Option(help="Units of axes and points: the data's, pixels, or the flow's own.")
    ] = None,
    word_height: Annotated[float | None, typer.Option(help="Of the words, as a share of the shorter side.")] = None,
) -> Given:
    """How it is drawn."""
    return _given(locals())


def chosen_looks(
    stage: Annotated[str | None, typer.Option(help="One stage, such as 7, or a range, such as 0-19.")] = None,
    direction: Annotated[
        Direction | None, typer.Option(help="Particles of the base forward, or points of the target pulled back.")
    ] = None,
    moment: Annotated[str | None, typer.Option(help="As it was after so many steps of the training.")] = None,
    probe: Annotated[
        str | None, typer.Option(help="Mark where a point of a stage is in every stage.", metavar="STAGE:X,Y")
    ] = None,
    center: Annotated[str | None, typer.Option(help="The middle of the view, in flow units.", metavar="X,Y")] = None,
    half_extent: Annotated[float | None, typer.Option(help="Half of its shorter side; fitted by default.")] = None,
    fit: Annotated[bool | None, typer.Option("--fit", help="Fit the view, whatever --as-seen says.")] = None,
) -> Given:
    """What is looked at."""
    return _given(locals())


def chosen_playback(
    through: Annotated[Through | None, typer.Option(help="What plays: the layers, the training, or both.")] = None,
    repeat: Annotated[Repeat | None, typer.Option(help="Once, or a pass that can be repeated.")] = None,
    heading: Annotated[Heading | None, typer.Option(help="From the base, or to it.")] = None,
    easing: Annotated[Easing | None, typer.Option(help="Rest at each stage, or move steadily.")] = None,
) -> Given:
    """How it plays."""
    return _given(locals())


def chosen_output(
    what: Annotated[
        What | None, typer.Option(help="What to write; by default, as the name of the output says.")
    ] = None,
    format_: Annotated[Format | None, typer.Option("--format", help="As what; by default, as its suffix says.")] = None,
    size: Annotated[
        str | None, typer.Option(help="Width and height in pixels, or in centimeters: 12x8cm.", metavar="WIDTHxHEIGHT")
    ] = None,
    dpi: Annotated[int | None, typer.Option(help="Pixels per inch of a PNG, an SVG or a PDF on paper.")] = None,
    scale: Annotated[int | None, typer.Option(help="So many times as wide and high, 1 to 8.")] = None,
    first: Annotated[int | None, typer.Option(help="The first stage of a range.")] = None,
    last: Annotated[int | None, typer.Option(help="The last stage of a range.")] = None,
    fps: Annotated[
        int | None, typer.Option(help="Frames a second; for a folder: play, in place of one a stage.")
    ] = None,
    in_betweens: Annotated[int | None, typer.Option(help="Frames between two stages.")] = None,
    speed: Annotated[float | None, typer.Option(help="In place of --in-betweens: 0.25 to 4 times as fast.")] = None,
    particles: Annotated[int | None, typer.Option(help="How many; by default as many as were saved.")] = None,
) -> Given:
    """What is written."""
    return _given(locals())


def _given(options: Given) -> Given:
    return {name.rstrip("_"): value for name, value in options.items() if value is not None}
