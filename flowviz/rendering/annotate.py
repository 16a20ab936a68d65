"""The ground on which everything is drawn: grid, axes, and the words."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor, log10

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from flowviz.records import FLOW_UNITS, Units
from flowviz.rendering.colors import SURROUNDINGS, Color, packed_color
from flowviz.rendering.projection import Panel, Projection
from flowviz.rendering.raster import RGBA, Layer
from flowviz.specs import ViewSpec

MOST_TICKS = 8  # on the shorter side
NARROW = 2  # pixels
TITLE_EMS = 1.6
BROAD = 40.0  # ems: the width from which a title and a legend are beside each other
BESIDE_TITLE = 16.0  # ems: the room for the legend
EVERY = 1, 2, 5, 10  # which grid lines have a number
SMALLEST_EM = 9  # pixels
USUAL_WORD_HEIGHT: float = ViewSpec.model_fields["word_height"].default


@dataclass(frozen=True)
class Word:
    """A text at a pixel, anchored as Pillow does; its size in ems, its color that of labels if not said otherwise."""

    x: float
    y: float
    text: str
    anchor: str
    ems: float = 1.0
    color: Color | None = None


def em(view: ViewSpec, panel: Panel) -> float:
    """Return the size of small text in a panel, in pixels.

    A narrow panel has smaller text than its shorter side allows. A word height above the usual one enlarges the text
    of every panel by the same factor.
    """
    mean, side = np.sqrt(panel.width * panel.height), min(panel.width, panel.height)
    enlarged = max(1, view.word_height / USUAL_WORD_HEIGHT)
    return float(max(SMALLEST_EM, min(enlarged * mean / 56, side * view.word_height)))


def tick_step(half_extent: float) -> float:
    """The distance between grid lines: 1, 2 or 5 times a power of ten, so that at most 8 fit in the shorter side."""
    least = 2 * half_extent / MOST_TICKS
    power = 10 ** np.floor(np.log10(least))
    return float(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least * (1 - 1e-9)))


def paper(view: ViewSpec) -> tuple[int, int, int, int]:
    """The color and the alpha of what is drawn on: the theme's color also where it is clear, see `raster.lifted`."""
    return (*SURROUNDINGS[view.theme].background, 0 if view.background == "transparent" else 255)


def ground(view: ViewSpec, panel: Panel, units: Units = FLOW_UNITS) -> RGBA:
    """Return the background with its grid, (height, width, 4). It is shared: do not write to it."""
    usual = {"marks": frozenset(), "color_by": "quadrant", "point_diameter": 1.0}
    return _ground(view.model_copy(update=usual), panel, units)


@lru_cache(maxsize=4)
def _ground(view: ViewSpec, panel: Panel, units: Units) -> RGBA:
    background = np.array(paper(view), np.uint8).view(np.uint32)[0]
    pixels = np.full((panel.height, panel.width), background)
    if view.axes:
        for (x0, y0, x1, y1), color in grid_lines(view, panel, units):
            pixels[slice(int(y0), int(y1) + 1), slice(int(x0), int(x1) + 1)] = packed_color(color)
    return pixels.view(np.uint8).reshape(panel.height, panel.width, 4)


def grid_lines(
    view: ViewSpec, panel: Panel, units: Units = FLOW_UNITS
) -> Iterator[tuple[tuple[float, float, float, float], Color]]:
    """Yield the ends, x0, y0, x1, y1 in pixels, and the color of each grid line, the axes last."""
    projection, colors = Projection(view, panel), SURROUNDINGS[view.theme]
    x_ticks, y_ticks = _ticks(view, panel, units)
    for ticks, color in (((x_ticks.values, y_ticks.values), colors.grid), (([0.0], [0.0]), colors.axis)):
        lefts, tops = _pixels(projection, units, *ticks)
        for x in lefts:
            yield (x, 0, x, panel.height), color
        for y in tops:
            yield (0, y, panel.width, y), color


def tick_words(view: ViewSpec, panel: Panel, units: Units = FLOW_UNITS) -> list[Word]:
    """Return the numbers at the grid lines, along the left and the lower edge."""
    projection, size = Projection(view, panel), em(view, panel)
    x_ticks, y_ticks = _ticks(view, panel, units)
    x_ticks = x_ticks.legible(projection.pixels_per_unit / abs(units.scale[0]), font(size).getlength)
    lefts, tops = _pixels(projection, units, x_ticks.values, y_ticks.values)
    return [
        *(
            Word(x, panel.height - size / 2, text, "mb")
            for text, x in zip(x_ticks.texts, lefts, strict=True)
            if 2 * size < x < panel.width - 2 * size
        ),
        *(
            Word(size / 2, y, text, "lm")
            for text, y in zip(y_ticks.texts, tops, strict=True)
            if 4 * size < y < panel.height - 3 * size
        ),
    ]


@dataclass(frozen=True)
class Ticks:
    """Round numbers along an axis: the multiples of a step, each given by its factor."""

    step: float
    factors: Sequence[int]

    @property
    def values(self) -> list[float]:
        """The numbers."""
        return [factor * self.step for factor in self.factors]

    @property
    def texts(self) -> list[str]:
        """The numbers as texts, with the digits that tell them apart."""
        largest = max(map(abs, self.values), default=0.0)
        digits = ceil(log10(largest / self.step)) + 1 if largest else 1
        return [f"{value:.{max(6, digits)}g}" for value in self.values]

    def legible(self, pixels_per_unit: float, length: Callable[[str], float]) -> "Ticks":
        """Return every tick, every second one, and so on, so that their texts do not touch each other."""
        if len(self.factors) < 2:
            return self
        room, needed = self.step * pixels_per_unit, max(length(f" {text} ") for text in self.texts)
        every = next(every for every in EVERY if every * room >= needed or every == EVERY[-1])
        return Ticks(self.step, [factor for factor in self.factors if factor % every == 0])


def _pixels(
    projection: Projection, units: Units, x_values: Sequence[float], y_values: Sequence[float]
) -> tuple[list[float], list[float]]:
    """Return the horizontal pixels of values of x, and the vertical pixels of values of y."""
    corners = [*((x, units.origin[1]) for x in x_values), *((units.origin[0], y) for y in y_values)]
    pixels = projection.pixels(units.points(np.array(corners).reshape(-1, 2)))
    return pixels[: len(x_values), 0].tolist(), pixels[len(x_values) :, 1].tolist()


def title_word(view: ViewSpec, panel: Panel, title: str, length: Callable[[str], float] | None = None) -> list[Word]:
    """Return the title, in the upper left corner, shortened if the panel is too narrow for it.

    Args:
        view: The view, which determines the size and the color of the text.
        panel: The panel.
        title: A text such as "7 of 19 · Coupling: moves points up and down". Without enough room, what follows the
            colon is left out.
        length: Returns the width of a text in the size of a title, in pixels. The default is that of Pillow's font.
    """
    size = em(view, panel)
    room = panel.width - size * (2 if panel.width < BROAD * size else 1 + BESIDE_TITLE)
    text = fitted(title, length or text_width(size, TITLE_EMS), room)
    return [Word(size, size, text, "lt", TITLE_EMS, SURROUNDINGS[view.theme].title)] if text else []


def fitted(title: str, length: Callable[[str], float], room: float) -> str:
    """Return a title, the part of it before the colon, or as much of that as fits, where `length` measures a text."""
    if length(title) <= room:
        return title
    text = term = title.partition(":")[0]
    while len(text) > 1 and length(text) > room:
        term = term[:-1]
        text = f"{term}…"
    return text


def text_width(size: float, ems: float = 1.0) -> Callable[[str], float]:
    """Return a function for the width in pixels of a text in ems, which are `size` pixels."""
    letters = font(ems * size)
    return lambda text: letters.getlength(_spaced(text, letters, size))


def write(view: ViewSpec, panel: Panel, words: Iterable[Word]) -> Layer:
    """Return words to lay over a picture, at whole pixels. What protrudes from the panel is cut off."""
    size, colors = em(view, panel), SURROUNDINGS[view.theme]
    stamps = [
        stamp(word.text, word.anchor, word.ems * size, size, word.color or colors.label, colors.background).at(
            round(word.x), round(word.y), panel
        )
        for word in words
    ]
    return Layer.joined(stamps)


def note_word(view: ViewSpec, panel: Panel, text: str) -> Word:
    """Return a line in the lower right corner, above the ticks."""
    size = em(view, panel)
    height = min(panel.height, round(2 * size))
    return Word(panel.width - size, max(height, panel.height - round(1.8 * size)) - height / 2, text, "rm")


@dataclass(frozen=True)
class Stamp:
    """A text that is drawn once and laid over many pictures: its picture, and the place of its anchor in it."""

    picture: Layer
    size: Panel
    anchor: tuple[int, int]

    def at(self, x: int, y: int, panel: Panel) -> Layer:
        """Return the part of the text inside a panel when its anchor is at a pixel."""
        rows, columns = np.divmod(self.picture.where, self.size.width)
        rows, columns = rows + (y - self.anchor[1]), columns + (x - self.anchor[0])
        inside = (rows >= 0) & (rows < panel.height) & (columns >= 0) & (columns < panel.width)
        where = (rows * panel.width + columns)[inside]
        return Layer(where, self.picture.colors[inside], self.picture.alphas[inside])


@lru_cache(maxsize=512)
def stamp(text: str, anchor: str, text_size: float, size: float, color: Color, ground: Color) -> Stamp:
    """Return a text of `text_size` pixels with a halo, whose width follows `size`, in the color of the ground."""
    letters, stroke = font(text_size), _stroke(size)
    text = _spaced(text, letters, size)
    canvas = ImageDraw.Draw(Image.new("RGBA", (1, 1)))
    left, top, right, bottom = canvas.textbbox((0, 0), text, letters, anchor, stroke_width=stroke)
    place = 1 - floor(left), 1 - floor(top)  # a pixel of room around it
    picture = Image.new("RGBA", (ceil(right) + place[0] + 1, ceil(bottom) + place[1] + 1), (*ground, 0))
    draw = ImageDraw.Draw(picture)
    draw.text(place, text, color, letters, anchor, stroke_width=stroke, stroke_fill=(*ground, 255))
    return Stamp(Layer.of(np.asarray(picture)), Panel(*picture.size), place)


def draw_words(layer: Image.Image, view: ViewSpec, size: float, words: tuple[Word, ...]) -> None:
    """Draw words on a clear layer, each with a halo of the ground's color."""
    surroundings = SURROUNDINGS[view.theme]
    draw = ImageDraw.Draw(layer)
    halo = (*surroundings.background, 255)
    stroke = _stroke(size)
    for word in words:
        place, letters = (word.x, word.y), font(word.ems * size)
        text, color = _spaced(word.text, letters, size), word.color or surroundings.label
        draw.text(place, text, color, letters, word.anchor, stroke_width=stroke, stroke_fill=halo)


def _stroke(size: float) -> int:
    """Return the width of the halo around a text in pixels."""
    return max(1, round(size / 6))


def _spaced(text: str, letters: ImageFont.FreeTypeFont | ImageFont.ImageFont, size: float) -> str:
    """Return the text with wider spaces if those of the font would disappear between the halos of the letters."""
    return text.replace(" ", "  ") if letters.getlength(" ") <= _stroke(size) + NARROW else text


@lru_cache(maxsize=16)
def font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The typeface of all words, Pillow's own, at a size in pixels."""
    return ImageFont.load_default(size)


def _ticks(view: ViewSpec, panel: Panel, units: Units) -> tuple[Ticks, Ticks]:
    left, right, bottom, top = Projection(view, panel).rectangle
    ends = np.sort(units.values(np.array([(left, bottom), (right, top)])), axis=0)
    x_scale, y_scale = units.scale
    return _ticks_between(ends[:, 0], view.half_extent * abs(x_scale)), _ticks_between(
        ends[:, 1], view.half_extent * abs(y_scale)
    )


def _ticks_between(ends: NDArray[np.floating], half_extent: float) -> Ticks:
    low, high = ends
    step = tick_step(half_extent)
    return Ticks(step, range(ceil(low / step), floor(high / step) + 1))
