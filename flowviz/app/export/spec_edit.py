"""Choices of an `ExportSpec` as text, and what the window shows as one."""

from collections.abc import Mapping
from math import floor, log10

from flowviz.specs import Seen, ViewSpec
from flowviz.specs.export_kinds import Format, What

WHAT: Mapping[What, tuple[str, str]] = {  # titles and descriptions
    "view": ("This view", "One picture of one stage"),
    "stages": ("Each stage", "One picture per stage, in a folder"),
    "sheet": ("Contact sheet", "All stages in one figure"),
    "four_panels": ("Four panels", "The data and their latents, samples of the base and their images"),
    "animation": ("Animation", "One animated file"),
    "frames": ("Frames of the animation", "One picture per frame, in a folder"),
    "ledger": ("Ledger", "What each layer adds to the log-density of the probed point or, without one, of the data"),
    "latents": ("Latents against the base", "How well the data, moved back, match the base from which the flow starts"),
    "trace": ("Trace", "Positions of the particles at every stage, as numbers"),
    "samples": ("Samples", "Points drawn from the flow, as numbers"),
    "density": ("Density", "The log-density of one stage over a grid, as numbers"),
    "losses": ("Losses", "The loss over the training"),
}
FORMAT_WORDS: Mapping[Format, tuple[str, str]] = {
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
}
DIGITS = 5  # of the half extent: a hundredth of a pixel of a picture


def for_export(seen: Seen) -> Seen:
    """Return what the window shows, with its numbers rounded and without the text size, which follows its widgets."""
    view = seen.view
    decimals = DIGITS - 1 - floor(log10(view.half_extent))
    changes = {
        "center": _rounded(view.center, decimals),
        "half_extent": float(f"{view.half_extent:.{DIGITS}g}"),
        "word_height": ViewSpec().word_height,
    }
    probe = None if seen.probe is None else (seen.probe[0], _rounded(seen.probe[1], decimals))
    return seen.model_copy(update={"view": view.model_copy(update=changes), "probe": probe, "overview": False})


def _rounded(point: tuple[float, float], decimals: int) -> tuple[float, float]:
    x, y = (round(number, decimals) + 0.0 for number in point)  # + 0.0: -0.0 becomes 0.0
    return x, y
