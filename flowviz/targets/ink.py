"""Uniform densities over masks."""

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import TargetError
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
        # With `*` on a large temporary array, NumPy looks up its callers, and waits while another thread loads a
        # library: typing paused for 0.2 s while TensorFlow was loaded.
        # Reference: https://github.com/numpy/numpy/blob/main/numpy/_core/src/multiarray/temp_elide.c
        return np.multiply(self.mask, np.uint8(255), dtype=np.uint8)


def ink_of(mask: NDArray[np.bool_], size: tuple[int, int] | None, none: str, all_: str) -> Ink:
    """Return the density over the ink of a picture.

    Args:
        mask: Mask (rows, columns), top row first, True on ink.
        size: Width and height in pixels of the picture that the mask was made from.
        none: The error if there is no ink, for the user.
        all_: The error if everything is ink.

    Raises:
        TargetError: If there is no ink, or nothing else.
    """
    if not mask.any():
        raise TargetError(none)
    if mask.all():
        raise TargetError(all_)
    return Ink(mask, size)
