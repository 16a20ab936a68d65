"""The crosshair at the probed point."""

import numpy as np

from flowviz.records import Trace
from flowviz.rendering.colors import SURROUNDINGS
from flowviz.rendering.projection import Projection
from flowviz.rendering.raster import Canvas, Glide
from flowviz.specs import ViewSpec

# Pixels, for an 800-pixel shorter side.
RADIUS = 8.0  # of the ring
HALO_WIDTH, LINE_WIDTH, RING_WIDTH = 3.0, 1.0, 2.0
CORNERS = 48  # of the polygon that approximates the ring


def draw_probe(canvas: Canvas, probe: Trace, stage: float, view: ViewSpec, projection: Projection) -> None:
    """Draw a ring around the probed point, and thin lines from the ring to the edges of the picture.

    Args:
        canvas: The canvas.
        probe: The trace of the probed point, the first of its particles.
        stage: The stage; 2.25 is a quarter of the way from stage 2 to stage 3.
        view: The view, which determines the colors.
        projection: The projection of the canvas.
    """
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
