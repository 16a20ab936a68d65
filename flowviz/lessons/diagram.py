"""The diagram of a flow that returns in every lesson, as SVG: a cloud, layers, a word, and the ways between them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import cos, log, pi, sin, sqrt
from xml.sax.saxutils import quoteattr

from flowviz.lessons.lesson import Place

WIDTH, HEIGHT = 340, 108  # of the picture, in its own units
SCALE = 4  # pixels for a unit
MIDDLE = 48  # height of the middle of the cloud, the layers and the word
LABEL, TEXT = 81, 13  # baseline and size of the labels below them
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
        box: Left edge, upper edge, width and height of what is marked around it.
    """

    label: str
    words: str
    x: float
    box: tuple[float, float, float, float]


PARTS: Mapping[Place, Part] = {
    "base": Part("base", "the base", 42, (8, 25, 68, 62)),
    "layers": Part("layers", "the layers", 170, (120, 25, 100, 62)),
    "target": Part("word", "the word", 298, (264, 25, 68, 62)),
    "forward": Part("generate", "the way from the base to the word, generate", 170, (90, 2, 160, 20)),
    "back": Part("encode", "the way back from the word to the base, encode", 170, (90, 87, 160, 20)),
}
ARROWS: Mapping[Place, tuple[str, str]] = {  # lines and tips
    "forward": ("M42 21 v-3 q0 -6 6 -6 H132 M208 12 H292 q6 0 6 6 v1", "M298 25 l-4.5 -7 h9 z"),
    "back": ("M298 90 v1 q0 6 -6 6 H202 M138 97 H48 q-6 0 -6 -6 v-1", "M42 84 l-4.5 7 h9 z"),
}


def describe(place: Place | None) -> str:
    """Return the description of the diagram, which says what is marked."""
    return ABOUT if place is None else f"{ABOUT} This step is about {PARTS[place].words}."


def diagram_svg(place: Place | None, accent: str, plain: str, font: str) -> str:
    """Return the diagram as SVG. Its size leaves room for screens with many pixels; it is meant to be shrunk.

    Args:
        place: The part that is marked. None marks nothing.
        accent: The color of the part that is marked, as in SVG.
        plain: The color of the other parts.
        font: The family of the font.
    """
    parts = "".join(_part(name, accent if name == place else plain, name == place) for name in PARTS)
    size = f'width="{SCALE * WIDTH}" height="{SCALE * HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    font = f'font-family={quoteattr(font)} font-size="{TEXT}" text-anchor="middle"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font}>{parts}</svg>'


def _part(name: Place, color: str, marked: bool) -> str:
    """Return a part in a color; the one that is marked is bold as well, and in a box, for those who see no colors."""
    part = PARTS[name]
    left, upper, width, height = part.box
    baseline = {"forward": 16.5, "back": 101.5}.get(name, LABEL)
    box = (
        f'<rect x="{left}" y="{upper}" width="{width}" height="{height}" rx="8" fill="{color}" fill-opacity="0.12" '
        f'stroke="{color}" stroke-width="1.5"/>'
    )
    weight = "bold" if marked else "normal"
    label = f'<text x="{part.x}" y="{baseline}" fill="{color}" font-weight="{weight}">{part.label}</text>'
    return (box if marked else "") + "".join(_shape(name, part.x, color, 2.5 if marked else 1.5)) + label


def _shape(name: Place, x: float, color: str, line: float) -> Iterator[str]:
    if name in ARROWS:
        way, tip = ARROWS[name]
        yield f'<path d="{way}" fill="none" stroke="{color}" stroke-width="{line}"/><path d="{tip}" fill="{color}"/>'
    elif name == "layers":
        for left in LAYERS:
            yield (
                f'<rect x="{x + left}" y="{MIDDLE - 18}" width="{THICKNESS}" height="36" rx="4" fill="{color}" '
                f'fill-opacity="0.25" stroke="{color}" stroke-width="{line}"/>'
            )
    else:
        for dx, dy in _cloud() if name == "base" else _word():
            yield f'<circle cx="{x + dx:.1f}" cy="{MIDDLE + dy:.1f}" r="{DOT}" fill="{color}"/>'


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
