"""Names of choices that several widgets offer."""

from collections.abc import Iterable, Mapping
from typing import Any

from flowviz.records.recorded_flow import COLUMN
from flowviz.specs.explanations import COLOR_TITLES
from flowviz.specs.view import ColorBy, Mark, Velocity

MARKS: Mapping[Mark, tuple[str, str, str]] = {  # title, shortcut, tooltip
    "points": ("&Points", "Ctrl+1", "Show the particles"),
    "density": (
        "&Density",
        "Ctrl+2",
        "Show the density at this stage; contours enclose 50, 90 and 99% of it",
    ),
    "grid": ("&Grid", "Ctrl+3", "Show how the layers deform a square grid on the base"),
    "paths": ("P&aths", "Ctrl+4", "Show the paths of the selected particles, or of a random sample"),
    "velocity": (
        "&Velocity",
        "Ctrl+8",
        "Show arrows: how this layer moves points, or the velocity field of a flow step",
    ),
    "target": ("Tar&get Shape", "Ctrl+7", "Show the target faintly behind the particles of the last stage"),
}

VELOCITIES: Mapping[str, Velocity] = {
    "&Learned Velocity": "learned",
    "&Best Possible Velocity": "best",
    "Learned &Minus Best": "difference",
}

COLORS: Mapping[ColorBy, str] = {color: text for color, text in COLOR_TITLES.items() if color != "column"}

CHOICES: Mapping[str, Mapping[Any, str]] = {  # texts of the values of each field of Playback
    "through": {"layers": "Layers", "training": "Training", "both": "Both"},
    "repeat": {"once": "Once", "loop": "Loop", "ping-pong": "Ping-pong"},
    "heading": {"forward": "Forward", "backward": "Backward"},
    "easing": {"smooth": "Smooth", "linear": "Steady"},
    "speed": {0.25: "0.25×", 0.5: "0.5×", 1.0: "1×", 2.0: "2×", 4.0: "4×"},
}


def color_choices(columns: Iterable[str]) -> Mapping[str, str]:
    """Return the choices of colors and their texts, with a choice for each column of a recorded flow."""
    return {**{str(name): text for name, text in COLORS.items()}, **{COLUMN + name: name for name in columns}}
