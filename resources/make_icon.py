"""Draws the icon, a cloud of particles that a flow has begun to turn, as an SVG and in the sizes that desktops ask for.

python resources/make_icon.py
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

ICONS = Path(__file__).parent / "desktop" / "icons" / "hicolor"
SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
MOST_DOTS, FEWER_DOTS, FEWEST_DOTS = 160, 40, 18
PAPER = "#fafaf7"
COLORS = ("#009e73", "#d55e00", "#0072b2", "#141414")  # of the quadrants, clockwise from the lower right
UNIT = 512  # the side of the icon, in its own units
CORNER = 112
FINER = 8  # so many times as large it is drawn, and then reduced


class Dot(NamedTuple):
    """A particle: its center and radius in units of the icon, and its color."""

    x: float
    y: float
    radius: float
    color: str


def main() -> None:
    """Write all sizes."""
    _path("scalable", "svg").write_text(as_svg(), encoding="utf-8")
    for size in SIZES:
        as_image(size).save(_path(f"{size}x{size}", "png"), optimize=True)


def dots(count: int) -> Iterator[Dot]:
    """Particles like the seeds of a sunflower, smaller farther out; quadrants that are turned with the distance."""
    k = np.arange(count) + 0.5
    distance = np.sqrt(k / count)  # 0 to 1
    angle = k * np.pi * (3 - np.sqrt(5))
    quadrant = np.floor((angle - 1.1 * distance) / (np.pi / 2)).astype(int) % 4
    reach, largest = 0.44 * UNIT, 0.37 * UNIT / np.sqrt(count)
    for i in range(count):
        x, y = UNIT / 2 + reach * distance[i] * np.array((np.cos(angle[i]), np.sin(angle[i])))
        yield Dot(float(x), float(y), float(largest * (1.25 - 0.75 * distance[i])), COLORS[quadrant[i]])


def as_svg() -> str:
    """The icon with all its dots."""
    circles = "\n".join(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{r:.1f}" fill="{c}"/>' for x, y, r, c in dots(MOST_DOTS))
    tile = f'<rect width="{UNIT}" height="{UNIT}" rx="{CORNER}" fill="{PAPER}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {UNIT} {UNIT}">\n{tile}\n{circles}\n</svg>\n'


def as_image(size: int) -> Image.Image:
    """The icon in a size, in pixels."""
    scale = size * FINER / UNIT
    image = Image.new("RGBA", (size * FINER, size * FINER))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, size * FINER - 1, size * FINER - 1), CORNER * scale, fill=PAPER)
    # In a small icon they are fewer and thicker, so that they stay apart.
    for dot in dots(MOST_DOTS if size > 64 else FEWER_DOTS if size > 24 else FEWEST_DOTS):
        draw.circle((dot.x * scale, dot.y * scale), dot.radius * scale, fill=dot.color)
    return image.resize((size, size), Image.Resampling.BOX)


def _path(size: str, form: str) -> Path:
    folder = ICONS / size / "apps"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"flowviz.{form}"


if __name__ == "__main__":
    main()
