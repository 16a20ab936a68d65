"""The exact density of a stage: a heat map, with contours around given shares of its probability mass."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from flowviz.records import Density, Scene, Units, cell_centers
from flowviz.rendering.annotate import Word, em, ground
from flowviz.rendering.cache import cached
from flowviz.rendering.colormaps import STEPS, color_scale
from flowviz.rendering.colors import SURROUNDINGS
from flowviz.rendering.projection import Panel, Projection
from flowviz.rendering.raster import OPAQUE, RGBA, Canvas
from flowviz.specs import ViewSpec

MASSES = (0.5, 0.9, 0.99)
STRENGTHS = (0.45, 0.6, 0.6)  # of their contours
DIRECTIONS = (0.8, 0.45, 1.7)  # of their labels, seen from the middle: half-turns from the right, to the left
FADE = 2.0  # per stage: half a stage away, nothing is left of it
FAINTEST = 1.0  # nats below the outermost contour the heat map ends
BRIGHTEST = 0.98  # the quantile of the draws at which the heat map is at its end
RISE = 0.35  # of the scale, from its low end, over which the ground shows through
FINER = 2  # cells of a smooth picture for one cell of a grid, along each side
CONTOUR_WIDTH = 1.1
PIECES = slice(None, -1), slice(1, None)  # of a line of points: where each piece starts, and where it ends


def density_strength(scene: Scene, stage: float, view: ViewSpec) -> float:
    """How strongly the density shows at a stage, 0 to 1: it is that of one stage, and of no other."""
    if scene.density is None or "density" not in view.marks:
        return 0.0
    return max(0.0, 1 - FADE * abs(stage - scene.density.stage))


def draw_density(canvas: Canvas, scene: Scene, stage: float, view: ViewSpec, panel: Panel) -> None:
    """Draw the density, as far as it shows, in place of what is on the canvas."""
    strength = density_strength(scene, stage, view)
    if scene.density is not None and strength > 0:
        canvas.cross_fade(density_ground(scene.density, view, panel, scene.units), strength)


@cached(maxsize=4)
def density_ground(density: Density, view: ViewSpec, panel: Panel, units: Units) -> RGBA:
    """The ground with the density of a stage on it, (height, width, 4). Shared: not to be written to."""
    projection = Projection(view, panel)
    canvas = Canvas(ground(view, panel, units), projection)
    alphas = np.round(np.minimum(np.arange(STEPS) / (RISE * STEPS), 1.0) * OPAQUE).astype(np.uint16)
    canvas.draw_field(heat_map(density), density.rectangle, color_scale("heat", view.theme), alphas)
    color, width = SURROUNDINGS[view.theme].title, CONTOUR_WIDTH * projection.pixel
    for level, strength in zip(mass_levels(density), STRENGTHS, strict=True):
        lines = contour_lines(density, level)
        starts, ends = [np.concatenate([np.zeros((0, 2)), *(line[part] for line in lines)]) for part in PIECES]
        canvas.draw_lines(starts, ends, color, width, strength)
    return canvas.picture()


@cached(maxsize=8)
def mass_levels(density: Density) -> tuple[float, ...]:
    """The log-densities at the contours: the region above holds 50, 90, 99 % of the probability of the stage."""
    return tuple(density.level(mass) for mass in MASSES)


@cached(maxsize=8)
def density_limits(density: Density) -> tuple[float, float]:
    """From where to where, in nats, the heat map goes: rounded, so that it seldom changes."""
    lowest, highest = mass_levels(density)[-1], density.level(1 - BRIGHTEST)
    if not np.isfinite(lowest):
        return -6.0, 0.0
    low, high = np.floor(2 * (lowest - FAINTEST)) / 2, np.ceil(2 * highest) / 2
    return float(low), float(max(high, low + 1))


@cached(maxsize=8)
def contour_lines(density: Density, level: float) -> list[NDArray[np.float64]]:
    """Where the density has that level: lines (m, 2) in target units."""
    from contourpy import contour_generator  # a tenth of a second that the window's start need not wait for

    rows, columns = density.log_density.shape
    centers = cell_centers(density.rectangle, (rows, columns)).reshape(rows, columns, 2)
    field = np.nan_to_num(density.log_density.astype(np.float64), nan=-1e9, neginf=-1e9, posinf=1e9)
    found: Any = contour_generator(centers[0, :, 0], centers[:, 0, 1], field).lines(level)
    return list(found)


@cached(maxsize=4)
def heat_map(density: Density) -> NDArray[np.float32]:
    """Return where each log-density is between the ends of the heat map, 0 to 1, on a grid (rows, columns)."""
    low, high = density_limits(density)
    values = np.nan_to_num((density.log_density - low) / (high - low), nan=0.0, posinf=1.0, neginf=0.0)
    return smoothed(values.clip(0, 1).astype(np.float32))


def smoothed(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return values from 0 to 1 on a finer grid, on which interpolating linearly between its cells looks smooth."""
    rows, columns = values.shape
    smooth = Image.fromarray(values).resize((FINER * columns, FINER * rows), Image.Resampling.BICUBIC)
    return np.asarray(smooth).clip(0, 1)


@cached(maxsize=4)
def contour_words(density: Density, view: ViewSpec, panel: Panel) -> tuple[Word, ...]:
    """The share of the mass, at the outermost visible place of each contour; each in a direction of its own."""
    projection, found = Projection(view, panel), []
    size = np.array([panel.width, panel.height])
    margin = 0.08 * size.min()
    for mass, level, half_turns in zip(MASSES, mass_levels(density), DIRECTIONS, strict=True):
        lines = [projection.pixels(line) for line in contour_lines(density, level)]
        longest = max(lines, key=lambda line: float(np.ptp(line, axis=0).max()), default=np.zeros((0, 2)))
        visible = longest[((longest > margin) & (longest < size - margin)).all(axis=1)]
        if len(visible):
            direction = np.cos(np.pi * half_turns), -np.sin(np.pi * half_turns)
            x, y = visible[(visible @ direction).argmax()] + em(view, panel) * np.array(direction)
            found.append(Word(float(x), float(y), f"{100 * mass:.0f} %", "mm"))
    return tuple(found)
