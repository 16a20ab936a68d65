"""Reading of pictures and tables of points, which takes long enough for a background thread."""

from collections.abc import Generator
from pathlib import Path

import numpy as np
from PyQt6.QtGui import QImage

from flowviz import targets
from flowviz.app.state.pages import TableColumns
from flowviz.app.target.preview import png_of
from flowviz.errors import TargetError
from flowviz.specs import ConditionalSpec, ImageSpec, PointsSpec

UNCOMPRESSED = 100  # PNG quality in Qt; the picture is scaled down and compressed afterwards


def reading_columns(path: Path, columns: TableColumns) -> Generator[float, None, PointsSpec | ConditionalSpec]:
    """Read two columns of a table step by step and, if there is a third one, the condition of the points.

    Yields the share of the points that have been read, from 0 to 1.
    """
    x, y, *others = (str(column + 1) for column in columns)
    given = others[0] if others else None
    points = yield from targets.reading_points(path, f"{x},{y}", given=given)
    if given is None:
        return points
    return ConditionalSpec(sources=(points,), column=(yield from targets.reading_condition(path, given)))


def checked_for_ink(picture: ImageSpec) -> ImageSpec:
    """Return the picture if some threshold finds ink in it. Raises `TargetError` for a blank picture."""
    try:
        targets.build_target(picture)
    except TargetError:
        shades = targets.build_target(ImageSpec(**{**picture.model_dump(), "grayscale": True})).preview()
        if np.ptp(shades) == 0:
            raise
    return picture


def pasted_picture(image: QImage) -> ImageSpec:
    """Return a picture that was pasted or dropped."""
    return targets.image_spec(png_of(image, UNCOMPRESSED), "pasted picture")
