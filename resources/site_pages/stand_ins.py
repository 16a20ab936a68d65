"""Small stand-ins for what only the program can do: suspects, whose densities it knows, and a coupling to bend."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from markupsafe import Markup

from flowviz.lessons.suspects import LOW, Suspects, suspects_of
from flowviz.rendering import Camera
from flowviz.specs import Seen
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


def coupling(work: Work) -> Mapping[str, Any]:
    """Return a coupling to bend: particles after it, its two curves, and numbers for the script of the page."""
    project = work.first
    before, after = project.trace.positions[BENT - 1 : BENT + 1, :PARTICLES]
    curves = {curve.bends: curve for curve in project.build_flow().report(BENT).curves}
    shift, scale = curves["shift"], curves["log-scale"]
    numbers = {
        "x": before[:, 0],
        "y": before[:, 1],
        "shifts": np.interp(before[:, 0], shift.x, shift.y),
        "scales": np.interp(before[:, 0], scale.x, scale.y),
        "across": shift.x,
        "shift": shift.y,
        "scale": np.interp(shift.x, scale.x, scale.y),
    }
    data = json.dumps({name: _rounded(values) for name, values in numbers.items()}, separators=(",", ":"))
    quadrants = (before[:, 0] >= 0) + 2 * (before[:, 1] >= 0)
    particles = zip(quadrants.tolist(), _rounded(after[:, 0]), _rounded(-after[:, 1]), strict=True)
    return {
        "data": Markup(data),  # noqa: S704  # numbers
        "particles": [dict(zip(("quadrant", "x", "y"), each, strict=True)) for each in particles],
        "curves": [
            {"name": name, "title": title, "most": round(1 + float(np.abs(curve.y).max()), 1)}
            for name, title, curve in (("shift", "shift t(x)", shift), ("scale", "log-scale s(x)", scale))
        ],
    }


def _rounded(values: Any) -> list[float]:
    found: list[float] = np.round(np.asarray(values, np.float64), DIGITS).tolist()
    return found
