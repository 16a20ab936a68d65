"""Units of coordinates that are shown, written and read."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Nats = TypeVar("Nats", float, float | None, NDArray[np.float64])


@dataclass(frozen=True)
class Units:
    """An affine coordinate system of the plane: ``value = origin + scale · flow units`` along each axis.

    A flow works in flow units, in which the mean of its target is 0 and the larger of the standard deviations in x and
    y is 1. A flow unit is equally long in data units along x and y, unless a table of points would look like a line.
    The same units apply to all stages: in data units, the base has the center and the scale of the data.

    Attributes:
        origin: Values at the origin of the flow units.
        scale: Length of one flow unit along x and along y. Negative if the axis points in the opposite direction.
    """

    origin: tuple[float, float] = (0.0, 0.0)
    scale: tuple[float, float] = (1.0, 1.0)

    @property
    def are_flow_units(self) -> bool:
        """Return whether these are flow units."""
        return self == FLOW_UNITS

    @property
    def log_det(self) -> float:
        """Return the log-determinant of the conversion from flow units: log of the area of a flow unit in them."""
        return float(np.log(np.abs(self.scale)).sum())

    def values(self, points: NDArray[np.floating]) -> NDArray[np.floating]:
        """Convert points (..., 2) in flow units to values (..., 2) in these units.

        Returns float64, or `points` unchanged if these are flow units.
        """
        if self.are_flow_units:
            return points
        return np.asarray(points, np.float64) * self.scale + self.origin

    def points(self, values: NDArray[np.floating]) -> NDArray[np.floating]:
        """Convert values (..., 2) in these units to points (..., 2) in flow units.

        Returns float64, or `values` unchanged if these are flow units.
        """
        if self.are_flow_units:
            return values
        return (np.asarray(values, np.float64) - self.origin) / self.scale

    def log_density(self, log_density: NDArray[np.floating]) -> NDArray[np.floating]:
        """Convert a log-density in nats from flow units to these units, by the change of variables."""
        return log_density if self.are_flow_units else np.asarray(log_density, np.float64) - self.log_det

    def nll(self, nll: Nats) -> Nats:
        """Convert an NLL or an entropy in nats from flow units to these units. None stays None."""
        return nll if nll is None else nll + self.log_det


FLOW_UNITS = Units()
