"""The integral of a density over the plane, on a quadtree that is fine where there is density."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
LogDensity = Callable[[Array], Array]  # (n, 2) to (n,), in nats

LEVELS = 20  # halvings of each side of the box, down to the smallest cells
DOUBLINGS = 6  # of the sides of the center, up to those of the box
CENTER_LEVEL = DOUBLINGS + 5  # of the cells in the center: 32 × 32
CROWDED = 1 / 1000  # share of the points above which a cell is split
MARGIN = 0.5  # of the center around the points, relative to their range
GOAL = 1e-3  # error below which the integral is precise enough
ROUNDS, EACH = 12, 1500  # number of times that cells are split further, and of cells each time
HIGHEST = 600.0  # log-density, in nats, so that it does not overflow
NODES = 0.5 + np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]]) / np.sqrt(12)  # of Gauss and Legendre
SHIFTS: Integers = 2 * np.arange(LEVELS)[:, np.newaxis] + np.arange(
    2
)  # of the bits of columns and rows in a Morton code


@dataclass(frozen=True)
class Cells:
    """The cells of a quadtree, and the probability in each.

    Attributes:
        box: Lower left corner and sides (2, 2) of the box that the cells tile.
        codes: Morton codes (n,) of the cells, ascending: those of points in a cell are between its own and the next.
        levels: Levels (n,): a cell of level k has 2⁻ᵏ of the sides of the box.
        masses: Integrals (n,) of the density.
        errors: How much the last halving of each cell has changed its integral (n,).
    """

    box: Array
    codes: Integers
    levels: Integers
    masses: Array
    errors: Array

    @property
    def shells(self) -> Array:
        """Return the probabilities (7,) of the center and of the frames around it, each twice as wide as the last."""
        frames = np.ceil(np.log2(_distances(self.codes, self.levels)) + DOUBLINGS + 1)
        return np.bincount(np.maximum(frames, 0).astype(np.int64), weights=self.masses).astype(np.float64)

    @property
    def centers(self) -> Array:
        """Return the centers (n, 2) of the cells."""
        return np.asarray(self.box[0] + self.box[1] * _centers(self.codes, self.levels))

    def of(self, points: Array) -> Integers:
        """Return the indices (n,) of the cells that hold points (n, 2) of the box."""
        return np.searchsorted(self.codes, _codes(points, self.box), side="right") - 1


def is_inside(points: Array, box: Array) -> NDArray[np.bool_]:
    """Return a mask (n,) of the points (n, 2) in a box, given by its lower left corner and its sides."""
    return np.asarray(((points >= box[0]) & (points < box[0] + box[1])).all(axis=1))


def integrated(log_density: LogDensity, points: Array) -> Cells:
    """Integrate a density over a box that is 64 times as wide as a rectangle around points (n, 2).

    The points show where there is density: cells are small around them, and are split further where this changes the
    integral most. Where the log-density is NaN, the density counts as 0.
    """
    low, high = np.quantile(points, (0.001, 0.999), axis=0)
    sides = (1 + 2 * MARGIN) * (high - low) * 2**DOUBLINGS
    box = np.array([(low + high - sides) / 2, sides])
    places, root = np.sort(_codes(points[is_inside(points, box)], box)), np.zeros(1, np.int64)
    cells = Cells(box, root, root, _masses(log_density, box, root, root), np.full(1, np.inf))
    while (chosen := _are_coarse(cells, places)).any():
        cells = _split(log_density, cells, chosen)
    cells = _split(log_density, cells, np.ones(len(cells.codes), np.bool_))
    for _ in range(ROUNDS):
        chosen = (cells.errors > GOAL / len(cells.errors)) & (cells.levels < LEVELS)
        chosen[np.argsort(cells.errors)[:-EACH]] = False
        if cells.errors.sum() < GOAL or not chosen.any():
            break
        cells = _split(log_density, cells, chosen)
    return cells


def _are_coarse(cells: Cells, points: Integers) -> NDArray[np.bool_]:
    """Return a mask (n,) of the cells that are too large in the center or around points, given by sorted codes."""
    sides = 0.5**cells.levels
    gaps = _distances(cells.codes, cells.levels) - sides / 2 - 0.5 ** (DOUBLINGS + 1)
    held = np.searchsorted(points, cells.codes + _size(cells.levels)) - np.searchsorted(points, cells.codes)
    coarse = (sides > np.maximum(gaps / 2, 0.5**CENTER_LEVEL)) | (held > CROWDED * len(points))
    return np.asarray(coarse & (cells.levels < LEVELS - 2))


def _split(log_density: LogDensity, cells: Cells, chosen: NDArray[np.bool_]) -> Cells:
    """Return cells of which the chosen ones are split into four."""
    codes, levels = _quarters(cells.codes[chosen], cells.levels[chosen]), np.repeat(cells.levels[chosen] + 1, 4)
    masses = _masses(log_density, cells.box, codes, levels)
    errors = np.repeat(np.abs(masses.reshape(-1, 4).sum(axis=1) - cells.masses[chosen]) / 4, 4)
    kept = (each[~chosen] for each in (cells.codes, cells.levels, cells.masses, cells.errors))
    codes, levels, masses, errors = map(np.concatenate, zip(kept, (codes, levels, masses, errors), strict=True))
    order = np.argsort(codes)
    return Cells(cells.box, codes[order], levels[order], masses[order], errors[order])


def _masses(log_density: LogDensity, box: Array, codes: Integers, levels: Integers) -> Array:
    """Return the integrals (n,) over cells."""
    sides = 0.5 ** levels[:, np.newaxis, np.newaxis]
    nodes = _corners(codes)[:, np.newaxis] + sides * NODES
    found = log_density((box[0] + box[1] * nodes).reshape(-1, 2)).reshape(-1, 4)
    density = np.exp(np.where(np.isnan(found), -np.inf, np.minimum(found, HIGHEST)))
    return np.asarray(density.mean(axis=1) * sides[:, 0, 0] ** 2 * box[1].prod())


def _size(levels: int | Integers) -> Integers:
    """Return how many cells of the finest level are in a cell of a level."""
    return np.asarray(4 ** (LEVELS - np.asarray(levels, np.int64)))


def _quarters(codes: Integers, levels: Integers) -> Integers:
    """Return the codes (4n,) of the quarters of cells."""
    return (codes[:, np.newaxis] + np.arange(4) * _size(levels + 1)[:, np.newaxis]).ravel()


def _codes(points: Array, box: Array) -> Integers:
    """Return the Morton codes (n,) of points (n, 2) in a box: the bits of the column and the row in turns."""
    places: Integers = ((points - box[0]) / box[1] * 2**LEVELS).astype(np.int64)
    bits = places[:, np.newaxis] >> np.arange(LEVELS)[:, np.newaxis] & 1  # (n, levels, 2)
    return np.asarray((bits << SHIFTS).sum(axis=(1, 2)))


def _corners(codes: Integers) -> Array:
    """Return the lower left corners (n, 2) of cells, as shares of the box."""
    bits = codes[:, np.newaxis, np.newaxis] >> SHIFTS & 1
    return np.asarray((bits << np.arange(LEVELS)[:, np.newaxis]).sum(axis=1) / 2**LEVELS)


def _centers(codes: Integers, levels: Integers) -> Array:
    """Return the centers (n, 2) of cells, as shares of the box."""
    return np.asarray(_corners(codes) + 0.5 ** (levels[:, np.newaxis] + 1))


def _distances(codes: Integers, levels: Integers) -> Array:
    """Return how far the centers of cells are from that of the box (n,), along x or y, as shares of the box."""
    return np.asarray(np.abs(_centers(codes, levels) - 0.5).max(axis=1))
