"""Rendered texts with a halo, which are placed in many pictures."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from flowviz.rendering.colors import Color
from flowviz.rendering.projection import Panel
from flowviz.rendering.raster import Layer
from flowviz.rendering.typeface import font_file

# Text below a font size in pixels is drawn larger and reduced, because small letters would be spaced by whole pixels.
FINENESS, FINE_SIZE = 4, 14.0


@dataclass(frozen=True)
class Stamp:
    """A rendered text, which can be placed in many pictures.

    Attributes:
        picture: The pixels of the text and its halo.
        size: The size of the picture, in pixels.
        anchor: The position (x, y) of the text anchor in the picture, in pixels.
    """

    picture: Layer
    size: Panel
    anchor: tuple[int, int]

    def at(self, x: int, y: int, panel: Panel) -> Layer:
        """Return the text as a layer of a panel, with its anchor at pixel (x, y), clipped to the panel."""
        left, top = x - self.anchor[0], y - self.anchor[1]
        rows, columns = self._places
        if 0 <= left <= panel.width - self.size.width and 0 <= top <= panel.height - self.size.height:
            where = rows * panel.width + columns + (top * panel.width + left)
            return Layer(where, self.picture.colors, self.picture.alphas)
        rows, columns = rows + top, columns + left
        inside = (rows >= 0) & (rows < panel.height) & (columns >= 0) & (columns < panel.width)
        where = (rows * panel.width + columns)[inside]
        return Layer(where, self.picture.colors[inside], self.picture.alphas[inside])

    @cached_property
    def _places(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the rows and the columns of the pixels."""
        return np.divmod(self.picture.where, self.size.width)


@lru_cache(maxsize=512)
def stamp(
    text: str, anchor: str, text_size: float, size: float, color: Color, background: tuple[int, int, int, int]
) -> Stamp:
    """Render a text with a halo.

    Args:
        text: The text.
        anchor: A Pillow text anchor, such as "lt".
        text_size: The font size in pixels.
        size: 1 em in pixels, which determines the width of the halo.
        color: The color of the text.
        background: The background and its opacity; the halo is opaque, and has the same color.
    """
    fineness = fineness_of(text_size)
    letters, stroke = font(text_size * fineness), stroke_width(size) * fineness
    left, top, right, bottom = (edge / fineness for edge in letters.getbbox(text, stroke_width=stroke, anchor=anchor))
    place = 1 - floor(left), 1 - floor(top)  # leaves a margin of one pixel
    width, height = ceil(right) + place[0] + 1, ceil(bottom) + place[1] + 1
    fine = Image.new("RGBA", (width * fineness, height * fineness), background)
    ImageDraw.Draw(fine).text(
        (place[0] * fineness, place[1] * fineness),
        text,
        color,
        letters,
        anchor,
        stroke_width=stroke,
        stroke_fill=(*background[:3], 255),
    )
    return Stamp(Layer.of(np.asarray(fine.reduce(fineness))), Panel(width, height), place)


def fineness_of(text_size: float) -> int:
    """Return the factor by which a text is drawn larger, and then reduced."""
    return FINENESS if text_size < FINE_SIZE else 1


def stroke_width(size: float) -> int:
    """Return the width in pixels of the halo around a text; `size` is 1 em in pixels."""
    return max(1, round(size / 6))


@lru_cache(maxsize=16)
def font(size: float) -> ImageFont.FreeTypeFont:
    """Return the font of all text in pictures at a size in pixels."""
    return ImageFont.truetype(font_file(), size)
