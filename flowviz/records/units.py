"""Units: the coordinates in which points are shown, written and read."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Units:
    """Coordinates of the plane, ``value = origin + scale · flow units`` on each axis.

    A flow works in flow units, in which its target is centered and has a larger standard deviation of 1. The same
    units apply to all stages: in the units of the data, the base has the center and the scale of the data.

    Attributes:
        origin: The values at the origin of the flow units.
        scale: The length of a flow unit along x and along y. Negative where an axis points the other way.
    """

    origin: tuple[float, float] = (0.0, 0.0)
    scale: tuple[float, float] = (1.0, 1.0)

    @property
    def are_flow_units(self) -> bool:
        """Whether values are those in flow units."""
        return self == FLOW_UNITS

    @property
    def log_det(self) -> float:
        """The logarithm of the area of a square flow unit, in these units."""
        return float(np.log(np.abs(self.scale)).sum())

    def values(self, points: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return the values (..., 2), float64, of points (..., 2) in flow units; flow units are returned unchanged."""
        if self.are_flow_units:
            return points
        return np.asarray(points, np.float64) * self.scale + self.origin

    def points(self, values: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return the points (..., 2) in flow units that have these values (..., 2)."""
        if self.are_flow_units:
            return values
        return (np.asarray(values, np.float64) - self.origin) / self.scale

    def log_density(self, log_density: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return a log-density per area in these units, given that per square flow unit, in nats."""
        return log_density if self.are_flow_units else np.asarray(log_density, np.float64) - self.log_det


FLOW_UNITS = Units()
