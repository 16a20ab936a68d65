"""Texts of the choices of an export: their titles, tooltips, and the reasons why some are disabled."""

from collections.abc import Mapping
from typing import Any

from flowviz.app.widgets.choice_words import CHOICES, COLORS
from flowviz.specs.explanations import DIRECTION_TITLES
from flowviz.specs.export import MAX_VECTORS
from flowviz.specs.export_kinds import What
from flowviz.specs.view import Mark, UnitName

WHAT: Mapping[What, tuple[str, str, str]] = {  # titles, descriptions, and the names of files without a suffix
    "view": ("This view", "One picture of one stage", "{}"),
    "stages": ("Each stage", "One picture per stage, in a folder", "{} stages"),
    "sheet": ("Contact sheet", "All stages in one figure", "{} sheet"),
    "four_panels": (
        "Four panels",
        "The data and their latents, samples of the base and their images",
        "{} four panels",
    ),
    "animation": ("Animation", "One animated file", "{}"),
    "frames": ("Frames of the animation", "One picture per frame, in a folder", "{} frames"),
    "ledger": (
        "Ledger",
        "What each layer adds to the log-density of the probed point or, without one, of the data",
        "{} ledger",
    ),
    "latents": (
        "Latents against the base",
        "How well the data, moved back, match the base from which the flow starts",
        "{} latents",
    ),
    "trace": ("Trace", "Positions of the particles at every stage, as numbers", "{} trace"),
    "samples": ("Samples", "Points drawn from the flow, as numbers", "{} samples"),
    "density": ("Density", "The log-density of one stage over a grid, as numbers", "{} density"),
    "losses": ("Losses", "The loss over the training", "{} losses"),
    "page": ("Web page", "One file in which readers can drag through the layers, in any browser", "{}"),
    "code": ("Code (NumPy)", "The flow as a Python module that needs only NumPy", "flow"),
}
WHAT_OF_COMPARISONS = {  # the same of comparisons
    "sheet": ("Figure", "All flows in one figure", "{}"),
    "animation": ("Animation over the layers", "All flows in one animated file", "{}"),
    "page": ("Web page", "One file in which readers can drag through the layers of all flows, in any browser", "{}"),
    "table": ("Table of results", "The results of all flows, as text", "{}"),
}
FORMATS = {  # titles and descriptions
    "png": ("PNG", "Exact pixels"),
    "svg": ("SVG", "Sharp text and lines at any size, for the web and drawing programs"),
    "pdf": ("PDF", "Sharp text and lines at any size, for papers"),
    "gif": ("GIF", "Plays everywhere, in 256 colors"),
    "apng": ("APNG", "Animated PNG: exact, with large files"),
    "webp": ("WebP", "Small files, for the web"),
    "mp4": ("MP4", "Video: the smallest files, without transparency"),
    "npz": ("NPZ", "Arrays for NumPy"),
    "csv": ("CSV", "A table for spreadsheets"),
    "json": ("JSON", "Numbers for programs"),
    "html": ("HTML", "A single file that needs no network"),
    "py": ("Python", "A module to import, with the weights of the flow"),
    "md": ("Markdown", "A table for the web, with means over seeds"),
    "tex": ("LaTeX", "A table for papers, with means over seeds"),
}
COMMON: Mapping[str, Mapping[Any, str]] = {  # texts of the values of fields that any project has
    **{name: CHOICES[name] for name in ("through", "easing", "heading", "repeat")},
    "background": {"solid": "Solid", "transparent": "Transparent"},
    "theme": {"light": "Light", "dark": "Dark"},
    "particles_as": {"auto": f"Vectors up to {MAX_VECTORS:,}", "vectors": "Vectors", "picture": "Picture"},
    "direction": DIRECTION_TITLES,
    "color_by": COLORS,
    "palette": {"safe": "Color-blind safe", "plain": "Plain, as in the blog post"},
}
MARKS: Mapping[Mark, str] = {
    "points": "&Points",
    "density": "&Density",
    "grid": "&Grid",
    "paths": "Pat&hs",
    "velocity": "Velocity",
    "target": "Target",
}
TABLE_UNITS: Mapping[UnitName, str] = {"data": "Data units", "pixels": "Pixels", "flow": "Flow units"}
UNITS: Mapping[UnitName, str] = {"data": "Flow units", "pixels": "Pixels"}  # of targets without data units
OPAQUE = "MP4 has no transparency."
ONLY_FORMAT = "This is the only format."
NO_HISTORY = "The project has no saved moments of a training. Train first."
NO_SELECTION = "No particles are selected in the window."
NOT_BY_SELECTION = "Exports of a comparison do not show the particles that are selected in the window."
NOTHING_TO_SPLIT = "Turn on the density, the grid or the velocity, and also the points or the paths."
NO_DENSITY = "A contact sheet cannot show the density, which is computed for one stage only."
NO_PIXELS = "The target is not made of pixels."
NO_AXES = "The small pictures of a contact sheet have no axes."
NOT_IN_PAGES = "A web page shows points, the target, densities and grids only."
NOT_BESIDE = "A contact sheet has one panel per stage."
