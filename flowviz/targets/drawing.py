"""Build targets from drawings."""

from pathlib import Path

from flowviz.specs import DrawingSpec
from flowviz.targets.image import darkness_of, small_png
from flowviz.targets.ink import Ink, ink_of

DARK = 128  # of 255: antialiased pixels that a stroke covers by half or more count as ink


def read_drawing(path: Path) -> DrawingSpec:
    """Read a drawing from a picture file.

    Raises:
        FileError: If the file cannot be read, is too large or is not a picture.
    """
    png, size = small_png(path)
    return DrawingSpec(png=png, size=size)


def drawing_target(spec: DrawingSpec) -> Ink:
    """Return a uniform density over the ink of a drawing.

    Raises:
        TargetError: If the drawing is empty or all ink.
        FileError: If the picture is damaged.
    """
    return ink_of(
        darkness_of(spec.png, "The drawing") >= DARK,
        spec.size,
        "Nothing is drawn yet. Draw something for the flow to learn.",
        "The whole canvas is covered with ink. Leave some of it empty.",
    )
