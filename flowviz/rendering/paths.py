"""The paths of particles through the previous stages: smooth lines in the particle's color that fade with age."""

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Scene, Selection, Trace
from flowviz.rendering.cache import cached
from flowviz.rendering.colors import SURROUNDINGS, packed_color
from flowviz.rendering.curves import Segments, follows_field, smooth_segments
from flowviz.rendering.particles import particle_colors, shown_selection
from flowviz.rendering.raster import Canvas
from flowviz.specs import ViewSpec
from flowviz.specs.recipes import PERMUTE

MAX_SEGMENTS = 3500  # of all paths together: more would hide each other, and take too long to draw in a frame
MAX_FIELD_PATHS = 150  # paths along a velocity field, whatever the number of steps
MAX_KNOTS = 20  # of a path along a field; more steps are joined, since the path between them is smooth
HEAD_ALPHA = 0.8  # at the current stage
TAIL_ALPHA, FOLLOWING_TAIL_ALPHA = 0.08, 0.3  # limit for old segments, and for those along a field, which do not cross
MEMORY, FOLLOWING_MEMORY = 0.16, 0.5  # share of the stages after which 1/e of the difference between the alphas is left
MIN_MEMORY = 2.0  # stages
MIRRORED = 0.35  # factor of the alpha of permutations, whose long straight lines would dominate the picture
LINE_WIDTH, HALO_WIDTH = 1.3, 3.4  # pixels, for an 800-pixel shorter side
HALO_ALPHA = 0.8  # share of the alpha of the line; the halo sets off paths along a field from the points below them


def draw_paths(canvas: Canvas, scene: Scene, stage: float, view: ViewSpec, pixel: float) -> None:
    """Draw the paths from stage 0 to a stage, of the selected particles or of a sample of all particles.

    Args:
        canvas: The canvas.
        scene: The scene.
        stage: The stage at which the paths end, possibly between two stages.
        view: The view, which determines the colors.
        pixel: The scale factor for line widths, `Projection.pixel`.
    """
    stage = float(np.clip(stage, 0, scene.trace.last_stage))
    if stage > 0:
        particles, _ = path_particles(scene)
        curves, alphas = path_curves(scene, stage), path_alphas(scene.trace, stage)
        if "points" in view.marks and scene.trace.is_continuous:
            background = np.full(len(particles), packed_color(SURROUNDINGS[view.theme].background), np.uint32)
            canvas.draw_curves(curves, background, np.float32(HALO_ALPHA) * alphas, HALO_WIDTH * pixel)
        colors = particle_colors(scene, stage, view)
        canvas.draw_curves(curves, colors[particles], alphas, LINE_WIDTH * pixel)


def path_curves(scene: Scene, stage: float) -> Segments:
    """Return the paths (segments, m, 2) of `path_particles` from stage 0 to a stage, which end at the particles.

    On its way to a stage, a particle that moves in a straight line is not on the smooth curve. The last segment is then
    that curve, scaled about its start so that it ends at the particle, and grows into its final shape.

    Args:
        scene: The scene.
        stage: The stage at which the paths end, possibly between two stages; more than 0.
    """
    count = int(np.ceil(stage))
    t = stage - (count - 1)
    whole = _whole_curves(scene.trace, shown_selection(scene), len(path_particles(scene)[0]))
    curves = _joined(whole, _knots(scene.trace, stage))
    if t == 1:
        return curves
    last = Segments(*(part[-1:] for part in curves))
    last = last.until(t) if follows_field(scene.trace, count) else last.shrunk(t)
    return Segments(*(np.concatenate([part[:-1], end]) for part, end in zip(curves, last, strict=True)))


def path_particles(scene: Scene) -> tuple[NDArray[np.int64], int]:
    """Return the particles whose paths are drawn.

    The candidates are the selected particles, or all particles if none is selected. Since particles are in random
    order, the first candidates are an unbiased sample.

    Returns:
        The indices of the particles, (m,), and the number of candidates.
    """
    selection = shown_selection(scene)
    candidates = np.arange(scene.trace.positions.shape[1]) if selection is None else np.flatnonzero(selection.chosen)
    most = MAX_FIELD_PATHS if scene.trace.is_continuous else MAX_SEGMENTS // max(1, scene.trace.last_stage)
    return candidates[: max(1, most)], len(candidates)


def path_alphas(trace: Trace, stage: float) -> NDArray[np.float32]:
    """Return the alpha (segments, 2) at the start and the end of each segment of a path from stage 0 to a stage."""
    knots = _knots(trace, stage)
    ages = stage - np.minimum(knots, stage)
    share, tail = (FOLLOWING_MEMORY, FOLLOWING_TAIL_ALPHA) if trace.is_continuous else (MEMORY, TAIL_ALPHA)
    memory = max(share * trace.last_stage, MIN_MEMORY)
    alpha = tail + (HEAD_ALPHA - tail) * np.exp(-ages / memory)
    swap = None if trace.is_recorded else PERMUTE
    mirrors = [name.partition("_")[2] == swap for name in (trace.names[knot] for knot in knots[1:])]
    strength = np.where(mirrors, MIRRORED, 1.0)
    return (np.stack([alpha[:-1], alpha[1:]], axis=1) * strength[:, None]).astype(np.float32)


def _knots(trace: Trace, stage: float) -> NDArray[np.int64]:
    """Return the stages between which paths to a stage are single curves; the last one is where a path is cut."""
    stride = max(1, -(-trace.last_stage // MAX_KNOTS)) if trace.is_continuous else 1
    passed = int(stage) // stride * stride
    return np.concatenate([np.arange(0, passed, stride), np.arange(passed, np.ceil(stage) + 1)]).astype(np.int64)


def _joined(curves: Segments, knots: NDArray[np.int64]) -> Segments:
    """Return curves from knot to knot, which have the tangents of the given curves (stages - 1, n, 2) there."""
    first, last = knots[:-1], knots[1:] - 1
    steps = np.diff(knots).astype(np.float32)[:, None, None]
    start, end, leaving, arriving = curves
    return Segments(start[first], end[last], steps * leaving[first], steps * arriving[last])


@cached(maxsize=4)
@np.errstate(invalid="ignore", over="ignore")
def _whole_curves(trace: Trace, selection: Selection | None, count: int) -> Segments:
    """Return the curves (stages - 1, count, 2) of the first `count` selected particles, or of all particles."""
    particles = slice(count) if selection is None else np.flatnonzero(selection.chosen)[:count]
    return smooth_segments(trace, particles=particles)
