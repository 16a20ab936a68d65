"""Piecewise constant densities on the pixels of a picture."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import TargetError
from flowviz.records import Units
from flowviz.targets.contrast import Contrast, contrast_of
from flowviz.targets.parts import Parts
from flowviz.targets.target import Extent, Target, widened

COVERAGE_CELLS = 400  # enough to resolve letters, yet few enough for 8000 samples to reach nearly all of them

Weights = NDArray[np.bool_] | NDArray[np.uint8] | NDArray[np.float16]


class PixelDensity(Target):
    """A density that is constant on each pixel of a picture, and 0 outside the picture.

    The density of a pixel is its weight / (sum of all weights · area of a pixel), so the entropy is exact.

    Args:
        weights: Nonnegative weights (rows, columns), top row first. Their narrow types make sorting by weight fast.
        size: Width and height of the picture that the weights were downscaled from, by default those of the weights.

    Attributes:
        weights: The weights.

    Raises:
        TargetError: If all weights are 0.
    """

    def __init__(self, weights: Weights, size: tuple[int, int] | None = None) -> None:
        if not weights.any():
            raise TargetError("There is nothing to learn: the target is empty. Type, draw or open something visible.")
        self.weights = weights
        rows, columns = weights.shape
        self._size = size or (columns, rows)
        self._pixels, shares, self._counts = _by_weight(weights)
        self._firsts = np.cumsum(self._counts) - self._counts
        self._sampler = AliasSampler(shares * self._counts) if len(shares) > 1 else None
        (x, y), variance = _moments(weights)
        self._center = np.array([x, y])
        # The variance within a pixel, on which the density is uniform, is 1/12.
        self._pixel = float(1 / np.sqrt(variance + 1 / 12))  # side of a pixel in flow units
        self._entropy = float(-(shares * np.log(shares)) @ self._counts + 2 * np.log(self._pixel))

    @property
    def entropy(self) -> float:
        """Return the entropy in nats: −Σ p log p over the probabilities p of the pixels, plus log(area of a pixel)."""
        return self._entropy

    @property
    def extent(self) -> Extent:
        """Return the rectangle of the picture with its empty pixels, in flow units: left, right, bottom, top."""
        return self._around(0)

    @property
    def pixel_units(self) -> Units:
        """Return the units of pixels of the picture before downscaling.

        x counts columns from the left edge of the picture, y counts rows from its top edge.
        """
        rows, columns = self.weights.shape
        across, down = self._size[0] / columns, self._size[1] / rows  # pixels of the picture per downscaled one
        x, y = self._center
        return Units((float(x * across), float(-y * down)), (across / self._pixel, -down / self._pixel))

    @cached_property
    def parts(self) -> Parts:
        """Return the connected parts of the ink, such as letters."""
        return Parts.of(self.weights, self._around(0))

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw points (count, 2): a pixel by its weight, then a uniform position in the pixel."""
        points: NDArray[np.float32] = self._corners.take(self._drawn(count, rng), axis=0)
        points += rng.random((count, 2), dtype=np.float32) * np.float32(self._pixel)
        return points

    def coverage(self, points: NDArray[np.floating]) -> float:
        """Return the probability of the square cells that contain at least one of the points (n, 2).

        The cells are sized so that the area of about 400 of them equals that of the support. 8000 draws from the target
        itself reach a coverage above 0.99.
        """
        row, column, on_ink = self._places(points)
        masses = self._cell_masses
        reached = np.bincount(self._cells[row[on_ink], column[on_ink]], minlength=len(masses)) > 0
        return float(masses[reached].sum() / masses.sum())

    def legibility(self, points: NDArray[np.floating]) -> float | None:
        """Return how clearly the points (n, 2) show the strokes, from 0 to 1, or None if there are none."""
        if self._contrast is None:
            return None
        x, y = (np.asarray(points, np.float64) / self._pixel + self._center).T
        return self._contrast.of(x, -y)

    def contains(self, points: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Return a mask (n,) of the points (n, 2) that lie in the support. NaN and infinite points do not."""
        return self._places(points)[2]

    def weights_at(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the unnormalized density (n,) at points (n, 2)."""
        row, column, inside = self._places(points)
        return np.where(inside, self.weights[row, column], 0).astype(np.float64)

    def log_prob(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the log-density (n,) in nats at points (n, 2), which is −∞ off the support."""
        area = self.weights.sum(dtype=np.float64) * self._pixel**2
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.weights_at(points) / area))

    def preview(self) -> NDArray[np.uint8]:
        """Return the weights as shades of gray (rows, columns), top row first."""
        return np.rint(self.weights * np.float32(255 / self.weights.max())).astype(np.uint8)

    def _around(self, margin: float) -> Extent:
        """Return the rectangle of the picture with a margin around it, in flow units."""
        rows, columns = self.weights.shape
        low, high = ((np.array(corner) - self._center) * self._pixel for corner in ((0, -rows), (columns, 0)))
        return widened(low, high, margin)

    def _drawn(self, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
        """Draw indices (count,) into `_pixels`: a weight, then a pixel of that weight."""
        if self._sampler is None:
            return rng.integers(len(self._pixels), size=count)
        weight = self._sampler.draw(count, rng)
        return self._firsts[weight] + (rng.random(count) * self._counts[weight]).astype(np.intp)

    def _places(self, points: NDArray[np.floating]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
        """Locate points (n, 2) in the picture.

        Returns:
            Rows (n,), columns (n,), and a mask (n,) of the points in the support. Points outside the picture get row
            and column 0.
        """
        rows, columns = self.weights.shape
        with np.errstate(invalid="ignore"):
            x, y = (np.asarray(points, np.float64) / self._pixel + self._center).T
            inside = (x >= 0) & (x < columns) & (y < 0) & (y >= -rows)
        column = np.where(inside, x, 0).astype(np.intp)
        row = np.where(inside, -1 - np.floor(np.where(inside, y, -1)), 0).astype(np.intp)
        return row, column, inside & (self.weights[row, column] > 0)

    @cached_property
    def _contrast(self) -> Contrast | None:
        return contrast_of(self.weights)

    @cached_property
    def _corners(self) -> NDArray[np.float32]:
        """Return the lower left corners (n, 2) of the pixels with positive weight, in flow units."""
        row, column = np.divmod(self._pixels, self.weights.shape[1])
        corners: NDArray[np.float32] = ((np.stack([column, -1.0 - row], axis=1) - self._center) * self._pixel).astype(
            np.float32
        )
        return corners

    @cached_property
    def _cells(self) -> NDArray[np.intp]:
        """Return the index of the square coverage cell of each pixel (rows, columns).

        The support has about the area of `COVERAGE_CELLS` cells.
        """
        side = max(1, round(float(np.sqrt(len(self._pixels) / COVERAGE_CELLS))))
        rows, columns = (np.arange(length) // side for length in self.weights.shape)
        cells: NDArray[np.intp] = rows[:, np.newaxis] * (columns[-1] + 1) + columns
        return cells

    @cached_property
    def _cell_masses(self) -> NDArray[np.float64]:
        """Return the unnormalized probability of each coverage cell."""
        return np.bincount(self._cells.ravel(), weights=self.weights.ravel()).astype(np.float64)


class AliasSampler:
    """A sampler of a categorical distribution, with constant time per draw.

    Implements the alias method of Vose 1991, "A linear algorithm for generating random numbers with a given
    distribution". NumPy's `Generator.choice(p=)` draws from the same distribution, but yields different numbers for the
    same seed, so projects with grayscale images would no longer resume exactly.

    Args:
        shares: Weights (k,) of the categories, not necessarily normalized.
    """

    def __init__(self, shares: NDArray[np.float64]) -> None:
        self._keep = shares * (len(shares) / shares.sum())  # share of its own slot that each category fills
        self._other = np.arange(len(shares))
        slots, other = self._keep.tolist(), self._other.tolist()
        scarce = [number for number, filled in enumerate(slots) if filled < 1]
        ample = [number for number, filled in enumerate(slots) if filled >= 1]
        while scarce and ample:
            poor, rich = scarce.pop(), ample[-1]
            other[poor] = rich
            slots[rich] -= 1 - slots[poor]
            if slots[rich] < 1:
                scarce.append(ample.pop())
        for number in (*scarce, *ample):  # full up to rounding
            slots[number] = 1.0
        self._keep, self._other = np.array(slots), np.array(other)

    def draw(self, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
        """Draw categories (count,), from 0 to k − 1."""
        slot, fraction = np.divmod(rng.random(count) * len(self._keep), 1)
        number = slot.astype(np.intp)
        return np.where(fraction < self._keep[number], number, self._other[number])


def _by_weight(weights: Weights) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.intp]]:
    """Group the pixels with positive weight by their weight.

    Returns:
        Flat indices of the pixels, sorted by weight; and for each distinct weight, in the same order, the probability
        of a single pixel and the number of pixels.
    """
    flat = weights.ravel()
    pixels = np.flatnonzero(flat)
    halves = weights.dtype == np.float16
    # The bit patterns of nonnegative floats sort in the order of their values.
    bits: NDArray[np.unsignedinteger | np.bool_] = np.asarray(flat.view(np.uint16) if halves else flat)
    counts = np.bincount(bits[pixels])
    found = np.flatnonzero(counts)
    if len(found) > 1:
        pixels = pixels[np.argsort(bits[pixels], kind="stable")]
    levels = (found.astype(np.uint16).view(np.float16) if halves else found).astype(np.float64)
    return pixels, levels / (levels @ counts[found]), counts[found]


def _moments(weights: Weights) -> tuple[tuple[float, float], float]:
    """Return the weighted mean (x, y) of the pixel centers, y up, and the larger of the variances in x and y.

    Lengths are in pixels, relative to the upper left corner.
    """
    rows, columns = weights.shape
    along = (np.arange(columns) + 0.5, -0.5 - np.arange(rows))
    masses = (weights.sum(axis=0, dtype=np.float64), weights.sum(axis=1, dtype=np.float64))
    means = [float(place @ mass / mass.sum()) for place, mass in zip(along, masses, strict=True)]
    variances = [
        float((place - mean) ** 2 @ mass / mass.sum()) for place, mass, mean in zip(along, masses, means, strict=True)
    ]
    return (means[0], means[1]), max(variances)
