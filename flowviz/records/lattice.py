"""The square grid on the base that the flow warps."""

import numpy as np
from numpy.typing import NDArray

LATTICE_CELLS = 40  # along each side
SUBDIVISIONS = 2  # of the side of a cell, so that a bent side is seen to bend
LATTICE_SIDE = LATTICE_CELLS * SUBDIVISIONS + 1
LATTICE_REACH = 3.0  # from -3 to 3, in standard deviations of the base


def lattice_points() -> NDArray[np.float32]:
    """The nodes (LATTICE_SIDE², 2) of the grid on the base, row by row from the bottom."""
    ticks = np.linspace(-LATTICE_REACH, LATTICE_REACH, LATTICE_SIDE, dtype=np.float32)
    return np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
