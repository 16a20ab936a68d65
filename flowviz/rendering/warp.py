"""The square grid of the base as the flow deforms it, with cells shaded by their change of area."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Trace
from flowviz.records.lattice import LATTICE_SIDE
from flowviz.rendering.cache import cached
from flowviz.rendering.colormaps import color_scale
from flowviz.rendering.colors import Color
from flowviz.rendering.particles import JUDGED
from flowviz.rendering.raster import Canvas, Glide, between, tones
from flowviz.specs import ViewSpec
from flowviz.specs.view import FINEST_GRID, Theme

LINE_WIDTH = 0.9  # pixels, for an 800-pixel shorter side and the finest grid
LINES: dict[Theme, tuple[Color, float]] = {"light": ((255, 255, 255), 0.4), "dark": ((235, 236, 238), 0.3)}
BARE_LINES: dict[Theme, tuple[Color, float]] = {"light": ((60, 62, 68), 0.35), "dark": ((235, 236, 238), 0.35)}
MAX_DOUBLINGS = 6  # of the area at the end of the scale: more would make common changes hard to tell apart
FEW = 0.1  # share of the nodes beyond the limit of the shading


def draw_cells(canvas: Canvas, grid: Trace, stage: float, view: ViewSpec) -> None:
    """Shade the cells of the grid by their change of area since the base.

    Args:
        canvas: The canvas.
        grid: The trace of `lattice_points()`.
        stage: The stage; 2.25 is a quarter of the way from stage 2 to stage 3.
        view: The view, which determines the colors.
    """
    before, after, t = between(grid, stage)
    limit, scale = area_limit(grid), color_scale("change", view.theme)
    changes = Glide(_of_cells(grid.log_det[before]), _of_cells(grid.log_det[after]), t)
    canvas.draw_mesh(Glide.at(grid, stage).positions(), LATTICE_SIDE, tones(changes, -limit, limit, scale))


def draw_sides(canvas: Canvas, grid: Trace, stage: float, view: ViewSpec, pixel: float, bare: bool) -> None:
    """Draw the lines of the grid.

    Args:
        canvas: The canvas.
        grid: The trace of `lattice_points()`.
        stage: The stage; 2.25 is a quarter of the way from stage 2 to stage 3.
        view: The view, which determines the colors.
        pixel: The scale factor for line widths, `Projection.pixel`.
        bare: Whether the lines are drawn without fully visible shaded cells below them.
    """
    nodes, (starts, ends) = Glide.at(grid, stage).positions(), _sides(view.grid_cells)
    color, alpha = (BARE_LINES if bare else LINES)[view.theme]
    width = LINE_WIDTH * (FINEST_GRID / view.grid_cells) ** 0.5
    canvas.draw_lines(nodes[starts], nodes[ends], color, width * pixel, alpha)


@cached(maxsize=8)
def area_limit(grid: Trace) -> float:
    """Return the limit of the shading as |log|det J|| in nats: the log of a power of 2, from 2 to 64.

    The limit is the largest 90% quantile of any stage, rounded up so that it seldom changes.
    """
    changes = np.abs(grid.log_det[:, :JUDGED])
    needed = max((float(np.quantile(c[np.isfinite(c)], 1 - FEW)) for c in changes if np.isfinite(c).any()), default=0.0)
    return float(np.log(2) * np.clip(np.ceil(needed / np.log(2) - 1e-3), 1, MAX_DOUBLINGS))


def _of_cells(log_det: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean log|det J| of the four nodes of each cell, (cells,)."""
    nodes = log_det.reshape(LATTICE_SIDE, LATTICE_SIDE)
    means: NDArray[np.float32] = nodes[:-1, :-1] + nodes[:-1, 1:] + nodes[1:, :-1] + nodes[1:, 1:]
    return means.ravel() / np.float32(4)


@cache
def _sides(cells: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the indices of the nodes at the starts and ends of the line segments of a grid with cells along a side.

    Each side of a cell has several segments, so that it bends.
    """
    nodes = np.arange(LATTICE_SIDE**2).reshape(LATTICE_SIDE, LATTICE_SIDE)
    every = (LATTICE_SIDE - 1) // cells
    rows, columns = nodes[::every], nodes.T[::every]
    starts = np.concatenate([rows[:, :-1].ravel(), columns[:, :-1].ravel()])
    ends = np.concatenate([rows[:, 1:].ravel(), columns[:, 1:].ravel()])
    return starts, ends
