"""The square grid of the base, bent by the flow, its cells shaded by how much their areas have changed."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Trace
from flowviz.records.lattice import LATTICE_SIDE, SUBDIVISIONS
from flowviz.rendering.cache import cached
from flowviz.rendering.colormaps import color_scale
from flowviz.rendering.colors import Color
from flowviz.rendering.particles import JUDGED
from flowviz.rendering.raster import Canvas, Glide, between, tones
from flowviz.specs import ViewSpec
from flowviz.specs.view import Theme

LINE_WIDTH = 0.9
LINES: dict[Theme, tuple[Color, float]] = {"light": ((255, 255, 255), 0.4), "dark": ((235, 236, 238), 0.3)}
BARE_LINES: dict[Theme, tuple[Color, float]] = {"light": ((60, 62, 68), 0.35), "dark": ((235, 236, 238), 0.35)}
MOST_DOUBLINGS = 6  # more would leave little color for what is common
FEW = 0.1  # of the nodes may lie beyond the limits of the shading


def draw_cells(canvas: Canvas, grid: Trace, stage: float, view: ViewSpec) -> None:
    """Shade the cells of the grid, a trace of `lattice_points()`, on its way through the stages."""
    before, after, t = between(grid, stage)
    limit, scale = area_limit(grid), color_scale("change", view.theme)
    changes = Glide(_of_cells(grid.log_det[before]), _of_cells(grid.log_det[after]), t)
    canvas.draw_mesh(Glide.at(grid, stage).positions(), LATTICE_SIDE, tones(changes, -limit, limit, scale))


def draw_sides(canvas: Canvas, grid: Trace, stage: float, view: ViewSpec, pixel: float, bare: bool) -> None:
    """Draw the lines of the grid; `bare` where no shaded cells lie below them."""
    nodes, (starts, ends) = Glide.at(grid, stage).positions(), _sides()
    color, alpha = (BARE_LINES if bare else LINES)[view.theme]
    canvas.draw_lines(nodes[starts], nodes[ends], color, LINE_WIDTH * pixel, alpha)


@cached(maxsize=8)
def area_limit(grid: Trace) -> float:
    """The largest change of area that is told apart, as |log|det J|| in nats: log 2, 4, 8, 16, ...; at any stage."""
    changes = np.abs(grid.log_det[:, :JUDGED])
    needed = max((float(np.quantile(c[np.isfinite(c)], 1 - FEW)) for c in changes if np.isfinite(c).any()), default=0.0)
    return float(np.log(2) * np.clip(np.ceil(needed / np.log(2) - 1e-3), 1, MOST_DOUBLINGS))


def _of_cells(log_det: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean log|det J| of the four nodes of each cell, flat."""
    nodes = log_det.reshape(LATTICE_SIDE, LATTICE_SIDE)
    means: NDArray[np.float32] = nodes[:-1, :-1] + nodes[:-1, 1:] + nodes[1:, :-1] + nodes[1:, 1:]
    return means.ravel() / np.float32(4)


@cache
def _sides() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The numbers of the nodes that lines go between: along every second row and column, node by node."""
    nodes = np.arange(LATTICE_SIDE**2).reshape(LATTICE_SIDE, LATTICE_SIDE)
    rows, columns = nodes[::SUBDIVISIONS], nodes.T[::SUBDIVISIONS]
    starts = np.concatenate([rows[:, :-1].ravel(), columns[:, :-1].ravel()])
    ends = np.concatenate([rows[:, 1:].ravel(), columns[:, 1:].ravel()])
    return starts, ends
