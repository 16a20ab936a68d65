"""The words for choices that appear in several places."""

from collections.abc import Mapping
from typing import Any

from flowviz.specs.view import ColorBy, Direction, Mark

MARKS: Mapping[Mark, tuple[str, str, str]] = {
    "points": ("&Points", "Ctrl+1", "The particles"),
    "density": ("&Density", "Ctrl+2", "The exact density of this stage, with lines around 50, 90 and 99 % of it"),
    "grid": ("&Grid", "Ctrl+3", "A square grid on the base, carried through the layers"),
    "paths": ("P&aths", "Ctrl+4", "The ways that particles have come: a fair sample of all, or of those selected"),
}


COLORS: Mapping[ColorBy, str] = {
    "quadrant": "Quadrant",
    "angle": "Angle",
    "radius": "Radius",
    "log_density": "Log-density",
    "log_det": "Log|det J|",
    "selection": "Selection",
}


DIRECTIONS: Mapping[Direction, str] = {"generate": "Generate: base → target", "encode": "Encode: target → base"}


CHOICES: Mapping[str, tuple[str, Mapping[Any, str]]] = {
    "through": ("What is played", {"layers": "Layers", "training": "Training", "both": "Both"}),
    "repeat": ("Once or again", {"once": "Once", "loop": "Loop", "ping-pong": "Ping-pong"}),
    "heading": ("Heading", {"forward": "Forward", "backward": "Backward"}),
    "easing": ("Easing", {"smooth": "Smooth", "linear": "Steady"}),
    "speed": ("Speed", {0.25: "0.25×", 0.5: "0.5×", 1.0: "1×", 2.0: "2×", 4.0: "4×"}),
}
