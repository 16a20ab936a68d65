"""A density that is constant on each pixel of a picture."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import TargetError
from flowviz.records import Units
from flowviz.targets.target import Extent

COVERAGE_CELLS = 400  # of equal size: so many that letters are resolved, so few that 8000 samples can reach each

Weights = NDArray[np.bool_] | NDArray[np.uint8] | NDArray[np.float16]


class PixelDensity:
    """p(y) = weight of the pixel of y / (sum of the weights · area of a pixel); 0 outside. Its entropy is exact.

    `weights` (rows, columns) are 0 or more, the top row first; their few bits make it fast to sort pixels by them.
    Raises `TargetError` where all are 0.
    """

    def __init__(self, weights: Weights) -> None:
        if not weights.any():
            raise TargetError("There is nothing to learn: the target is empty. Type, draw or open something visible.")
        self._weights = weights
        self._pixels, shares, self._counts = _by_weight(weights)
        self._firsts = np.cumsum(self._counts) - self._counts
        self._urn = AliasUrn(shares * self._counts) if len(shares) > 1 else None
        (x, y), variance = _moments(weights)
        self._center = np.array([x, y])
        # A point is uniform in its pixel, with variance 1/12.
        self._pixel = float(1 / np.sqrt(variance + 1 / 12))  # the side of a pixel in target units
        self._entropy = float(-(shares * np.log(shares)) @ self._counts + 2 * np.log(self._pixel))

    @property
    def entropy(self) -> float:
        """-Σ p log p over the pixels + log(area of a pixel), in nats."""
        return self._entropy

    @property
    def extent(self) -> Extent:
        """The rectangle of all pixels, also the empty ones: left, right, bottom, top."""
        rows, columns = self._weights.shape
        (left, right), (bottom, top) = (
            (np.array(ends) - middle) * self._pixel
            for ends, middle in zip(((0, columns), (-rows, 0)), self._center, strict=True)
        )
        return float(left), float(right), float(bottom), float(top)

    @property
    def pixel_units(self) -> Units:
        """Pixels from the upper left corner of the picture: x is a column, and y, downwards, a row."""
        x, y = self._center
        return Units((float(x), float(-y)), (1 / self._pixel, -1 / self._pixel))

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draws (count, 2): a pixel, then a place in it."""
        row, column = np.divmod(self._pixels[self._drawn(count, rng)], self._weights.shape[1])
        corner = np.stack([column, -1.0 - row], axis=1)  # (count, 2), lower left, y upwards
        points: NDArray[np.float32] = ((corner - self._center) * self._pixel).astype(np.float32)
        points += rng.random((count, 2), dtype=np.float32) * np.float32(self._pixel)
        return points

    def validation(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return fresh draws (count, 2): from a density, no draw comes twice."""
        return self.sample(count, rng)

    def test(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return fresh draws (count, 2)."""
        return self.sample(count, rng)

    @property
    def training_points(self) -> None:
        """Unlimited: every draw is a fresh one."""
        return

    def on_target(self, points: NDArray[np.floating]) -> float:
        """The share of the points (n, 2) that lie on ink."""
        return float(self.contains(points).mean())

    def coverage(self, points: NDArray[np.floating]) -> float:
        """The share of the target in cells, 400 of them cover it, in which at least one of the points (n, 2) lands.

        8000 draws from the target itself reach more than 0.99 of it.
        """
        row, column, on_ink = self._places(points)
        mass = np.bincount(self._cells.ravel(), weights=self._weights.ravel())
        reached = np.bincount(self._cells[row[on_ink], column[on_ink]], minlength=len(mass)) > 0
        return float(mass[reached].sum() / mass.sum())

    def contains(self, points: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which of the points (n, 2) lie where there is density: (n,). A point that is not finite does not."""
        return self._places(points)[2]

    def weights_at(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """The density at the points (n, 2), up to a factor: (n,)."""
        row, column, inside = self._places(points)
        return np.where(inside, self._weights[row, column], 0).astype(np.float64)

    def preview(self) -> NDArray[np.uint8]:
        """The weights as shades of gray, (rows, columns)."""
        shades: NDArray[np.uint8] = np.rint(self._weights * np.float32(255 / self._weights.max())).astype(np.uint8)
        return shades

    def _drawn(self, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
        if self._urn is None:
            return rng.integers(len(self._pixels), size=count)
        weight = self._urn.draw(count, rng)
        drawn: NDArray[np.intp] = self._firsts[weight] + (rng.random(count) * self._counts[weight]).astype(np.intp)
        return drawn

    def _places(self, points: NDArray[np.floating]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
        """The pixel of each point, row and column, and whether it has density; a point outside has pixel 0, 0."""
        rows, columns = self._weights.shape
        with np.errstate(invalid="ignore"):
            x, y = (np.asarray(points, np.float64) / self._pixel + self._center).T
            inside = (x >= 0) & (x < columns) & (y < 0) & (y >= -rows)
        column = np.where(inside, x, 0).astype(np.intp)
        row = np.where(inside, -1 - np.floor(np.where(inside, y, -1)), 0).astype(np.intp)
        return row, column, inside & (self._weights[row, column] > 0)

    @cached_property
    def _cells(self) -> NDArray[np.intp]:
        """The number of the square cell of each pixel (rows, columns); about `COVERAGE_CELLS` would hold all ink."""
        side = max(1, round(float(np.sqrt(len(self._pixels) / COVERAGE_CELLS))))
        rows, columns = (np.arange(length) // side for length in self._weights.shape)
        cells: NDArray[np.intp] = rows[:, np.newaxis] * (columns[-1] + 1) + columns
        return cells


class AliasUrn:
    """Draws numbers from 0 in the given shares, in a time that does not depend on how many they are.

    Source: Vose 1991, "A linear algorithm for generating random numbers with a given distribution". NumPy's
    `Generator.choice(p=)` draws from the same distribution, but other numbers from the same seed: a project in shades
    of gray would no longer resume as if it had not been stopped.
    """

    def __init__(self, shares: NDArray[np.float64]) -> None:
        self._keep = shares * (len(shares) / shares.sum())  # how much of its slot each number fills
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
        for number in (*scarce, *ample):  # all but full: the rest is rounding
            slots[number] = 1.0
        self._keep, self._other = np.array(slots), np.array(other)

    def draw(self, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
        """Numbers (count,)."""
        slot, fraction = np.divmod(rng.random(count) * len(self._keep), 1)
        number = slot.astype(np.intp)
        return np.where(fraction < self._keep[number], number, self._other[number])


def _by_weight(weights: Weights) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.intp]]:
    """The pixels with weight, as places in the flat picture, those of one weight together.

    Then, for each weight there is, the share of one such pixel in the whole, and how many there are.
    """
    flat = weights.ravel()
    pixels = np.flatnonzero(flat)
    halves = weights.dtype == np.float16
    # They are in the order of the numbers that they stand for.
    bits: NDArray[np.unsignedinteger | np.bool_] = np.asarray(flat.view(np.uint16) if halves else flat)
    counts = np.bincount(bits[pixels])
    found = np.flatnonzero(counts)
    if len(found) > 1:
        pixels = pixels[np.argsort(bits[pixels], kind="stable")]
    levels = (found.astype(np.uint16).view(np.float16) if halves else found).astype(np.float64)
    return pixels, levels / (levels @ counts[found]), counts[found]


def _moments(weights: Weights) -> tuple[tuple[float, float], float]:
    """The mean x and y of the middles of the pixels, and the larger of the variances in x and y, in pixels."""
    rows, columns = weights.shape
    along = (np.arange(columns) + 0.5, -0.5 - np.arange(rows))
    masses = (weights.sum(axis=0, dtype=np.float64), weights.sum(axis=1, dtype=np.float64))
    means = [float(place @ mass / mass.sum()) for place, mass in zip(along, masses, strict=True)]
    variances = [
        float((place - mean) ** 2 @ mass / mass.sum()) for place, mass, mean in zip(along, masses, means, strict=True)
    ]
    return (means[0], means[1]), max(variances)
