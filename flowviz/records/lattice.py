"""The grid of squares in base space that the flow warps."""

import numpy as np
from numpy.typing import NDArray

from flowviz.specs.view import GRID_SEGMENTS

LATTICE_SIDE = GRID_SEGMENTS + 1  # nodes along each axis
LATTICE_REACH = 3.0  # half the side length, in standard deviations of the base


def lattice_points() -> NDArray[np.float32]:
    """Return the nodes (LATTICE_SIDE², 2) of the grid in base space, row by row from the bottom."""
    ticks = np.linspace(-LATTICE_REACH, LATTICE_REACH, LATTICE_SIDE, dtype=np.float32)
    return np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
