"""The exact density of a stage: a heat map with contours that enclose 50%, 90% and 99% of the probability."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from flowviz.records import Density, Difference, Scene, Units, cell_centers
from flowviz.rendering.annotate import Label, background, em
from flowviz.rendering.cache import cached
from flowviz.rendering.colormaps import STEPS, Scale, color_scale
from flowviz.rendering.colors import SURROUNDINGS
from flowviz.rendering.projection import Panel, Projection
from flowviz.rendering.raster import OPAQUE, RGBA, Canvas
from flowviz.specs import ViewSpec
from flowviz.specs.shares import percent

MASSES = (0.5, 0.9, 0.99)  # probability inside each contour
STRENGTHS = (0.45, 0.6, 0.6)  # opacity of each contour
DIRECTIONS = (0.8, 0.45, 1.7)  # direction of each contour label, in half turns counterclockwise from the right
LABEL_EMS = 3.4, 1.4  # width and height of a label
FADE = 2.0  # opacity lost per stage: invisible half a stage away
FAINTEST = 1.0  # nats from the outermost contour down to the low end of the heat map
BRIGHTEST = 0.98  # quantile of the log-density of samples at the high end of the heat map
RISE = 0.35  # share of the scale, from the low end, that is translucent
LIMITS = 0.25, 0.5, 1.0, 2.0, 4.0, 8.0  # nats, of a difference; the smallest that fits is used, so it seldom changes
FEW = 0.02  # share of the particles whose difference is beyond the limits
FINER = 2  # upsampling factor of the grid, along each side
CONTOUR_WIDTH = 1.1  # pixels, for an 800-pixel shorter side
PIECES = slice(None, -1), slice(1, None)  # of the points of a polyline: the start and the end of each segment


def density_strength(scene: Scene, stage: float, view: ViewSpec) -> float:
    """Return the opacity of the density, or of the difference of densities, at a stage, from 0 to 1.

    Either belongs to a single stage and fades out within half a stage of it.
    """
    field = scene.difference or (scene.density if "density" in view.marks else None)
    if field is None:
        return 0.0
    return max(0.0, 1 - FADE * abs(stage - field.stage))


def shown_density(scene: Scene, stage: float, view: ViewSpec) -> Density | None:
    """Return the density of a scene if it is visible at a stage. A difference takes its place at all stages."""
    is_visible = scene.difference is None and density_strength(scene, stage, view) > 0
    return scene.density if is_visible else None


def draw_density(canvas: Canvas, scene: Scene, stage: float, view: ViewSpec, panel: Panel, heat: Scale) -> None:
    """Cross-fade the canvas to the background with the density or the difference, by its opacity at a stage.

    The colors of the density are those of the scale `heat`.
    """
    strength = density_strength(scene, stage, view)
    if scene.difference is not None and strength > 0:
        canvas.cross_fade(difference_background(scene.difference, view, panel, scene.units), strength)
    elif (density := shown_density(scene, stage, view)) is not None:
        canvas.cross_fade(density_background(density, view, panel, scene.units, heat), strength)


@cached(maxsize=4)
def density_background(density: Density, view: ViewSpec, panel: Panel, units: Units, heat: Scale) -> RGBA:
    """Return the background with the heat map and contours of a density, (height, width, 4).

    The array is cached and shared between callers, who must not modify it.
    """
    projection = Projection(view, panel)
    canvas = Canvas(background(view, panel, units), projection)
    alphas = np.round(np.minimum(np.arange(STEPS) / (RISE * STEPS), 1.0) * OPAQUE).astype(np.uint16)
    canvas.draw_field(heat_map(density), density.rectangle, color_scale(heat, view.theme), alphas)
    color, width = SURROUNDINGS[view.theme].title, CONTOUR_WIDTH * projection.pixel
    for level, strength in zip(mass_levels(density), STRENGTHS, strict=True):
        lines = contour_lines(density, level)
        starts, ends = [np.concatenate([np.zeros((0, 2)), *(line[part] for line in lines)]) for part in PIECES]
        canvas.draw_lines(starts, ends, color, width, strength)
    return canvas.picture()


@cached(maxsize=4)
def difference_background(difference: Difference, view: ViewSpec, panel: Panel, units: Units) -> RGBA:
    """Return the background with the heat map of a difference, (height, width, 4), as `density_background` does."""
    canvas = Canvas(background(view, panel, units), Projection(view, panel))
    alphas = np.round(OPAQUE * np.abs(np.linspace(-1, 1, STEPS))).astype(np.uint16)  # no difference is transparent
    canvas.draw_field(difference_map(difference), difference.rectangle, color_scale("change", view.theme), alphas)
    return canvas.picture()


@cached(maxsize=8)
def difference_limit(difference: Difference) -> float:
    """Return the absolute difference in nats at the ends of the scale, which few particles exceed."""
    sizes = np.abs(difference.at_particles)
    needed = float(np.quantile(sizes[np.isfinite(sizes)], 1 - FEW)) if np.isfinite(sizes).any() else 0.0
    return next((limit for limit in LIMITS if limit >= needed), LIMITS[-1])


@cached(maxsize=4)
def difference_map(difference: Difference) -> NDArray[np.float32]:
    """Return the difference of each cell (rows, columns) as its place on the scale, from 0 to 1; 0.5 is no difference.

    The rows and columns are those of the upsampled grid. Cells without a difference are at 0.5.
    """
    limit = difference_limit(difference)
    shares = np.nan_to_num(0.5 + difference.values / (2 * limit), nan=0.5, posinf=1.0, neginf=0.0)
    return smoothed(shares.clip(0, 1).astype(np.float32)).clip(2 / STEPS, 1)  # the first color of a scale is not drawn


@cached(maxsize=8)
def mass_levels(density: Density) -> tuple[float, ...]:
    """Return the log-densities in nats of the contours that enclose 50%, 90% and 99% of the probability."""
    return tuple(density.level(mass) for mass in MASSES)


@cached(maxsize=8)
def density_limits(density: Density) -> tuple[float, float]:
    """Return the log-densities in nats at the ends of the heat map, rounded so that they seldom change."""
    lowest, highest = mass_levels(density)[-1], density.level(1 - BRIGHTEST)
    if not np.isfinite(lowest):
        return -6.0, 0.0
    low, high = np.floor(2 * (lowest - FAINTEST)) / 2, np.ceil(2 * highest) / 2
    return float(low), float(max(high, low + 1))


@cached(maxsize=8)
def contour_lines(density: Density, level: float) -> list[NDArray[np.float64]]:
    """Return the contour lines of a density at a log-density in nats, each (m, 2) in flow units."""
    from contourpy import contour_generator  # takes 0.1 s to import, which would delay the start of the window

    rows, columns = density.log_density.shape
    centers = cell_centers(density.rectangle, (rows, columns)).reshape(rows, columns, 2)
    field = np.nan_to_num(density.log_density.astype(np.float64), nan=-1e9, neginf=-1e9, posinf=1e9)
    found: Any = contour_generator(centers[0, :, 0], centers[:, 0, 1], field).lines(level)
    return list(found)


@cached(maxsize=4)
def heat_map(density: Density) -> NDArray[np.float32]:
    """Return `heat_of` a density, upsampled to a grid that looks smooth."""
    return smoothed(heat_of(density))


def heat_of(density: Density) -> NDArray[np.float32]:
    """Return the log-density of each cell (rows, columns) as its position between the ends of the heat map, 0 to 1."""
    low, high = density_limits(density)
    shares = np.nan_to_num((density.log_density - low) / (high - low), nan=0.0, posinf=1.0, neginf=0.0)
    return np.asarray(shares.clip(0, 1), np.float32)


def smoothed(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return values from 0 to 1, upsampled to a grid that looks smooth when interpolated linearly."""
    rows, columns = values.shape
    smooth = Image.fromarray(values).resize((FINER * columns, FINER * rows), Image.Resampling.BICUBIC)
    return np.asarray(smooth).clip(0, 1)


@cached(maxsize=4)
def longest_contours(
    density: Density, levels: tuple[float, ...], view: ViewSpec, panel: Panel
) -> tuple[NDArray[np.float64], ...]:
    """Return the longest line of each contour, (n, 2) in pixels; it is empty if there is none."""
    projection, nothing = Projection(view, panel), np.zeros((0, 2))
    contours = ([projection.pixels(line) for line in contour_lines(density, level)] for level in levels)
    return tuple(max(lines, key=lambda line: float(np.ptp(line, axis=0).max()), default=nothing) for lines in contours)


@cached(maxsize=4)
def contour_labels(
    density: Density,
    levels: tuple[float, ...],
    view: ViewSpec,
    panel: Panel,
    taken: tuple[float, float] = (np.inf, 0.0),
) -> tuple[Label, ...]:
    """Return a label with the enclosed probability for each contour.

    Each label is at the outermost visible point of its contour in a certain direction, but not below a legend. A label
    that would overlap another one is left out.

    Args:
        density: The density.
        levels: The log-density in nats of each contour of `MASSES`, such as `mass_levels(density)`.
        view: The view.
        panel: The size of the panel, in pixels.
        taken: The left and the bottom end of the upper right corner of the panel, if a legend takes it.
    """
    text, found = em(view, panel), list[Label]()
    size, reach = np.array([panel.width, panel.height]), np.array(LABEL_EMS) * text
    margin = 0.08 * size.min()
    contours = longest_contours(density, levels, view, panel)
    for mass, longest, half_turns in zip(MASSES, contours, DIRECTIONS, strict=True):
        direction = np.array([np.cos(np.pi * half_turns), -np.sin(np.pi * half_turns)])
        places = longest + text * direction
        is_clear = (places[:, 0] < taken[0] - reach[0] / 2) | (places[:, 1] > taken[1] + reach[1] / 2)
        visible = places[((longest > margin) & (longest < size - margin)).all(axis=1) & is_clear]
        if len(visible):
            x, y = visible[(visible @ direction).argmax()]
            if any(abs(x - other.x) < reach[0] and abs(y - other.y) < reach[1] for other in found):
                continue
            found.append(Label(float(x), float(y), percent(float(mass)), "mm"))
    return tuple(found)
