"""The ground on which particles are drawn: grid, axes, and the words."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from flowviz.rendering.colors import SURROUNDINGS, Color
from flowviz.rendering.raster import RGBA, Layer
from flowviz.specs import PictureSize, ViewSpec

MOST_TICKS = 8  # on the shorter side


@dataclass(frozen=True)
class Projection:
    """From target units, y upwards, to pixels from the upper left corner, y downwards; one scale for both axes."""

    view: ViewSpec
    size: PictureSize

    @property
    def pixels_per_unit(self) -> float:
        """How many pixels one target unit takes."""
        return min(self.size.width, self.size.height) / (2 * self.view.half_extent)

    def pixels(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Points (n, 2) in target units -> pixels (n, 2)."""
        middle = np.array([self.size.width, self.size.height]) / 2
        flipped = np.array([self.pixels_per_unit, -self.pixels_per_unit])
        pixels: NDArray[np.float64] = (np.asarray(points, np.float64) - self.view.center) * flipped + middle
        return pixels

    @property
    def rectangle(self) -> tuple[float, float, float, float]:
        """What of the plane is seen: left, right, bottom, top."""
        half_width, half_height = (side / 2 / self.pixels_per_unit for side in (self.size.width, self.size.height))
        x, y = self.view.center
        return x - half_width, x + half_width, y - half_height, y + half_height


def tick_step(half_extent: float) -> float:
    """The distance between grid lines: 1, 2 or 5 times a power of ten, so that at most 8 fit in the shorter side."""
    least = 2 * half_extent / MOST_TICKS
    power = 10 ** np.floor(np.log10(least))
    return float(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least * (1 - 1e-9)))


@lru_cache(maxsize=2)
def ground(view: ViewSpec, size: PictureSize) -> RGBA:
    """The background with its grid, (height, width, 4). Shared: not to be written to."""
    surroundings = SURROUNDINGS[view.theme]
    image = Image.new("RGBA", (size.width, size.height), (*surroundings.background, 255))
    if view.labels:
        draw = ImageDraw.Draw(image)
        for x_ticks, y_ticks, color in ((*_ticks(view, size), surroundings.grid), ([0.0], [0.0], surroundings.axis)):
            for x, _ in Projection(view, size).pixels(np.array([(x, 0) for x in x_ticks]).reshape(-1, 2)):
                draw.line([(int(x), 0), (int(x), size.height)], fill=color)
            for _, y in Projection(view, size).pixels(np.array([(0, y) for y in y_ticks]).reshape(-1, 2)):
                draw.line([(0, int(y)), (size.width, int(y))], fill=color)
    return np.asarray(image)


@lru_cache(maxsize=64)
def words(view: ViewSpec, size: PictureSize, title: str) -> Layer:
    """Tick labels and the title to lay over the particles. Shared: not to be written to."""
    surroundings = SURROUNDINGS[view.theme]
    em = max(9, min(size.width, size.height) / 54)
    layer = Image.new("RGBA", (size.width, size.height), (*surroundings.background, 0))
    draw = ImageDraw.Draw(layer)

    def write(xy: tuple[float, float], text: str, anchor: str, size: float, color: Color) -> None:
        halo = (*surroundings.background, 255)
        draw.text(xy, text, color, _font(size), anchor, stroke_width=max(1, round(em / 6)), stroke_fill=halo)

    projection = Projection(view, size)
    x_ticks, y_ticks = _ticks(view, size)
    for tick in x_ticks:
        x = projection.pixels(np.array([[tick, 0]]))[0, 0]
        if 2 * em < x < size.width - 2 * em:
            write((x, size.height - em / 2), f"{tick:.6g}", "mb", em, surroundings.label)
    for tick in y_ticks:
        y = projection.pixels(np.array([[0, tick]]))[0, 1]
        if 4 * em < y < size.height - 3 * em:
            write((em / 2, y), f"{tick:.6g}", "lm", em, surroundings.label)
    if title:
        write((em, em), title, "lt", 1.6 * em, surroundings.title)
    return Layer(np.asarray(layer))


@lru_cache(maxsize=16)
def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _ticks(view: ViewSpec, size: PictureSize) -> tuple[list[float], list[float]]:
    step = tick_step(view.half_extent)
    left, right, bottom, top = Projection(view, size).rectangle

    def between(low: float, high: float) -> list[float]:
        return [k * step for k in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1)]

    return between(left, right), between(bottom, top)
