"""Uniform densities over masks."""

import numpy as np
from numpy.typing import NDArray

from flowviz.targets.pixels import PixelDensity


class Ink(PixelDensity):
    """A uniform density over the ink of a mask; its entropy is exactly log(area of the ink).

    Args:
        mask: Mask (rows, columns), top row first, True on ink.
        size: Width and height in pixels of the picture that the mask was made from, by default those of the mask.

    Raises:
        TargetError: If there is no ink.
    """

    def __init__(self, mask: NDArray[np.bool_], size: tuple[int, int] | None = None) -> None:
        super().__init__(mask, size)
        self.mask = mask

    def preview(self) -> NDArray[np.uint8]:
        """Return white ink on black (rows, columns), top row first."""
        return self.mask.astype(np.uint8) * np.uint8(255)
