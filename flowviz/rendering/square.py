"""The marked square of the grid: its outline, which bends with the layers, and its area beside it."""

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Scene, Trace
from flowviz.records.lattice import LATTICE_REACH, LATTICE_SIDE
from flowviz.rendering.annotate import Label, em, text_width
from flowviz.rendering.colors import SURROUNDINGS
from flowviz.rendering.projection import Panel, Projection
from flowviz.rendering.raster import Canvas, Glide, between
from flowviz.specs import ViewSpec

LINE_WIDTH, HALO_WIDTH, HALO_ALPHA = 3.0, 6.0, 0.8  # pixels, for an 800-pixel shorter side
LINE_EMS = 1.25  # distance between two lines of text, whose backgrounds touch
MARGIN_EMS = 4.0  # from the edges of a panel to the text, beyond the numbers of the axes


def draw_square(canvas: Canvas, grid: Trace, stage: float, view: ViewSpec, pixel: float) -> None:
    """Draw the outline of the marked square.

    Args:
        canvas: The canvas.
        grid: The trace of `lattice_points()`.
        stage: The stage; 2.25 is a quarter of the way from stage 2 to stage 3.
        view: The view, which determines the square and the colors.
        pixel: The scale factor for line widths, `Projection.pixel`.
    """
    corners = outline(grid, stage, view)
    if len(corners):
        colors, ends = SURROUNDINGS[view.theme], np.roll(corners, -1, axis=0)
        canvas.draw_lines(corners, ends, colors.background, HALO_WIDTH * pixel, HALO_ALPHA)
        canvas.draw_lines(corners, ends, colors.title, LINE_WIDTH * pixel)


def outline(grid: Trace, stage: float, view: ViewSpec) -> NDArray[np.float32]:
    """Return the corners (m, 2) of the polygon that the marked square is at a stage.

    It has none if no square is marked, or if the square is outside the grid.
    """
    nodes = _nodes(view)
    around = np.concatenate([nodes[0, :-1], nodes[:-1, -1], nodes[-1, :0:-1], nodes[:0:-1, 0]]) if nodes.size else nodes
    return np.asarray(Glide.at(grid, stage).positions()[around.ravel()])


def area_factor(grid: Trace, stage: float, view: ViewSpec) -> float:
    """Return by which factor the area of the marked square has changed since the base: its mean |det J|."""
    before, after, t = between(grid, stage)
    log_det = Glide(grid.log_det[before], grid.log_det[after], t).positions()
    return float(np.exp(log_det[_nodes(view)].astype(np.float64)).mean())


def _nodes(view: ViewSpec) -> NDArray[np.int64]:
    """Return the indices (side, side) of the nodes in the marked square and on its edges, row by row."""
    nodes = np.arange(LATTICE_SIDE**2).reshape(LATTICE_SIDE, LATTICE_SIDE)
    side = (LATTICE_SIDE - 1) // view.grid_cells
    if view.square is None or max(view.square) > view.grid_cells:
        return nodes[:0, :0]
    rows, columns = (slice(side * (number - 1), side * number + 1) for number in reversed(view.square))
    return nodes[rows, columns]


def square_labels(scene: Scene, stage: float, view: ViewSpec, panel: Panel, taken: tuple[float, float]) -> list[Label]:
    """Return the area of the marked square and its |det J| since the base, as two lines of text beside the square.

    Args:
        scene: The scene. Without a grid, there are no labels.
        stage: The stage; 2.25 is a quarter of the way from stage 2 to stage 3.
        view: The view.
        panel: The size of the panel, in pixels.
        taken: The left and the bottom end of the upper right corner of the panel, which a legend takes.
    """
    corners = np.zeros((0, 2)) if scene.grid is None else outline(scene.grid, stage, view)
    if scene.grid is None or not len(corners) or not np.isfinite(corners).all():
        return []
    factor = area_factor(scene.grid, stage, view)
    base = (2 * LATTICE_REACH / view.grid_cells) ** 2 * float(np.exp(scene.units.log_det))
    lines = f"area {base * factor:.2g} = {base:.2g} × {factor:.2g}", f"|det J| {factor:.2g} since the base"
    size, color = em(view, panel), SURROUNDINGS[view.theme].title
    extent = np.array([max(map(text_width(size), lines)), LINE_EMS * size * len(lines)])
    x, y = _beside(Projection(view, panel).pixels(corners), extent, panel, taken, size)
    return [Label(x, y + LINE_EMS * size * number, text, "lt", color=color) for number, text in enumerate(lines)]


def _beside(
    pixels: NDArray[np.float64],
    extent: NDArray[np.float64],
    panel: Panel,
    taken: tuple[float, float],
    size: float,
) -> tuple[float, float]:
    """Return the upper left corner of a text beside a polygon, inside a panel and outside its taken corner.

    Args:
        pixels: The corners of the polygon (m, 2).
        extent: The width and the height of the text (2,).
        panel: The size of the panel.
        taken: The left and the bottom end of the upper right corner, which is taken.
        size: 1 em in pixels.
    """
    (left, top), (right, bottom) = pixels.min(axis=0), pixels.max(axis=0)
    margin, last = MARGIN_EMS * size, np.array(panel) - MARGIN_EMS * size - extent
    wanted = right + size if right + size <= last[0] else left - size - extent[0]
    x, y = np.clip((wanted, (top + bottom - extent[1]) / 2), margin, np.maximum(last, margin)).tolist()
    is_below = x + extent[0] + size > taken[0]
    return x, max(y, taken[1] + size) if is_below else y
