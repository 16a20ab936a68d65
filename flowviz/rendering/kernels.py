"""Drawing loops over pixels, compiled by numba. They release the GIL, so that drawing does not block training.

flowviz has its own rasterizer because exported files must have the same pixels as the window but cannot depend on Qt,
and because matplotlib takes longer to draw thousands of discs than the window has for a frame.

- Pixels (height, width) are packed: each uint32 holds the four bytes of an RGBA color.
- A "spread" color is an int64 with the four bytes of a color in lanes of 16 bits.
- `way` is (scale, x, y): a point of the plane is at pixel (x + scale · point[0], y - scale · point[1]).
- Moving points are at (1 - t) · start + t · end. Points that are not finite or lie outside the picture are skipped.

All loops are in this file, because numba recompiles a cached function only if the file of the function changes, not if
the file of a helper does.
"""

from math import ceil, floor
from typing import Any

import numpy as np
from numba import types

from flowviz.rendering.compiled import compiled, jit

LANES = 0x00FF00FF00FF00FF  # the four lanes of a spread color, whose spare bits allow blending all channels at once
HALVES = 0x0080008000800080  # 1/2 in each lane, for rounding
OPAQUE = 256
TILE = 8  # pixels
FAR = 1e9  # pixels; lines with an end beyond are skipped

Array = np.ndarray[Any, np.dtype[Any]]
Way = tuple[float, float, float]
Inks = tuple[Array, Array, bool, int, int]

PIXELS = types.Array(types.uint32, 2, "C")
POINTS = types.Array(types.float32, 2, "C", readonly=True)
WAY = types.Tuple([types.float64] * 3)
NUMBERS = types.Array(types.float32, 1, "C", readonly=True)
COLORS = types.Array(types.uint32, 1, "C", readonly=True)
INDICES = types.Array(types.int64, 1, "C", readonly=True)
FLAGS = types.Array(types.boolean, 1, "C", readonly=True)
COVERAGE = types.Array(types.uint16, 4, "C", readonly=True)
SPANS = types.Array(types.int16, 4, "C", readonly=True)
DOTS = types.Array(types.int16, 4, "C", readonly=True)
COUNTS = types.Array(types.int64, 2, "C", readonly=True)
NUMBER, WHOLE, NOTHING = types.float64, types.int64, types.void
INKS = types.Tuple([COLORS, FLAGS, types.boolean, WHOLE, WHOLE])
DISCS = WHOLE(PIXELS, POINTS, POINTS, NUMBER, WAY, INKS, COVERAGE, SPANS)


@jit
def _spread(color: int) -> int:
    return (color & 0xFF00FF) | ((color & 0xFF00FF00) << 24)


@jit
def _mixed(below: int, above: int, alpha: int) -> int:
    """Return a blend of two spread colors; `alpha` is that of the one above."""
    return ((below * (OPAQUE - alpha) + above * alpha + HALVES) >> 8) & LANES


@jit
def _blend(pixels: Array, row: int, column: int, color: int, alpha: int) -> None:
    """Blend a spread color into a pixel."""
    i, j = np.uintp(row), np.uintp(column)  # unsigned, so that numba compiles no checks for negative indices
    mixed = _mixed(_spread(np.int64(pixels[i, j])), color, alpha)
    pixels[i, j] = _joined(mixed)


@jit
def _joined(spread: int) -> Any:
    return np.uint32((spread | (spread >> 24)) & 0xFFFFFFFF)


@jit
def _place(start: Array, end: Array, t: float, way: Way, k: int) -> tuple[float, float]:
    """Return the position (x, y) of a moving point, in pixels."""
    x, y = np.float64(start[k, 0]), np.float64(start[k, 1])
    if t > 0:
        x += t * (end[k, 0] - x)
        y += t * (end[k, 1] - y)
    scale, left, top = way
    return left + scale * x, top - scale * y


@jit
def _is_within(pixels: Array, x: float, y: float, margin: int) -> bool:
    """Return whether a position is in the picture, or at most `margin` pixels outside."""
    height, width = pixels.shape
    return x >= -margin and x <= width + margin and y >= -margin and y <= height + margin


@jit
def _subpixel(x: float, y: float, phases: int) -> tuple[int, int, Any, Any]:
    """Return the pixel (column, row) of a position, and the subpixel position (across, down) in it."""
    column, row = int(np.floor(x)), int(np.floor(y))
    across, down = int((x - column) * phases), int((y - row) * phases)  # both are `phases` for -1e-20, by rounding
    return column, row, np.uintp(min(across, phases - 1)), np.uintp(min(down, phases - 1))


@compiled(WHOLE(PIXELS, POINTS, POINTS, NUMBER, WAY, INKS, DOTS, COUNTS, WHOLE))
def small_discs(
    pixels: Array, start: Array, end: Array, t: float, way: Way, inks: Inks, dots: Array, counts: Array, reach: int
) -> int:
    """Draw discs of a few pixels, which is up to twice as fast as with `discs`.

    `dots`, `counts` and `reach` are those of `raster.disc_dots`. The other arguments, the picture and the returned
    number are those of `discs`.
    """
    height, width = pixels.shape
    colors, chosen, wanted, background, dimness = inks
    phases, outside, behind = len(dots), 0, _spread(background)
    for k in range(len(start)):
        if chosen[k] != wanted:
            continue
        x, y = _place(start, end, t, way, k)
        outside += not _is_within(pixels, x, y, 0)
        if not _is_within(pixels, x, y, reach):
            continue
        column, row, across, down = _subpixel(x, y, phases)
        color = _mixed(_spread(np.int64(colors[k])), behind, dimness)
        is_whole = row >= reach and row < height - reach and column >= reach and column < width - reach
        for d in range(counts[down, across]):
            dot = dots[down, across, np.uintp(d)]
            i, j = row + np.int64(dot[0]), column + np.int64(dot[1])
            if is_whole or (i >= 0 and i < height and j >= 0 and j < width):
                _blend(pixels, i, j, color, np.int64(dot[2]))
    return outside


@compiled(DISCS)
def discs(
    pixels: Array, start: Array, end: Array, t: float, way: Way, inks: Inks, coverage: Array, spans: Array
) -> int:
    """Draw discs at moving points (n, 2), and return the number of these points outside the picture.

    `inks` are the colors (n,) of the discs, a flag for each point (n,), the flag of the points that are drawn, a color
    behind them, and the share of that color in all discs, 0 to 256. `coverage` and `spans` are those of
    `raster.disc_coverage`.
    """
    height, width = pixels.shape
    colors, chosen, wanted, background, dimness = inks
    phases, _, side, _ = coverage.shape
    middle, outside, behind = side // 2, 0, _spread(background)
    for k in range(len(start)):
        if chosen[k] != wanted:
            continue
        x, y = _place(start, end, t, way, k)
        outside += not _is_within(pixels, x, y, 0)
        if not _is_within(pixels, x, y, middle):
            continue
        column, row, across, down = _subpixel(x, y, phases)
        color = _mixed(_spread(np.int64(colors[k])), behind, dimness)
        packed = _joined(color)
        column -= middle
        row -= middle
        for i in range(max(0, -row), min(side, height - row)):
            first, last = np.int64(spans[down, across, i, 0]), np.int64(spans[down, across, i, 1])
            for j in range(max(first, -column), min(last, width - column)):
                alpha = np.int64(coverage[down, across, np.uintp(i), np.uintp(j)])
                if alpha == OPAQUE:
                    pixels[np.uintp(row + i), np.uintp(column + j)] = packed
                else:
                    _blend(pixels, row + i, column + j, color, alpha)
    return outside


@jit
def _tiles(height: int, width: int) -> Array:
    """Return the number of pixels in each tile of a picture."""
    tiles = np.empty(((height - 1) // TILE + 1, (width - 1) // TILE + 1), np.int64)
    for i in range(tiles.shape[0]):
        for j in range(tiles.shape[1]):
            tiles[i, j] = min(TILE, height - i * TILE) * min(TILE, width - j * TILE)
    return tiles


@jit
def _is_covered(open_: Array, top: int, bottom: int, left: int, right: int) -> bool:
    """Return whether all pixels are covered in the tiles that a rectangle touches."""
    for i in range(top // TILE, (bottom - 1) // TILE + 1):
        for j in range(left // TILE, (right - 1) // TILE + 1):
            if open_[np.uintp(i), np.uintp(j)] > 0:
                return False
    return True


@jit
def _settle(pixels: Array, clear: Array, light: Array) -> None:
    """Composite the accumulated light over the pixels."""
    for i in range(pixels.shape[0]):
        for j in range(pixels.shape[1]):
            below = _spread(np.int64(pixels[i, j])) * np.int64(clear[i, j])
            pixels[i, j] = _joined(((below + light[i, j] + HALVES) >> 8) & LANES)


@compiled(DISCS)
def crowded_discs(
    pixels: Array, start: Array, end: Array, t: float, way: Way, inks: Inks, coverage: Array, spans: Array
) -> int:
    """Draw discs front to back, which is faster than `discs` if most of them are hidden.

    The arguments, the picture and the returned number are those of `discs`.

    `clear` is the remaining transparency of each pixel, 0 to 256; `light` its accumulated color, spread; `open_` the
    number of pixels in each tile that are not yet covered. Discs that touch only covered tiles are skipped.
    """
    height, width = pixels.shape
    colors, chosen, wanted, background, dimness = inks
    phases, _, side, _ = coverage.shape
    middle, outside, behind = side // 2, 0, _spread(background)
    clear = np.full((height, width), OPAQUE, np.int16)
    light = np.zeros((height, width), np.int64)
    open_ = _tiles(height, width)
    for k in range(len(start) - 1, -1, -1):
        if chosen[k] != wanted:
            continue
        x, y = _place(start, end, t, way, k)
        outside += not _is_within(pixels, x, y, 0)
        if not _is_within(pixels, x, y, middle):
            continue
        column, row, across, down = _subpixel(x, y, phases)
        column -= middle
        row -= middle
        if _is_covered(open_, max(0, row), min(height, row + side), max(0, column), min(width, column + side)):
            continue
        color = _mixed(_spread(np.int64(colors[k])), behind, dimness)
        for i in range(max(0, -row), min(side, height - row)):
            first, last = np.int64(spans[down, across, i, 0]), np.int64(spans[down, across, i, 1])
            for j in range(max(first, -column), min(last, width - column)):
                r, c = np.uintp(row + i), np.uintp(column + j)
                seen = np.int64(clear[r, c])
                if seen > 0:
                    share = (seen * np.int64(coverage[down, across, np.uintp(i), np.uintp(j)]) + OPAQUE - 1) >> 8
                    light[r, c] += color * share
                    clear[r, c] = seen - share
                    if share == seen:
                        open_[r // TILE, c // TILE] -= 1
    _settle(pixels, clear, light)
    return outside


@jit
def _line(
    pixels: Array,
    x0: float,
    y0: float,
    x1: float,
    y1: float,
    color: int,
    alpha0: float,
    alpha1: float,
    line_width: float,
) -> None:
    """Draw an antialiased line of a spread color, with alpha interpolated from `alpha0` to `alpha1`, 0 to 1.

    The line covers the columns (or rows, if it is steep) whose centers it passes, so that consecutive lines neither
    overlap nor leave a gap.
    """
    if not (abs(x0) < FAR and abs(y0) < FAR and abs(x1) < FAR and abs(y1) < FAR):
        return
    steep = abs(y1 - y0) > abs(x1 - x0)
    rows, columns = pixels.shape
    along, aside = (rows, columns) if steep else (columns, rows)
    if steep:
        x0, y0, x1, y1 = y0, x0, y1, x1
    if x0 > x1:
        x0, y0, x1, y1, alpha0, alpha1 = x1, y1, x0, y0, alpha1, alpha0
    if x1 == x0:
        return
    slope, fading = (y1 - y0) / (x1 - x0), (alpha1 - alpha0) / (x1 - x0)
    tilt = 1 / np.sqrt(1 + slope * slope)  # ratio of the distance from the line to the distance along a column
    strength = min(1.0, line_width) * OPAQUE  # lines thinner than a pixel are drawn fainter instead
    reach = max(line_width, 1.0) / 2 + 0.5
    half = reach / tilt
    for i in range(max(0, int(np.ceil(x0 - 0.5))), min(along, int(np.ceil(x1 - 0.5)))):
        ahead = i + 0.5 - x0
        middle = y0 + ahead * slope
        if not (middle + half > 0.5 and middle - half < aside - 0.5):
            continue
        alpha = strength * (alpha0 + ahead * fading)
        for j in range(max(0, int(np.ceil(middle - half - 0.5))), min(aside, int(np.ceil(middle + half - 0.5)))):
            weight = int(alpha * min(1.0, reach - abs(j + 0.5 - middle) * tilt))
            if steep:
                _blend(pixels, i, j, color, weight)
            else:
                _blend(pixels, j, i, color, weight)


@compiled(NOTHING(PIXELS, POINTS, POINTS, WAY, COLORS, POINTS, NUMBER))
def lines(
    pixels: Array,
    starts: Array,
    ends: Array,
    way: Way,
    colors: Array,
    alphas: Array,
    line_width: float,
) -> None:
    """Draw lines from `starts` (m, 2) to `ends` (m, 2) in colors (m,), with alphas (m, 2), 0 to 1, at both ends."""
    scale, left, top = way
    for k in range(len(starts)):
        x0, y0 = left + scale * starts[k, 0], top - scale * starts[k, 1]
        x1, y1 = left + scale * ends[k, 0], top - scale * ends[k, 1]
        _line(pixels, x0, y0, x1, y1, _spread(np.int64(colors[k])), alphas[k, 0], alphas[k, 1], line_width)


@jit
def _triangle(
    pixels: Array, a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], color: Any
) -> None:
    """Fill the pixels whose centers lie in a triangle; triangles that share an edge leave no gap."""
    a, b = (b, a) if b[1] < a[1] else (a, b)
    b, c = (c, b) if c[1] < b[1] else (b, c)
    a, b = (b, a) if b[1] < a[1] else (a, b)
    (x0, y0), (x1, y1), (x2, y2) = a, b, c
    far = max(abs(x0), abs(x1), abs(x2), abs(y0), abs(y1), abs(y2))
    if not (far < FAR and abs(x0 + x1 + x2 + y0 + y1 + y2) < 6 * FAR):  # false for NaN
        return
    height, width = pixels.shape
    above, below = max(0, int(np.ceil(y0 - 0.5))), min(height, int(np.ceil(y2 - 0.5)))
    if above >= below:
        return
    long, upper, lower = (x2 - x0) / (y2 - y0), (x1 - x0) / (y1 - y0), (x2 - x1) / (y2 - y1)
    for row in range(above, below):
        y = row + 0.5
        one = x0 + (y - y0) * long
        other = x0 + (y - y0) * upper if y < y1 else x1 + (y - y1) * lower
        first, last = int(np.ceil(min(one, other) - 0.5)), int(np.ceil(max(one, other) - 0.5))
        for column in range(max(0, first), min(width, last)):
            pixels[np.uintp(row), np.uintp(column)] = color


@compiled(NOTHING(PIXELS, POINTS, WHOLE, WAY, COLORS))
def mesh(pixels: Array, nodes: Array, side: int, way: Way, colors: Array) -> None:
    """Fill the cells of a square mesh with nodes (side², 2) in colors ((side - 1)²,), each as two triangles."""
    places = [_place(nodes, nodes, 0.0, way, k) for k in range(len(nodes))]
    for cell in range((side - 1) * (side - 1)):
        a = cell // (side - 1) * side + cell % (side - 1)
        _triangle(pixels, places[a], places[a + 1], places[a + side], colors[cell])
        _triangle(pixels, places[a + side + 1], places[a + 1], places[a + side], colors[cell])


@compiled(NOTHING(PIXELS, INDICES, COLORS, types.Array(types.uint16, 1, "C", readonly=True)))
def scatter(pixels: Array, where: Array, colors: Array, alphas: Array) -> None:
    """Blend colors (m,) with alphas (m,) into the pixels with flat indices `where` (m,)."""
    width = pixels.shape[1]
    for k in range(len(where)):
        _blend(pixels, where[k] // width, where[k] % width, _spread(np.int64(colors[k])), np.int64(alphas[k]))


@compiled(NOTHING(PIXELS, POINTS, types.UniTuple(NUMBER, 4), COLORS, types.Array(types.uint16, 1, "C", readonly=True)))
def field(pixels: Array, values: Array, corners: tuple[float, ...], colors: Array, alphas: Array) -> None:
    """Blend the colors of a scalar field (rows, columns), from 0 to 1, into the pixels between (x0, y0) and (x1, y1).

    The values, top row first, are interpolated bilinearly between the centers of their cells. `colors` (steps,) and
    `alphas` (steps,) are those for values from 0 to 1; the first color is not drawn.
    """
    x0, y0, x1, y1 = corners
    rows, columns = values.shape
    for row in range(max(ceil(y0), 0), min(floor(y1), pixels.shape[0])):
        i, down = _cell((row + 0.5 - y0) / (y1 - y0), rows)
        for column in range(max(ceil(x0), 0), min(floor(x1), pixels.shape[1])):
            j, across = _cell((column + 0.5 - x0) / (x1 - x0), columns)
            upper = values[i, j] + across * (values[i, j + 1] - values[i, j])
            lower = values[i + 1, j] + across * (values[i + 1, j + 1] - values[i + 1, j])
            step = int((upper + down * (lower - upper)) * (len(colors) - 1))
            if step > 0:
                _blend(pixels, row, column, _spread(np.int64(colors[step])), np.int64(alphas[step]))


@jit
def _cell(place: float, count: int) -> tuple[int, float]:
    """Return the index of the last cell whose center is before a position from 0 to 1, and the position past it."""
    cell = min(max(place * count - 0.5, 0.0), count - 1.0)
    before = min(int(cell), count - 2)
    return before, cell - before


@compiled(NOTHING(PIXELS, types.Array(types.uint32, 2, "C", readonly=True), WHOLE))
def cross_fade(pixels: Array, other: Array, alpha: int) -> None:
    """Blend another picture of the same size into a picture; `alpha` is 0 to 256."""
    for row in range(pixels.shape[0]):
        for column in range(pixels.shape[1]):
            _blend(pixels, row, column, _spread(np.int64(other[row, column])), alpha)


@compiled(types.Array(types.uint32, 1, "C")(NUMBERS, NUMBERS, NUMBER, NUMBER, NUMBER, COLORS))
def tones(start: Array, end: Array, t: float, low: float, high: float, scale: Array) -> Array:
    """Return the colors (n,) of numbers that move from `start` (n,) to `end` (n,), on a scale (m,) from low to high.

    NaN gets the color of the low end.
    """
    found = np.empty(len(start), np.uint32)
    steps = len(scale)
    for k in range(len(start)):
        value = (start[k] + t * (end[k] - start[k]) - low) / (high - low) * steps
        found[k] = scale[int(min(max(value, 0.0), steps - 1.0))] if value == value else scale[0]
    return found
