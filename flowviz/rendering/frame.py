"""Rendering of a single stage, for the window, images and animations."""

from collections.abc import Set

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Density, Scene, Trace, Units
from flowviz.rendering.annotate import (
    OPACITY,
    Label,
    background,
    note_label,
    tick_labels,
    tick_layer,
    title_corner,
    title_layer,
    write,
)
from flowviz.rendering.colormaps import Scale, heat_scale
from flowviz.rendering.colors import SURROUNDINGS
from flowviz.rendering.density import (
    contour_labels,
    density_background,
    density_strength,
    draw_density,
    longest_contours,
    mass_levels,
    shown_density,
)
from flowviz.rendering.legend import keys, legend, legend_ends
from flowviz.rendering.particles import draw_edge_marks, draw_points
from flowviz.rendering.paths import draw_paths
from flowviz.rendering.probe import draw_probe
from flowviz.rendering.projection import FREE, Corner, Panel, Projection, is_split, panel_of
from flowviz.rendering.raster import RGBA, Canvas, Glide, lifted
from flowviz.rendering.square import draw_square, square_labels
from flowviz.rendering.target import draw_target
from flowviz.rendering.velocity import draw_velocity
from flowviz.rendering.warp import draw_cells, draw_sides
from flowviz.specs import PictureSize, ViewSpec
from flowviz.specs.view import FIELDS, Mark


def render_frame(
    scene: Scene,
    stage: float,
    view: ViewSpec,
    size: PictureSize,
    title: str = "",
    *,
    counts: bool = True,
    corner: Corner = FREE,
) -> RGBA:
    """Render a scene at a stage.

    Args:
        scene: The scene. Marks of the view for which it has no data are skipped.
        stage: The stage; 2.25 is a quarter of the way from stage 2 to stage 3.
        view: The view.
        size: The size of the picture, in pixels.
        title: The title in the upper left corner.
        counts: Whether the legend says how many particles are selected, which the window says above its pictures.
        corner: The upper left corner of the picture that the legend leaves free, for what the window shows there.

    Returns:
        The picture, (height, width, 4).
    """
    if is_split(view):
        picture = _split_frame(scene, stage, view, size, title, counts, corner)
    else:
        picture = render_panel(scene, stage, view, panel_of(view, size), title, counts=counts, corner=corner)
    return picture if view.background == "solid" else lifted(picture, SURROUNDINGS[view.theme].background)


def _split_frame(
    scene: Scene, stage: float, view: ViewSpec, size: PictureSize, title: str, counts: bool, corner: Corner
) -> RGBA:
    panel = panel_of(view, size)
    picture = np.full((size.height, size.width, 4), (*SURROUNDINGS[view.theme].axis, 255), np.uint8)
    for left, part in panel_views(view, size):
        own_title, own_corner = ("", FREE) if left else (title, corner)
        drawn = render_panel(scene, stage, part, panel, own_title, counts=counts, corner=own_corner)
        picture[:, left : left + panel.width] = drawn
    return picture


def panel_views(view: ViewSpec, size: PictureSize) -> list[tuple[int, ViewSpec]]:
    """Return the left edge in pixels and the view of each panel of a picture."""
    if not is_split(view):
        return [(0, view)]
    return [
        (0, _with_marks(view, {"points", "paths", "target"})),
        (size.width - panel_of(view, size).width, _second(view)),
    ]


def prepare_density(density: Density, view: ViewSpec, size: PictureSize, units: Units) -> None:
    """Fill the caches with the drawn density, to make a later `render_frame` faster. Thread-safe."""
    second, panel = _second(view) if is_split(view) else view, panel_of(view, size)
    density_background(density, second, panel, units, heat_scale(second))
    if view.labels:
        longest_contours(density, mass_levels(density), second, panel)


def _second(view: ViewSpec) -> ViewSpec:
    """Return the view of the panel beside the particles: the density, the grid and the velocity."""
    return _with_marks(view, FIELDS)


def _with_marks(view: ViewSpec, marks: Set[Mark]) -> ViewSpec:
    return view.model_copy(update={"marks": view.marks & marks})


def render_panel(
    scene: Scene,
    stage: float,
    view: ViewSpec,
    panel: Panel,
    title: str = "",
    enlarged: float = 1.0,
    *,
    counts: bool = True,
    corner: Corner = FREE,
) -> RGBA:
    """Render one panel with all marks, text and the legend.

    Args:
        scene: The scene.
        stage: The stage; 2.25 is a quarter of the way from stage 2 to stage 3.
        view: The view.
        panel: The size of the panel, in pixels.
        title: The title in the upper left corner.
        enlarged: A factor for point diameters and line widths.
        counts: Whether the legend says how many particles are selected.
        corner: The upper left corner that the legend leaves free, in addition to the title.

    Returns:
        The picture (height, width, 4), on an opaque background or on the transparent one of `annotate.paper`.
    """
    canvas, outside = draw_marks(scene, stage, view, panel, enlarged)
    found = keys(scene, stage, view, panel, counts=counts) if view.labels else ()
    of_title = title_corner(view, panel, title)
    corner = max(corner[0], of_title[0]), max(corner[1], of_title[1])
    taken = legend_ends(view, panel, found, corner)
    if view.axes:
        canvas.draw_layer(tick_layer(view, panel, scene.units))
    if view.labels:
        canvas.draw_layer(write(view, panel, _inner_labels(scene, stage, view, panel, outside, taken), backing=OPACITY))
        canvas.draw_layer(title_layer(view, panel, title))
    if found:
        canvas.draw_layer(legend(view, panel, found, corner))
    return canvas.picture()


def free_top(
    scene: Scene, stage: float, view: ViewSpec, size: PictureSize, corner: Corner, ends: tuple[float, float]
) -> float:
    """Return how far down a text has to begin so that it covers neither a corner of a frame nor a legend, in pixels.

    Args:
        scene: The scene.
        stage: The stage, as in `render_frame`.
        view: The view.
        size: The size of the picture, in pixels.
        corner: The upper left corner that is taken.
        ends: The left and the right end of the text, in pixels.
    """
    panel, taken = panel_of(view, size), [(0.0, *corner)]
    for start, part in panel_views(view, size) if view.labels else ():
        found = keys(scene, stage, part, panel, counts=False)
        legend_left, bottom = legend_ends(part, panel, found, FREE if start else corner)
        taken.append((start + legend_left, start + panel.width, bottom))
    return max((bottom for left, right, bottom in taken if left < ends[1] and ends[0] < right), default=0.0)


def panel_labels(
    scene: Scene, stage: float, view: ViewSpec, panel: Panel, outside: int, taken: tuple[float, float]
) -> list[Label]:
    """Return the text labels of a panel, except for its title and legend.

    Args:
        scene: The scene.
        stage: The stage; 2.25 is a quarter of the way from stage 2 to stage 3.
        view: The view.
        panel: The size of the panel, in pixels.
        outside: The number of particles outside the panel.
        taken: The left and the bottom end of the corner that the legend takes, in pixels.
    """
    labels = tick_labels(view, panel, scene.units) if view.axes else []
    return labels + (_inner_labels(scene, stage, view, panel, outside, taken) if view.labels else [])


def _inner_labels(
    scene: Scene, stage: float, view: ViewSpec, panel: Panel, outside: int, taken: tuple[float, float]
) -> list[Label]:
    """Return the text labels of a panel, except for its ticks, title and legend."""
    labels = list[Label]()
    if (density := shown_density(scene, stage, view)) is not None:
        labels += contour_labels(density, mass_levels(density), view, panel, taken)
    if outside:
        labels.append(note_label(view, panel, f"{outside:,} of {scene.trace.positions.shape[1]:,} outside"))
    if "grid" in view.marks and view.square is not None:
        labels += square_labels(scene, stage, view, panel, taken)
    return labels


@np.errstate(invalid="ignore", over="ignore")  # particles that have diverged are skipped
def draw_marks(
    scene: Scene, stage: float, view: ViewSpec, panel: Panel, enlarged: float = 1.0, heat: Scale | None = None
) -> tuple[Canvas, int]:
    """Draw all marks of a panel on its background.

    Args:
        scene: The scene.
        stage: The stage; 2.25 is a quarter of the way from stage 2 to stage 3.
        view: The view.
        panel: The size of the panel, in pixels.
        enlarged: A factor for point diameters and line widths.
        heat: The scale of the density. None for the usual one with these marks.

    Returns:
        The canvas and the number of particles outside the panel.
    """
    projection = Projection(view, panel, enlarged)
    outside = 0
    canvas = Canvas(background(view, panel, scene.units), projection)
    grid = scene.grid if "grid" in view.marks else None
    if grid is not None and density_strength(scene, stage, view) < 1:  # an opaque density would hide the cells
        draw_cells(canvas, grid, stage, view)
    draw_density(canvas, scene, stage, view, panel, heat or heat_scale(view))
    if "target" in view.marks:
        draw_target(canvas, scene, stage, view)
    if grid is not None:
        draw_sides(canvas, grid, stage, view, projection.pixel, bare=density_strength(scene, stage, view) > 0)
    follow_field = scene.trace.is_continuous  # then paths hardly cross, and can be above the points without hiding them
    if "paths" in view.marks and not follow_field:
        draw_paths(canvas, scene, stage, view, projection.pixel)
    if "points" in view.marks:
        outside = draw_points(canvas, scene, stage, view, view.point_diameter * projection.pixel)
        if outside and view.labels:
            draw_edge_marks(canvas, scene, stage, view, projection)
    if "paths" in view.marks and follow_field:
        draw_paths(canvas, scene, stage, view, projection.pixel)
    if "velocity" in view.marks:
        draw_velocity(canvas, scene, stage, view, projection)
    _draw_places(canvas, scene, stage, view, projection)
    return canvas, outside


def _draw_places(canvas: Canvas, scene: Scene, stage: float, view: ViewSpec, projection: Projection) -> None:
    """Draw the marked square and the probed point above everything else."""
    if scene.grid is not None and "grid" in view.marks:
        draw_square(canvas, scene.grid, stage, view, projection.pixel)
    if scene.probe is not None:
        draw_probe(canvas, scene.probe, stage, view, projection)


def positions_at(trace: Trace, stage: float) -> NDArray[np.float32]:
    """Return the positions of the particles (n, 2) at a stage, in flow units.

    Between two stages, particles move in straight lines, but between flow steps along the field.
    """
    return Glide.at(trace, stage).positions()
