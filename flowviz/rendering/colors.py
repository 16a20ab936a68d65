"""The colors of both themes and of the quadrants of the base."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from flowviz.specs.view import Palette, Theme, ViewSpec

Color = tuple[int, int, int]
Packed = NDArray[np.uint32]  # each number holds the four bytes of an RGBA color

# Lower left, lower right, upper left, upper right: red, green, blue, and black (white on a dark background).
# The safe palette has the vermilion, green and blue of Okabe & Ito 2008, "Color Universal Design", made lighter or
# darker so that all four colors also differ in grayscale.
QUADRANTS: dict[tuple[Palette, Theme], tuple[Color, Color, Color, Color]] = {
    ("safe", "light"): ((204, 84, 0), (60, 190, 145), (0, 78, 152), (16, 16, 16)),
    ("safe", "dark"): ((240, 120, 40), (110, 225, 175), (45, 115, 225), (250, 250, 250)),
    ("plain", "light"): ((255, 0, 0), (0, 128, 0), (0, 0, 255), (0, 0, 0)),
    ("plain", "dark"): ((255, 60, 60), (0, 200, 0), (90, 110, 255), (255, 255, 255)),
}


# Of the components of a mixture: the colors of Okabe & Ito 2008, then a dark red and black or white. The plain palette
# has the same ones, because nine plain colors are hard to tell apart.
COMPONENTS: dict[Theme, tuple[Color, ...]] = {
    "light": (
        (213, 94, 0), (0, 114, 178), (0, 158, 115), (204, 121, 167), (230, 159, 0), (86, 180, 233), (120, 94, 240),
        (140, 20, 60), (16, 16, 16),
    ),
    "dark": (
        (240, 120, 40), (45, 130, 235), (40, 190, 145), (225, 140, 190), (240, 180, 40), (130, 205, 245),
        (160, 140, 255), (220, 70, 110), (250, 250, 250),
    ),
}  # fmt: skip


# Of the entrants of a comparison: violet, ochre, pink, sky, brown and indigo, or lighter ones on a dark background.
# No quadrant of either palette has any of them, and they differ from each other for color-blind people, too.
ENTRANTS: dict[Theme, tuple[Color, ...]] = {
    "light": ((122, 36, 233), (193, 138, 3), (245, 38, 164), (7, 144, 206), (113, 67, 33), (46, 2, 118)),
    "dark": ((172, 125, 254), (252, 237, 48), (255, 60, 158), (150, 186, 239), (214, 186, 49), (182, 30, 164)),
}


def entrant_color(style: int, theme: Theme) -> Color:
    """Return the color of an entrant of a comparison; see `Comparison.style`."""
    return ENTRANTS[theme][style % len(ENTRANTS[theme])]


@dataclass(frozen=True)
class Surroundings:
    """The colors of a theme for everything but the particles."""

    background: Color
    grid: Color
    axis: Color
    label: Color
    title: Color


SURROUNDINGS: dict[Theme, Surroundings] = {
    "light": Surroundings((255, 255, 255), (238, 239, 241), (208, 210, 214), (98, 102, 110), (32, 34, 38)),
    "dark": Surroundings((24, 26, 30), (38, 41, 46), (66, 70, 77), (158, 163, 172), (235, 236, 238)),
}


# Colors from Okabe & Ito 2008. The training curve is gray, since the validation curve is the one that matters.
CURVES: dict[Theme, dict[str, Color]] = {
    "light": {
        "train": (128, 132, 140),
        "validation": (0, 114, 178),
        "entropy": (0, 128, 94),
        "kept": (0, 114, 178),
        "loss": (180, 80, 0),
        "previous": (110, 145, 175),
    },
    "dark": {
        "train": (150, 155, 164),
        "validation": (86, 180, 233),
        "entropy": (60, 190, 150),
        "kept": (86, 180, 233),
        "loss": (240, 150, 60),
        "previous": (90, 125, 150),
    },
}


def quadrant_colors(base: NDArray[np.floating], view: ViewSpec) -> NDArray[np.uint8]:
    """Return the color (n, 3) of each particle by the quadrant of its position in the base (n, 2)."""
    quadrant = (base[:, 0] >= 0) + 2 * (base[:, 1] >= 0)
    return np.array(QUADRANTS[view.palette, view.theme], np.uint8)[quadrant]


def rgb(color: Color) -> tuple[float, float, float]:
    """Return the channels of a color from 0 to 1."""
    red, green, blue = color
    return red / 255, green / 255, blue / 255


def packed(colors: NDArray[np.uint8]) -> Packed:
    """Return opaque colors (n, 3) as packed numbers (n,)."""
    opaque = np.pad(colors, ((0, 0), (0, 1)), constant_values=255)
    return np.ascontiguousarray(opaque).view(np.uint32)[:, 0]


def unpacked(colors: Packed) -> NDArray[np.uint8]:
    """Return packed numbers (n,) as colors with an alpha (n, 4)."""
    return np.ascontiguousarray(colors)[:, None].view(np.uint8)


@lru_cache
def packed_color(color: Color) -> int:
    """Return an opaque color as a packed number."""
    return int(packed(np.array([color], np.uint8))[0])
