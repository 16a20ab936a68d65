"""The diagram of a flow that returns in every lesson, as SVG: a cloud, layers, a word, and the ways between them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import product
from math import cos, log, pi, sin, sqrt

from flowviz.lessons.lesson import Place

WIDTH = 340  # of the picture, in its own units
SCALE = 4  # pixels for a unit
TEXT, MAX_TEXT = 13.0, 22.0  # size of the labels, usually and at most, before they would reach into each other
SHAPE = 36  # height of the cloud, the layers and the word
EDGE, SPACE = 2, 3  # between the parts and the edge of the picture, and between the ways and the parts
DOTS, SPREAD, DOT = 90, 8.5, 1.3  # number, standard deviation and radius of the particles of the cloud
GOLDEN_ANGLE = pi * (3 - sqrt(5))  # between particles, which spreads them evenly
BARS = ((-21.4, -16.8, 2, 13), (-15.8, -1.4, 5, 2), (-1.8, -16.8, 2, 13), (16.6, -16.8, 2, 13))  # of HI, see `_word`
DISTANCE = 2.8  # between the particles of the word
LAYERS, THICKNESS = (-41, -11, 19), 22  # left edges, and width
ABOUT = (
    "A flow: layers turn the base, a round cloud, into the word. The way there is called generate, the way back encode."
)


@dataclass(frozen=True)
class Part:
    """A part of the diagram.

    Attributes:
        label: Its label.
        words: What a screen reader calls it.
        x: Its middle.
        width: The width of what is marked around it.
        gap: Half of the gap in the line of a way for its label, in ems.
    """

    label: str
    words: str
    x: float
    width: float
    gap: float = 0.0


PARTS: Mapping[Place, Part] = {
    "base": Part("base", "the base", 42, 68),
    "layers": Part("layers", "the layers", 170, 100),
    "target": Part("word", "the word", 298, 68),
    "forward": Part("generate", "the way from the base to the word, generate", 170, 160, gap=2.9),
    "back": Part("encode", "the way back from the word to the base, encode", 170, 160, gap=2.4),
}


@dataclass(frozen=True)
class Layout:
    """The heights in a diagram whose labels have a size, from the upper edge.

    Attributes:
        text: The size of the labels.
    """

    text: float = TEXT

    @property
    def row(self) -> float:
        """Return the height of a way with its label."""
        return self.text + 7

    @property
    def top(self) -> float:
        """Return the upper edge of the base, the layers and the word."""
        return EDGE + self.row + SPACE

    @property
    def middle(self) -> float:
        """Return the middle of the cloud, the layers and the word."""
        return self.top + 5 + SHAPE / 2

    @property
    def bottom(self) -> float:
        """Return the lower edge of the base, the layers and the word, below their labels."""
        return self.top + SHAPE + self.row + 6

    @property
    def height(self) -> float:
        """Return the height of the picture."""
        return self.bottom + self.row + 1

    def box(self, name: Place) -> tuple[float, float, float, float]:
        """Return the left edge, the upper edge, the width and the height of what is marked around a part."""
        part = PARTS[name]
        upper, lower = {"forward": (EDGE, EDGE + self.row), "back": (self.bottom, self.bottom + self.row)}.get(
            name, (self.top, self.bottom)
        )
        return part.x - part.width / 2, upper, part.width, lower - upper

    def baseline(self, name: Place) -> float:
        """Return the baseline of a label, which is at the lower edge of its box."""
        _, upper, _, height = self.box(name)
        return upper + height - (5.5 if name in {"forward", "back"} else 6)

    def arrow(self, name: Place) -> tuple[str, str]:
        """Return the line of a way, with a gap for its label, and its tip."""
        start, end, gap = PARTS["base"].x, PARTS["target"].x, PARTS[name].gap * self.text
        left, right = PARTS[name].x - gap, PARTS[name].x + gap
        if name == "forward":
            line = EDGE + self.row / 2
            ends = f"M{start} {self.top - 4} V{line + 6} q0 -6 6 -6 H{left}", f"M{right} {line} H{end - 6} q6 0 6 6 v1"
            return " ".join(ends), f"M{end} {self.top} l-4.5 -7 h9 z"
        line = self.bottom + self.row / 2
        ends = (
            f"M{end} {self.bottom + 3} V{line - 6} q0 6 -6 6 H{right}",
            f"M{left} {line} H{start + 6} q-6 0 -6 -6 v-1",
        )
        return " ".join(ends), f"M{start} {self.bottom - 3} l-4.5 7 h9 z"


def describe(place: Place | None) -> str:
    """Return the description of the diagram, which says what is marked."""
    return ABOUT if place is None else f"{ABOUT} This step is about {PARTS[place].words}."


def diagram_svg(place: Place | None, accent: str, plain: str, font: str, text: float = TEXT) -> str:
    """Return the diagram as SVG. Its size leaves room for screens with many pixels; it is meant to be shrunk.

    Args:
        place: The part that is marked. None marks nothing.
        accent: The color of the part that is marked, as in SVG.
        plain: The color of the other parts.
        font: The family of the font.
        text: The size of the labels, in units of which the picture is `WIDTH` wide, if it is neither too small nor too
            large.
    """
    layout = Layout(min(max(text, TEXT), MAX_TEXT))
    parts = "".join(_part(layout, name, accent if name == place else plain, name == place) for name in PARTS)
    size = f'width="{SCALE * WIDTH}" height="{SCALE * layout.height}" viewBox="0 0 {WIDTH} {layout.height}"'
    font = f'font-family="{escape(font)}" font-size="{layout.text}" text-anchor="middle"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font}>{parts}</svg>'


def _part(layout: Layout, name: Place, color: str, marked: bool) -> str:
    """Return a part in a color; the one that is marked is bold as well, and in a box, for those who see no colors."""
    part = PARTS[name]
    left, upper, width, height = layout.box(name)
    box = (
        f'<rect x="{left}" y="{upper}" width="{width}" height="{height}" rx="8" fill="{color}" fill-opacity="0.12" '
        f'stroke="{color}" stroke-width="1.5"/>'
    )
    weight = "bold" if marked else "normal"
    label = f'<text x="{part.x}" y="{layout.baseline(name)}" fill="{color}" font-weight="{weight}">{part.label}</text>'
    return (box if marked else "") + "".join(_shape(layout, name, color, 2.5 if marked else 1.5)) + label


def _shape(layout: Layout, name: Place, color: str, line: float) -> Iterator[str]:
    x, middle = PARTS[name].x, layout.middle
    if name in {"forward", "back"}:
        way, tip = layout.arrow(name)
        yield f'<path d="{way}" fill="none" stroke="{color}" stroke-width="{line}"/><path d="{tip}" fill="{color}"/>'
    elif name == "layers":
        for left in LAYERS:
            yield (
                f'<rect x="{x + left}" y="{middle - SHAPE / 2}" width="{THICKNESS}" height="{SHAPE}" rx="4" '
                f'fill="{color}" fill-opacity="0.25" stroke="{color}" stroke-width="{line}"/>'
            )
    else:
        for dx, dy in _cloud() if name == "base" else _word():
            yield f'<circle cx="{x + dx:.1f}" cy="{middle + dy:.1f}" r="{DOT}" fill="{color}"/>'


def _cloud() -> Iterator[tuple[float, float]]:
    """Yield the particles of a round cloud, which are normally distributed."""
    for number in range(DOTS):
        radius = SPREAD * sqrt(-2 * log(1 - (number + 0.5) / (DOTS + 4)))
        yield radius * cos(number * GOLDEN_ANGLE), radius * sin(number * GOLDEN_ANGLE)


def _word() -> Iterator[tuple[float, float]]:
    """Yield the particles of a short word. Each bar has a left and an upper end, and columns and rows of particles."""
    for left, upper, columns, rows in BARS:
        for column, row in product(range(columns), range(rows)):
            yield left + DISTANCE * column, upper + DISTANCE * row
