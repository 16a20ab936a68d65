"""One picture of the cloud: the window, a PNG and an animation all come from here."""

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Scene, Trace
from flowviz.rendering.annotate import Projection, ground, words
from flowviz.rendering.colors import quadrant_colors
from flowviz.rendering.raster import RGBA, Canvas
from flowviz.specs import PictureSize, ViewSpec

REFERENCE_SIDE = 800  # the side for which a view's point diameter is given, in pixels
SMALLEST_HALF_EXTENT = 4.0  # a standard normal cloud of 8000 points just fits


def render_frame(scene: Scene, stage: float, view: ViewSpec, size: PictureSize, title: str = "") -> RGBA:
    """The scene at a stage, or on its way to the next one, as pixels (height, width, 4).

    `stage` 2.25 is a quarter of the way from stage 2 to stage 3.
    """
    trace = scene.trace
    return render_points(positions_at(trace, stage), quadrant_colors(trace.positions[0], view), view, size, title)


def render_points(
    points: NDArray[np.floating], colors: NDArray[np.uint8], view: ViewSpec, size: PictureSize, title: str = ""
) -> RGBA:
    """Points (n, 2) in target units as discs in `colors` (n, 3): pixels (height, width, 4)."""
    canvas = Canvas(ground(view, size), view.point_diameter * min(size.width, size.height) / REFERENCE_SIDE)
    canvas.draw_discs(Projection(view, size).pixels(points), colors)
    if view.labels:
        canvas.draw_layer(words(view, size, title))
    return canvas.picture()


def positions_at(trace: Trace, stage: float) -> NDArray[np.float32]:
    """Where the particles (n, 2) are at a stage, or on their straight way from one to the next.

    In between, (1 - t)·x + t·f(x): for a coupling that is invertible at every t, so the way is a true one;
    for a permutation it is a flip about y = x.
    """
    stage = float(np.clip(stage, 0, trace.last_stage))
    before = int(stage)
    after = min(before + 1, trace.last_stage)
    t = stage - before
    start, end = trace.positions[before], trace.positions[after]
    between: NDArray[np.float32] = start if t <= 0 else (1 - np.float32(t)) * start + np.float32(t) * end
    return between


def fitted_view(trace: Trace, view: ViewSpec) -> ViewSpec:
    """The view centered and wide enough for the cloud at each of its stages; the same for every stage.

    At each stage one particle in twenty may come to lie near the edge or beyond it, so that a few far ones do not
    shrink the cloud to a dot.
    """
    x, y = np.moveaxis(np.abs(trace.positions), 2, 0)
    reach = np.nan_to_num(np.maximum(x, y), nan=0.0, posinf=0.0)  # (stages, n)
    rank = int(0.95 * (reach.shape[1] - 1))
    needed = 1.25 * float(np.partition(reach, rank, axis=1)[:, rank].max())  # ten times as fast as np.quantile
    return view.model_copy(update={"center": (0.0, 0.0), "half_extent": _rounded_up(needed)})


def _rounded_up(extent: float) -> float:
    """The next larger of 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 30, ...: few values, so that a view seldom changes."""
    if extent <= SMALLEST_HALF_EXTENT:
        return SMALLEST_HALF_EXTENT
    power = 10 ** np.floor(np.log10(extent))
    return float(next(power * f for f in (1, 1.2, 1.5, 2, 3, 4, 5, 6, 7, 8, 9, 10) if power * f >= extent))
