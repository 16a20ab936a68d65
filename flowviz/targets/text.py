"""Draw texts as masks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFont

from flowviz.errors import TargetError
from flowviz.specs import TextSpec
from flowviz.specs.target import Align
from flowviz.targets.fonts import BUILT_IN, LAYOUT, face_named, faces_are_known
from flowviz.targets.layout import (
    Borrowed,
    Piece,
    borrowed,
    cleaned,
    clusters_of,
    draws_alone,
    in_visual_order,
    is_backwards,
    laid_out,
)

MASK_PIXELS = 300_000  # area around the text: fine enough to hide stair steps, coarse enough to draw in a few ms
MEASURE_SIZE = 64
MIN_SIZE, MAX_SIZE = 8, 512
DESCENT = 0.2  # share of the height of a line that is below its baseline
SHARE_BEFORE: dict[Align, float] = {"left": 0.0, "center": 0.5, "right": 1.0}  # share of the free space, on the left

WHITE = 215  # of 255: lightness from which a pixel of a color glyph counts as white

Box = tuple[float, float, float, float]  # left, top, right, bottom, in pixels


def text_mask(spec: TextSpec) -> NDArray[np.bool_]:
    """Draw a text as a mask.

    Returns:
        Mask (rows, columns), top row first, True on ink, cropped to the ink.

    Raises:
        TargetError: If the text is blank or leaves no ink, if its font is not installed, or if no font has one of its
            characters.
    """
    mask = _sheet(spec).drawn()
    return mask[_ink_slices(mask)]


def text_letters(spec: TextSpec) -> NDArray[np.intp]:
    """Return the letter, counted from 0, to whose place each pixel of the mask of a text belongs (rows, columns)."""
    sheet = _sheet(spec)
    return sheet.letters()[_ink_slices(sheet.drawn())]


def _sheet(spec: TextSpec) -> "Sheet":
    lines = laid_out(_something(spec.text), face_named(spec.font))
    sheet = Sheet(lines, MEASURE_SIZE, spec.weight, spec.align)
    size = int(np.clip(MEASURE_SIZE * np.sqrt(MASK_PIXELS / sheet.area), MIN_SIZE, MAX_SIZE))
    return Sheet(lines, size, spec.weight, spec.align)


def _ink_slices(mask: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Return the rows and columns of a mask that its ink spans. Raises `TargetError` if there is none."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        raise TargetError("This text has no visible characters. Type letters or digits.")
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def borrowed_fonts(spec: TextSpec) -> tuple[Borrowed, ...]:
    """Return the characters of a text that its font lacks, and the fonts that they come from.

    Raises:
        TargetError: If the text is blank, if its font is not installed, or if no font has one of its characters.
    """
    return borrowed(_something(spec.text), face_named(spec.font))


def reads_fonts(spec: TextSpec) -> bool:
    """Return whether drawing a text reads all installed fonts first, which is slow."""
    return not faces_are_known() and (spec.font is not None or not draws_alone(BUILT_IN, spec.text))


def _something(text: str) -> str:
    """Clean a text, and raise `TargetError` if it is blank."""
    text = cleaned(text)
    if not text.strip():
        raise TargetError("Type a word: the flow needs something to learn.")
    return text


@dataclass(frozen=True)
class Stamp:
    """A run of text at a font size in pixels per em, with a stroke in pixels that thickens it.

    Coordinates are in pixels relative to the start of the baseline, and y points down.
    """

    piece: Piece
    size: int
    stroke: int

    @property
    def advance(self) -> float:
        """Return the distance to the start of the next run, in pixels."""
        return self._scale * self._font.getlength(self._text, direction=self._direction)

    @property
    def clusters(self) -> list[tuple[str, float]]:
        """Return the characters with their accents, from left to right, and where each ends, in pixels."""
        clusters = clusters_of(self.piece.text)
        ends = [self._font.getlength("".join(clusters[: k + 1])) * self._scale for k in range(len(clusters))]
        if not is_backwards(self.piece.text):
            return list(zip(clusters, ends, strict=True))
        starts = [ends[-1] - end for end in [0.0, *ends[:-1]]]
        return list(zip(clusters[::-1], starts[::-1], strict=True))

    @property
    def box(self) -> Box:
        """Return the rectangle around the ink: left, top, right, bottom."""
        left, top, right, bottom = (self._scale * edge for edge in self._raw_box())
        return left - self.stroke, top - self.stroke, right + self.stroke, bottom + self.stroke

    def draw(self, canvas: Image.Image, x: float, y: float) -> None:
        """Draw the run on a grayscale canvas, with its baseline starting at (x, y)."""
        if self.piece.face.bitmap_size is not None:
            self._draw_bitmap(canvas, x, y)
            return
        ImageDraw.Draw(canvas).text(
            (x, y), self._text, fill=255, font=self._font, anchor="ls", stroke_width=self.stroke,
            direction=self._direction,
        )  # fmt: skip

    def _draw_bitmap(self, canvas: Image.Image, x: float, y: float) -> None:
        """Draw a run in a bitmap font, whose glyphs are solid already and take no stroke."""
        left, top, right, bottom = self._raw_box()
        picture = Image.new("RGBA", (max(1, round(right - left)), max(1, round(bottom - top))))
        ImageDraw.Draw(picture).text(
            (-left, -top), self._text, font=self._font, anchor="ls", embedded_color=True, direction=self._direction
        )
        ink = _colored_ink(picture)
        ink = ink.resize([max(1, round(self._scale * side)) for side in ink.size])
        canvas.paste(255, (round(x + self._scale * left), round(y + self._scale * top)), ink)

    def _raw_box(self) -> Box:
        return self._font.getbbox(self._text, anchor="ls", direction=self._direction)

    @property
    def _text(self) -> str:
        """Return the characters in drawing order. Raqm reorders them itself."""
        return self.piece.text if LAYOUT == ImageFont.Layout.RAQM else in_visual_order(self.piece)

    @property
    def _font(self) -> ImageFont.FreeTypeFont:
        return self.piece.face.at(self.piece.face.bitmap_size or self.size)

    @property
    def _scale(self) -> float:
        return self.size / (self.piece.face.bitmap_size or self.size)

    @property
    def _direction(self) -> str | None:
        if LAYOUT != ImageFont.Layout.RAQM or self.piece.backwards is None:
            return None
        return "rtl" if self.piece.backwards else "ltr"


def _colored_ink(picture: Image.Image) -> Image.Image:
    """Return the ink of a color glyph: its opaque pixels but white ones, or all if that leaves less than a quarter."""
    alpha = picture.getchannel("A")
    colored = ImageChops.multiply(alpha, picture.convert("L").point(lambda light: 0 if light >= WHITE else 255))
    return colored if 4 * np.asarray(colored).sum() > np.asarray(alpha).sum() else alpha


class Sheet:
    """The lines of a text at a font size, with every run positioned."""

    def __init__(self, lines: list[list[Piece]], size: int, weight: float, align: Align) -> None:
        stroke = round(size * weight)
        stamps = [[Stamp(piece, size, stroke) for piece in line] for line in lines]
        lengths = [sum(stamp.advance for stamp in line) for line in stamps]
        self._height = height = _line_height([piece for line in lines for piece in line], size) + 2 * stroke
        self._placed: list[tuple[Stamp, float, float]] = []
        for number, (line, length) in enumerate(zip(stamps, lengths, strict=True)):
            x = SHARE_BEFORE[align] * (max(lengths) - length)
            for stamp in line:
                self._placed.append((stamp, x, number * height))
                x += stamp.advance
        boxes = [
            (x + left, y + top, x + right, y + bottom)
            for stamp, x, y in self._placed
            for left, top, right, bottom in [stamp.box]
        ]
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        self._box: Box = min(lefts), min(tops), max(rights), max(bottoms)

    @property
    def area(self) -> float:
        """Return the area of the rectangle around the ink, in square pixels."""
        left, top, right, bottom = self._box
        return max(right - left, 1) * max(bottom - top, 1)

    def drawn(self) -> NDArray[np.bool_]:
        """Return the mask of the ink (rows, columns), top row first."""
        left, top, right, bottom = self._box
        canvas = Image.new("L", (max(int(right - left) + 2, 1), max(int(bottom - top) + 2, 1)))
        for stamp, x, y in self._placed:
            stamp.draw(canvas, x - left, y - top)
        return np.asarray(canvas) >= 128

    def letters(self) -> NDArray[np.intp]:
        """Return the letter to whose place each pixel of the mask belongs (rows, columns); spaces are no letters."""
        left, top, right, bottom = self._box
        x, y = np.arange(int(right - left) + 2) + left, np.arange(int(bottom - top) + 2) + top
        baselines = sorted({baseline for _, _, baseline in self._placed})
        line = np.searchsorted(np.array(baselines) + DESCENT * self._height, y).clip(max=len(baselines) - 1)
        found, first = list[NDArray[np.intp]](), 0
        for baseline in baselines:
            stamps = [(stamp, start) for stamp, start, own in self._placed if own == baseline]
            ends = [start + end for stamp, start in stamps for each, end in stamp.clusters if not each.isspace()]
            found.append(first + np.searchsorted(ends, x, side="right").clip(max=max(len(ends) - 1, 0)))
            first += len(ends)
        return np.asarray(np.stack(found)[line])


def _line_height(pieces: list[Piece], size: int) -> float:
    """Return the distance between baselines in pixels, which is that of the font with the tallest lines."""
    faces = {piece.face for piece in pieces}
    return max(size / (f.bitmap_size or size) * sum(f.at(f.bitmap_size or size).getmetrics()) for f in faces)
