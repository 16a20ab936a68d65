"""Draw the icon, a swirling cloud of particles, as an SVG and as PNGs in the sizes that desktops use.

python resources/make_icon.py
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

ICONS = Path(__file__).parent / "desktop" / "icons" / "hicolor"
SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
DOTS, MEDIUM_DOTS, SMALL_DOTS = 160, 40, 18  # in a large, a medium-sized and a small icon
PAPER = "#fafaf7"
COLORS = ("#009e73", "#d55e00", "#0072b2", "#141414")  # of the quadrants, clockwise from the lower right
SIDE = 512  # of the icon, in its own units
CORNER = 112  # radius, in units of the icon
OVERSAMPLING = 8  # the icon is drawn at a multiple of its size, and then reduced


class Dot(NamedTuple):
    """A particle, with its center and radius in units of the icon."""

    x: float
    y: float
    radius: float
    color: str


def main() -> None:
    """Write the icon in all sizes."""
    _path("scalable", "svg").write_text(as_svg(), encoding="utf-8")
    for size in SIZES:
        as_image(size).save(_path(f"{size}x{size}", "png"), optimize=True)


def dots(count: int) -> Iterator[Dot]:
    """Yield dots arranged like the seeds of a sunflower.

    They get smaller toward the edge, and the quadrants are rotated in proportion to the distance from the center.
    """
    k = np.arange(count) + 0.5
    distance = np.sqrt(k / count)  # 0 to 1
    angle = k * np.pi * (3 - np.sqrt(5))
    quadrant = np.floor((angle - 1.1 * distance) / (np.pi / 2)).astype(int) % 4
    reach, largest = 0.44 * SIDE, 0.37 * SIDE / np.sqrt(count)
    for i in range(count):
        x, y = SIDE / 2 + reach * distance[i] * np.array((np.cos(angle[i]), np.sin(angle[i])))
        yield Dot(float(x), float(y), float(largest * (1.25 - 0.75 * distance[i])), COLORS[quadrant[i]])


def as_svg() -> str:
    """Return the icon as the text of an SVG."""
    circles = "\n".join(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{r:.1f}" fill="{c}"/>' for x, y, r, c in dots(DOTS))
    tile = f'<rect width="{SIDE}" height="{SIDE}" rx="{CORNER}" fill="{PAPER}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">\n{tile}\n{circles}\n</svg>\n'


def as_image(size: int) -> Image.Image:
    """Return the icon with sides of this length in pixels."""
    scale = size * OVERSAMPLING / SIDE
    image = Image.new("RGBA", (size * OVERSAMPLING, size * OVERSAMPLING))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, size * OVERSAMPLING - 1, size * OVERSAMPLING - 1), CORNER * scale, fill=PAPER)
    # A small icon has fewer and larger dots, so that they do not merge.
    for dot in dots(DOTS if size > 64 else MEDIUM_DOTS if size > 24 else SMALL_DOTS):
        draw.circle((dot.x * scale, dot.y * scale), dot.radius * scale, fill=dot.color)
    return image.resize((size, size), Image.Resampling.BOX)


def _path(size: str, suffix: str) -> Path:
    folder = ICONS / size / "apps"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"flowviz.{suffix}"


if __name__ == "__main__":
    main()
