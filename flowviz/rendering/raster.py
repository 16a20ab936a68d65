"""A raster canvas that draws thousands of antialiased discs, lines and cells in a few milliseconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Rectangle, Trace
from flowviz.rendering.colors import Color, Packed, packed, packed_color
from flowviz.rendering.curves import Segments, follows_field, segment_to
from flowviz.rendering.projection import Projection

PHASES = 8  # subpixel positions of a disc, along each axis
LARGE, LARGE_PHASES = 64, 2  # diameter in pixels above which fewer phases look as good and save much memory
FINE = 6  # diameter in pixels above which the edge of a disc is nearly straight within a pixel
SMALL = 4  # diameter in pixels below which single pixels of a disc are drawn faster than its rows
CROWDED = 2.0  # mean number of discs per pixel above which most discs are hidden
OPAQUE = 256
RGBA = NDArray[np.uint8]  # (height, width, 4)


@cache
def _kernels() -> ModuleType:
    """Import the kernels when something is drawn for the first time, because importing numba takes 0.2 s."""
    from flowviz.rendering import kernels

    return kernels


@cache
def _curve_kernels() -> ModuleType:
    """Import the kernels of curves when the first one is drawn."""
    from flowviz.rendering import curve_kernels

    return curve_kernels


@dataclass(frozen=True)
class Glide:
    """Points on straight lines between their positions at two stages, ``(1 - t) · start + t · end``.

    For a coupling f, the map (1 - t)·x + t·f(x) is invertible at every t, so that the intermediate positions are those
    of a valid flow; for a permutation, it is a flip about y = x.

    Attributes:
        start: The positions at t = 0, (n, 2) in flow units. For `tones`, numbers (n,).
        end: The positions at t = 1, of the same shape.
        t: The progress, 0 to 1.
    """

    start: NDArray[np.float32]
    end: NDArray[np.float32]
    t: float

    @classmethod
    def at(cls, trace: Trace, stage: float) -> "Glide":
        """Return the particles of a trace at a stage; 2.25 is a quarter of the way from stage 2 to stage 3.

        Between flow steps, they move along the field: on smooth curves through their positions at all stages.
        """
        before, after, t = between(trace, stage)
        if t > 0 and follows_field(trace, after):
            return cls.still(segment_to(trace, after).at(t))
        return cls(trace.positions[before], trace.positions[after], t)

    @classmethod
    def still(cls, points: NDArray[np.floating]) -> "Glide":
        """Return points that do not move."""
        where = np.asarray(points, np.float32)
        return cls(where, where, 0.0)

    def positions(self) -> NDArray[np.float32]:
        """Return the current positions (n, 2), in flow units."""
        if self.t <= 0:
            return self.start
        return np.asarray((1 - np.float32(self.t)) * self.start + np.float32(self.t) * self.end)


def between(trace: Trace, stage: float) -> tuple[int, int, float]:
    """Return the whole stages around a stage, and its position between them, 0 to 1."""
    stage = float(np.clip(stage, 0, trace.last_stage))
    before = int(stage)
    return before, min(before + 1, trace.last_stage), stage - before


class Canvas:
    """A picture of a part of the plane to draw on.

    Later drawing covers earlier drawing. Positions are in flow units; line widths and diameters are in pixels.
    """

    def __init__(self, background: RGBA, projection: Projection) -> None:
        """Create a canvas with a copy of `background` (height, width, 4)."""
        self._pixels = _as_numbers(background).copy()
        self._projection = projection

    def draw_discs(
        self,
        points: Glide,
        colors: Packed,
        diameter: float,
        chosen: NDArray[np.bool_] | None = None,
        wanted: bool = False,
        background: Color = (0, 0, 0),
        dimness: float = 0.0,
    ) -> int:
        """Draw a disc at each point, or at those points for which `chosen` equals `wanted`.

        Args:
            points: The n points.
            colors: The colors of the discs, (n,).
            diameter: The diameter of the discs, in pixels.
            chosen: A flag for each point, (n,); None to draw all discs.
            wanted: The value of the flag for which discs are drawn. Leave it false if `chosen` is None.
            background: The color to which the discs are dimmed.
            dimness: The share of `background` in the colors, 0 to 1.

        Returns:
            The number of these points outside the picture.
        """
        diameter = round(diameter, 3)
        if chosen is None:
            chosen = np.zeros(len(colors), np.bool_)
        start, end = np.ascontiguousarray(points.start), np.ascontiguousarray(points.end)
        inks = colors, chosen, wanted, packed_color(background), round(OPAQUE * dimness)
        marked = self._pixels, start, end, points.t, self._projection.way, inks
        layers = len(colors) * diameter**2 / self._pixels.size
        if layers > CROWDED:
            return int(_kernels().crowded_discs(*marked, *disc_coverage(diameter)))
        if diameter < SMALL:
            return int(_kernels().small_discs(*marked, *disc_dots(diameter)))
        return int(_kernels().discs(*marked, *disc_coverage(diameter)))

    def draw_lines(
        self,
        starts: NDArray[np.floating],
        ends: NDArray[np.floating],
        color: Color,
        width: float,
        alpha: float = 1.0,
    ) -> None:
        """Draw lines from `starts` (m, 2) to `ends` (m, 2) in flow units; `width` is in pixels, `alpha` is 0 to 1."""
        colors, alphas = (
            np.full(len(starts), packed_color(color), np.uint32),
            np.full((len(starts), 2), alpha, np.float32),
        )
        where = (np.ascontiguousarray(points, np.float32) for points in (starts, ends))
        _kernels().lines(self._pixels, *where, self._projection.way, colors, alphas, width)

    def draw_curves(self, curves: Segments, colors: Packed, alphas: NDArray[np.float32], width: float) -> None:
        """Draw smooth curves.

        Args:
            curves: The curves, (segments, n, 2).
            colors: The colors of the curves, (n,).
            alphas: The alpha, 0 to 1, at the start and the end of each segment, (segments, 2).
            width: The width of the lines, in pixels.
        """
        parts = (np.ascontiguousarray(part, np.float32) for part in curves)
        way = self._projection.way
        starts, ends, shades, strengths = _curve_kernels().pieces(*parts, way[0], colors, alphas)
        _kernels().lines(self._pixels, starts, ends, way, shades, strengths, width)

    def draw_mesh(self, nodes: NDArray[np.float32], side: int, colors: Packed) -> None:
        """Fill the cells of a square mesh.

        Args:
            nodes: The nodes, row by row, (side², 2) in flow units.
            side: The number of nodes along each side.
            colors: The colors of the cells, ((side - 1)²,).
        """
        _kernels().mesh(self._pixels, np.ascontiguousarray(nodes), side, self._projection.way, colors)

    def draw_field(
        self, values: NDArray[np.float32], rectangle: Rectangle, scale: NDArray[np.uint8], alphas: NDArray[np.uint16]
    ) -> None:
        """Fill a rectangle with a scalar field.

        Args:
            values: The values of the cells, from 0 to 1, (rows, columns), top row first.
            rectangle: The left, right, bottom and top edges, in flow units.
            scale: The colors for values from 0 to 1, (steps, 3). The first one is not drawn.
            alphas: The alphas of the colors, 0 to 256, (steps,).
        """
        left, right, bottom, top = rectangle
        (x0, y0), (x1, y1) = self._projection.pixels(np.array([(left, top), (right, bottom)]))
        _kernels().field(self._pixels, values, (x0, y0, x1, y1), packed(scale), alphas)

    def draw_layer(self, layer: "Layer") -> None:
        """Draw a layer of the same size over the picture."""
        _kernels().scatter(self._pixels, layer.where, layer.colors, layer.alphas)

    def cross_fade(self, picture: RGBA, alpha: float) -> None:
        """Blend another picture (height, width, 4) of the same size into this one; `alpha` is 0 to 1."""
        if alpha < 1:
            _kernels().cross_fade(self._pixels, _as_numbers(picture), round(OPAQUE * alpha))
        else:
            self._pixels[:] = _as_numbers(picture)

    def picture(self) -> RGBA:
        """Return the picture (height, width, 4) as a view, not a copy: later drawing modifies it."""
        return self._pixels.view(np.uint8).reshape(*self._pixels.shape, 4)


@dataclass(frozen=True)
class Layer:
    """The pixels of a mostly transparent picture that are not fully transparent.

    Attributes:
        where: The flat indices of the pixels, row by row, (m,).
        colors: The colors, (m,).
        alphas: The alphas, 0 to 256, (m,).
    """

    where: NDArray[np.int64]
    colors: Packed
    alphas: NDArray[np.uint16]

    @classmethod
    def of(cls, picture: RGBA, width: int | None = None, left: int = 0, top: int = 0) -> "Layer":
        """Return the layer of a mostly transparent picture.

        Args:
            picture: The picture, (height, width, 4).
            width: The width of the canvas, in pixels; None for that of the picture.
            left: The horizontal position of the picture on the canvas, in pixels.
            top: The vertical position of the picture on the canvas, in pixels.
        """
        pixels = picture.reshape(-1, 4)
        inked = np.flatnonzero(pixels[:, 3] != 0)
        rows, columns = np.divmod(inked, picture.shape[1])
        where = (rows + top) * (picture.shape[1] if width is None else width) + columns + left
        alphas = np.round(pixels[inked, 3] * (OPAQUE / 255)).astype(np.uint16)
        return cls(where, packed(pixels[inked, :3]), alphas)

    @classmethod
    def joined(cls, layers: Sequence["Layer"]) -> "Layer":
        """Return several layers of the same canvas as one; later layers cover earlier ones."""
        if not layers:
            return cls(np.zeros(0, np.int64), np.zeros(0, np.uint32), np.zeros(0, np.uint16))
        parts = zip(*((layer.where, layer.colors, layer.alphas) for layer in layers), strict=True)
        return cls(*map(np.concatenate, parts))


def lifted(picture: RGBA, background: Color) -> RGBA:
    """Remove the background color from a picture that was drawn on a transparent background.

    Drawing the result over a background of that color gives the same picture again. The kernels blend all four channels
    of a pixel in the same way. So its alpha is the share of the background that is covered, and its color is
    ``color · alpha + background · (1 - alpha)``, which is solved for ``color``.

    Args:
        picture: The picture, (height, width, 4), drawn on the color `background` with alpha 0.
        background: The color of the background.
    """
    pixels = picture.reshape(-1, 4).copy()
    partly = np.flatnonzero((pixels[:, 3] > 0) & (pixels[:, 3] < 255))
    alphas, below = pixels[partly, 3:] / np.float32(255), np.array(background, np.float32)
    pixels[partly, :3] = np.round(below + (pixels[partly, :3] - below) / alphas).clip(0, 255)
    return pixels.reshape(picture.shape)


def tones(points: Glide, low: float, high: float, scale: NDArray[np.uint8]) -> Packed:
    """Return the colors (n,) of numbers (n,) between two stages, on a scale (m, 3) from `low` to `high`."""
    return np.asarray(_kernels().tones(points.start, points.end, points.t, low, high, packed(scale)))


@lru_cache(maxsize=32)
def disc_coverage(diameter: float) -> tuple[NDArray[np.uint16], NDArray[np.int16]]:
    """Return the antialiased stamps of a disc for each subpixel position of its center.

    The center of a disc lies in the middle pixel, at (phase + 1/2) / phases from the upper left corner of that pixel.

    Args:
        diameter: The diameter, in pixels.

    Returns:
        The share of each pixel that the disc covers, 0 to 256, (phases y, phases x, side, side); and the first column
        and the end of the columns that it covers in each row, (phases y, phases x, side, 2).
    """
    radius, phases = diameter / 2, PHASES if diameter < LARGE else LARGE_PHASES
    side = 2 * int(np.ceil(radius + 0.5)) + 1
    parts = 8 if diameter < FINE else 1  # samples per side of a pixel: the edge of a small disc is curved within it
    phase = (np.arange(phases) + 0.5) / phases
    offset = (np.arange(side * parts) + 0.5) / parts - (side - 1) / 2 - phase[:, None]  # from the center to each sample
    distance = np.hypot(offset[:, None, :, None], offset[None, :, None, :])
    inside = np.clip((radius - distance) * parts + 0.5, 0, 1)
    share = inside.reshape(phases, phases, side, parts, side, parts).mean(axis=(3, 5))
    coverage = np.ascontiguousarray(np.round(share * OPAQUE), np.uint16)
    covered = coverage > 0
    first, last = covered.argmax(axis=3), side - covered[..., ::-1].argmax(axis=3)
    spans = np.stack([first, np.where(covered.any(axis=3), last, 0)], axis=-1).astype(np.int16)
    return coverage, spans


@lru_cache(maxsize=32)
def disc_dots(diameter: float) -> tuple[NDArray[np.int16], NDArray[np.int64], int]:
    """Return the stamps of `disc_coverage` as lists of the pixels that a disc touches.

    Args:
        diameter: The diameter, in pixels.

    Returns:
        The pixels (phases y, phases x, n, 3): the rows below and the columns right of the middle pixel, and the share
        of the pixel that the disc covers, 0 to 256; how many of them there are (phases y, phases x), because the rest
        is filled up; and the largest distance of a row or column from the middle.
    """
    coverage, _ = disc_coverage(diameter)
    shares, side = coverage.reshape(*coverage.shape[:2], -1), coverage.shape[-1]
    counts = np.count_nonzero(shares, axis=2)
    order = np.argsort(shares == 0, axis=2, kind="stable")[..., : counts.max()]
    offsets = (each - side // 2 for each in np.divmod(order, side))
    dots = np.stack([*offsets, np.take_along_axis(shares, order, axis=2)], axis=3)
    return np.ascontiguousarray(dots, np.int16), counts, side // 2


def _as_numbers(picture: RGBA) -> Packed:
    return np.ascontiguousarray(picture).view(np.uint32)[..., 0]
