"""Sizes on paper: the height that fits the content of an export, and the size of its text in points."""

from collections.abc import Sequence

from flowviz.projects import Project
from flowviz.rendering.annotate import em, text_width
from flowviz.rendering.camera import Boxes
from flowviz.rendering.four_panels import foot_ems
from flowviz.rendering.latents import TALL_FIGURE_EMS, WIDE_EMS
from flowviz.rendering.ledger import HEAD_EMS, MIN_ROW_EMS
from flowviz.rendering.legend import FOOT_EMS
from flowviz.rendering.projection import is_split
from flowviz.rendering.sheet import GAP_EMS, TITLE_EMS
from flowviz.specs import ExportSpec
from flowviz.specs.fields import with_values
from flowviz.specs.view import MAX_SIDE, MIN_SIDE

POINTS_PER_INCH = 72
MIN_POINTS = 6.0  # default minimum of the text size, in a picture whose size is in centimeters
SHAPE = 0.75  # height of a picture or a panel relative to its width, where the content does not determine it
TALLEST_SHEET = 2.9  # largest height of a sheet relative to its width, so that it fits on a page
TALLEST, WIDEST = 1.5, 0.5  # largest and smallest height of a view relative to its width


def on_paper(project: Project, spec: ExportSpec) -> ExportSpec:
    """Return a spec with its text size as a share of the height and, if it asks for that, a height that fits.

    Args:
        project: The project to export.
        spec: The export. Its size may ask for a fitting height; its font size is in points.
    """
    spec = with_text(spec)
    if not spec.size.fits_height:
        return spec
    return with_height(spec, _height(project, spec))


def with_text(spec: ExportSpec) -> ExportSpec:
    """Return a spec whose font size in points is converted to the share of the height that `ViewSpec` expects."""
    view, size = spec.seen.view, spec.pixels
    points = spec.font_size
    if points is None and spec.size.paper_dpi is not None:
        usual = em(view.model_copy(update={"text_share": None}), size) * POINTS_PER_INCH / spec.dpi
        points = max(usual, MIN_POINTS)
    if points is None:
        return spec
    share = points * spec.dpi / POINTS_PER_INCH / size.height
    seen = spec.seen.model_copy(update={"view": view.model_copy(update={"text_share": share})})
    return spec.model_copy(update={"seen": seen})


def with_height(spec: ExportSpec, height: float) -> ExportSpec:
    """Return a spec with another height in pixels, before scaling, and with text of the same size as before."""
    text = em(spec.seen.view, spec.pixels)
    allowed = min(max(round(height), MIN_SIDE), MAX_SIDE // spec.scale)
    found = with_values(spec, {"size": spec.size.model_copy(update={"height": allowed, "fits_height": False})})
    return with_values(found, {"text_share": text / found.pixels.height})


def _height(project: Project, spec: ExportSpec) -> float:
    """Return the height in pixels that fits an export of a project."""
    width, text = float(spec.size.width), em(spec.seen.view, spec.pixels) / spec.scale
    trace, view = project.trace, spec.seen.view
    match spec.what:
        case "sheet":
            last = trace.last_stage if spec.last is None else spec.last
            stages = range(spec.first or 0, last + 1)
            return _sheet_height([trace.short_title(stage) for stage in stages], width, text)
        case "four_panels":
            return table_height(2, 2, width, text, foot_ems(view, width, text))
        case "ledger":
            return text * (HEAD_EMS + 2.5 + 1.15 * MIN_ROW_EMS * (len(trace.names) + 1))
        case "latents":
            return SHAPE * width if width > WIDE_EMS * text else TALL_FIGURE_EMS * text
        case "losses":
            return 0.65 * width
    stage = trace.last_stage if spec.seen.stage is None else round(spec.seen.stage)
    return _view_height(trace.boxes[stage], width / (1 + is_split(view)))


def table_height(rows: int, columns: int, width: float, text: float, foot_ems: float = FOOT_EMS) -> float:
    """Return the height in pixels of a table of panels, with a heading above each column.

    Args:
        rows: The number of rows.
        columns: The number of columns.
        width: The width of the table, in pixels.
        text: 1 em in pixels.
        foot_ems: The height of the note and the legend, in ems.
    """
    return rows * (SHAPE * width / columns + (TITLE_EMS + GAP_EMS) * text) + (TITLE_EMS + foot_ems) * text


def _sheet_height(titles: Sequence[str], width: float, text: float) -> float:
    """Return the height in pixels of a sheet whose columns are wide enough for all titles, unless it is too tall."""
    longest = max(map(text_width(text), titles)) + (0.5 + GAP_EMS) * text
    fewest = max(1, min(int(width / longest), len(titles)))
    for columns in range(fewest, len(titles) + 1):
        rows = -(-len(titles) // columns)
        height = rows * (width / columns + (TITLE_EMS + GAP_EMS) * text) + FOOT_EMS * text
        if height <= TALLEST_SHEET * width:
            break
    return height


def _view_height(box: Boxes, width: float) -> float:
    """Return the height in pixels of a panel around the central box (2, 2) of the particles."""
    across, up = box[1] - box[0]
    share = float(up / across) if across > 0 else 1.0
    return width * min(max(share, WIDEST), TALLEST)
