"""Uniform densities over masks."""

from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import TargetError
from flowviz.targets.parts import Parts
from flowviz.targets.pixels import PixelDensity


class Ink(PixelDensity):
    """A uniform density over the ink of a mask; its entropy is exactly log(area of the ink).

    Args:
        mask: Mask (rows, columns), top row first, True on ink.
        size: Width and height in pixels of the picture that the mask was made from, by default those of the mask.
        letters: Returns the number of the letter (rows, columns) to which each pixel belongs. None if it is no text.

    Raises:
        TargetError: If there is no ink.
    """

    def __init__(
        self,
        mask: NDArray[np.bool_],
        size: tuple[int, int] | None = None,
        letters: Callable[[], NDArray[np.intp]] | None = None,
    ) -> None:
        super().__init__(mask, size)
        self.mask, self._letters = mask, letters

    @cached_property
    def parts(self) -> Parts:
        """Return the letters of a text, or else the connected parts of the ink."""
        if self._letters is None:
            return super().parts
        return Parts.nearest_to(self._letters(), self.mask, self.extent)

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
