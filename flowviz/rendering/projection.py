"""The mapping from the plane to the pixels of a picture."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Rectangle
from flowviz.specs import PictureSize, ViewSpec

REFERENCE_SIDE = 800  # pixels; line widths and diameters are given for a picture with this shorter side
EDGE_MARK = 7.0  # diameter of the mark for a particle outside the picture, in pixels, for an 800-pixel shorter side
Corner = tuple[float, float]  # width and height of what takes the upper left corner of a panel, in pixels
FREE: Corner = (0.0, 0.0)  # nothing


class Panel(NamedTuple):
    """The size in pixels of a panel, one of the equal parts of a picture."""

    width: int
    height: int


@dataclass(frozen=True)
class Projection:
    """The mapping from the plane to the pixels of a panel, with the same scale on both axes.

    Points of the plane are in flow units with the y axis pointing up. Pixels are measured from the upper left corner
    with the y axis pointing down.

    Attributes:
        view: The view, whose center and half extent determine the visible part of the plane.
        panel: The size of the panel, in pixels.
        enlarged: An additional scale factor for line widths and point diameters.
    """

    view: ViewSpec
    panel: Panel | PictureSize
    enlarged: float = 1.0

    @property
    def pixels_per_unit(self) -> float:
        """Return the number of pixels per flow unit."""
        return min(self.panel.width, self.panel.height) / (2 * self.view.half_extent)

    @property
    def pixel(self) -> float:
        """Return the scale factor for line widths and diameters, which are given for an 800-pixel shorter side."""
        return self.enlarged * min(self.panel.width, self.panel.height) / REFERENCE_SIDE

    @property
    def way(self) -> tuple[float, float, float]:
        """Return the pixels per flow unit, and the x and y of the plane's origin in pixels."""
        scale, (x, y) = self.pixels_per_unit, self.view.center
        return scale, self.panel.width / 2 - scale * x, self.panel.height / 2 + scale * y

    def pixels(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the pixel positions (n, 2) of points (n, 2) in flow units."""
        scale, x, y = self.way
        return np.asarray(np.asarray(points, np.float64) * (scale, -scale) + (x, y))

    def plane(self, x: float, y: float) -> tuple[float, float]:
        """Return the point (x, y) in flow units at a pixel position."""
        scale, left, top = self.way
        return (x - left) / scale, (top - y) / scale

    @property
    def rectangle(self) -> Rectangle:
        """Return the visible part of the plane: left, right, bottom and top in flow units."""
        left, top = self.plane(0, 0)
        right, bottom = self.plane(self.panel.width, self.panel.height)
        return left, right, bottom, top


def unframed(view: ViewSpec) -> ViewSpec:
    """Return a view with a fixed center and extent, as a cache key for results that do not depend on them."""
    return view.model_copy(update={"center": (0.0, 0.0), "half_extent": 4.0})


def can_split(view: ViewSpec) -> bool:
    """Return whether a view has marks for both panels: the particles, and the density, the grid or the velocity."""
    return view.has_two_sides


def is_split(view: ViewSpec) -> bool:
    """Return whether a picture has two panels, with the density, the grid and the velocity beside the particles."""
    return view.beside and can_split(view)


def panel_of(view: ViewSpec, size: PictureSize) -> Panel:
    """Return the size of each panel in pixels. Two panels are separated by a line of one or two pixels."""
    return Panel((size.width - 1) // 2 if is_split(view) else size.width, size.height)


def visible_rectangle(view: ViewSpec, size: PictureSize) -> Rectangle:
    """Return the part of the plane that each panel of a picture shows: left, right, bottom, top in flow units."""
    return Projection(view, panel_of(view, size)).rectangle


def plane_position(view: ViewSpec, size: PictureSize, x: float, y: float) -> tuple[float, float]:
    """Return the point in flow units at a pixel of a picture.

    Args:
        view: The view.
        size: The size of the picture, in pixels.
        x: The horizontal position in either panel, in pixels from the left edge of the picture.
        y: The vertical position, in pixels from the top edge of the picture.
    """
    panel = panel_of(view, size)
    second = size.width - panel.width
    return Projection(view, panel).plane(x - second if second and x >= second else x, y)


def pixel_position(view: ViewSpec, size: PictureSize, point: tuple[float, float]) -> tuple[float, float]:
    """Return the pixel position, in the first panel of a picture, of a point in flow units."""
    x, y = Projection(view, panel_of(view, size)).pixels(np.array([point]))[0]
    return float(x), float(y)
