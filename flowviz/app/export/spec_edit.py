"""What can be chosen in the export dialog, in words; and a choice in a spec."""

from collections.abc import Mapping
from typing import Any

from flowviz.specs import ExportSpec
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


def with_seen(spec: ExportSpec, **changes: Any) -> ExportSpec:
    """The spec with some fields of what is seen changed."""
    return spec.model_copy(update={"seen": spec.seen.model_copy(update=changes)})


def with_view(spec: ExportSpec, **changes: Any) -> ExportSpec:
    """The spec with some fields of its view changed."""
    return with_seen(spec, view=spec.seen.view.model_copy(update=changes))


def with_playback(spec: ExportSpec, **changes: Any) -> ExportSpec:
    """The spec with some fields of its playback changed."""
    return with_seen(spec, playback=spec.seen.playback.model_copy(update=changes))
