"""The legend, which explains the colors and their units."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw

from flowviz.records import Scene
from flowviz.rendering.annotate import BROAD, OPACITY, Label, draw_labels, em
from flowviz.rendering.colormaps import STEPS, Scale, color_scale
from flowviz.rendering.colors import COMPONENTS, QUADRANTS, SURROUNDINGS
from flowviz.rendering.density import density_limits, density_strength, difference_limit
from flowviz.rendering.particles import (
    CHOSEN,
    DENSITIES,
    RADIUS_LIMIT,
    log_density_limits,
    log_det_limit,
    shown_selection,
)
from flowviz.rendering.paths import path_particles
from flowviz.rendering.projection import Panel, Projection, unframed
from flowviz.rendering.raster import Layer
from flowviz.rendering.velocity import arrows_at, scale_text
from flowviz.rendering.warp import area_limit
from flowviz.specs import ViewSpec

Shape = Literal["bar", "ring", "quadrants", "components", "chosen", "arrow", "text"]

KEY_WIDTH, BAR_HEIGHT, MARGIN = 13.5, 0.8, 0.6  # ems


@dataclass(frozen=True)
class Key:
    """An entry of the legend.

    Attributes:
        caption: The text of the entry.
        shape: The graphic beside the text. ``"bar"`` and ``"ring"`` show a color scale, ``"quadrants"`` four swatches,
            ``"components"`` one for each of its ends, ``"chosen"`` a dot in the color of selected particles,
            ``"arrow"`` an arrow and ``"text"`` nothing.
        ends: The labels of a color scale: along a bar from left to right, or at the right, top and left of a ring.
        scale: The color scale.
        turned: Whether the colors of a bar are reversed.
        length: The length of an arrow, in ems.
    """

    caption: str
    shape: Shape
    ends: tuple[str, ...] = ()
    scale: Scale = "amount"
    turned: bool = False
    length: float = 0.0


@np.errstate(invalid="ignore", over="ignore")  # particles that have diverged are skipped
def keys(scene: Scene, stage: float, view: ViewSpec, panel: Panel | None = None) -> tuple[Key, ...]:
    """Return the legend entries for the marks that are visible in a view at a stage.

    Args:
        scene: The scene.
        stage: The stage; 2.25 is a quarter of the way from stage 2 to stage 3.
        view: The view.
        panel: The size of the panel, in pixels; None for the legend of a sheet, whose panels differ in scale.
    """
    found = []
    if scene.difference is not None:
        first, second = scene.difference.names
        ends = _ends(-(limit := difference_limit(scene.difference)), 0, limit)
        found.append(Key(f"{first} minus {second}, nats", "bar", ends, "change"))
    elif view.marks & {"points", "paths"}:
        found += [_particle_key(scene, view), *_notes(scene, view)]
    if scene.density is not None and density_strength(scene, stage, view) > 0:
        limits = density_limits(scene.density)
        found.append(Key(f"heat: {_log_density(scene)}", "bar", _log_densities(scene, limits), "heat"))
    if "grid" in view.marks and scene.grid is not None and density_strength(scene, stage, view) < 1:
        times = f"{np.exp(area_limit(scene.grid)):.3g}"
        found.append(Key("area of a cell, times", "bar", (f"1/{times}", "1", times), "change"))
    if "velocity" in view.marks and scene.velocities:
        found += _arrow_keys(scene, stage, view, panel)
    return tuple(found)


def _arrow_keys(scene: Scene, stage: float, view: ViewSpec, panel: Panel | None) -> list[Key]:
    if panel is None:
        return [Key("arrows: scaled per stage", "text")]
    projection = Projection(view, panel)
    arrows = arrows_at(scene, stage, projection)
    if arrows is None or not arrows.scale:
        return []
    ems = arrows.length * projection.pixels_per_unit / em(view, panel)
    longer = [Key(f"faint arrows: above {arrows.scale:.3g}", "text")] if arrows.cut.any() else []
    return [Key(scale_text(arrows), "arrow", length=round(ems, 1)), *longer]


def _particle_key(scene: Scene, view: ViewSpec) -> Key:
    if view.color_by in DENSITIES and not scene.trace.has_densities:
        return Key("densities: not known yet", "text")
    match view.color_by:
        case "angle":
            return Key("base angle", "ring", ("0°", "90°", "180°"), "angle")
        case "radius":
            return Key("base radius, std. dev.", "bar", ("0", f"{RADIUS_LIMIT:.0f}"), "amount", turned=True)
        case "log_density":
            return Key(_log_density(scene), "bar", _log_densities(scene, log_density_limits(scene.trace)))
        case "log_det":
            limit = log_det_limit(scene.trace)
            return Key("log|det J| here, nats", "bar", _ends(-limit, 0, limit), "change")
        case "selection":
            return Key(_selected(scene), "chosen")
        case "leaked":
            return Key(_leaked(scene), "chosen")
        case "component" if (count := scene.trace.component_count) is not None:
            return Key("base component", "components", tuple(map(str, range(count))))
        case _:
            return Key("base quadrant", "quadrants")


def _notes(scene: Scene, view: ViewSpec) -> list[Key]:
    found = []
    if view.color_by == "component" and scene.trace.component_count is None:
        found.append(Key("no components", "text"))
    if shown_selection(scene) is not None and view.color_by != "selection":
        found.append(Key(_selected(scene), "text"))
    drawn, candidates = path_particles(scene)
    if "paths" in view.marks and len(drawn) < candidates:
        found.append(Key(f"paths of {len(drawn):,} of {candidates:,}", "text"))
    return found


def _selected(scene: Scene) -> str:
    count = scene.selection.count if scene.selection is not None else 0
    return f"{count:,} of {scene.trace.positions.shape[1]:,} selected"


def _log_density(scene: Scene) -> str:
    return "inexact log-density" if scene.trace.folded_share else "log-density, nats"


def _leaked(scene: Scene) -> str:
    if scene.leaked is None:
        return "leaked: unknown"
    return f"leaked: {scene.leaked.sum():,}, {scene.leaked.mean():.1%}"


def _log_densities(scene: Scene, limits: tuple[float, float]) -> tuple[str, ...]:
    return _ends(*(limit - scene.units.log_det for limit in limits))


def _ends(*numbers: float) -> tuple[str, ...]:
    return tuple(f"{number + 0.0:.3g}" for number in numbers)  # -0.0 is 0


def legend(view: ViewSpec, panel: Panel, found: tuple[Key, ...], below_title: bool) -> Layer:
    """Return the legend for the upper right corner of a panel, as a layer.

    The layer is cached and shared between callers, who must not modify it.

    Args:
        view: The view, which determines the size and colors of the legend.
        panel: The size of the panel, in pixels.
        found: The entries, from top to bottom.
        below_title: Whether the panel has a title; in a narrow panel, the legend is placed below it.
    """
    return _legend(unframed(view), panel, found, below_title)


@lru_cache(maxsize=32)
def _legend(view: ViewSpec, panel: Panel, found: tuple[Key, ...], below_title: bool) -> Layer:
    size, places = em(view, panel), legend_places(view, panel, found, below_title)
    if not places:
        return Layer.of(np.zeros((1, 1, 4), np.uint8))
    pictures, (left, top) = [key_picture(view, size, key, OPACITY) for key in found], places[0]
    extent = pictures[0].width, sum(picture.height for picture in pictures)
    together = Image.new("RGBA", extent, (*SURROUNDINGS[view.theme].background, 0))
    for picture, (_, y) in zip(pictures, places, strict=True):
        together.paste(picture, (0, y - top))
    return Layer.of(np.asarray(together), panel.width, left, top)


def legend_places(view: ViewSpec, panel: Panel, found: tuple[Key, ...], below_title: bool) -> list[tuple[int, int]]:
    """Return the upper left corner of each legend entry in pixels, or no corners if the legend does not fit."""
    size = em(view, panel)
    top = round(3.2 * size if below_title and panel.width < BROAD * size else 0.5 * size)
    left = round(panel.width - round(KEY_WIDTH * size) - 0.5 * size)
    *tops, bottom = accumulate((round(SHAPES[key.shape][1] * size) for key in found), initial=top)
    return [] if left < 4 * size or bottom >= panel.height - 4 * size else [(left, y) for y in tops]


def key_picture(view: ViewSpec, size: float, key: Key, opacity: int = 0) -> Image.Image:
    """Draw a legend entry.

    Args:
        view: The view, which determines the colors.
        size: 1 em in pixels.
        key: The entry.
        opacity: The opacity of the background, from 0 to 255.
    """
    picture, labels = key_parts(view, size, key, opacity)
    draw_labels(picture, view, size, labels)
    return picture


def key_parts(view: ViewSpec, size: float, key: Key, opacity: int = 0) -> tuple[Image.Image, tuple[Label, ...]]:
    """Draw a legend entry without text; return the image and the text labels, positioned relative to the image."""
    draw, ems = SHAPES[key.shape]
    background = (*SURROUNDINGS[view.theme].background, opacity)
    picture = Image.new("RGBA", (round(KEY_WIDTH * size), round(ems * size)), background)
    return picture, tuple(draw(picture, view, size, key))


def _bar(picture: Image.Image, view: ViewSpec, size: float, key: Key) -> Sequence[Label]:
    colors = color_scale(key.scale, view.theme)[:: -1 if key.turned else 1]
    left, right = MARGIN * size, picture.width - MARGIN * size
    strip = Image.fromarray(np.ascontiguousarray(colors[None])).resize((round(right - left), round(BAR_HEIGHT * size)))
    picture.paste(strip, (round(left), round(1.5 * size)))
    places = np.linspace(left, right, len(key.ends))
    anchors = ["lt", *["mt"] * (len(key.ends) - 2), "rt"]
    labels = [Label(float(x), 2.5 * size, text, a) for x, text, a in zip(places, key.ends, anchors, strict=True)]
    return [Label(left, 0.4 * size, key.caption, "lt"), *labels]


def _ring(picture: Image.Image, view: ViewSpec, size: float, key: Key) -> Sequence[Label]:
    outer, inner = 1.15 * size, 0.7 * size
    x, y = picture.width - 3.6 * size, 3.85 * size
    rows, columns = np.indices((picture.height, picture.width)) + 0.5
    turn = np.arctan2(y - rows, columns - x) / (2 * np.pi) % 1
    colors = color_scale("angle", view.theme)[(turn * STEPS).astype(int) % STEPS]
    distance = np.hypot(columns - x, rows - y)
    cover = np.clip(outer + 0.5 - distance, 0, 1) * np.clip(distance - inner + 0.5, 0, 1)
    ring = np.concatenate([colors, np.round(255 * cover[..., None]).astype(np.uint8)], axis=2)
    picture.alpha_composite(Image.fromarray(ring.astype(np.uint8)))
    gap = outer + 0.35 * size
    places = [(x + gap, y, "lm"), (x, y - outer - 0.25 * size, "mb"), (x - gap, y, "rm")]
    labels = [Label(*place[:2], text, place[2]) for place, text in zip(places, key.ends, strict=True)]
    return [Label(picture.width - MARGIN * size, 0.4 * size, key.caption, "rt"), *labels]


def _quadrants(picture: Image.Image, view: ViewSpec, size: float, key: Key) -> Sequence[Label]:
    side = round(1.1 * size)
    draw = ImageDraw.Draw(picture)
    left, top = picture.width - round(MARGIN * size) - 2 * side - 1, round(0.35 * size)
    for number, color in enumerate(QUADRANTS[view.palette, view.theme]):
        x, y = left + (number % 2) * (side + 1), top + (1 - number // 2) * (side + 1)
        draw.rectangle((x, y, x + side - 1, y + side - 1), fill=(*color, 255))
    return [Label(left - 0.5 * size, top + side, text, "rm") for text in [key.caption]]


def _components(picture: Image.Image, view: ViewSpec, size: float, key: Key) -> Sequence[Label]:
    side, count = round(0.7 * size), len(key.ends)
    draw = ImageDraw.Draw(picture)
    left, top = picture.width - round(MARGIN * size) - count * (side + 1), round(1.7 * size)
    for number, color in enumerate(COMPONENTS[view.theme][:count]):
        x = left + number * (side + 1)
        draw.rectangle((x, top, x + side - 1, top + side - 1), fill=(*color, 255))
    return [Label(picture.width - MARGIN * size, 0.4 * size, key.caption, "rt")]


def _chosen(picture: Image.Image, view: ViewSpec, size: float, key: Key) -> Sequence[Label]:
    x, y, radius = picture.width - (MARGIN + 0.5) * size, 0.9 * size, 0.45 * size
    ImageDraw.Draw(picture).ellipse((x - radius, y - radius, x + radius, y + radius), fill=(*CHOSEN[view.theme], 255))
    return [Label(x - 0.9 * size, y, key.caption, "rm")]


def _arrow(picture: Image.Image, view: ViewSpec, size: float, key: Key) -> Sequence[Label]:
    color = (*SURROUNDINGS[view.theme].title, 255)
    right, y = picture.width - MARGIN * size, 0.9 * size
    left, head, width = right - key.length * size, 0.4 * min(key.length, 1.2) * size, max(1, round(size / 8))
    draw = ImageDraw.Draw(picture)
    draw.line((left, y, right, y), fill=color, width=width)
    draw.line((right - head, y - 0.6 * head, right, y, right - head, y + 0.6 * head), fill=color, width=width)
    return [Label(left - 0.5 * size, y, key.caption, "rm")]


def _text(picture: Image.Image, _: ViewSpec, size: float, key: Key) -> Sequence[Label]:
    return [Label(picture.width - MARGIN * size, 0.9 * size, key.caption, "rm")]


# The function that draws each shape and returns its text labels, and the height of the shape in ems.
SHAPES: dict[Shape, tuple[Callable[[Image.Image, ViewSpec, float, Key], Sequence[Label]], float]] = {
    "bar": (_bar, 3.6),
    "ring": (_ring, 5.2),
    "quadrants": (_quadrants, 3.0),
    "components": (_components, 2.8),
    "chosen": (_chosen, 1.8),
    "arrow": (_arrow, 1.8),
    "text": (_text, 1.8),
}
