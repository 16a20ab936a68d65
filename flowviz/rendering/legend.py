"""The legend, which explains the colors and their units."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from flowviz.records import Density, Scene
from flowviz.rendering.annotate import Label, em, fitted, text_left, text_width, wrapped
from flowviz.rendering.colormaps import STEPS, Scale, color_scale, heat_scale
from flowviz.rendering.colors import COMPONENTS, QUADRANTS, SURROUNDINGS
from flowviz.rendering.density import density_limits, density_strength, difference_limit, shown_density
from flowviz.rendering.drawing import Box, Drawing, Line, Polygon, painted, segment
from flowviz.rendering.particles import (
    CHOSEN,
    RADIUS_LIMIT,
    WEIGHT_LIMIT,
    column_limits,
    is_unknown,
    log_density_limits,
    log_det_limit,
    shown_column,
    shown_selection,
)
from flowviz.rendering.paths import path_particles
from flowviz.rendering.projection import FREE, Corner, Panel, Projection, unframed
from flowviz.rendering.raster import Layer
from flowviz.rendering.velocity import MORE, arrows_at, scale_text
from flowviz.rendering.warp import area_limit
from flowviz.specs import PictureSize, ViewSpec
from flowviz.specs.shares import percent

Shape = Literal["bar", "ring", "quadrants", "components", "chosen", "arrow", "text"]

LEGEND_OPACITY = 0.75  # of its background, through which particles are visible
KEY_WIDTH, BAR_HEIGHT, MARGIN, FOOT_EMS = 13.5, 0.8, 0.6, 5.2  # ems; the last one is the height of a row of entries
COLUMN_SHARE, COLUMNS_SHARE = 0.25, 0.65  # of the height for a column of entries, and of the width for all columns
CLEAR = 0.25  # share of a bar at each end that the labels of the ends may take
LINE_EMS = 1.3  # distance between the lines of a caption
BAR_STEPS, RING_STEPS, CIRCLE = 128, 90, 48  # numbers of colors in a bar and in a ring, and of corners of a disc


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
        zero: Where a bar is labeled 0, as a share of its length. None if it is not, or 0 is one of its ends.
    """

    caption: str
    shape: Shape
    ends: tuple[str, ...] = ()
    scale: Scale = "amount"
    turned: bool = False
    length: float = 0.0
    zero: float | None = None


@np.errstate(invalid="ignore", over="ignore")  # particles that have diverged are skipped
def keys(
    scene: Scene, stage: float, view: ViewSpec, panel: Panel | None = None, *, counts: bool = True
) -> tuple[Key, ...]:
    """Return the legend entries for the marks that are visible in a view at a stage.

    Args:
        scene: The scene.
        stage: The stage; 2.25 is a quarter of the way from stage 2 to stage 3.
        view: The view.
        panel: The size of the panel, in pixels; None for the legend of a sheet, whose panels differ in scale.
        counts: Whether to say how many particles are selected.
    """
    found = []
    if scene.difference is not None:
        first, second = scene.difference.names
        ends = _ends(-(limit := difference_limit(scene.difference)), 0, limit)
        found.append(Key(f"{first} minus {second}, nats", "bar", ends, "change"))
    elif view.marks & {"points", "paths"}:
        found += [_particle_key(scene, view, counts), *_notes(scene, view, counts)]
    if (density := shown_density(scene, stage, view)) is not None:
        heat = f"heat: {_heat(scene, density)}"
        found.append(_log_density_key(heat, scene, density_limits(density), heat_scale(view)))
        found.append(Key("lines: % of points inside", "text"))
        if (mismatch := density.mismatch) is not None:
            which = "guided" if scene.trace.is_continuous else "unguided"
            found.append(Key(f"{which} points: KL {max(mismatch, 0):.2f}", "text"))
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
    more = MORE[arrows.field.of] if arrows.is_velocity else "farther"
    longer = [Key(f"faint: {more} than {arrows.scale:.3g}", "text")] if arrows.cut.any() else []
    few = arrows.field.training_points if arrows.field.of == "best" else None
    leads = [Key(f"leads to {few:,} training points", "text")] if few is not None else []
    return [Key(scale_text(arrows), "arrow", length=round(ems, 1)), *longer, *leads]


def _particle_key(scene: Scene, view: ViewSpec, counts: bool) -> Key:
    if is_unknown(scene.trace, view):
        return Key("densities: not known" + (" yet" if scene.trace.base.has_density else ""), "text")
    match view.color_by:
        case "angle":
            return Key("base angle", "ring", ("0°", "90°", "180°"), "angle")
        case "radius":
            return Key("base radius, std. dev.", "bar", ("0", f"{RADIUS_LIMIT:.0f}"), "amount", turned=True)
        case "log_density":
            return _log_density_key(_log_density(scene), scene, log_density_limits(scene.trace), "amount")
        case "log_det":
            limit = log_det_limit(scene.trace)
            return Key("log|det J| here, nats", "bar", _ends(-limit, 0, limit), "change")
        case "selection":
            return Key(_selected(scene) if counts else "selected", "chosen")
        case "leaked" | "weight":
            return _weight(scene) if view.color_by == "weight" else Key(_leaked(scene), "chosen")
        case "component" if (count := scene.trace.component_count) is not None:
            return Key("base component", "components", tuple(map(str, range(count))))
        case "column" if (name := shown_column(scene.trace, view)) is not None:
            return Key(name, "bar", _ends(*column_limits(scene.trace.columns[name])), "amount")
        case _:
            return Key("base quadrant", "quadrants")


def _notes(scene: Scene, view: ViewSpec, counts: bool) -> list[Key]:
    found = []
    if view.color_by == "component" and scene.trace.component_count is None:
        found.append(Key("no components", "text"))
    if counts and shown_selection(scene) is not None and view.color_by != "selection":
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


def _heat(scene: Scene, density: Density) -> str:
    if density.mismatch is not None:
        return "tilted log-density"
    return "estimated log-density" if density.is_estimate else _log_density(scene)


def _leaked(scene: Scene) -> str:
    if scene.leaked is None:
        return "leaked: unknown"
    return f"leaked: {scene.leaked.sum():,}, {percent(scene.leaked.mean(), 1)}"


def _weight(scene: Scene) -> Key:
    if scene.log_weights is None:
        return Key("weights: unknown", "text")
    highest = f"{np.exp(WEIGHT_LIMIT):.0f}"
    return Key("target / flow", "bar", (f"1/{highest}", "1", highest), "change")


def _log_density_key(caption: str, scene: Scene, limits: tuple[float, float], scale: Scale) -> Key:
    """Return the scale of log-densities in the units of a scene, with 0 where it is clear of both ends."""
    low, high = (limit - scene.units.log_det for limit in limits)
    zero = low / (low - high) if low < high else 0.0
    return Key(caption, "bar", _ends(low, high), scale, zero=zero if CLEAR < zero < 1 - CLEAR else None)


def _ends(*numbers: float) -> tuple[str, ...]:
    return tuple(f"{number + 0.0:.3g}" for number in numbers)  # -0.0 is 0


def legend(view: ViewSpec, panel: Panel, found: tuple[Key, ...], corner: Corner = FREE) -> Layer:
    """Return the legend for the upper right corner of a panel, as a layer.

    The layer is cached and shared between callers, who must not modify it.

    Args:
        view: The view, which determines the size and colors of the legend.
        panel: The size of the panel, in pixels.
        found: The entries, from top to bottom.
        corner: The upper left corner that is taken, for example by a title; in a narrow panel, the legend is below it.
    """
    return _legend(unframed(view), panel, found, corner)


@lru_cache(maxsize=32)
def _legend(view: ViewSpec, panel: Panel, found: tuple[Key, ...], corner: Corner) -> Layer:
    drawing = draw_legend(view, panel, found, corner)
    if not drawing.boxes:
        return Layer.of(np.zeros((1, 1, 4), np.uint8))
    boxes = drawing.boxes[: len(found)]
    left, top = round(min(box.left for box in boxes)), round(min(box.top for box in boxes))
    bottom, right = max(box.top + box.height for box in boxes), max(box.left + box.width for box in boxes)
    extent = round(bottom) - top, round(right) - left, 4
    picture = np.full(extent, (*SURROUNDINGS[view.theme].background, 0), np.uint8)
    return Layer.of(painted(picture, drawing.moved(-left, -top), view, em(view, panel)), panel.width, left, top)


def draw_legend(view: ViewSpec, panel: Panel, found: tuple[Key, ...], corner: Corner = FREE) -> Drawing:
    """Return the drawing of a legend, empty if it does not fit. The first boxes are the backgrounds of the entries."""
    size, places = em(view, panel), legend_places(view, panel, found, corner)
    color, drawing = SURROUNDINGS[view.theme].background, Drawing()
    entries = [draw_key(view, size, key) for key in found]
    inset = max(0, round(min((_left(entry, size) for entry in entries), default=0) - MARGIN * size))
    for key, (left, top) in zip(found, places, strict=False):
        width, height = round(KEY_WIDTH * size) - inset, round(_height(key, size))
        drawing += Drawing((Box(left + inset, top, width, height, color, LEGEND_OPACITY),))
    for entry, (left, top) in zip(entries, places, strict=False):
        drawing += entry.moved(left, top)
    return drawing


def _left(entry: Drawing, size: float) -> float:
    """Return where the graphic and the text of an entry begin, in pixels."""
    length = text_width(size)
    texts = (text_left(label, length(label.text)) for label in entry.labels)
    points = *(each.points for each in entry.polygons), *(each.points for each in entry.lines)
    shapes = (float(each[:, 0].min()) for each in points)
    return min(*texts, *shapes, *(box.left for box in entry.boxes), KEY_WIDTH * size)


def legend_places(view: ViewSpec, panel: Panel, found: tuple[Key, ...], corner: Corner = FREE) -> list[tuple[int, int]]:
    """Return the upper left corner of each legend entry in pixels, or no corners if the legend does not fit.

    The entries form one column, below what takes the upper left `corner` of the panel if there is no room beside it.
    Further columns begin where the first would be higher than a quarter of the panel, if they fit beside the corner.
    """
    size = em(view, panel)
    width = round(KEY_WIDTH * size)
    left = round(panel.width - width - 0.5 * size)
    top = round(corner[1] if corner[0] > left else 0.5 * size)
    columns = max(1, int(min(COLUMNS_SHARE * panel.width, panel.width - 0.5 * size - corner[0]) / width))
    places, bottoms = list[tuple[int, int]](), [top] * columns
    for key in found:
        height = round(_height(key, size))
        high = (number for number, y in enumerate(bottoms) if y + height <= COLUMN_SHARE * panel.height or y == top)
        column = next(high, bottoms.index(min(bottoms)))
        places.append((left - column * width, bottoms[column]))
        bottoms[column] += height
    return [] if left < 4 * size or max(bottoms) >= panel.height - 4 * size else places


def legend_ends(view: ViewSpec, panel: Panel, found: tuple[Key, ...], corner: Corner = FREE) -> tuple[float, float]:
    """Return the left and the bottom end of the corner of a panel that a legend takes."""
    places = legend_places(view, panel, found, corner)
    if not places:
        return panel.width, 0
    bottoms = (y + _height(key, em(view, panel)) for key, (_, y) in zip(found, places, strict=True))
    return min(x for x, _ in places), max(bottoms)


def draw_foot(view: ViewSpec, whole: PictureSize, found: tuple[Key, ...]) -> Drawing:
    """Return the drawing of a legend in the lower right corner, in several rows if the picture is narrow."""
    size, drawing = em(view, whole), Drawing()
    columns = max(1, int(whole.width / (KEY_WIDTH * size)))
    for place, key in enumerate(found):
        left = whole.width - (place % columns + 1) * KEY_WIDTH * size
        top = whole.height - (place // columns + 1) * FOOT_EMS * size
        drawing += draw_key(view, size, key).moved(round(left), round(top))
    return drawing


def draw_key(view: ViewSpec, size: float, key: Key) -> Drawing:
    """Return the drawing of a legend entry, with its upper left corner at the origin; `size` is 1 em in pixels."""
    return SHAPES[key.shape][0](view, size, key)


def _bar(view: ViewSpec, size: float, key: Key) -> Drawing:
    """Return a color scale below its caption. The box of each color extends to the right end, which leaves no gaps.

    The caption ends above the scale, or its halo would cover the edge below letters that are deep, such as bars.
    """
    colors = color_scale(key.scale, view.theme)[:: -1 if key.turned else 1]
    left, right, lines = MARGIN * size, (KEY_WIDTH - MARGIN) * size, _lines(key, size)
    captions = [Label(left, LINE_EMS * number * size, text, "lb") for number, text in enumerate(lines, 1)]
    top = LINE_EMS * len(lines) * size + 0.2 * size
    shown = colors[np.linspace(0, len(colors) - 1, BAR_STEPS).round().astype(int)].tolist()
    starts = np.linspace(left, right, BAR_STEPS + 1)[:-1].tolist()
    boxes = (
        Box(start, top, right - start, BAR_HEIGHT * size, (red, green, blue))
        for start, (red, green, blue) in zip(starts, shown, strict=True)
    )
    places = np.linspace(left, right, len(key.ends))
    anchors = ["lt", *["mt"] * (len(key.ends) - 2), "rt"]
    labels = [Label(float(x), top + size, text, a) for x, text, a in zip(places, key.ends, anchors, strict=True)]
    if key.zero is not None:
        labels.append(Label(left + key.zero * (right - left), top + size, "0", "mt"))
    return Drawing(tuple(boxes), labels=(*captions, *labels))


def _lines(key: Key, size: float) -> list[str]:
    """Return the caption of a color scale in one or two lines, which are cut where they are wider than the scale."""
    length, room = text_width(size), (KEY_WIDTH - 2 * MARGIN) * size
    first, *rest = wrapped(key.caption.split(), length, room)
    return [fitted(line, length, room) for line in (first, " ".join(rest)) if line]


def _height(key: Key, size: float) -> float:
    """Return the height of a legend entry in pixels; `size` is 1 em."""
    further = len(_lines(key, size)) - 1 if key.shape == "bar" else 0
    return (SHAPES[key.shape][1] + LINE_EMS * further) * size


def _ring(view: ViewSpec, size: float, key: Key) -> Drawing:
    outer, inner = 1.15 * size, 0.7 * size
    x, y = (KEY_WIDTH - 3.6) * size, 3.85 * size
    turns = np.arange(RING_STEPS) / RING_STEPS
    colors = color_scale("angle", view.theme)[((turns + 0.5 / RING_STEPS) * STEPS).astype(int)].tolist()
    wedges = []
    for turn, (red, green, blue) in zip(turns.tolist(), colors, strict=True):
        ends = 2 * np.pi * np.array([turn, turn + 1.5 / RING_STEPS])  # wedges overlap to avoid gaps
        ways = np.stack([np.cos(ends), -np.sin(ends)], axis=1)
        corners = np.array((x, y)) + np.concatenate([inner * ways, outer * ways[::-1]])
        wedges.append(Polygon(corners, (red, green, blue)))
    gap = outer + 0.35 * size
    places = [(x + gap, y, "lm"), (x, y - outer - 0.25 * size, "mb"), (x - gap, y, "rm")]
    labels = [Label(*place[:2], text, place[2]) for place, text in zip(places, key.ends, strict=True)]
    caption = Label((KEY_WIDTH - MARGIN) * size, 0.4 * size, key.caption, "rt")
    return Drawing(labels=(caption, *labels), polygons=tuple(wedges))


def _quadrants(view: ViewSpec, size: float, key: Key) -> Drawing:
    side = round(1.1 * size)
    left, top = round(KEY_WIDTH * size) - round(MARGIN * size) - 2 * side - 1, round(0.35 * size)
    boxes = (
        Box(left + (number % 2) * (side + 1), top + (1 - number // 2) * (side + 1), side, side, color)
        for number, color in enumerate(QUADRANTS[view.palette, view.theme])
    )
    return Drawing(tuple(boxes), labels=(Label(left - 0.5 * size, top + side, key.caption, "rm"),))


def _components(view: ViewSpec, size: float, key: Key) -> Drawing:
    side, count = round(0.7 * size), len(key.ends)
    left, top = round(KEY_WIDTH * size) - round(MARGIN * size) - count * (side + 1), round(1.7 * size)
    colors = COMPONENTS[view.theme][:count]
    boxes = (Box(left + number * (side + 1), top, side, side, color) for number, color in enumerate(colors))
    return Drawing(tuple(boxes), labels=(Label((KEY_WIDTH - MARGIN) * size, 0.4 * size, key.caption, "rt"),))


def _chosen(view: ViewSpec, size: float, key: Key) -> Drawing:
    x, y, radius = (KEY_WIDTH - MARGIN - 0.5) * size, 0.9 * size, 0.45 * size
    angles = np.linspace(0, 2 * np.pi, CIRCLE, endpoint=False)
    circle = np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=1)
    label = Label(x - 0.9 * size, y, key.caption, "rm")
    return Drawing(labels=(label,), polygons=(Polygon(circle, CHOSEN[view.theme]),))


def _arrow(view: ViewSpec, size: float, key: Key) -> Drawing:
    color, width = SURROUNDINGS[view.theme].title, max(1.0, size / 8)
    right, y = (KEY_WIDTH - MARGIN) * size, 0.9 * size
    left, head = right - key.length * size, 0.4 * min(key.length, 1.2) * size
    sides = np.array([(right - head, y - 0.6 * head), (right, y), (right - head, y + 0.6 * head)])
    lines = segment(left, y, right, y, color, width), Line(sides, color, width)
    return Drawing(lines=lines, labels=(Label(left - 0.5 * size, y, key.caption, "rm"),))


def _text(_: ViewSpec, size: float, key: Key) -> Drawing:
    return Drawing(labels=(Label((KEY_WIDTH - MARGIN) * size, 0.9 * size, key.caption, "rm"),))


# The function that draws each shape, and the height of the shape in ems, with one line of text.
SHAPES: dict[Shape, tuple[Callable[[ViewSpec, float, Key], Drawing], float]] = {
    "bar": (_bar, 3.6),
    "ring": (_ring, 5.2),
    "quadrants": (_quadrants, 3.0),
    "components": (_components, 2.8),
    "chosen": (_chosen, 1.8),
    "arrow": (_arrow, 1.8),
    "text": (_text, 1.8),
}
