"""The arrangement of clouds in rows and columns, so that they are as large as possible."""

from collections.abc import Sequence

import numpy as np
from PyQt6.QtCore import QSize

from flowviz.app.pane.pane import MIN_SIZE
from flowviz.app.style.tokens import UNIT
from flowviz.app.workspace.entrants import EntrantRun

USUAL = {1: 1, 2: 2, 3: 3, 4: 2, 5: 3, 6: 3}  # columns, by the number of clouds
HEADER = 4 * UNIT  # pixels above each cloud
GAIN = 1.15  # by which another arrangement must be better, so that a word with another letter does not change it


def columns_for(runs: Sequence[EntrantRun], room: QSize, present: int = 0) -> int:
    """Return the number of columns in which the clouds appear largest.

    Args:
        runs: The entrants, whose targets determine the shape of the clouds.
        room: The size of the whole grid, in pixels.
        present: The present number of columns, which is kept unless another one is clearly better. 0 for the usual one.
    """
    count, shape = len(runs), _shape(runs)
    kept = present or USUAL.get(count, 1)
    if shape is None:
        return kept
    scales = {columns: _scale(columns, count, room, shape) for columns in range(1, count + 1)}
    best = max(scales, key=lambda columns: scales[columns])
    return best if scales[best] > GAIN * scales.get(kept, 0.0) else kept


def _scale(columns: int, count: int, room: QSize, shape: tuple[float, float]) -> float:
    """Return the scale of a cloud in pixels per flow unit, less if places are empty. 0 if the clouds do not fit."""
    rows = -(-count // columns)
    width, height = room.width() / columns, room.height() / rows - HEADER
    if width < MIN_SIZE.width() or height < MIN_SIZE.height():
        return 0.0
    return min(width / shape[0], height / shape[1]) * count / (rows * columns)


def _shape(runs: Sequence[EntrantRun]) -> tuple[float, float] | None:
    """Return the largest width and height of the clouds in flow units. None before their targets have been built.

    An untrained flow shows its base, which is round, so its box counts as well.
    """
    extents = [run.built.target.extent for run in runs if run.built is not None]
    if not extents:
        return None
    shapes = [(right - left, top - bottom) for left, right, bottom, top in extents]
    shapes += [tuple(np.ptp(run.project.trace.boxes[0], axis=0)) for run in runs if not run.project.weights.parameters]
    width, height = np.max(shapes, axis=0)
    return float(width), float(height)
