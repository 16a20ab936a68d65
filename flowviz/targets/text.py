"""Text becomes a mask."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFont

from flowviz.errors import TargetError
from flowviz.specs import TextSpec
from flowviz.specs.target import Align
from flowviz.targets.fonts import BUILT_IN, LAYOUT, face_named, faces_are_known
from flowviz.targets.layout import Borrowed, Piece, borrowed, cleaned, draws_alone, in_visual_order, laid_out

MASK_PIXELS = 300_000  # of the rectangle around the text: fine enough that no stair is seen, drawn in a few ms
MEASURE_SIZE = 64
SMALLEST_SIZE, LARGEST_SIZE = 8, 512
SHARE_BEFORE: dict[Align, float] = {"left": 0.0, "center": 0.5, "right": 1.0}  # of a line's room, on its left

WHITE = 215  # of 255

Box = tuple[float, float, float, float]  # left, top, right, bottom, in pixels


def text_mask(spec: TextSpec) -> NDArray[np.bool_]:
    """Draw the text: (rows, columns), true on ink, without a margin.

    Raises `TargetError` for blank text, for a font that is not installed, and for characters that no font has.
    """
    face, text = face_named(spec.font), _something(spec.text)
    lines = laid_out(text, face)
    sheet = Sheet(lines, MEASURE_SIZE, spec.weight, spec.align)
    size = int(np.clip(MEASURE_SIZE * np.sqrt(MASK_PIXELS / sheet.area), SMALLEST_SIZE, LARGEST_SIZE))
    mask = Sheet(lines, size, spec.weight, spec.align).drawn()
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        raise TargetError("This text leaves no ink, so there is nothing to learn. Type letters or digits.")
    return mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def borrowed_fonts(spec: TextSpec) -> tuple[Borrowed, ...]:
    """Which characters the chosen font lacks, and which fonts they come from. Raises `TargetError` as `text_mask`."""
    return borrowed(_something(spec.text), face_named(spec.font))


def reads_fonts(spec: TextSpec) -> bool:
    """Whether drawing this text takes long, because all installed fonts must be read first."""
    return not faces_are_known() and (spec.font is not None or not draws_alone(BUILT_IN, spec.text))


def _something(text: str) -> str:
    text = cleaned(text)
    if not text.strip():
        raise TargetError("Type a word: the flow needs something to learn.")
    return text


@dataclass(frozen=True)
class Stamp:
    """A piece in a size. Its `box` is relative to the start of its baseline, and so is what it draws."""

    piece: Piece
    size: int
    stroke: int

    @property
    def advance(self) -> float:
        """Where the next piece starts."""
        return self._scale * self._font.getlength(self._text, direction=self._direction)

    @property
    def box(self) -> Box:
        """The rectangle around its ink."""
        left, top, right, bottom = (self._scale * edge for edge in self._raw_box())
        return left - self.stroke, top - self.stroke, right + self.stroke, bottom + self.stroke

    def draw(self, canvas: Image.Image, x: float, y: float) -> None:
        """Draw it on a gray canvas, with its baseline from (x, y)."""
        if self.piece.face.bitmap_size is not None:
            self._draw_bitmap(canvas, x, y)
            return
        ImageDraw.Draw(canvas).text(
            (x, y), self._text, fill=255, font=self._font, anchor="ls", stroke_width=self.stroke,
            direction=self._direction,
        )  # fmt: skip

    def _draw_bitmap(self, canvas: Image.Image, x: float, y: float) -> None:
        """It is full as it is: no stroke thickens it."""
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
        """The characters in the order in which they are drawn; Raqm finds that order itself."""
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
    """Of a picture in color, what is opaque and not white is ink; all that is opaque, where there is little else."""
    alpha = picture.getchannel("A")
    colored = ImageChops.multiply(alpha, picture.convert("L").point(lambda light: 0 if light >= WHITE else 255))
    return colored if 4 * np.asarray(colored).sum() > np.asarray(alpha).sum() else alpha


class Sheet:
    """The lines of a text in a size, each piece at its place."""

    def __init__(self, lines: list[list[Piece]], size: int, weight: float, align: Align) -> None:
        stroke = round(size * weight)
        stamps = [[Stamp(piece, size, stroke) for piece in line] for line in lines]
        lengths = [sum(stamp.advance for stamp in line) for line in stamps]
        height = _line_height([piece for line in lines for piece in line], size) + 2 * stroke
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
        """Of the rectangle around all ink, in pixels."""
        left, top, right, bottom = self._box
        return max(right - left, 1) * max(bottom - top, 1)

    def drawn(self) -> NDArray[np.bool_]:
        """Where there is ink, (rows, columns)."""
        left, top, right, bottom = self._box
        canvas = Image.new("L", (max(int(right - left) + 2, 1), max(int(bottom - top) + 2, 1)))
        for stamp, x, y in self._placed:
            stamp.draw(canvas, x - left, y - top)
        return np.asarray(canvas) >= 128


def _line_height(pieces: list[Piece], size: int) -> float:
    """From one baseline to the next: that of the font that needs most."""
    faces = {piece.face for piece in pieces}
    return max(size / (f.bitmap_size or size) * sum(f.at(f.bitmap_size or size).getmetrics()) for f in faces)
