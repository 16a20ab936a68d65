"""The colors of particles and of what surrounds them, in both themes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowviz.specs.view import Palette, Theme, ViewSpec

Color = tuple[int, int, int]

# Lower-left, lower-right, upper-left, upper-right: red, green, blue, black. Black is white on a dark ground.
# The safe tones are of Okabe & Ito 2008, "Color Universal Design".
QUADRANTS: dict[tuple[Palette, Theme], tuple[Color, Color, Color, Color]] = {
    ("safe", "light"): ((213, 94, 0), (0, 158, 115), (0, 114, 178), (26, 26, 26)),
    ("safe", "dark"): ((240, 120, 40), (0, 180, 130), (70, 160, 230), (235, 235, 235)),
    ("plain", "light"): ((255, 0, 0), (0, 128, 0), (0, 0, 255), (0, 0, 0)),
    ("plain", "dark"): ((255, 60, 60), (0, 200, 0), (90, 110, 255), (255, 255, 255)),
}


@dataclass(frozen=True)
class Surroundings:
    """The colors of everything but the particles."""

    background: Color
    grid: Color
    axis: Color
    label: Color
    title: Color


SURROUNDINGS: dict[Theme, Surroundings] = {
    "light": Surroundings((255, 255, 255), (238, 239, 241), (208, 210, 214), (98, 102, 110), (32, 34, 38)),
    "dark": Surroundings((24, 26, 30), (38, 41, 46), (66, 70, 77), (158, 163, 172), (235, 236, 238)),
}


def quadrant_colors(latent: NDArray[np.floating], view: ViewSpec) -> NDArray[np.uint8]:
    """The color (n, 3) of each particle, by the quadrant of the base (n, 2) that it starts in."""
    quadrant = (latent[:, 0] >= 0) + 2 * (latent[:, 1] >= 0)
    return np.array(QUADRANTS[view.palette, view.theme], np.uint8)[quadrant]
