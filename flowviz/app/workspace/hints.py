"""Sentences on the picture of a cloud: why it cannot be seen, and what it shows of a difference."""

import numpy as np
from numpy.typing import NDArray

from flowviz.app.state.known import Known
from flowviz.app.workspace.entrants import FAILED, EntrantRun
from flowviz.records import Scene
from flowviz.rendering import visible_rectangle
from flowviz.rendering.density import difference_limit
from flowviz.specs import PictureSize, Seen, ViewSpec

MISSING = {"grid": "grid", "velocity": "velocity", "encode": "encoding"}  # what a recorded flow may lack
STRIDE = 16  # of the particles that are tested, because this happens in each frame
MIN_VISIBLE = 0.02  # share of the particles; with fewer, the cloud seems to be missing


def hint(run: EntrantRun, stage: float, view: ViewSpec, size: PictureSize) -> str:
    """Return why the cloud of an entrant is not visible, or that it has diverged. Empty if neither is the case."""
    texts = [_divergence(run)] if run.status in FAILED else []
    positions = run.project.trace.positions[round(stage), ::STRIDE]  # at the nearest stage, which is much faster
    left, right, bottom, top = visible_rectangle(view, size)
    x, y = positions.T
    inside = (left <= x) & (x <= right) & (bottom <= y) & (y <= top)
    if np.count_nonzero(inside) < MIN_VISIBLE * len(inside):
        texts.append(_distance(positions - np.array(view.center), view.half_extent))
    return "\n".join(filter(None, texts))


def difference_problem(run: EntrantRun, reference: EntrantRun) -> str:
    """Return why the log-density of a reference cannot be subtracted from that of an entrant. Empty if it can be."""
    if reference.project.target != run.project.target:
        return f"Learns a different target than '{reference.title}'"
    for each in reference, run:
        if not _has_density(each):
            return f"'{each.title}' has {'no recorded density' if each.is_recorded else 'not been trained yet'}"
    return ""


def difference_note(run: EntrantRun, reference: EntrantRun, scene: Scene, stage: float, *, has_legend: bool) -> str:
    """Return what the legend of a difference from a reference does not say.

    It is the meaning of the colors if there is no legend and, before the last stage, where the difference is shown.
    """
    where = "" if stage == run.project.trace.last_stage else " at the last layer"
    if scene.difference is not None and not has_legend:
        limit = difference_limit(scene.difference)
        return f"Yellow: more density{where} than '{reference.title}'; blue: less (up to {limit:g} nats)"
    shown = "The difference is shown" if scene.difference is None else "Colors show the difference"
    return f"{shown}{where}" if where else ""


def missing_note(known: Known, seen: Seen) -> str:
    """Return a note about marks that other panes show and a recorded flow lacks, or an empty text."""
    lacking = {*seen.view.marks, seen.direction} & known.problems.keys()
    missing = [word for name, word in MISSING.items() if name in lacking]
    if not missing:
        return ""
    *others, last = missing
    words = f"{', '.join(others)} and {last} are" if others else f"the {last} is"
    return f"Recorded flow: {words} not available"


def _has_density(run: EntrantRun) -> bool:
    """Return whether the density of an entrant is known: it has learned something, or the density was recorded."""
    # Weights are enough; it may lack a checkpoint, from which it could be trained further.
    return not run.known.estimates_density if run.is_recorded else run.has_weights


def _divergence(run: EntrantRun) -> str:
    last = run.project.checkpoint
    return f"Diverged at step {last.step:,}" if run.status == "diverged" and last is not None else run.problem


def _distance(offsets: NDArray[np.floating], half_extent: float) -> str:
    """Return how far half of the particles are from the center, relative to the view."""
    distances = np.hypot(*offsets.T)
    middle = np.sort(np.where(np.isfinite(distances), distances, np.inf))[len(distances) // 2] / half_extent
    return f"Outside the view: {middle:,.0f} times as far out" if 2 <= middle < np.inf else "Outside the view"
