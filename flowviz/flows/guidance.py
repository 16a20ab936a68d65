"""The density that guidance asks for, which is not that of guided particles."""

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import SpecError
from flowviz.records import Density, Rectangle, Trace, cell_centers, grid_shape
from flowviz.specs.condition import ANY

if TYPE_CHECKING:
    from flowviz.flows.flow import Flow

OUTERMOST = 0.001, 0.999  # quantiles of the particles, around which the grid is
MARGIN = 0.1  # share of the width or height of the grid, on each side
SIDE = 96  # cells along its shorter side
DRAWS = 8_000


class Tilted:
    """p(x|c)^w p(x)^(1-w) / Z: the density of a flow at a value c of its condition, tilted with the guidance w.

    Z is a sum over a grid. If w is above 1, the learned p(x|c) / p(x) is held to the upper bound that it has, because
    the points of c are among all points. Else most of the tilted density could be where both are almost 0.
    References: Ho & Salimans 2022, "Classifier-free diffusion guidance", https://arxiv.org/abs/2207.12598; Chidambaram
    et al. 2024, "What does guidance do? A fine-grained analysis in a simple setting",
    https://arxiv.org/abs/2409.13074, which proves that guided particles do not have this density.
    """

    def __init__(self, flow: "Flow") -> None:
        spec = flow.spec
        assert spec.condition is not None
        self._weight, self._highest = spec.guidance, np.float32(np.log(spec.condition.most_likely))
        shown = {"given": spec.given, "guidance": 1.0}, {"given": ANY}
        self._told, self._untold = (flow.shown_as(spec.model_copy(update=each)) for each in shown)

    def density(self, rectangle: Rectangle, shape: tuple[int, int], particles: Trace) -> Density:
        """Return the density on a grid (rows, columns) over a rectangle.

        Args:
            rectangle: The rectangle.
            shape: The shape of the grid.
            particles: Particles that the flow has moved, whose own density is compared with the tilted one.

        Raises:
            SpecError: If the density is 0 at all cells by which it is normalized.
        """
        values = self.log_prob(cell_centers(rectangle, shape)).reshape(shape)
        ratios = particles.log_density(-1) - self.log_prob(particles.positions[-1].astype(np.float64))
        mismatch = float(ratios[np.isfinite(ratios)].mean()) if np.isfinite(ratios).any() else None
        return Density(particles.last_stage, rectangle, values, self._draws, mismatch=mismatch)

    def log_prob(self, points: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return the log-density (n,) in nats at points (n, 2), -inf where it is 0."""
        return self._unnormalized(points) - self._log_normalizer

    def _unnormalized(self, points: NDArray[np.float64]) -> NDArray[np.float32]:
        last, flows = len(self._told.stages), (self._told, self._untold)
        told, untold = (flow.log_density(last, points, is_fine=False) for flow in flows)
        if self._weight == 0:
            return untold
        with np.errstate(invalid="ignore"):  # NaN where both are -inf
            ratio = np.minimum(told - untold, self._highest) if self._weight > 1 else told - untold
            found = told + np.float32(self._weight - 1) * ratio
        return np.where(np.isfinite(told) & ~np.isnan(found), found, -np.inf).astype(np.float32)

    @cached_property
    def _everywhere(self) -> NDArray[np.float32]:
        """Return the finite unnormalized log-densities at the cells of the grid, in ascending order."""
        found = self._unnormalized(cell_centers(self._whole, grid_shape(self._whole, SIDE)))
        return np.sort(_some(found[np.isfinite(found)]))

    @cached_property
    def _whole(self) -> Rectangle:
        """Return the rectangle around nearly all particles of both flows, with the value and without it."""
        ends = np.concatenate([flow.forward(flow.particles()) for flow in (self._told, self._untold)])
        low, high = np.quantile(_some(ends[np.isfinite(ends).all(axis=1)]), OUTERMOST, axis=0)
        (left, bottom), (right, top) = low - MARGIN * (high - low), high + MARGIN * (high - low)
        return float(left), float(right), float(bottom), float(top)

    @property
    def _log_normalizer(self) -> np.float32:
        left, right, bottom, top = self._whole
        cell = (right - left) * (top - bottom) / np.prod(grid_shape(self._whole, SIDE))
        return np.float32(np.logaddexp.reduce(self._everywhere.astype(np.float64)) + np.log(cell))

    @property
    def _draws(self) -> NDArray[np.float32]:
        """Return the log-densities of draws, at equal distances of probability."""
        masses = np.cumsum(np.exp(self._everywhere - self._everywhere[-1], dtype=np.float64))
        places = (np.arange(DRAWS) + 0.5) / DRAWS * masses[-1]
        return np.asarray(self._everywhere[np.searchsorted(masses, places)] - self._log_normalizer)


def _some(found: NDArray[np.float32]) -> NDArray[np.float32]:
    if not len(found):
        raise SpecError(
            "The tilted density cannot be normalized: it is 0 everywhere. Set the guidance to 1, or train again."
        )
    return found
