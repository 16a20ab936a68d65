"""Velocity fields of stages, on regular grids."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from flowviz.records.density import Rectangle
from flowviz.records.equality import EqualByContent
from flowviz.specs.view import Velocity

ARROWS_ACROSS = 24  # arrows along the shorter side of a picture, about
MAX_ACROSS = 64  # points along the shorter side of a grid


@dataclass(frozen=True, eq=False)
class VelocityField(EqualByContent):
    """Velocities or displacements of a stage on a regular grid.

    For a flow step, the vectors are the velocity field at the time at which the step begins or ends. For any other
    stage, they are the displacement of the points.

    Attributes:
        stage: Number of the stage, 1 or more.
        spacing: Distance between neighboring points of the grid, in flow units.
        points: Points (n, 2) before the stage, float32, in flow units.
        vectors: Velocity or displacement (n, 2) at each point, float32, in flow units.
        at_end: Whether the vectors are the velocity field at the time at which a flow step ends.
        of: Whether the velocity is the learned one, the best possible one, or the learned one minus the best.
        training_points: Number of the points to which the best possible velocity leads. None for other targets than
            tables.
    """

    stage: int
    spacing: float
    points: NDArray[np.float32]
    vectors: NDArray[np.float32]
    at_end: bool = False
    of: Velocity = "learned"
    training_points: int | None = None


class FieldGrid(NamedTuple):
    """A regular grid over a rectangle, whose points are multiples of the spacing, in flow units."""

    rectangle: Rectangle
    spacing: float

    @classmethod
    def across(cls, rectangle: Rectangle, smallest: float) -> "FieldGrid":
        """Return a grid of about 24 points along a side of length `smallest`, and of at most 64 along the shorter side.

        The spacing is a power of √2, so that similar rectangles have most of their points in common: when the view
        moves, the arrows stay where they are.
        """
        left, right, bottom, top = rectangle
        least = max(smallest / ARROWS_ACROSS, min(right - left, top - bottom) / MAX_ACROSS)
        return cls(rectangle, float(2 ** (round(2 * np.log2(least)) / 2)))

    @property
    def points(self) -> NDArray[np.float32]:
        """Return the points (n, 2), row by row from the bottom."""
        left, right, bottom, top = self.rectangle
        x, y = (
            self.spacing * np.arange(np.ceil(low / self.spacing), np.floor(high / self.spacing) + 1)
            for low, high in ((left, right), (bottom, top))
        )
        return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2).astype(np.float32)
