"""What can be chosen in the export dialog, in words; and a choice in a spec."""

from collections.abc import Mapping
from math import floor, log10
from typing import Any

from flowviz.specs import ExportSpec, Seen, ViewSpec
from flowviz.specs.export import Format, What

WHAT: Mapping[What, tuple[str, str]] = {
    "view": ("This view", "One picture, of one stage"),
    "stages": ("Each stage", "A picture a stage, in a folder"),
    "sheet": ("Contact sheet", "All stages in one figure"),
    "animation": ("Animation", "One file that plays"),
    "frames": ("Frames of the animation", "A picture a frame, in a folder"),
    "trace": ("Trace", "Where the particles are at every stage, as numbers"),
    "samples": ("Samples", "Points that the flow makes, as numbers"),
    "losses": ("Losses", "The history of the training"),
}
FORMAT_WORDS: Mapping[Format, tuple[str, str]] = {
    "png": ("PNG", "Pixels, exactly"),
    "svg": ("SVG", "Shapes, for the web and for drawing programs"),
    "pdf": ("PDF", "Shapes, for papers"),
    "gif": ("GIF", "Plays everywhere, with 256 colors"),
    "apng": ("APNG", "A PNG that plays: exact, and large"),
    "webp": ("WebP", "Small, for the web"),
    "mp4": ("MP4", "A film: the smallest, without transparency"),
    "npz": ("NPZ", "Arrays of numbers, for Python with NumPy"),
    "csv": ("CSV", "A table"),
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
    x, y = (round(number, decimals) + 0.0 for number in point)  # + 0.0: -0.0 is 0.0
    return x, y


def with_seen(spec: ExportSpec, **changes: Any) -> ExportSpec:
    """The spec with some fields of what is seen changed."""
    return spec.model_copy(update={"seen": spec.seen.model_copy(update=changes)})


def with_view(spec: ExportSpec, **changes: Any) -> ExportSpec:
    """The spec with some fields of its view changed."""
    return with_seen(spec, view=spec.seen.view.model_copy(update=changes))


def with_playback(spec: ExportSpec, **changes: Any) -> ExportSpec:
    """The spec with some fields of its playback changed."""
    return with_seen(spec, playback=spec.seen.playback.model_copy(update=changes))
