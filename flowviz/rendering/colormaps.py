"""Colormaps from matplotlib, cropped to stand out against the background."""

from functools import lru_cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from flowviz.rendering.colors import SURROUNDINGS, rgb
from flowviz.specs import ViewSpec
from flowviz.specs.view import Theme

Scale = Literal["amount", "change", "angle", "heat", "heat below points"]

STEPS = 256

# The name of the colormap and the range of it that is used, without the colors that would blend into the background.
# Lightness is monotonic in all but "angle", so that the scales work in grayscale and with color vision deficiencies;
# high densities contrast most with the background. The center of "change" is gray: no change. A cyclic colormap cannot
# be monotonic: its lightness goes up and down again.
SCALES: dict[tuple[Scale, Theme], tuple[str, float, float]] = {
    ("amount", "light"): ("viridis", 0.92, 0.0),
    ("amount", "dark"): ("viridis", 0.16, 1.0),
    ("change", "light"): ("cividis", 0.0, 0.95),
    ("change", "dark"): ("cividis", 0.05, 0.9),
    ("angle", "light"): ("twilight", 0.0, 1.0),
    ("angle", "dark"): ("twilight", 0.0, 1.0),
    ("heat", "light"): ("PuBu", 0.0, 0.85),
    ("heat", "dark"): ("magma", 0.1, 0.8),
}
SCALES |= {("heat below points", theme): SCALES["heat", theme] for theme in get_args(Theme)}
PALENESS = 0.4  # share of the background in the colors of a density, from which points of any color stand out
CYCLE: dict[Theme, tuple[float, float]] = {"light": (0.0, 0.75), "dark": (0.28, 1.0)}  # range of the RGB channels


@lru_cache
def color_scale(scale: Scale, theme: Theme) -> NDArray[np.uint8]:
    """Return the colors (256, 3) of a scale, from its low end to its high end.

    The array is cached and shared between callers, who must not modify it.
    """
    from matplotlib import colormaps  # takes 0.2 s to import, which would delay the start of the window

    name, first, last = SCALES[scale, theme]
    colors = colormaps[name](np.linspace(first, last, STEPS))[:, :3]
    if scale == "angle":
        darkest, lightest = CYCLE[theme]
        colors = darkest + (lightest - darkest) * colors
    if scale == "heat below points":
        colors += PALENESS * (np.array(rgb(SURROUNDINGS[theme].background)) - colors)
    return np.round(255 * colors).astype(np.uint8)


def heat_scale(view: ViewSpec) -> Scale:
    """Return the scale of a density: a paler one if it is below points."""
    return "heat below points" if "points" in view.marks else "heat"
