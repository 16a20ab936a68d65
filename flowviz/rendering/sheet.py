"""Sheets, which show all stages in one picture, and thumbnails of the stages."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import SpecError
from flowviz.records import Scene, Trace
from flowviz.rendering.annotate import Label, Measure, em, text_width, wrapped
from flowviz.rendering.camera import common_box, fitted_view
from flowviz.rendering.drawing import Drawing, Particles
from flowviz.rendering.frame import render_panel
from flowviz.rendering.legend import FOOT_EMS, draw_foot, keys
from flowviz.rendering.pixels import ENLARGED, render_drawing
from flowviz.rendering.projection import Panel
from flowviz.rendering.raster import RGBA
from flowviz.specs import PictureSize, ViewSpec

TITLE_EMS, GAP_EMS = 1.7, 0.6  # space above each panel, and between panels
SMALL_EMS, LINE_EMS = 0.8, 1.05  # size of titles that are wrapped, and the distance between their lines
MIN_PANEL, MIN_GAP = 16, 2  # pixels
MAX_STEPS = 24  # of an integrator in an overview; neighbors look alike


def render_sheet(scene: Scene, view: ViewSpec, size: PictureSize, stages: Sequence[int] | None = None) -> RGBA:
    """Render the stages of a scene as panels, row by row.

    Args:
        scene: The scene.
        view: The view of each panel.
        size: The size of the picture, in pixels.
        stages: The stages to show; None for all.

    Returns:
        The picture, (height, width, 4).

    Raises:
        SpecError: If the panels do not fit.
    """
    chosen, length = stages or range(len(scene.trace.names)), text_width(em(view, size))
    return render_drawing(draw_sheet(scene, view, size, chosen, length), view, size)


def draw_sheet(scene: Scene, view: ViewSpec, size: PictureSize, stages: Sequence[int], length: Measure) -> Drawing:
    """Return the drawing of a sheet; see `render_sheet`. `length` returns the width of a text in pixels."""
    layout, text = sheet_grid(view, len(stages), size), em(view, size)
    seen = zip(stages, small_views(scene.trace, view, layout.panel, stages), strict=True)
    panels = tuple(
        Particles(scene, stage, each, *layout.corner(*divmod(place, layout.columns)), layout.panel)
        for place, (stage, each) in enumerate(seen)
    )
    if not view.labels:
        return Drawing(panels=panels)
    titles = [scene.trace.short_title(stage) for stage in stages]
    ems, lines = title_lines(titles, length, layout.panel.width - text / 2)
    labels = tuple(
        Label(panel.left, panel.top - (0.5 + LINE_EMS * ems * above) * text, line, "ls", ems)
        for panel, title in zip(panels, lines, strict=True)
        for above, line in enumerate(reversed(title))
    )
    found = keys(scene, scene.trace.last_stage, small_view(view))
    return Drawing(panels=panels, labels=labels) + draw_foot(view, size, found)


def title_lines(titles: Sequence[str], length: Measure, room: float) -> tuple[float, list[list[str]]]:
    """Return the text size of titles in ems, and each title in one or two lines, so that none has to be cut.

    Args:
        titles: The titles.
        length: Returns the width of a text at 1 em.
        room: The width of a line, in the units of `length`.
    """
    ems = min(1.0, max(SMALL_EMS, 0.999 * room / max(map(length, titles))))
    words = [wrapped(title.split(), length, room / ems) for title in titles]
    lines = [[first, " ".join(rest)] if rest else [first] for first, *rest in words]
    longest = max(length(line) for title in lines for line in title)
    return min(ems, 0.999 * room / longest), lines


def sheet_stage(stages: int, view: ViewSpec, size: PictureSize, x: float, y: float) -> int | None:
    """Return the index of the panel at a pixel of a sheet.

    Args:
        stages: The number of stages on the sheet.
        view: The view of each panel.
        size: The size of the picture, in pixels.
        x: The horizontal position, in pixels from the left edge.
        y: The vertical position, in pixels from the top edge. The title above a panel belongs to the panel.

    Returns:
        The index of the panel, or None between panels.

    Raises:
        SpecError: If the panels do not fit.
    """
    layout = sheet_grid(view, stages, size)
    for stage in range(stages):
        left, top = layout.corner(*divmod(stage, layout.columns))
        if 0 <= x - left < layout.panel.width and -layout.head <= y - top < layout.panel.height:
            return stage
    return None


def spaced_stages(last: int, least: int) -> tuple[int, ...]:
    """Return evenly spaced stages from 0 to `last`, both included, that are at least `least` apart.

    If no distance below twice the least one divides their number, only the first of them is longer.
    """
    stride = next((each for each in range(least, 2 * least) if last % each == 0), least)
    return (0, *range(last, stride - 1, -stride)[::-1]) if last else (0,)


def overview_stages(trace: Trace) -> tuple[int, ...]:
    """Return the stages that an overview shows: all, but only some of many steps of an integrator."""
    least = -(-trace.last_stage // MAX_STEPS) if trace.is_continuous else 1
    return spaced_stages(trace.last_stage, max(least, 1))


def render_thumbnails(
    scene: Scene, view: ViewSpec, side: int, stages: Sequence[int] | None = None
) -> NDArray[np.uint8]:
    """Render a square thumbnail without text and arrows of the given stages, or of all, (stages, side, side, 4)."""
    view = view.model_copy(update={"marks": view.marks - {"velocity"}})
    chosen, panel = stages or range(len(scene.trace.names)), Panel(side, side)
    views = small_views(scene.trace, view, panel, chosen)
    pictures = zip(chosen, views, strict=True)
    return np.stack([render_panel(scene, stage, each, panel, enlarged=ENLARGED) for stage, each in pictures])


@dataclass(frozen=True)
class PanelGrid:
    """The layout of panels in rows and columns, in pixels.

    Attributes:
        panel: The size of each panel.
        columns: The number of columns.
        top: The space above the first row, for headings.
        head: The space for the title above each panel.
        gap: The space between panels.
    """

    panel: Panel
    columns: int
    top: int
    head: int
    gap: int

    @classmethod
    def filling(
        cls,
        whole: PictureSize,
        rows: int,
        columns: int,
        text: float,
        *,
        min_gap: int,
        has_headings: bool = False,
        foot_ems: float = FOOT_EMS,
    ) -> "PanelGrid":
        """Return the layout whose panels fill a picture, above the legend. They may be too small, or not fit at all.

        Args:
            whole: The size of the picture, in pixels.
            rows: The number of rows.
            columns: The number of columns.
            text: 1 em in pixels, 0 without text.
            min_gap: The least space between panels.
            has_headings: Whether there are headings above the columns.
            foot_ems: The height of the legend below the panels, in ems.
        """
        head, gap, below = round(TITLE_EMS * text), max(min_gap, round(GAP_EMS * text)), round(foot_ems * text)
        top = head if has_headings else 0
        width = (whole.width - gap) // columns - gap
        height = (whole.height - below - top - gap) // rows - gap - head
        return cls(Panel(width, height), columns, top, head, gap)

    @property
    def size(self) -> PictureSize:
        """Return the size of each panel."""
        return PictureSize(width=self.panel.width, height=self.panel.height)

    def corner(self, row: int, column: int) -> tuple[int, int]:
        """Return the upper left corner (left, top) of a panel."""
        top = self.top + self.gap + self.head + row * (self.panel.height + self.gap + self.head)
        return self.gap + column * (self.panel.width + self.gap), top


def sheet_grid(view: ViewSpec, stages: int, whole: PictureSize) -> PanelGrid:
    """Return the layout of a sheet with the largest panels, by their shorter side.

    Args:
        view: The view, which determines the size of the text.
        stages: The number of panels.
        whole: The size of the sheet, in pixels.

    Raises:
        SpecError: If the panels do not fit.
    """
    text = em(view, whole)
    shapes = [(-(-stages // columns), columns) for columns in range(1, stages + 1)]
    found = [PanelGrid.filling(whole, rows, columns, text, min_gap=MIN_GAP) for rows, columns in shapes]
    best = max(found, key=lambda layout: min(layout.panel))
    if min(best.panel) < MIN_PANEL:
        raise SpecError(f"{stages} stages do not fit into {whole.words}. Choose a larger size, or smaller text.")
    return best


def small_view(view: ViewSpec) -> ViewSpec:
    """Return the view of a small picture: without text, and without the density, which belongs to a single stage.

    If there are marks but none of them is visible at all stages, the small picture has the points as well. They have
    the colors of their density if that is shown without them. If nothing is shown, the picture is empty as well.
    """
    marks, color_by = view.marks - {"density"}, view.color_by
    if view.marks and not marks - {"target"}:
        marks |= {"points"}
        color_by = "log_density" if "density" in view.marks else color_by
    bare = {"labels": False, "axes": False, "beside": False}
    return view.model_copy(update={**bare, "marks": marks, "color_by": color_by})


def small_views(trace: Trace, view: ViewSpec, panel: Panel, stages: Sequence[int]) -> list[ViewSpec]:
    """Return the view of each small picture, independent of the center and extent of `view`.

    Each view is fitted to its own particles or, with a common scale, to those of all given stages.
    """
    boxes = trace.boxes[list(stages)]
    if view.common_scale:
        boxes = np.broadcast_to(common_box(boxes), boxes.shape)
    return [fitted_view(box, small_view(view), panel) for box in boxes]
