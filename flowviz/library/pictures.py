"""Pictures and animations of projects and comparisons."""

import json
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from flowviz.arguments import checked
from flowviz.exporting.commands import default_format
from flowviz.exporting.comparison_figure import ComparisonFigure, figure_spec, with_names
from flowviz.exporting.difference import DifferenceExport
from flowviz.exporting.export import Export
from flowviz.exporting.web_page import WebPage
from flowviz.file_kinds import PICTURE, check_suffix, suffixes_of
from flowviz.files import check_writable
from flowviz.notebook import is_in_notebook
from flowviz.projects import Comparison, Project
from flowviz.projects.drawing import draw, png_of, widget_bundle
from flowviz.records.judgment import Judgment
from flowviz.records.provenance import Provenance
from flowviz.specs import ExportSpec, PictureSize
from flowviz.specs.comparison import FigureColumns
from flowviz.specs.export_kinds import IN_FOLDERS

PICTURE_SIZE = 640, 480
FIGURE_DPI = 150


@checked
def render(project: Project, spec: ExportSpec, path: str | Path) -> None:
    """Write an export of a project to a file, or to a folder if it consists of several pictures.

    The same project and spec give the same bytes. TensorFlow is loaded only for content that the project does not
    store, such as a density.

    Args:
        project: The project.
        spec: The content, size and format of the export.
        path: The file or folder to write.

    Raises:
        FileError: If the file or folder cannot be written.
        SpecError: If the project lacks what the spec requires, or if the path has the suffix of another format.
    """
    _write(lambda: Export(project, spec), spec, Path(path))


@draw.register
@checked
def render_comparison(
    comparison: Comparison,
    path: str | Path,
    spec: ExportSpec | None = None,
    columns: FigureColumns | None = None,
    *,
    names: Mapping[str, str] | None = None,
    table_columns: Sequence[str] = (),
) -> None:
    """Write the figure of a comparison to a file: a row with the gap of each entrant.

    An animation or a web page shows all of them at once. A recorded flow lacks the marks that need its map.

    The same comparison and spec give the same bytes. TensorFlow is loaded only for densities, grids and velocities.

    Args:
        comparison: The comparison.
        path: The file. Its suffix implies the format, unless a spec is given.
        spec: A sheet or an animation, with its size and view. None for one whose size fits the number of panels.
        columns: `stages` at equal shares of the layers, `marks` (points, density and grid, unless the view of the spec
            has others), or `targets` of flows that learn several. None for those that fit.
        names: The label of each flow to show, by its name, in the order of the rows. None for all flows.
        table_columns: The columns of `comparison.table()` to show beside the labels, such as `gap` and `on_target`. By
            default the gap, or the NLL if the entropy is unknown.

    Raises:
        FileError: If the file cannot be written.
        SpecError: If a comparison cannot be exported that way, if there is no such flow or column, or if the path has
            the suffix of another format.
    """
    place, shown = Path(path), comparison if names is None else with_names(comparison, names)
    found = spec or figure_spec(shown, place, columns)
    if found.what == "page":
        _write(lambda: WebPage(shown, found), found, place)
    else:
        _write(lambda: ComparisonFigure(shown, found, columns, table_columns), found, place)


@checked
def render_difference(
    comparison: Comparison, first: str, second: str, path: str | Path, spec: ExportSpec | None = None
) -> None:
    """Write a picture of log p_A − log p_B for two entrants that learn the same target; the particles are those of A.

    The map is left blank where both flows have hardly any density. Loads TensorFlow.

    Args:
        comparison: The comparison.
        first: Name of the entrant A.
        second: Name of the entrant B.
        path: The file. Its suffix, .png, .svg or .pdf, implies the format, unless a spec is given.
        spec: A picture of the last stage, with its size and view.

    Raises:
        FileError: If the file cannot be written.
        SpecError: If there is no such entrant, if their targets differ, or if the spec asks for another kind of export.
    """
    place = Path(path)
    found = spec or ExportSpec(format=default_format("view", place))
    _write(lambda: DifferenceExport(comparison, (first, second), found), found, place)


@checked
def render_judgment(judgment: Judgment, path: str | Path) -> None:
    """Write the figure of a report of `judge`: points of the target, samples, coverage and the findings.

    Args:
        judgment: The report.
        path: The file, which ends in .png, .svg or .pdf.

    Raises:
        FileError: If the file cannot be written.
        SpecError: If the path has the suffix of another format.
    """
    from flowviz.rendering.judgment import judgment_figure  # loads Matplotlib
    from flowviz.rendering.page import save_figure

    place = Path(path)
    check_suffix(place, PICTURE.written)
    check_writable(place)
    form = place.suffix.lower().removeprefix(".") or "png"
    about = Provenance(judgment.title, json.dumps(judgment.as_json(), ensure_ascii=False), FIGURE_DPI)
    save_figure(lambda: judgment_figure(judgment), place, form, about)


@checked
def picture(project: Project, size: PictureSize | None = None) -> bytes:
    """Return a PNG of the particles of a project at the last stage. Does not load TensorFlow.

    Args:
        project: The project.
        size: The size of the picture; by default 640 × 480 pixels.
    """
    return png_of(project, size=size)


@draw.register
def _draw_particles(project: Project, path: Path, *, size: PictureSize | None = None) -> None:
    """Write the picture of the particles of a project at the last stage; see `picture`."""
    width, height = PICTURE_SIZE
    render(project, ExportSpec(size=size or PictureSize(width=width, height=height)), path)


@widget_bundle.register
def _widget_bundle(project: Project) -> dict[str, Any]:
    if find_spec("anywidget") is None or not is_in_notebook():
        return {}
    from flowviz.widget import Widget

    found: dict[str, Any] = import_module("IPython.core.formatters").format_display_data(Widget(project))[0]
    return found


def _write(export: Callable[[], Export | ComparisonFigure | WebPage], spec: ExportSpec, place: Path) -> None:
    """Write an export. It is prepared only after the suffix of the file has been checked."""
    if spec.what not in IN_FOLDERS:
        check_suffix(place, suffixes_of(spec.format))
    for _ in export().write(place):
        pass
