"""Drawings, which consist of rectangles, lines, text, panels of particles and a legend, as pixels or as vectors."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from flowviz.records import Scene
from flowviz.rendering.annotate import Label, em, paper, write
from flowviz.rendering.colors import SURROUNDINGS, Color
from flowviz.rendering.frame import render_panel
from flowviz.rendering.legend import KEY_WIDTH, Key, key_picture
from flowviz.rendering.projection import Panel, Projection
from flowviz.rendering.raster import RGBA, Canvas, Layer, lifted
from flowviz.specs import PictureSize, ViewSpec

ENLARGED = 2.0  # scale factor of points and lines, which would be too faint at the size of a panel
FOOT_EMS = 5.2  # height of the legend at the bottom


class Box(NamedTuple):
    """A filled rectangle, in pixels from the upper left corner."""

    left: float
    top: float
    width: float
    height: float
    color: Color
    alpha: float = 1.0


class Line(NamedTuple):
    """A polyline through points (m, 2), and its width, in pixels from the upper left corner."""

    points: NDArray[np.float64]
    color: Color
    width: float = 1.0
    alpha: float = 1.0


class Particles(NamedTuple):
    """A framed panel of a scene at a stage, with its upper left corner at a whole pixel."""

    scene: Scene
    stage: float
    view: ViewSpec
    left: int
    top: int
    panel: Panel


@dataclass(frozen=True)
class Drawing:
    """A picture of boxes, panels, lines, text and a legend, drawn in this order; later ones of a kind are on top.

    Attributes:
        boxes: The boxes.
        panels: The panels.
        lines: The lines.
        labels: The text.
        keys: The entries of the legend, from the lower right corner to the left.
        has_halos: Whether the text has halos as vectors as well, because it is on panels.
    """

    boxes: tuple[Box, ...] = ()
    panels: tuple[Particles, ...] = ()
    lines: tuple[Line, ...] = ()
    labels: tuple[Label, ...] = ()
    keys: tuple[Key, ...] = ()
    has_halos: bool = False

    def __add__(self, other: "Drawing") -> "Drawing":
        return Drawing(
            self.boxes + other.boxes,
            self.panels + other.panels,
            self.lines + other.lines,
            self.labels + other.labels,
            self.keys + other.keys,
            self.has_halos or other.has_halos,
        )


def segment(x0: float, y0: float, x1: float, y1: float, color: Color, width: float = 1.0, alpha: float = 1.0) -> Line:
    """Return a straight line."""
    return Line(np.array([(x0, y0), (x1, y1)], np.float64), color, width, alpha)


def render_drawing(drawing: Drawing, view: ViewSpec, size: PictureSize) -> RGBA:
    """Render a drawing on the background of a view, (height, width, 4).

    Args:
        drawing: The drawing.
        view: The view, which determines the background and the size of the text.
        size: The size of the picture, in pixels.
    """
    whole = Panel(size.width, size.height)
    picture = np.full((size.height, size.width, 4), paper(view), np.uint8)
    for box in drawing.boxes:
        _fill(picture, box)
    for each in drawing.panels:
        panel = render_panel(each.scene, each.stage, each.view, each.panel, enlarged=ENLARGED)
        _frame(picture, panel, each.left, each.top, view)
    canvas = Canvas(picture, Projection(_pixel_view(view, size), whole))
    for line in drawing.lines:
        points = line.points * (1, -1)
        canvas.draw_lines(points[:-1], points[1:], line.color, line.width, line.alpha)
    canvas.draw_layer(write(view, whole, drawing.labels))
    if drawing.keys:
        canvas.draw_layer(_foot(view, whole, drawing.keys))
    found = canvas.picture()
    return found if view.background == "solid" else lifted(found, SURROUNDINGS[view.theme].background)


def foot_places(view: ViewSpec, whole: Panel | PictureSize, count: int) -> list[tuple[int, int]]:
    """Return the upper left corners, in pixels, of `count` legend entries in a row from the lower right corner."""
    text = em(view, whole)
    width, top = round(KEY_WIDTH * text), round(whole.height - FOOT_EMS * text)
    return [(whole.width - (number + 1) * width, top) for number in range(count)]


def _foot(view: ViewSpec, whole: Panel, keys: tuple[Key, ...]) -> Layer:
    """Return the legend, whose entries are side by side in the lower right corner, as a layer."""
    layer = Image.new("RGBA", whole, (*SURROUNDINGS[view.theme].background, 0))
    for key, place in zip(keys, foot_places(view, whole, len(keys)), strict=True):
        layer.paste(key_picture(view, em(view, whole), key), place)
    return Layer.of(np.asarray(layer))


def _frame(picture: RGBA, panel: RGBA, left: int, top: int, view: ViewSpec) -> None:
    """Draw a panel with its upper left corner at a pixel of a picture, and a frame around it."""
    height, width = panel.shape[:2]
    framed = picture[top - 1 : top + height + 1, left - 1 : left + width + 1]
    framed[:] = (*SURROUNDINGS[view.theme].axis, 255)
    framed[1:-1, 1:-1] = panel


def _pixel_view(view: ViewSpec, size: PictureSize) -> ViewSpec:
    """Return a view in which a unit of the plane is a pixel, and the origin is the upper left corner."""
    frame = {"center": (size.width / 2, -size.height / 2), "half_extent": min(size.width, size.height) / 2}
    return view.model_copy(update=frame)


def _fill(picture: RGBA, box: Box) -> None:
    """Fill a box, whose edges are on whole pixels, so that they are sharp; a thin box is at least a pixel wide."""
    columns, rows = (
        slice(max(round(start), 0), max(round(start + length), round(start) + 1, 0))
        for start, length in ((box.left, box.width), (box.top, box.height))
    )
    below = picture[rows, columns]
    color = np.array((*box.color, 255))
    below[:] = np.round((1 - box.alpha) * below + box.alpha * color).astype(np.uint8)
