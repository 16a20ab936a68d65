"""Sheets, which show all stages in one picture, and thumbnails of the stages."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from flowviz.errors import SpecError
from flowviz.records import Scene, Trace
from flowviz.rendering.annotate import Label, em, fitted, paper, text_width, write
from flowviz.rendering.camera import common_box, fitted_view
from flowviz.rendering.colors import SURROUNDINGS
from flowviz.rendering.frame import render_panel
from flowviz.rendering.legend import KEY_WIDTH, Key, key_picture, keys
from flowviz.rendering.projection import Panel, Projection
from flowviz.rendering.raster import RGBA, Canvas, Layer, lifted
from flowviz.specs import PictureSize, ViewSpec

ENLARGED = 2.0  # scale factor of points and lines, which would be too faint at the size of a panel
TITLE_EMS, GAP_EMS, FOOT_EMS = 1.7, 0.6, 5.2  # space above each panel, between panels, and for the legend at the bottom
MIN_PANEL = 16  # pixels
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
    chosen, whole = stages or range(len(scene.trace.names)), Panel(size.width, size.height)
    found = keys(scene, scene.trace.last_stage, small_view(view)) if view.labels else ()
    layout, text = SheetLayout.of(view, len(chosen), whole), em(view, whole)
    picture = np.empty((size.height, size.width, 4), np.uint8)
    picture[:] = paper(view)
    labels, views = [], small_views(scene.trace, view, layout.panel, chosen)
    for place, stage in enumerate(chosen):
        left, top = layout.corner(place)
        frame_panel(picture, render_panel(scene, stage, views[place], layout.panel, enlarged=ENLARGED), left, top, view)
        title = fitted(scene.trace.short_title(stage), text_width(text), layout.panel.width - text / 2)
        labels.append(Label(left, top - 0.5 * text, title, "ls"))
    canvas = Canvas(picture, Projection(view, whole))
    if view.labels:
        canvas.draw_layer(write(view, whole, labels))
    if found:
        canvas.draw_layer(foot(view, whole, found))
    return (
        canvas.picture()
        if view.background == "solid"
        else lifted(canvas.picture(), SURROUNDINGS[view.theme].background)
    )


def frame_panel(picture: RGBA, panel: RGBA, left: int, top: int, view: ViewSpec) -> None:
    """Draw a panel with its upper left corner at a pixel of a picture, and a frame around it."""
    height, width = panel.shape[:2]
    framed = picture[top - 1 : top + height + 1, left - 1 : left + width + 1]
    framed[:] = (*SURROUNDINGS[view.theme].axis, 255)
    framed[1:-1, 1:-1] = panel


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
    layout = SheetLayout.of(view, stages, Panel(size.width, size.height))
    for stage in range(stages):
        left, top = layout.corner(stage)
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
class SheetLayout:
    """The layout of the panels on a sheet.

    Attributes:
        panel: The size of each panel, in pixels.
        columns: The number of columns.
        head: The space for the title above each panel, in pixels.
        gap: The space between panels, in pixels.
    """

    panel: Panel
    columns: int
    head: int
    gap: int

    @classmethod
    def of(cls, view: ViewSpec, stages: int, whole: Panel) -> "SheetLayout":
        """Return the layout with the largest panels, by their shorter side.

        Args:
            view: The view, which determines the size of the text.
            stages: The number of panels.
            whole: The size of the sheet, in pixels.

        Raises:
            SpecError: If the panels do not fit.
        """
        text = em(view, whole)
        head, gap, below = round(TITLE_EMS * text), max(2, round(GAP_EMS * text)), round(FOOT_EMS * text)

        def layout(columns: int) -> SheetLayout:
            rows = -(-stages // columns)
            width = (whole.width - gap) // columns - gap
            height = (whole.height - below - gap) // rows - gap - head
            return cls(Panel(width, height), columns, head, gap)

        best = max(map(layout, range(1, stages + 1)), key=lambda found: min(found.panel))
        if min(best.panel) < MIN_PANEL:
            raise SpecError(
                f"{stages} stages do not fit into {whole.width}x{whole.height} pixels. Choose a larger size."
            )
        return best

    def corner(self, stage: int) -> tuple[int, int]:
        """Return the upper left corner (left, top) of a panel in pixels, by its index."""
        row, column = divmod(stage, self.columns)
        left = self.gap + column * (self.panel.width + self.gap)
        return left, self.gap + self.head + row * (self.panel.height + self.gap + self.head)


def small_view(view: ViewSpec) -> ViewSpec:
    """Return the view of a small picture: without text, and without the density, which belongs to a single stage."""
    marks = view.marks - {"density"} or frozenset({"points"})
    return view.model_copy(update={"labels": False, "axes": False, "beside": False, "marks": marks})


def small_views(trace: Trace, view: ViewSpec, panel: Panel, stages: Sequence[int]) -> list[ViewSpec]:
    """Return the view of each small picture, independent of the center and extent of `view`.

    Each view is fitted to its own particles or, with a common scale, to those of all given stages.
    """
    boxes = trace.boxes[list(stages)]
    if view.common_scale:
        boxes = np.broadcast_to(common_box(boxes), boxes.shape)
    return [fitted_view(box, small_view(view), panel) for box in boxes]


def foot_places(view: ViewSpec, whole: Panel | PictureSize, count: int) -> list[tuple[int, int]]:
    """Return the upper left corners, in pixels, of `count` legend entries in a row from the lower right corner."""
    text = em(view, Panel(whole.width, whole.height))
    width, top = round(KEY_WIDTH * text), round(whole.height - FOOT_EMS * text)
    return [(whole.width - (number + 1) * width, top) for number in range(count)]


def foot(view: ViewSpec, whole: Panel, found: tuple[Key, ...]) -> Layer:
    """Return the legend, whose entries are side by side in the lower right corner, as a layer."""
    layer = Image.new("RGBA", whole, (*SURROUNDINGS[view.theme].background, 0))
    for key, place in zip(found, foot_places(view, whole, len(found)), strict=True):
        layer.paste(key_picture(view, em(view, whole), key), place)
    return Layer.of(np.asarray(layer))
