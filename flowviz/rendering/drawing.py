"""Drawings, which consist of rectangles, lines, text and panels of particles, as pixels or as vector graphics."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Scene
from flowviz.rendering.annotate import Label, paper, write
from flowviz.rendering.colors import SURROUNDINGS, Color
from flowviz.rendering.frame import render_panel
from flowviz.rendering.projection import Panel, Projection
from flowviz.rendering.raster import RGBA, Canvas, lifted
from flowviz.rendering.sheet import ENLARGED, frame_panel
from flowviz.specs import PictureSize, ViewSpec


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
    stage: int
    view: ViewSpec
    left: int
    top: int
    panel: Panel


@dataclass(frozen=True)
class Drawing:
    """A picture of boxes, panels, lines and text, drawn in this order; later ones of a kind cover earlier ones."""

    boxes: tuple[Box, ...] = ()
    panels: tuple[Particles, ...] = ()
    lines: tuple[Line, ...] = ()
    labels: tuple[Label, ...] = ()

    def __add__(self, other: "Drawing") -> "Drawing":
        return Drawing(
            self.boxes + other.boxes, self.panels + other.panels, self.lines + other.lines, self.labels + other.labels
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
    picture = np.empty((size.height, size.width, 4), np.uint8)
    picture[:] = paper(view)
    for box in drawing.boxes:
        _fill(picture, box)
    for each in drawing.panels:
        panel = render_panel(each.scene, each.stage, each.view, each.panel, enlarged=ENLARGED)
        frame_panel(picture, panel, each.left, each.top, view)
    canvas = Canvas(picture, Projection(_pixel_view(view, size), whole))
    for line in drawing.lines:
        points = line.points * (1, -1)
        canvas.draw_lines(points[:-1], points[1:], line.color, line.width, line.alpha)
    canvas.draw_layer(write(view, whole, drawing.labels))
    found = canvas.picture()
    return found if view.background == "solid" else lifted(found, SURROUNDINGS[view.theme].background)


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
