"""The paths of particles through the previous stages: thin lines in the particle's color that fade with age."""

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Scene, Trace
from flowviz.rendering.cache import cached
from flowviz.rendering.colors import Packed
from flowviz.rendering.particles import shown_selection
from flowviz.rendering.raster import Canvas

MOST_PIECES = 5000  # segments of all paths together: more would hide each other, and take too long to draw in a frame
HEAD_ALPHA, TAIL_ALPHA = 0.75, 0.12  # alpha at the current stage, and its limit for old segments
MEMORY = 3.0  # stages after which 1/e of the difference between the two alphas is left
MIRRORED = 0.35  # factor of the alpha of permutations, whose long straight lines would dominate the picture
LINE_WIDTH = 1.0  # pixels, for an 800-pixel shorter side


def draw_paths(canvas: Canvas, scene: Scene, stage: float, colors: Packed, pixel: float) -> None:
    """Draw the paths from stage 0 to a stage, of the selected particles or of a sample of all particles.

    Args:
        canvas: The canvas.
        scene: The scene.
        stage: The stage at which the paths end, possibly between two stages.
        colors: The colors of all particles, (n,).
        pixel: The scale factor for line widths, `Projection.pixel`.
    """
    stage = float(np.clip(stage, 0, scene.trace.last_stage))
    if stage > 0:
        alphas = _alphas(scene.trace, stage)
        particles, _ = path_particles(scene)
        canvas.draw_paths(scene.trace, particles, stage, alphas, colors, LINE_WIDTH * pixel)


def path_particles(scene: Scene) -> tuple[NDArray[np.int64], int]:
    """Return the particles whose paths are drawn.

    The candidates are the selected particles, or all particles if none is selected. Since particles are in random
    order, the first candidates are an unbiased sample.

    Returns:
        The indices of the particles, (m,), and the number of candidates.
    """
    selection = shown_selection(scene)
    candidates = np.arange(scene.trace.positions.shape[1]) if selection is None else np.flatnonzero(selection.chosen)
    return candidates[: max(1, MOST_PIECES // max(1, scene.trace.last_stage))], len(candidates)


def _alphas(trace: Trace, stage: float) -> NDArray[np.float32]:
    """Return the alpha (segments, 2) at the start and the end of each segment of a path from stage 0 to a stage."""
    pieces = int(np.ceil(stage))
    ages = stage - np.minimum(np.arange(pieces + 1), stage)
    alpha = TAIL_ALPHA + (HEAD_ALPHA - TAIL_ALPHA) * np.exp(-ages / MEMORY)
    strength = np.where(_mirrors(trace)[:pieces], MIRRORED, 1.0)
    return (np.stack([alpha[:-1], alpha[1:]], axis=1) * strength[:, None]).astype(np.float32)


@cached(maxsize=8)
def _mirrors(trace: Trace) -> NDArray[np.bool_]:
    """Return which segments (stages - 1,) swap the coordinates, as a permutation does."""
    before, after = trace.positions[:-1, :100], trace.positions[1:, :100]
    return np.asarray((after == before[..., ::-1]).all(axis=(1, 2)))
