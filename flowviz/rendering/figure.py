"""Vector graphics of a single view or a sheet of all stages.

Labels are text, and axes, arrows and paths are lines. Particles of a single view are dots, if that is wanted: 8,000 of
them take 0.4 MB as SVG. Otherwise, they are embedded as an image, as densities and grids are. Paths are smaller as
curves than in an image, whose smooth edges hardly compress: of a picture of the word BRAD, they take 0.8 MB instead of
10 MB. The panels of a sheet are images, as each of them would have its own curves.
"""

from collections.abc import Callable, Set
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from flowviz.records import Scene
from flowviz.records.provenance import Provenance
from flowviz.rendering import paths
from flowviz.rendering.annotate import (
    OPACITY,
    TITLE_EMS,
    Measure,
    em,
    grid_lines,
    label_box,
    title_box,
    title_corner,
    title_label,
)
from flowviz.rendering.colormaps import heat_scale
from flowviz.rendering.colors import SURROUNDINGS, rgb, unpacked
from flowviz.rendering.drawing import Box, Drawing, Particles
from flowviz.rendering.frame import draw_marks, panel_labels, panel_views, render_panel
from flowviz.rendering.legend import draw_legend, keys, legend_ends
from flowviz.rendering.page import (
    ABOVE_LINES,
    ABOVE_PATHS,
    BELOW_LINES,
    BELOW_PATHS,
    Page,
    Vectors,
    save_page,
    width_of,
)
from flowviz.rendering.particles import edge_marks, particle_colors, points_in_order
from flowviz.rendering.paths import path_alphas, path_curves, path_particles
from flowviz.rendering.pixels import ENLARGED
from flowviz.rendering.projection import Panel, Projection, panel_of
from flowviz.rendering.raster import RGBA, lifted
from flowviz.rendering.velocity import CUT_ALPHA, DOT, HALO_ALPHA, HALO_WIDTH, LINE_WIDTH, arrows_at
from flowviz.specs import PictureSize, ViewSpec
from flowviz.specs.view import MAX_SIDE, Mark

DETAIL = 3  # pixels of an embedded image per pixel of the figure, along each side
FARTHEST = 1e5  # pixels; longer segments, of particles that nearly diverge, are left out


def save_frame(
    scene: Scene,
    stage: float,
    view: ViewSpec,
    size: PictureSize,
    title: str,
    path: Path,
    form: Vectors,
    about: Provenance,
    *,
    has_dots: bool = False,
) -> None:
    """Write an SVG or PDF with the content of `render_frame`.

    Args:
        scene: The scene.
        stage: The stage; 2.25 is a quarter of the way from stage 2 to stage 3.
        view: The view.
        size: The size of the figure in pixels, of which an inch has `about.dpi`.
        title: The title of the figure.
        path: The file to write.
        form: The file format.
        about: The metadata and the resolution.
        has_dots: Whether particles are vectors rather than an image.
    """

    def draw(page: Page) -> None:
        panel = panel_of(view, size)
        for left, part in panel_views(view, size):
            _draw_panel(page, scene, stage, part, panel, left, "" if left else title, has_dots=has_dots)
            if left:
                page.draw_line((panel.width + left) / 2, 0, (panel.width + left) / 2, size.height, left - panel.width)

    save_page(draw, view, size, path, form, about)


def save_drawing(
    draw: Callable[[Measure], Drawing],
    view: ViewSpec,
    size: PictureSize,
    path: Path,
    form: Vectors,
    about: Provenance,
) -> None:
    """Write an SVG or PDF with the content of `render_drawing`.

    Args:
        draw: Returns the drawing, given a function that returns the width of a text in pixels.
        view: The view, which determines the background and the size of the text.
        size: The size of the figure in pixels, of which an inch has `about.dpi`.
        path: The file to write.
        form: The file format.
        about: The metadata and the resolution.

    Raises:
        SpecError: If the panels of the drawing do not fit.
    """
    drawing = draw(partial(width_of, size=em(view, size)))

    def draw_on(page: Page) -> None:
        for each in drawing.panels:
            _draw_framed(page, each)
        page.draw(drawing, page.em)

    save_page(draw_on, view, size, path, form, about)


def _draw_panel(
    page: Page, scene: Scene, stage: float, view: ViewSpec, panel: Panel, left: int, title: str, *, has_dots: bool
) -> None:
    """Draw one panel of a single view: the grid lines, then the marks, then the text and the legend."""
    for (x0, y0, x1, y1), color in grid_lines(view, panel, scene.units) if view.axes else ():
        if 0 <= x0 <= x1 <= panel.width:
            page.draw_line(left + x0, y0, left + x1, y1, color=color)
    draw_marks = _draw_with_dots if has_dots and "points" in view.marks else _draw_pictures
    outside = draw_marks(page, scene, stage, view, panel, left)
    if "paths" in view.marks and stage > 0:
        _draw_paths(page, scene, stage, view, panel, left)
    if "velocity" in view.marks:
        _draw_arrows(page, scene, stage, view, panel, left)
    size = em(view, panel)
    length = partial(width_of, size=TITLE_EMS * size)
    titles = title_label(view, panel, title, length) if view.labels else []
    color, alpha = SURROUNDINGS[view.theme].background, OPACITY / 255
    found = keys(scene, stage, view, panel) if view.labels else ()
    corner = title_corner(view, panel, title)
    taken = legend_ends(view, panel, found, corner)
    below = panel_labels(scene, stage, view, panel, outside, taken)
    places = [label_box(label, size, width_of(label.text, label.ems * size)) for label in below]
    places += [title_box(view, panel, label, length(label.text)) for label in titles]
    boxes = tuple(Box(*place, color, alpha) for place in places)
    page.draw(Drawing(boxes, labels=(*below, *titles), has_halos=True).moved(left, 0), size, ABOVE_LINES)
    legend = draw_legend(view, panel, found, corner)
    page.draw(legend.moved(left, 0), size, ABOVE_LINES)


def _draw_pictures(page: Page, scene: Scene, stage: float, view: ViewSpec, panel: Panel, left: int) -> int:
    """Draw the marks that are images, some of them above the paths.

    Returns:
        The number of particles outside the panel.
    """
    marks = view.marks - {"paths", "velocity"}
    upper = marks & ({"points"} if "paths" in view.marks and not scene.trace.is_continuous else set())
    has_top = bool(upper) or ("paths" in view.marks and scene.probe is not None)
    below = replace(scene, probe=None) if has_top else scene
    outside = _draw_picture(page, below, stage, view, marks - upper, panel, left, BELOW_LINES)
    return outside + (_draw_picture(page, scene, stage, view, upper, panel, left, ABOVE_PATHS) if has_top else 0)


def _draw_with_dots(page: Page, scene: Scene, stage: float, view: ViewSpec, panel: Panel, left: int) -> int:
    """Draw the particles as dots, and the other marks that are images below and above them.

    Returns:
        The number of particles outside the panel.
    """
    marks, is_above = view.marks - {"paths", "velocity", "points"}, not scene.trace.is_continuous
    if marks or scene.difference is not None:
        _draw_picture(page, replace(scene, probe=None), stage, view, marks, panel, left, BELOW_LINES)
    projection, order = Projection(view, panel), ABOVE_PATHS if is_above else BELOW_PATHS
    positions, colors = points_in_order(scene, stage, view)
    points = projection.pixels(positions)
    radius = view.point_diameter * projection.pixel / 2
    is_inside = ((points >= 0) & (points <= panel)).all(axis=1)
    seen = ((points >= -radius) & (points <= np.array(panel) + radius)).all(axis=1)
    page.draw_dots(points[seen], colors[seen], 2 * radius, left, panel, order)
    if view.labels and not is_inside.all():
        places, shades, diameter = edge_marks(scene, stage, view, projection)
        page.draw_dots(projection.pixels(places), unpacked(shades)[:, :3], diameter, left, panel, order)
    if scene.probe is not None:
        _draw_picture(page, scene, stage, view, set(), panel, left, ABOVE_PATHS)
    return int((~is_inside).sum())


def _draw_picture(
    page: Page, scene: Scene, stage: float, view: ViewSpec, marks: Set[Mark], panel: Panel, left: int, order: float
) -> int:
    """Draw some marks as an image, and return the number of particles outside the panel."""
    detail = min(DETAIL, MAX_SIDE / max(panel))
    bare = view.model_copy(update={"axes": False, "background": "transparent", "marks": frozenset(marks)})
    whole = Panel(*(round(detail * side) for side in panel))
    canvas, outside = draw_marks(scene, stage, bare, whole, heat=heat_scale(view))
    page.draw_picture(lifted(canvas.picture(), SURROUNDINGS[view.theme].background), left, 0, *panel, order)
    return outside


@np.errstate(invalid="ignore", over="ignore")  # particles that have diverged are skipped
def _draw_paths(page: Page, scene: Scene, stage: float, view: ViewSpec, panel: Panel, left: int) -> None:
    """Draw the paths as curves; along each segment, the alpha is the mean of those at its ends."""
    projection, background = Projection(view, panel), SURROUNDINGS[view.theme].background
    stage = min(stage, scene.trace.last_stage)
    curves, alphas = path_curves(scene, stage), path_alphas(scene.trace, stage).mean(axis=1)
    shape = curves.start.shape[:2]
    points = projection.pixels(curves.control_points()).reshape(-1, 4, 2)
    packed_colors = particle_colors(scene, stage, view)[path_particles(scene)[0]]
    colors = np.broadcast_to(unpacked(packed_colors) / 255, (*shape, 4)).reshape(-1, 4).copy()
    colors[:, 3] = np.repeat(alphas, shape[1])
    low, high = points.min(axis=1), points.max(axis=1)
    seen = ((high > 0) & (low < panel) & (high - low < FARTHEST)).all(axis=1)
    if "points" in view.marks and scene.trace.is_continuous:
        halo = np.concatenate(
            [np.broadcast_to(rgb(background), (len(colors), 3)), paths.HALO_ALPHA * colors[:, 3:]], axis=1
        )
        page.draw_curves(points[seen], paths.HALO_WIDTH * projection.pixel, halo[seen], left, panel)
    page.draw_curves(points[seen], paths.LINE_WIDTH * projection.pixel, colors[seen], left, panel)


def _draw_arrows(page: Page, scene: Scene, stage: float, view: ViewSpec, panel: Panel, left: int) -> None:
    projection = Projection(view, panel)
    arrows = arrows_at(scene, stage, projection)
    if arrows is None:
        return
    colors, pixel, shift = SURROUNDINGS[view.theme], projection.pixel, np.array([left, 0])
    for cut in (True, False):
        lines = [projection.pixels(line) + shift for line in arrows.polylines(cut)]
        page.draw_polylines(lines, HALO_WIDTH * pixel, colors.background, HALO_ALPHA)
        color, alpha = (colors.label, CUT_ALPHA) if cut else (colors.title, 1.0)
        page.draw_polylines(lines, LINE_WIDTH * pixel, color, alpha)
    dots = [np.stack([dot, dot]) + shift for dot in projection.pixels(arrows.dots.reshape(-1, 2))]
    page.draw_polylines(dots, DOT * pixel, colors.label)


def _draw_framed(page: Page, each: Particles) -> None:
    """Draw a panel as an image, and a frame around it."""
    width, height = each.panel
    picture = render_panel(each.scene, each.stage, each.view, Panel(DETAIL * width, DETAIL * height), enlarged=ENLARGED)
    page.draw_picture(_on_background(picture, each.view), each.left, each.top, width, height)
    page.draw_frame(each.left - 0.5, each.top - 0.5, width + 1, height + 1)


def _on_background(picture: RGBA, view: ViewSpec) -> RGBA:
    """Return a picture to embed: without alpha for a solid background, or with the background made transparent."""
    return picture[..., :3] if view.background == "solid" else lifted(picture, SURROUNDINGS[view.theme].background)
