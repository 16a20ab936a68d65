"""Drawings that consist of rectangles, polygons, lines, text and panels of particles, for pixels or vectors."""

from dataclasses import dataclass, replace
from math import ceil, floor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from flowviz.records import Scene
from flowviz.rendering.annotate import Label, write
from flowviz.rendering.colors import Color
from flowviz.rendering.projection import Panel, Projection
from flowviz.rendering.raster import RGBA, Canvas
from flowviz.specs import ViewSpec

FINER = 4  # subpixels per side of a pixel, for smooth edges of polygons


class Box(NamedTuple):
    """A filled rectangle, in pixels from the upper left corner."""

    left: float
    top: float
    width: float
    height: float
    color: Color
    alpha: float = 1.0


class Polygon(NamedTuple):
    """A filled polygon with corners (m, 2), in pixels from the upper left corner."""

    points: NDArray[np.float64]
    color: Color


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
    """A picture of boxes, panels, polygons, lines and text, drawn in this order. Within a kind, later ones are on top.

    Attributes:
        boxes: The boxes.
        panels: The panels.
        lines: The lines.
        labels: The text.
        polygons: The polygons.
        has_halos: Whether the text has halos as vectors as well, because it is on panels.
    """

    boxes: tuple[Box, ...] = ()
    panels: tuple[Particles, ...] = ()
    lines: tuple[Line, ...] = ()
    labels: tuple[Label, ...] = ()
    polygons: tuple[Polygon, ...] = ()
    has_halos: bool = False

    def __add__(self, other: "Drawing") -> "Drawing":
        return Drawing(
            self.boxes + other.boxes,
            self.panels + other.panels,
            self.lines + other.lines,
            self.labels + other.labels,
            self.polygons + other.polygons,
            self.has_halos or other.has_halos,
        )

    def moved(self, right: float, down: float) -> "Drawing":
        """Return the drawing moved by the given distances in pixels, without its panels."""
        shift = np.array([right, down])
        return Drawing(
            tuple(each._replace(left=each.left + right, top=each.top + down) for each in self.boxes),
            lines=tuple(each._replace(points=each.points + shift) for each in self.lines),
            labels=tuple(replace(each, x=each.x + right, y=each.y + down) for each in self.labels),
            polygons=tuple(each._replace(points=each.points + shift) for each in self.polygons),
            has_halos=self.has_halos,
        )


def segment(x0: float, y0: float, x1: float, y1: float, color: Color, width: float = 1.0, alpha: float = 1.0) -> Line:
    """Return a straight line."""
    return Line(np.array([(x0, y0), (x1, y1)], np.float64), color, width, alpha)


def painted(picture: RGBA, drawing: Drawing, view: ViewSpec, text: float) -> RGBA:
    """Return a picture (height, width, 4) with a drawing on it, without its panels.

    Args:
        picture: The picture, which is modified.
        drawing: The drawing.
        view: The view, which determines the colors of the text.
        text: 1 em in pixels.
    """
    whole = Panel(picture.shape[1], picture.shape[0])
    for box in drawing.boxes:
        _fill(picture, box)
    for polygon in drawing.polygons:
        _fill_polygon(picture, polygon)
    canvas = Canvas(picture, Projection(_pixel_view(view, whole), whole))
    for line in drawing.lines:
        points = line.points * (1, -1)
        canvas.draw_lines(points[:-1], points[1:], line.color, line.width, line.alpha)
    canvas.draw_layer(write(view, whole, drawing.labels, text))
    return canvas.picture()


def _pixel_view(view: ViewSpec, panel: Panel) -> ViewSpec:
    """Return a view in which a unit of the plane is a pixel, and the origin is the upper left corner."""
    return view.model_copy(update={"center": (panel.width / 2, -panel.height / 2), "half_extent": min(panel) / 2})


def _fill(picture: RGBA, box: Box) -> None:
    """Fill a box, whose edges are on whole pixels, so that they are sharp; a thin box is at least a pixel wide."""
    columns, rows = (
        slice(max(round(start), 0), max(round(start + length), round(start) + 1, 0))
        for start, length in ((box.left, box.width), (box.top, box.height))
    )
    below = picture[rows, columns]
    color = np.array((*box.color, 255))
    below[:] = np.round((1 - box.alpha) * below + box.alpha * color).astype(np.uint8)


def _fill_polygon(picture: RGBA, polygon: Polygon) -> None:
    """Fill a polygon, with smooth edges."""
    left, top = (max(floor(low), 0) for low in polygon.points.min(axis=0))
    right, bottom = (ceil(high) + 1 for high in polygon.points.max(axis=0))
    below = picture[top:bottom, left:right]
    height, width = below.shape[:2]
    mask = Image.new("L", (FINER * width, FINER * height))
    corners = FINER * (polygon.points - (left, top))
    ImageDraw.Draw(mask).polygon([(x, y) for x, y in corners.tolist()], fill=255)
    cover = np.asarray(mask.resize((width, height), Image.Resampling.BOX))[..., None] / 255
    below[:] = np.round((1 - cover) * below + cover * np.array((*polygon.color, 255))).astype(np.uint8)
