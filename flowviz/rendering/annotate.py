"""The background of a plot, with its grid and axes, and all text: tick labels, titles and notes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from math import ceil, floor, log10

import numpy as np

from flowviz.records import FLOW_UNITS, Units
from flowviz.rendering.colors import SURROUNDINGS, Color, packed_color
from flowviz.rendering.projection import EDGE_MARK, FREE, Corner, Panel, Projection
from flowviz.rendering.raster import RGBA, Layer
from flowviz.rendering.stamps import fineness_of, font, stamp, stroke_width
from flowviz.specs import PictureSize, ViewSpec

MAX_TICKS = 8  # tick steps along the shorter side
TITLE_EMS = 1.6
BROAD = 40.0  # ems; minimum panel width for a title and a legend side by side
BESIDE_TITLE = 16.0  # ems; width reserved for the legend beside a title
EVERY = 1, 2, 5, 10  # label every grid line, every second one, and so on
MIN_EM = 9  # pixels
OPACITY = 225  # of the background of text above particles, from 0 to 255
Measure = Callable[[str], float]  # returns the width of a text in pixels
USUAL_WORD_HEIGHT: float = ViewSpec.model_fields["word_height"].default


@dataclass(frozen=True)
class Label:
    """A text label at a position in a panel.

    Attributes:
        x: The horizontal position of the anchor, in pixels from the left edge.
        y: The vertical position of the anchor, in pixels from the top edge.
        text: The text.
        anchor: A Pillow text anchor, such as "lt" for left and top.
        ems: The font size in ems.
        color: The color of the text; None for the theme's label color.
    """

    x: float
    y: float
    text: str
    anchor: str
    ems: float = 1.0
    color: Color | None = None


def em(view: ViewSpec, panel: Panel | PictureSize) -> float:
    """Return the size of small text (1 em) in a panel, in pixels.

    The size follows the geometric mean of the panel's sides, up to `view.word_height` of the shorter side. A label
    height above the default also scales up the text that this limit does not affect. If `view.text_share` is given, the
    size is that share of the height instead.
    """
    if view.text_share is not None:
        return max(1.0, view.text_share * panel.height)
    mean, side = np.sqrt(panel.width * panel.height), min(panel.width, panel.height)
    enlarged = max(1, view.word_height / USUAL_WORD_HEIGHT)
    return float(max(MIN_EM, min(enlarged * mean / 56, side * view.word_height)))


def tick_step(half_extent: float) -> float:
    """Return the distance between grid lines: 1, 2 or 5 times a power of ten.

    Args:
        half_extent: Half the length of the panel's shorter side, in the units of the ticks. The shorter side spans at
            most 8 steps.
    """
    least = 2 * half_extent / MAX_TICKS
    power = 10 ** np.floor(np.log10(least))
    return float(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least * (1 - 1e-9)))


def paper(view: ViewSpec) -> tuple[int, int, int, int]:
    """Return the background as RGBA, from 0 to 255; alpha is 0 for a transparent background.

    The other channels hold the theme's background color even then, because `raster.lifted` relies on it.
    """
    return (*SURROUNDINGS[view.theme].background, 0 if view.background == "transparent" else 255)


def background(view: ViewSpec, panel: Panel, units: Units = FLOW_UNITS) -> RGBA:
    """Return the background with its grid and axes, (height, width, 4).

    The array is cached and shared between callers, who must not modify it.
    """
    return _background(_without_marks(view), panel, units)


def _without_marks(view: ViewSpec) -> ViewSpec:
    """Return a view that is the same for all pictures with the same axes."""
    return view.model_copy(update={"marks": frozenset(), "color_by": "quadrant", "point_diameter": 1.0})


@lru_cache(maxsize=4)
def _background(view: ViewSpec, panel: Panel, units: Units) -> RGBA:
    background = np.array(paper(view), np.uint8).view(np.uint32)[0]
    pixels = np.full((panel.height, panel.width), background)
    if view.axes:
        for (x0, y0, x1, y1), color in grid_lines(view, panel, units):
            pixels[slice(int(y0), int(y1) + 1), slice(int(x0), int(x1) + 1)] = packed_color(color)
    return pixels.view(np.uint8).reshape(panel.height, panel.width, 4)


def grid_lines(
    view: ViewSpec, panel: Panel, units: Units = FLOW_UNITS
) -> Iterator[tuple[tuple[float, float, float, float], Color]]:
    """Yield the visible grid lines and then the visible axes.

    Yields:
        The end points (x0, y0, x1, y1) of a line, in pixels from the upper left corner, and its color.
    """
    projection, colors = Projection(view, panel), SURROUNDINGS[view.theme]
    x_ticks, y_ticks = _ticks(view, panel, units)
    for ticks, color in (((x_ticks.values, y_ticks.values), colors.grid), (([0.0], [0.0]), colors.axis)):
        lefts, tops = _pixels(projection, units, *ticks)
        for x in (x for x in lefts if 0 <= x <= panel.width):
            yield (x, 0, x, panel.height), color
        for y in (y for y in tops if 0 <= y <= panel.height):
            yield (0, y, panel.width, y), color


def tick_labels(view: ViewSpec, panel: Panel, units: Units = FLOW_UNITS) -> list[Label]:
    """Return the tick labels along the left and bottom edges of a panel."""
    projection, size = Projection(view, panel), em(view, panel)
    x_ticks, y_ticks = _ticks(view, panel, units)
    x_ticks = x_ticks.legible(projection.pixels_per_unit / abs(units.scale[0]), text_width(size))
    lefts, tops = _pixels(projection, units, x_ticks.values, y_ticks.values)
    edge = max(size / 2, EDGE_MARK * projection.pixel + 1)  # the marks of particles outside are at the edge
    return [
        *(
            Label(x, panel.height - edge, text, "mb")
            for text, x in zip(x_ticks.texts, lefts, strict=True)
            if 2 * size < x < panel.width - 2 * size
        ),
        *(
            Label(edge, y, text, "lm")
            for text, y in zip(y_ticks.texts, tops, strict=True)
            if 4 * size < y < panel.height - 3 * size
        ),
    ]


def tick_layer(view: ViewSpec, panel: Panel, units: Units = FLOW_UNITS) -> Layer:
    """Return the tick labels of a panel as a layer.

    It is cached and shared between callers, who must not modify it.
    """
    return _tick_layer(_without_marks(view), panel, units)


@lru_cache(maxsize=4)
def _tick_layer(view: ViewSpec, panel: Panel, units: Units) -> Layer:
    return write(view, panel, tick_labels(view, panel, units), backing=OPACITY)


@dataclass(frozen=True)
class Ticks:
    """Ticks of an axis at multiples of a round step.

    Attributes:
        step: The distance between neighboring ticks, in the units of the axis.
        factors: The multiple of the step at each tick.
    """

    step: float
    factors: Sequence[int]

    @property
    def values(self) -> list[float]:
        """Return the positions of the ticks, in the units of the axis."""
        return [factor * self.step for factor in self.factors]

    @property
    def texts(self) -> list[str]:
        """Return the tick labels, with enough digits to distinguish neighboring ticks."""
        largest = max(map(abs, self.values), default=0.0)
        digits = ceil(log10(largest / self.step)) + 1 if largest else 1
        return [f"{value:.{max(6, digits)}g}" for value in self.values]

    def legible(self, pixels_per_unit: float, length: Measure) -> "Ticks":
        """Return as many of the ticks as fit without overlapping labels: every one, every second one, and so on.

        Args:
            pixels_per_unit: Pixels per unit of the axis.
            length: Returns the width of a text in pixels.
        """
        if len(self.factors) < 2:
            return self
        room, needed = self.step * pixels_per_unit, max(length(f"{text} ") for text in self.texts)
        every = next(every for every in EVERY if every * room >= needed or every == EVERY[-1])
        return Ticks(self.step, [factor for factor in self.factors if factor % every == 0])


def _pixels(
    projection: Projection, units: Units, x_values: Sequence[float], y_values: Sequence[float]
) -> tuple[list[float], list[float]]:
    """Return the horizontal pixel positions of x values and the vertical pixel positions of y values."""
    corners = [*((x, units.origin[1]) for x in x_values), *((units.origin[0], y) for y in y_values)]
    pixels = projection.pixels(units.points(np.array(corners).reshape(-1, 2)))
    return pixels[: len(x_values), 0].tolist(), pixels[len(x_values) :, 1].tolist()


def title_label(view: ViewSpec, panel: Panel, title: str, length: Measure | None = None) -> list[Label]:
    """Return the title for the upper left corner of a panel, shortened to fit.

    Args:
        view: The view, which determines the size and color of the text.
        panel: The panel.
        title: A title such as "7 of 19 · Coupling: moves points up and down". If it does not fit, the explanation
            after the colon is dropped first.
        length: Returns the width in pixels of a text at the size of a title. By default, measures the font of pictures.

    Returns:
        A list with the title, or an empty list if the title is empty.
    """
    size = em(view, panel)
    room = panel.width - size * (2 if panel.width < BROAD * size else 1 + BESIDE_TITLE)
    text = fitted(title, length or text_width(size, TITLE_EMS), room)
    return [Label(size, size, text, "lt", TITLE_EMS, SURROUNDINGS[view.theme].title)] if text else []


def title_box(view: ViewSpec, panel: Panel, label: Label, length: float | None = None) -> tuple[int, int, int, int]:
    """Return the left, top, width and height of the background of a title, in pixels.

    Args:
        view: The view, which determines the size of the text.
        panel: The panel.
        label: The title.
        length: The width of the title in pixels. By default, measures the font of pictures.
    """
    size = em(view, panel)
    left = top = round(size / 2)
    width = text_width(size, label.ems)(label.text) if length is None else length
    return left, top, min(round(width + size), panel.width - left), min(round(2.4 * size), panel.height - top)


def title_corner(view: ViewSpec, panel: Panel, title: str) -> Corner:
    """Return the corner of a panel that a title takes; in a narrow panel, there is no room beside it."""
    size = em(view, panel)
    if not title:
        return FREE
    return panel.width - (0 if panel.width < BROAD * size else BESIDE_TITLE * size), 3.2 * size


def title_layer(view: ViewSpec, panel: Panel, title: str) -> Layer:
    """Return the title in the upper left corner of a panel, on its background, as a layer."""
    labels = title_label(view, panel, title)
    return Layer.joined([*(_backing(view, panel, label) for label in labels), write(view, panel, labels)])


def _backing(view: ViewSpec, panel: Panel, label: Label) -> Layer:
    left, top, width, height = title_box(view, panel, label)
    color = np.array((*SURROUNDINGS[view.theme].background, OPACITY), np.uint8)
    return Layer.of(np.tile(color, (height, width, 1)), panel.width, left, top)


def fitted(title: str, length: Measure, room: float) -> str:
    """Return a title, shortened to a given width.

    Args:
        title: A title such as "Coupling: moves points up and down". If it does not fit, the part after the colon is
            dropped; if the rest is still too wide, it is cut and ends in an ellipsis.
        length: Returns the width of a text.
        room: The available width, in the units of `length`.
    """
    if length(title) <= room:
        return title
    text = term = title.partition(":")[0]
    while len(text) > 1 and length(text) > room:
        term = term[:-1]
        text = f"{term}…"
    return text


def wrapped(words: Iterable[str], length: Measure, room: float) -> list[str]:
    """Return words in lines that are at most `room` wide, in the units of `length`, unless a word is wider."""
    lines = list[str]()
    for word in words:
        if lines and length(f"{lines[-1]} {word}") <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def text_width(size: float, ems: float = 1.0) -> Measure:
    """Return a function that measures the width of a text in pixels.

    Args:
        size: 1 em in pixels.
        ems: The font size in ems.
    """
    return partial(_text_width, ems * size)


@lru_cache(maxsize=512)
def _text_width(size: float, text: str) -> float:
    fineness = fineness_of(size)
    return font(size * fineness).getlength(text) / fineness


def write(
    view: ViewSpec, panel: Panel, labels: Iterable[Label], text: float | None = None, *, backing: int = 0
) -> Layer:
    """Return a layer with text labels, which are snapped to whole pixels and clipped to the panel.

    Args:
        view: The view, which determines the colors of the text.
        panel: The size of the panel, in pixels.
        labels: The labels.
        text: 1 em in pixels. None for the text size of the view in the panel.
        backing: The opacity of a background behind each label, which keeps particles away, from 0 to 255.
    """
    size, colors = text or em(view, panel), SURROUNDINGS[view.theme]
    ground = (*colors.background, backing)
    stamps = [
        stamp(label.text, label.anchor, label.ems * size, size, label.color or colors.label, ground).at(
            round(label.x), round(label.y), panel
        )
        for label in _parts(labels, size)
    ]
    return Layer.joined(stamps)


def _parts(labels: Iterable[Label], size: float) -> Iterator[Label]:
    """Yield the labels, and a number at the start of a right-aligned note on its own; `size` is 1 em in pixels.

    Such a number changes from picture to picture. So only its digits have to be rendered, which takes 0.7 ms instead of
    the 3 ms of the whole text.
    """
    for label in labels:
        number, space, rest = label.text.partition(" ")
        if label.anchor == "rm" and number[:1].isdigit() and rest:
            unchanged = space + rest
            yield replace(label, text=unchanged)
            label = replace(label, text=number, x=label.x - text_width(size, label.ems)(unchanged))
        yield label


def text_left(label: Label, length: float) -> float:
    """Return the left edge of the text of a label; `length` is its width. Both are in pixels."""
    return label.x - {"l": 0.0, "m": 0.5, "r": 1.0}[label.anchor[0]] * length


def label_box(label: Label, size: float, length: float) -> tuple[float, float, float, float]:
    """Return the left, top, width and height of a background of a label, in pixels.

    Args:
        label: The label.
        size: 1 em in pixels.
        length: The width of the text in pixels.
    """
    gap, height = stroke_width(size), label.ems * size
    top = label.y - {"t": 0.0, "m": 0.5, "b": 1.0}[label.anchor[1]] * height
    return text_left(label, length) - gap, top - gap, length + 2 * gap, height + 2 * gap


def note_label(view: ViewSpec, panel: Panel, text: str) -> Label:
    """Return a one-line note for the lower right corner of a panel, above the tick labels."""
    size = em(view, panel)
    height = min(panel.height, round(2 * size))
    return Label(panel.width - size, max(height, panel.height - round(1.8 * size)) - height / 2, text, "rm")


def _ticks(view: ViewSpec, panel: Panel, units: Units) -> tuple[Ticks, Ticks]:
    left, right, bottom, top = Projection(view, panel).rectangle
    (left, bottom), (right, top) = np.sort(units.values(np.array([(left, bottom), (right, top)])), axis=0).tolist()
    across, up = (view.half_extent * abs(scale) for scale in units.scale)
    return ticks_between(left, right, across), ticks_between(bottom, top, up)


def ticks_between(low: float, high: float, half_extent: float) -> Ticks:
    """Return the ticks from one number to another, as far apart as grid lines; see `tick_step`."""
    step = tick_step(half_extent)
    return Ticks(step, range(ceil(low / step), floor(high / step) + 1))
