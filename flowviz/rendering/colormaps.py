"""Scales of colors: matplotlib's, fitted to the ground that they are seen on."""

from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from flowviz.specs.view import Theme

Scale = Literal["amount", "change", "angle", "heat"]

STEPS = 256

# Name, and from where to where of it is used: what would be lost on the ground is left out. All but "angle" go evenly
# from dark to light, so that they read in gray and to any eye; dense is dark on a light ground, light on a dark one.
# "change" passes through gray where nothing changes. A cycle cannot be even: it goes from dark to light and back.
SCALES: dict[tuple[Scale, Theme], tuple[str, float, float]] = {
    ("amount", "light"): ("viridis", 0.92, 0.0),
    ("amount", "dark"): ("viridis", 0.16, 1.0),
    ("change", "light"): ("cividis", 0.0, 0.95),
    ("change", "dark"): ("cividis", 0.1, 1.0),
    ("angle", "light"): ("twilight", 0.0, 1.0),
    ("angle", "dark"): ("twilight", 0.0, 1.0),
    ("heat", "light"): ("PuBu", 0.0, 0.85),
    ("heat", "dark"): ("magma", 0.1, 0.8),
}
CYCLE: dict[Theme, tuple[float, float]] = {"light": (0.0, 0.75), "dark": (0.28, 1.0)}  # darkest and lightest


@lru_cache
def color_scale(scale: Scale, theme: Theme) -> NDArray[np.uint8]:
    """The colors (256, 3) of a scale, from its low end to its high one. Shared: not to be written to."""
    from matplotlib import colormaps  # a fifth of a second that the window's start need not wait for

    name, first, last = SCALES[scale, theme]
    colors = colormaps[name](np.linspace(first, last, STEPS))[:, :3]
    if scale == "angle":
        darkest, lightest = CYCLE[theme]
        colors = darkest + (lightest - darkest) * colors
    return np.round(255 * colors).astype(np.uint8)
