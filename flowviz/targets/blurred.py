"""Ink that is blurred, so that its log-density is smooth and finite everywhere."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from flowviz.records.energy import Energy
from flowviz.targets.parts import Parts
from flowviz.targets.pixels import PixelDensity
from flowviz.targets.region import Region
from flowviz.targets.target import Extent

SHOWN_REACH = 3.0  # widths of the blur that the extent leaves around the picture
REACH, MIN_MARGIN = 6.0, 0.3  # the same for the lattice of log-densities, and its least margin in flow units
FINENESS = 2.0  # pixels per width of the blur, at least


class Blurred(PixelDensity):
    """The sum of a point of some pixels and of round Gaussian noise, whose entropy is exact except for quadrature.

    Its flow units are those of the pixels, so its larger standard deviation is √(1 + width²).

    Args:
        pixels: The density to blur.
        width: Standard deviation of the noise along x and along y, in flow units.
    """

    def __init__(self, pixels: PixelDensity, width: float) -> None:
        super().__init__(pixels.weights, pixels._size)
        self._sharp, self._width = pixels, width

    @property
    def entropy(self) -> float:
        """Return the entropy in nats, by quadrature over the lattice of log-densities."""
        return self.energy.entropy

    @property
    def extent(self) -> Extent:
        """Return the rectangle around nearly all points, in flow units: left, right, bottom, top."""
        return self._around(SHOWN_REACH * self._width)

    @property
    def parts(self) -> Parts:
        """Return the parts of the ink."""
        return self._sharp.parts

    @cached_property
    def energy(self) -> Energy:
        """Return the log-density on a lattice."""
        return Energy.of(self._log_density_on_grid, self._around(max(REACH * self._width, MIN_MARGIN)))

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw points (count, 2): a point of the pixels, plus noise."""
        points = super().sample(count, rng)
        points += np.float32(self._width) * rng.standard_normal((count, 2), np.float32)
        return points

    def contains(self, points: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Return a mask (n,) of the points (n, 2) in the region that holds 99.9% of the probability."""
        return self._region.contains(points)

    def log_prob(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the log-density (n,) in nats at points (n, 2)."""
        return self.energy.log_prob(points)

    def weights_at(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the density (n,) at points (n, 2)."""
        return np.asarray(np.exp(self.log_prob(points)))

    def preview(self) -> NDArray[np.uint8]:
        """Return the density as shades of gray (rows, columns), top row first."""
        left, right, bottom, top = self.extent
        rows, columns = self.weights.shape
        density = self._density(np.linspace(left, right, columns), np.linspace(top, bottom, rows))
        return np.asarray(np.rint(density * (255 / density.max())), np.uint8)

    @cached_property
    def _region(self) -> Region:
        return Region.of_highest_density(self._density, self._around(REACH * self._width))

    def _log_density_on_grid(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self._density(x, y)))

    def _density(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the density (rows, columns) at x (columns,) and y (rows,).

        It is accurate relative to its size also far from the ink, until it underflows. Pixels count as Gaussians of the
        same variance, which are narrower than the blur.
        """
        times = int(np.ceil(FINENESS * self._pixel / self._width))
        weights = self.weights.repeat(times, axis=0).repeat(times, axis=1).astype(np.float64)
        side, (rows, columns) = self._pixel / times, weights.shape
        width = float(np.hypot(self._width, side / np.sqrt(12)))
        along = (np.arange(columns) + 0.5) * side, (-0.5 - np.arange(rows)) * side
        by_x, by_y = (
            np.exp(-(((places[:, np.newaxis] - pixels + middle * self._pixel) / width) ** 2) / 2)
            for places, pixels, middle in zip((x, y), along, self._center, strict=True)
        )
        return np.asarray(by_y @ weights @ by_x.T / (2 * np.pi * width**2 * weights.sum()))
