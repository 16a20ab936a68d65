"""Hints in the place of a cloud that cannot be seen."""

import numpy as np
from numpy.typing import NDArray

from flowviz.app.comparison.entrants import FAILED, EntrantRun
from flowviz.rendering import visible_rectangle
from flowviz.specs import PictureSize, ViewSpec

STRIDE = 16  # of the particles that are tested, because this happens in each frame
MIN_VISIBLE = 0.02  # share of the particles; with fewer, the cloud seems to be missing


def hint(run: EntrantRun, stage: float, view: ViewSpec, size: PictureSize) -> str:
    """Return why the cloud of an entrant is not visible, or that it has diverged. Empty if neither is the case."""
    texts = [_divergence(run)] if run.status in FAILED else []
    positions = run.project.trace.positions[round(stage), ::STRIDE]  # at the nearest stage, which is much faster
    left, right, bottom, top = visible_rectangle(view, size)
    x, y = positions.T
    inside = (left <= x) & (x <= right) & (bottom <= y) & (y <= top)
    if inside.mean() < MIN_VISIBLE:
        texts.append(_distance(positions - np.array(view.center), view.half_extent))
    return "\n".join(filter(None, texts))


def _divergence(run: EntrantRun) -> str:
    last = run.project.checkpoint
    return f"Diverged at step {last.step:,}" if run.status == "diverged" and last is not None else run.problem


def _distance(offsets: NDArray[np.floating], half_extent: float) -> str:
    """Return how far half of the particles are from the center, relative to the view."""
    distances = np.hypot(*offsets.T)
    middle = np.sort(np.where(np.isfinite(distances), distances, np.inf))[len(distances) // 2] / half_extent
    return f"Outside the view: {middle:,.0f} times as far out" if 2 <= middle < np.inf else "Outside the view"
