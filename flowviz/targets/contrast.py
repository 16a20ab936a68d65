"""Measure how legible points make the strokes of a picture."""

import numpy as np
from numpy.typing import NDArray

# Lengths are in widths of a stroke.
FINE, COARSE = 0.2, 0.7  # standard deviations of two blurs; their difference keeps the details that make text readable
BLURRED = 1.0  # standard deviation of the blur of an illegible copy
REACH = 4 * COARSE  # distance from the ink beyond which particles have no effect
CELLS = 8  # per stroke, along each axis
WIDEST = 0.3  # strokes, as a share of the longer side of the ink; rounder shapes, such as a heart, have no strokes


class Contrast:
    """A map of how much a particle adds to the contrast between the strokes of a picture and the gaps beside them.

    With f for the picture and g for its particles, both of mass 1, and D for the difference of two Gaussian blurs,
    which keeps what is about as wide as a stroke, the contrast is ⟨D g, D f⟩ = ⟨g, D² f⟩. It is therefore a mean over
    the particles of the map D² f, which is positive on strokes and negative in gaps and just outside. It is rescaled
    such that the picture itself has 1, and a copy that is blurred by the width of a stroke has 0.

    Args:
        weights: Nonnegative weights (rows, columns) of the pixels, top row first.
        stroke: Width of a stroke in pixels.
    """

    def __init__(self, weights: NDArray[np.number | np.bool_], stroke: float) -> None:
        self._side = max(1, int(stroke / CELLS))  # pixels of a cell
        width = stroke / self._side
        self._margin = int(np.ceil(REACH * width))  # cells
        cells = np.pad(_binned(weights, self._side), self._margin)
        spectrum = np.fft.rfft2(cells / cells.sum())
        squared = np.add.outer(np.fft.fftfreq(cells.shape[0]) ** 2, np.fft.rfftfreq(cells.shape[1]) ** 2)
        fine, coarse, blurred = (np.exp(-2 * (np.pi * blur * width) ** 2 * squared) for blur in (FINE, COARSE, BLURRED))
        self._map = np.fft.irfft2(spectrum * (fine - coarse) ** 2, cells.shape)
        self._of_blurred = float((np.fft.irfft2(spectrum * blurred, cells.shape) * self._map).sum())
        self._of_picture = float((cells * self._map).sum() / cells.sum())

    def of(self, column: NDArray[np.floating], row: NDArray[np.floating]) -> float:
        """Return the contrast of particles, from 0 for a blurred copy or less to 1 for the picture.

        Args:
            column: Distances (n,) from the left edge of the picture, in pixels.
            row: Distances (n,) from its top edge. Particles that are not finite count as far away.
        """
        rows, columns = self._map.shape
        with np.errstate(invalid="ignore"):
            x, y = (np.floor(place / self._side) + self._margin for place in (column, row))
            near = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
        found = self._map[y[near].astype(np.intp), x[near].astype(np.intp)].sum() / len(x)
        return float(np.clip((found - self._of_blurred) / (self._of_picture - self._of_blurred), 0, 1))


def contrast_of(weights: NDArray[np.number | np.bool_]) -> Contrast | None:
    """Return the contrast of a picture, or None for a solid shape, which consists of no strokes.

    Args:
        weights: Nonnegative weights (rows, columns) of the pixels, top row first, not all 0.
    """
    sides = [int(np.ptp(np.flatnonzero(weights.any(axis=axis)))) + 1 for axis in (0, 1)]
    stroke = stroke_width(weights)
    return Contrast(weights, stroke) if stroke <= WIDEST * max(sides) else None


def stroke_width(weights: NDArray[np.number | np.bool_]) -> float:
    """Return the typical width of the strokes of a picture in pixels: twice its mass over the length of its edges.

    Edges count by the difference of the weights, so those of a photograph are as wide as its shades are.

    Args:
        weights: Nonnegative weights (rows, columns) of the pixels.
    """
    padded = np.pad(weights, 1).astype(np.float32)
    steps = sum(float(np.abs(np.diff(padded, axis=axis)).sum(dtype=np.float64)) for axis in (0, 1))
    edges = np.pi / 4 * steps  # along both axes, an edge at a random angle has 4 / π times its length
    return max(1.0, 2 * float(padded.sum(dtype=np.float64)) / edges)


def _binned(weights: NDArray[np.number | np.bool_], side: int) -> NDArray[np.float64]:
    """Return the sums of the weights (rows, columns) in square cells with a side in pixels."""
    rows, columns = (np.arange(0, length, side) for length in weights.shape)
    sums = np.add.reduceat(np.add.reduceat(weights, rows, axis=0, dtype=np.float64), columns, axis=1)
    return np.asarray(sums, np.float64)
