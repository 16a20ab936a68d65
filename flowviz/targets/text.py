"""Text becomes a mask."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from flowviz.errors import TargetError

MASK_PIXELS = 300_000  # of the rectangle around the text: fine enough that no stair is seen, drawn in a few ms
MEASURE_SIZE = 64
SMALLEST_SIZE, LARGEST_SIZE = 8, 512


def text_mask(text: str, weight: float) -> NDArray[np.bool_]:
    """Draw the text with the built-in font, its lines centered: (rows, columns), true on ink, without a margin.

    `weight` is the width of the stroke around the letters, as a share of the font size.
    Raises `TargetError` for blank text and for characters that the font lacks.
    """
    text = "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")
    if not text.strip():
        raise TargetError("Type a word: the flow needs something to learn.")
    _check_characters(text)
    left, top, right, bottom = _bounds(text, MEASURE_SIZE, weight)
    area = max(right - left, 1) * max(bottom - top, 1)
    size = int(np.clip(MEASURE_SIZE * np.sqrt(MASK_PIXELS / area), SMALLEST_SIZE, LARGEST_SIZE))
    return _draw(text, size, weight)


def _bounds(text: str, size: int, weight: float) -> tuple[float, float, float, float]:
    canvas = ImageDraw.Draw(Image.new("L", (1, 1)))
    return canvas.multiline_textbbox(
        (0, 0), text, font=_font(size), align="center", stroke_width=_stroke(size, weight), spacing=size / 8
    )


def _draw(text: str, size: int, weight: float) -> NDArray[np.bool_]:
    left, top, right, bottom = _bounds(text, size, weight)
    image = Image.new("L", (max(int(right - left) + 2, 1), max(int(bottom - top) + 2, 1)))
    ImageDraw.Draw(image).multiline_text(
        (-left, -top), text, fill=255, font=_font(size), align="center", stroke_width=_stroke(size, weight),
        spacing=size / 8,
    )  # fmt: skip
    mask = np.asarray(image) >= 128
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        raise TargetError("This text leaves no ink, so there is nothing to learn. Type letters or digits.")
    return mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _check_characters(text: str) -> None:
    missing = sorted({c for c in text if not c.isspace() and not _has_glyph(c)})
    if missing:
        named = ", ".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in missing[:5])
        raise TargetError(f"The built-in font cannot draw {named}. Use letters without accents, digits and signs.")


@lru_cache(maxsize=4096)
def _has_glyph(character: str) -> bool:
    glyph = _font(MEASURE_SIZE).getmask(character)
    missing = _font(MEASURE_SIZE).getmask("\uffff")  # never a character: drawn as the font's box for what it lacks
    return glyph.size != missing.size or bytes(glyph) != bytes(missing)


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


def _stroke(size: int, weight: float) -> int:
    return round(size * weight)
