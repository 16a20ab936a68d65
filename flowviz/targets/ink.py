"""A mask becomes a uniform density over its ink."""

import numpy as np
from numpy.typing import NDArray

from flowviz.targets.pixels import PixelDensity


class Ink(PixelDensity):
    """p(y) = 1 / area of the ink, on the ink; 0 elsewhere. Its entropy is log(area), exactly.

    `mask` (rows, columns), true where there is ink, the top row first. Raises `TargetError` where there is none.
    """

    def __init__(self, mask: NDArray[np.bool_]) -> None:
        super().__init__(mask)
        self.mask = mask

    def preview(self) -> NDArray[np.uint8]:
        """White ink on black, (rows, columns)."""
        return self.mask.astype(np.uint8) * np.uint8(255)
