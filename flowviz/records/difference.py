"""Differences between the log-densities of two flows that learn the same target."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowviz.records.density import Rectangle
from flowviz.records.equality import EqualByContent


@dataclass(frozen=True, eq=False)
class Difference(EqualByContent):
    """log p_A − log p_B of two flows A and B in the plane of their target, in nats.

    Attributes:
        stage: Number of the last stage of A, whose particles are shown.
        rectangle: The rectangle that the grid covers.
        values: The difference at the cell centers (rows, columns), float32, top row first. NaN where both flows have
            hardly any density, because there it says nothing about them.
        at_particles: The difference at each particle (n,) of A, float32.
        names: Names of A and B.
    """

    stage: int
    rectangle: Rectangle
    values: NDArray[np.float32]
    at_particles: NDArray[np.float32]
    names: tuple[str, str]
