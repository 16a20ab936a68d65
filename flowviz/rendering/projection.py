"""Which part of the plane a picture shows, and where."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Rectangle
from flowviz.specs import PictureSize, ViewSpec

REFERENCE_SIDE = 800  # the side for which widths and diameters are given, in pixels


class Panel(NamedTuple):
    """One of the equal parts of a picture: its size in pixels."""

    width: int
    height: int


@dataclass(frozen=True)
class Projection:
    """From target units, y upwards, to pixels from the upper left corner, y downwards; one scale for both axes."""

    view: ViewSpec
    panel: Panel | PictureSize
    enlarged: float = 1.0  # how much wider lines, and larger points, are than the size of the panel asks for

    @property
    def pixels_per_unit(self) -> float:
        """How many pixels one target unit takes."""
        return min(self.panel.width, self.panel.height) / (2 * self.view.half_extent)

    @property
    def pixel(self) -> float:
        """What a pixel of a picture whose shorter side is 800 takes here: widths and diameters grow with a picture."""
        return self.enlarged * min(self.panel.width, self.panel.height) / REFERENCE_SIDE

    @property
    def way(self) -> tuple[float, float, float]:
        """The scale, and the pixel of the plane's origin."""
        scale, (x, y) = self.pixels_per_unit, self.view.center
        return scale, self.panel.width / 2 - scale * x, self.panel.height / 2 + scale * y

    def pixels(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Points (n, 2) in target units -> pixels (n, 2)."""
        scale, x, y = self.way
        pixels: NDArray[np.float64] = np.asarray(points, np.float64) * (scale, -scale) + (x, y)
        return pixels

    def plane(self, x: float, y: float) -> tuple[float, float]:
        """A pixel -> the point in target units."""
        scale, left, top = self.way
        return (x - left) / scale, (top - y) / scale

    @property
    def rectangle(self) -> Rectangle:
        """What of the plane is seen: left, right, bottom, top."""
        left, top = self.plane(0, 0)
        right, bottom = self.plane(self.panel.width, self.panel.height)
        return left, right, bottom, top


def unframed(view: ViewSpec) -> ViewSpec:
    """Return a view of the usual part of the plane, to cache by it what does not depend on that part."""
    return view.model_copy(update={"center": (0.0, 0.0), "half_extent": 4.0})


def can_split(view: ViewSpec) -> bool:
    """Return whether there is something to show in each of two panels."""
    return bool(view.marks & {"density", "grid"}) and bool(view.marks & {"points", "paths"})


def is_split(view: ViewSpec) -> bool:
    """Return whether the picture has two panels, the second one beside the particles."""
    return view.beside and can_split(view)


def panel_of(view: ViewSpec, size: PictureSize) -> Panel:
    """The size of each panel; a line of one or two pixels lies between two."""
    return Panel((size.width - 1) // 2 if is_split(view) else size.width, size.height)


def visible_rectangle(view: ViewSpec, size: PictureSize) -> Rectangle:
    """What of the plane each panel of the picture shows, in target units."""
    return Projection(view, panel_of(view, size)).rectangle


def plane_position(view: ViewSpec, size: PictureSize, x: float, y: float) -> tuple[float, float]:
    """The point in target units under a pixel (from the upper left corner of the picture) of either panel."""
    panel = panel_of(view, size)
    second = size.width - panel.width
    return Projection(view, panel).plane(x - second if second and x >= second else x, y)


def pixel_position(view: ViewSpec, size: PictureSize, point: tuple[float, float]) -> tuple[float, float]:
    """The pixel of a point in target units, in the first panel."""
    x, y = Projection(view, panel_of(view, size)).pixels(np.array([point]))[0]
    return float(x), float(y)
