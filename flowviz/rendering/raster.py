"""A picture to draw on: antialiased discs, lines and meshes, thousands in a few milliseconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Rectangle, Trace
from flowviz.rendering.colors import Color, Packed, packed, packed_color
from flowviz.rendering.projection import Projection

PHASES = 8  # a disc is placed to an eighth of a pixel
LARGE, LARGE_PHASES = 64, 2  # pixels; from there on half a pixel is as good, and an eighth takes much memory
FINE = 6  # pixels; from there on a disc's rim is as good as straight within a pixel
CROWDED = 2.0  # discs over each pixel, on average: from there on most of what is drawn is hidden
OPAQUE = 256
RGBA = NDArray[np.uint8]  # (height, width, 4)


@cache
def _kernels() -> ModuleType:
    """Numba takes a fifth of a second to load: not before something is drawn."""
    from flowviz.rendering import kernels

    return kernels


@dataclass(frozen=True)
class Glide:
    """Points (n, 2) in target units on their straight way from where they start to where they end, t in 0 to 1.

    (1 - t)·x + t·f(x): for a coupling that is invertible at every t, so the way is a true one; for a permutation it is
    a flip about y = x.
    """

    start: NDArray[np.float32]
    end: NDArray[np.float32]
    t: float

    @classmethod
    def at(cls, trace: Trace, stage: float) -> "Glide":
        """The particles of a trace at a stage; 2.25 is a quarter of the way from stage 2 to stage 3."""
        before, after, t = between(trace, stage)
        return cls(trace.positions[before], trace.positions[after], t)

    @classmethod
    def still(cls, points: NDArray[np.floating]) -> "Glide":
        """Points that stay where they are."""
        where = np.asarray(points, np.float32)
        return cls(where, where, 0.0)

    def positions(self) -> NDArray[np.float32]:
        """Where the points are now."""
        if self.t <= 0:
            return self.start
        now: NDArray[np.float32] = (1 - np.float32(self.t)) * self.start + np.float32(self.t) * self.end
        return now


def between(trace: Trace, stage: float) -> tuple[int, int, float]:
    """The stages before and after, and how far it is from the one to the other, 0 to 1."""
    stage = float(np.clip(stage, 0, trace.last_stage))
    before = int(stage)
    return before, min(before + 1, trace.last_stage), stage - before


class Canvas:
    """A picture of a part of the plane. What is drawn later covers what was drawn earlier."""

    def __init__(self, background: RGBA, projection: Projection) -> None:
        """`background` (height, width, 4) is copied."""
        self._pixels = _as_numbers(background).copy()
        self._projection = projection

    def draw_discs(
        self,
        points: Glide,
        colors: Packed,
        diameter: float,
        chosen: NDArray[np.bool_] | None = None,
        wanted: bool = False,
        ground: Color = (0, 0, 0),
        dimness: float = 0.0,
    ) -> int:
        """Draw discs, diameter in pixels, in colors (n,), where `chosen` (n,) is as wanted; how many lie outside.

        `dimness`, 0 to 1, mixes the ground into the colors.
        """
        coverage, spans = disc_coverage(round(diameter, 3))
        if chosen is None:
            chosen = np.zeros(len(colors), np.bool_)
        start, end = np.ascontiguousarray(points.start), np.ascontiguousarray(points.end)
        shade = packed_color(ground), round(OPAQUE * dimness)
        way = self._projection.way
        layers = len(colors) * diameter**2 / self._pixels.size
        draw = _kernels().crowded_discs if layers > CROWDED else _kernels().discs
        return int(draw(self._pixels, start, end, points.t, way, colors, chosen, wanted, *shade, coverage, spans))

    def draw_lines(
        self,
        starts: NDArray[np.floating],
        ends: NDArray[np.floating],
        color: Color,
        width: float,
        alpha: float = 1.0,
    ) -> None:
        """Draw lines between points (m, 2) in target units, so many pixels wide."""
        colors = np.full(len(starts), packed_color(color), np.uint32)
        where = (np.ascontiguousarray(points, np.float32) for points in (starts, ends))
        _kernels().lines(self._pixels, *where, self._projection.way, colors, alpha, width)

    def draw_paths(
        self,
        trace: Trace,
        particles: NDArray[np.int64],
        stage: float,
        alphas: NDArray[np.float32],
        colors: Packed,
        width: float,
    ) -> None:
        """Draw the ways of particles (m,) up to a stage; alphas (pieces, 2) are those of the last pieces of the way."""
        first = int(np.ceil(stage)) - len(alphas)
        positions = np.ascontiguousarray(trace.positions)
        _kernels().paths(
            self._pixels, positions, particles, first, stage, alphas.ravel(), self._projection.way, colors, width
        )

    def draw_mesh(self, nodes: NDArray[np.float32], side: int, colors: Packed) -> None:
        """Fill the cells ((side - 1)²,) between nodes (side², 2) in target units."""
        _kernels().mesh(self._pixels, np.ascontiguousarray(nodes), side, self._projection.way, colors)

    def draw_field(
        self, values: NDArray[np.float32], rectangle: Rectangle, scale: NDArray[np.uint8], alphas: NDArray[np.uint16]
    ) -> None:
        """Fill a rectangle in target units with the colors of values (rows, columns), from 0 to 1; the first is on top.

        The colors are those of a scale (steps, 3), their alphas (steps,) go to 256; the first color is not drawn.
        """
        left, right, bottom, top = rectangle
        (x0, y0), (x1, y1) = self._projection.pixels(np.array([(left, top), (right, bottom)]))
        _kernels().field(self._pixels, values, (x0, y0, x1, y1), packed(scale), alphas)

    def draw_layer(self, layer: "Layer") -> None:
        """Lay a mostly clear picture over this one."""
        _kernels().scatter(self._pixels, layer.where, layer.colors, layer.alphas)

    def cross_fade(self, picture: RGBA, alpha: float) -> None:
        """Mix a picture of the same size into this one, alpha 0 to 1."""
        if alpha < 1:
            _kernels().cross_fade(self._pixels, _as_numbers(picture), round(OPAQUE * alpha))
        else:
            self._pixels[:] = _as_numbers(picture)

    def picture(self) -> RGBA:
        """The picture (height, width, 4) as it is now, not copied."""
        return self._pixels.view(np.uint8).reshape(*self._pixels.shape, 4)


@dataclass(frozen=True)
class Layer:
    """What to lay over a picture: the pixels `where` (m,), counted row by row, their colors, and alphas 0 to 256."""

    where: NDArray[np.int64]
    colors: Packed
    alphas: NDArray[np.uint16]

    @classmethod
    def of(cls, picture: RGBA, width: int | None = None, left: int = 0, top: int = 0) -> "Layer":
        """That of a mostly clear picture (height, width, 4).

        Where it is but a part of one of that width, its corner lies at left, top.
        """
        pixels = picture.reshape(-1, 4)
        inked = np.flatnonzero(pixels[:, 3] != 0)
        rows, columns = np.divmod(inked, picture.shape[1])
        where = (rows + top) * (picture.shape[1] if width is None else width) + columns + left
        alphas = np.round(pixels[inked, 3] * (OPAQUE / 255)).astype(np.uint16)
        return cls(where, packed(pixels[inked, :3]), alphas)

    @classmethod
    def joined(cls, layers: Sequence["Layer"]) -> "Layer":
        """Return several layers of the same picture as one; later ones cover earlier ones."""
        if not layers:
            return cls(np.zeros(0, np.int64), np.zeros(0, np.uint32), np.zeros(0, np.uint16))
        parts = zip(*((layer.where, layer.colors, layer.alphas) for layer in layers), strict=True)
        return cls(*map(np.concatenate, parts))


def lifted(picture: RGBA, ground: Color) -> RGBA:
    """A picture (height, width, 4) drawn on a clear ground of that color, without it; over it again, it is the same.

    The kernels mix the four bytes of a pixel alike, so the alpha that they leave is how much of the ground is covered,
    and the color is color · alpha + ground · (1 - alpha), to be solved for the color.
    """
    pixels = picture.reshape(-1, 4).copy()
    partly = np.flatnonzero((pixels[:, 3] > 0) & (pixels[:, 3] < 255))
    alphas, below = pixels[partly, 3:] / np.float32(255), np.array(ground, np.float32)
    pixels[partly, :3] = np.round(below + (pixels[partly, :3] - below) / alphas).clip(0, 255)
    return pixels.reshape(picture.shape)


def tones(points: Glide, low: float, high: float, scale: NDArray[np.uint8]) -> Packed:
    """The colors (n,) of gliding numbers (n,) on a scale (m, 3) from low to high."""
    found: Packed = _kernels().tones(points.start, points.end, points.t, low, high, packed(scale))
    return found


@lru_cache(maxsize=32)
def disc_coverage(diameter: float) -> tuple[NDArray[np.uint16], NDArray[np.int16]]:
    """How much of each pixel a disc covers, 0 to 256: (phase y, phase x, side, side); and where its rows begin and end.

    The disc's center lies in the middle pixel, at (phase + 1/2) / phases from its upper left corner.
    """
    radius, phases = diameter / 2, PHASES if diameter < LARGE else LARGE_PHASES
    side = 2 * int(np.ceil(radius + 0.5)) + 1
    parts = 8 if diameter < FINE else 1  # of a pixel's side: the smaller a disc, the more its rim is bent in a pixel
    phase = (np.arange(phases) + 0.5) / phases
    offset = (np.arange(side * parts) + 0.5) / parts - (side - 1) / 2 - phase[:, None]  # from center to part of a pixel
    distance = np.hypot(offset[:, None, :, None], offset[None, :, None, :])
    inside = np.clip((radius - distance) * parts + 0.5, 0, 1)
    share = inside.reshape(phases, phases, side, parts, side, parts).mean(axis=(3, 5))
    coverage = np.ascontiguousarray(np.round(share * OPAQUE), np.uint16)
    covered = coverage > 0
    first, last = covered.argmax(axis=3), side - covered[..., ::-1].argmax(axis=3)
    spans = np.stack([first, np.where(covered.any(axis=3), last, 0)], axis=-1).astype(np.int16)
    return coverage, spans


def _as_numbers(picture: RGBA) -> Packed:
    return np.ascontiguousarray(picture).view(np.uint32)[..., 0]
