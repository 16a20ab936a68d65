"""The ways that particles have come, as the tails of comets: thin, in the particle's color, fading towards the past."""

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Scene, Trace
from flowviz.rendering.cache import cached
from flowviz.rendering.colors import Packed
from flowviz.rendering.particles import shown_selection
from flowviz.rendering.raster import Canvas

MOST_PIECES = 5000  # of all paths together: more hide each other, and take longer to draw than a frame lasts
HEAD_ALPHA, TAIL_ALPHA = 0.75, 0.12  # now, and at stage 0
MEMORY = 3.0  # stages over which a tail fades to its faintest, e-fold
MIRRORED = 0.35  # of the alpha is left to the long straight ways of a permutation
LINE_WIDTH = 1.0


def draw_paths(canvas: Canvas, scene: Scene, stage: float, colors: Packed, pixel: float) -> None:
    """Draw the ways from stage 0 to a stage, of the selected particles or of a fair sample of all."""
    stage = float(np.clip(stage, 0, scene.trace.last_stage))
    if stage > 0:
        alphas = _alphas(scene.trace, stage)
        particles, _ = path_particles(scene)
        canvas.draw_paths(scene.trace, particles, stage, alphas, colors, LINE_WIDTH * pixel)


def path_particles(scene: Scene) -> tuple[NDArray[np.int64], int]:
    """The numbers of the particles whose ways are drawn, and how many there are to choose from.

    Particles are in random order: the first ones are a fair sample.
    """
    selection = shown_selection(scene)
    candidates = np.arange(scene.trace.positions.shape[1]) if selection is None else np.flatnonzero(selection.chosen)
    return candidates[: max(1, MOST_PIECES // max(1, scene.trace.last_stage))], len(candidates)


def _alphas(trace: Trace, stage: float) -> NDArray[np.float32]:
    """The alpha (pieces, 2) at the start and the end of each piece of a way from stage 0 to a stage."""
    pieces = int(np.ceil(stage))
    ages = stage - np.minimum(np.arange(pieces + 1), stage)
    alpha = TAIL_ALPHA + (HEAD_ALPHA - TAIL_ALPHA) * np.exp(-ages / MEMORY)
    strength = np.where(_mirrors(trace)[:pieces], MIRRORED, 1.0)
    return (np.stack([alpha[:-1], alpha[1:]], axis=1) * strength[:, None]).astype(np.float32)


@cached(maxsize=8)
def _mirrors(trace: Trace) -> NDArray[np.bool_]:
    """Which pieces (stages - 1,) swap the coordinates."""
    before, after = trace.positions[:-1, :100], trace.positions[1:, :100]
    return np.asarray((after == before[..., ::-1]).all(axis=(1, 2)))
