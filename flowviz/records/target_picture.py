"""The target as a picture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowviz.records.density import Rectangle


@dataclass(frozen=True)
class TargetPicture:
    """Picture of the density of the target in a rectangle of the plane.

    `shades` (rows, columns) has the top row first: 0 is empty, 255 is densest.
    """

    rectangle: Rectangle
    shades: NDArray[np.uint8]
