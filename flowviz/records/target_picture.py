"""Pictures of targets."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowviz.records.density import Rectangle
from flowviz.records.equality import EqualByContent


@dataclass(frozen=True, eq=False)
class TargetPicture(EqualByContent):
    """A picture of the density of a target in a rectangle of the plane.

    Attributes:
        rectangle: The rectangle that the picture covers.
        shades: Shades of gray (rows, columns), top row first, from 0 for empty to 255 for densest.
    """

    rectangle: Rectangle
    shades: NDArray[np.uint8]
