"""The loop that cuts smooth curves into straight pieces, compiled by numba.

It calls no other compiled function, because numba recompiles a cached function only if its own file changes.
"""

from math import ceil, sqrt
from typing import Any

import numpy as np
from numba import types

from flowviz.rendering.compiled import compiled

MAX_PIECES = 24  # of a curve
FLATNESS = 0.3  # pixels between a curve and its pieces
FAR = 1e9  # pixels; curves that bend farther are skipped
FAINTEST = 1 / 32  # alpha; fainter segments, which nobody sees, are skipped

Array = np.ndarray[Any, np.dtype[Any]]

CURVES = types.Array(types.float32, 3, "C", readonly=True)
TABLE = types.Array(types.float32, 2, "C")
ALPHAS = types.Array(types.float32, 2, "C", readonly=True)
COLORS = types.Array(types.uint32, 1, "C", readonly=True)
PIECES = types.Tuple([TABLE, TABLE, types.Array(types.uint32, 1, "C"), TABLE])


@compiled(PIECES(CURVES, CURVES, CURVES, CURVES, types.float64, COLORS, ALPHAS))
def pieces(
    starts: Array, ends: Array, leaving: Array, arriving: Array, scale: float, colors: Array, alphas: Array
) -> tuple[Array, Array, Array, Array]:
    """Cut cubic curves (segments, n, 2), see `curves.Segments`, into pieces that look smooth.

    `scale` is the number of pixels per unit, `colors` (n,) are those of the curves, and `alphas` (segments, 2) those at
    both ends of a segment. Return the starts (m, 2), ends (m, 2), colors (m,) and alphas (m, 2) of the pieces.
    """
    segments, n, _ = starts.shape
    counts, total = np.zeros((segments, n), np.int64), 0
    for k in range(segments):
        if max(alphas[k, 0], alphas[k, 1]) < FAINTEST:
            continue
        for i in range(n):
            early = late = 0.0
            for c in range(2):
                move = np.float64(ends[k, i, c]) - starts[k, i, c]
                first, last = leaving[k, i, c] - move, arriving[k, i, c] - move
                early += (4 * first + 2 * last) ** 2
                late += (2 * first + 4 * last) ** 2
            bend = scale * sqrt(max(early, late))  # the largest second derivative; 8 n² times the error of n pieces
            if bend < FAR:  # false for NaN
                counts[k, i] = min(max(ceil(sqrt(bend / (8 * FLATNESS))), 1), MAX_PIECES)
                total += counts[k, i]
    begin, finish = np.empty((total, 2), np.float32), np.empty((total, 2), np.float32)
    shades, strengths = np.empty(total, np.uint32), np.empty((total, 2), np.float32)
    place = 0
    for k in range(segments):
        for i in range(n):
            count = counts[k, i]
            x, y = starts[k, i, 0], starts[k, i, 1]
            for piece in range(count):
                t = (piece + 1) / count
                s = 1 - t
                from_start, from_end, turn, bow = s * s * (1 + 2 * t), t * t * (1 + 2 * s), t * s * s, -t * t * s
                begin[place, 0], begin[place, 1] = x, y
                x = np.float32(
                    from_start * starts[k, i, 0]
                    + from_end * ends[k, i, 0]
                    + turn * leaving[k, i, 0]
                    + bow * arriving[k, i, 0]
                )
                y = np.float32(
                    from_start * starts[k, i, 1]
                    + from_end * ends[k, i, 1]
                    + turn * leaving[k, i, 1]
                    + bow * arriving[k, i, 1]
                )
                finish[place, 0], finish[place, 1] = x, y
                strengths[place, 0] = alphas[k, 0] + (piece / count) * (alphas[k, 1] - alphas[k, 0])
                strengths[place, 1] = alphas[k, 0] + t * (alphas[k, 1] - alphas[k, 0])
                shades[place] = colors[i]
                place += 1
    return begin, finish, shades, strengths
