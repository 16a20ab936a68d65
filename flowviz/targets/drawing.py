"""A drawing becomes ink."""

from pathlib import Path

from flowviz.errors import TargetError
from flowviz.files import content_of
from flowviz.specs import DrawingSpec
from flowviz.targets.image import LARGEST_FILE, darkness_of, small_png
from flowviz.targets.ink import Ink

DARK = 128  # of 255: half-covered pixels at the edge of a stroke are ink


def read_drawing(path: Path) -> DrawingSpec:
    """The drawing in a picture file. Raises `FileError`."""
    return DrawingSpec(png=small_png(content_of(path, LARGEST_FILE), path.name))


def drawing_target(spec: DrawingSpec) -> Ink:
    """Raises `TargetError` where nothing is drawn, `FileError` where the picture is damaged."""
    mask = darkness_of(spec.png, "The drawing") >= DARK
    if not mask.any():
        raise TargetError("Nothing is drawn yet. Draw something for the flow to learn.")
    if mask.all():
        raise TargetError("The drawing is all ink. Leave some of it empty.")
    return Ink(mask)
