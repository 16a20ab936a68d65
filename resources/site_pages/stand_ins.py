"""Small stand-ins for what only the program can do: suspects, whose densities it knows, and a coupling to bend."""

import json
from typing import Any

import numpy as np
from markupsafe import Markup

from flowviz.lessons.suspects import LOW, Suspects, suspects_of
from flowviz.rendering import Camera
from flowviz.rendering.colors import QUADRANTS
from flowviz.specs import Seen, ViewSpec
from flowviz.specs.view import Theme
from site_pages.figures import PARTICLES, Work
from site_pages.pictures import SIZE

BENT = 1  # stage of the coupling to bend
DIGITS = 3


def suspects(work: Work, seen: Seen) -> list[dict[str, Any]]:
    """Return the suspects of a project: their letters, places in a picture without labels, and densities in words."""
    project = work.first
    found = Suspects(suspects_of(project.build_target()))
    found.take_densities(project.build_flow().encoded(np.array([*found.points.values()])))
    (x, y), extent = Camera(seen.view, project.trace.boxes).frame(project.trace.last_stage, SIZE)
    scale = min(SIZE.width, SIZE.height) / (2 * extent)
    return [
        {
            "letter": letter,
            "left": round(SIZE.width / 2 + scale * (point[0] - x), 1),
            "top": round(SIZE.height / 2 - scale * (point[1] - y), 1),
            "density": f"{density:.2f}" if (density := found.densities[letter]) >= LOW else f"below {LOW}",
        }
        for letter, point in found.points.items()
    ]


def plain(seen: Seen) -> Seen:
    """Return a view without labels and axes, in which every pixel has a place."""
    return seen.model_copy(update={"view": seen.view.model_copy(update={"labels": False, "axes": False})})


def coupling(work: Work) -> Markup:
    """Return a coupling as JSON for the script of the page: its two curves, particles before it, and their colors."""
    project = work.first
    base, curves = project.trace.positions[BENT - 1][:PARTICLES], project.build_flow().report(BENT).curves
    named = {curve.bends: curve for curve in curves}
    shift, scale = named["shift"], named["log-scale"]
    themes: tuple[Theme, ...] = ("light", "dark")
    data = {
        "x": _rounded(base[:, 0]),
        "y": _rounded(base[:, 1]),
        "across": _rounded(shift.x),
        "shift": _rounded(shift.y),
        "scale": _rounded(np.interp(shift.x, scale.x, scale.y)),
        "colors": {theme: [f"rgb{color}" for color in QUADRANTS[ViewSpec().palette, theme]] for theme in themes},
    }
    return Markup(json.dumps(data, separators=(",", ":")))  # noqa: S704  # numbers and constants


def _rounded(values: Any) -> list[float]:
    found: list[float] = np.round(np.asarray(values, np.float64), DIGITS).tolist()
    return found
