"""A crosshair at one point of the plane."""

import numpy as np

from flowviz.records import Trace
from flowviz.rendering.colors import SURROUNDINGS
from flowviz.rendering.projection import Projection
from flowviz.rendering.raster import Canvas, Glide
from flowviz.specs import ViewSpec

RADIUS = 8.0  # of its ring
HALO_WIDTH, LINE_WIDTH, RING_WIDTH = 3.0, 1.0, 2.0
CORNERS = 48  # of the ring


def draw_probe(canvas: Canvas, probe: Trace, stage: float, view: ViewSpec, projection: Projection) -> None:
    """Draw thin lines through the whole picture, and a ring around the point where they would meet."""
    x, y = Glide.at(probe, stage).positions()[0].astype(np.float64)
    if not (np.isfinite(x) and np.isfinite(y)):
        return
    left, right, bottom, top = projection.rectangle
    pixel = projection.pixel
    radius = RADIUS * pixel / projection.pixels_per_unit
    rays = [(left, y, x - radius, y), (x + radius, y, right, y), (x, bottom, x, y - radius), (x, y + radius, x, top)]
    starts, ends = np.array(rays)[:, :2], np.array(rays)[:, 2:]
    angle = np.linspace(0, 2 * np.pi, CORNERS + 1)
    ring = np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)
    colors = SURROUNDINGS[view.theme]
    canvas.draw_lines(starts, ends, colors.background, HALO_WIDTH * pixel, 0.5)
    canvas.draw_lines(ring[:-1], ring[1:], colors.background, (RING_WIDTH + 2) * pixel, 0.8)
    canvas.draw_lines(starts, ends, colors.title, LINE_WIDTH * pixel, 0.7)
    canvas.draw_lines(ring[:-1], ring[1:], colors.title, RING_WIDTH * pixel)
