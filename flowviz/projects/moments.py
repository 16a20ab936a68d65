"""Thin out the timeline of a project for saving, which keeps project files small."""

import numpy as np

from flowviz.projects.states import Layout, memory_of
from flowviz.records import Moment, Snapshot, Timeline, Trace, Weights
from flowviz.records.timeline import MAX_MOMENTS

MOMENTS_BYTES = 860_000  # memory of all earlier moments: 10 moments of a default flow
MIN_MOMENTS = 4  # minimum number of earlier moments, however large the flow


def storable_timeline(
    timeline: Timeline, weights: Weights, trace: Trace, named: int | None, *, keep_all: bool = False
) -> Timeline:
    """Return the timeline as it is saved: thinned out evenly, and without particles that the trace does not hold.

    Args:
        timeline: The timeline.
        weights: Current weights of the project.
        trace: The particles as the current weights move them.
        named: Step of a moment to keep, in addition to the first and the last one.
        keep_all: Whether to keep all moments of this flow, which cannot be computed again.

    Returns:
        The moments of this flow, as many as are allowed. Only the last moment can have particles, namely those of the
        trace if its weights are the current ones.
    """
    layout = Layout.of(weights)
    moments = [moment for moment in timeline.moments if Layout.of(moment.weights) == layout]
    if not moments:
        return Timeline()
    earlier = MAX_MOMENTS if keep_all else max(MIN_MOMENTS, MOMENTS_BYTES // max(1, memory_of(weights)))
    kept = _thinned(moments, min(earlier + 1, MAX_MOMENTS), named)
    period = timeline.period
    if len(kept) < len(timeline.moments):
        period = max(period, (kept[-1].step - kept[0].step) // len(kept))
    *past, last = (without_particles(moment) for moment in kept)
    if layout.same(last.weights, weights):
        last = with_particles(last, trace)
    return Timeline((*past, last), period)


def with_particles(moment: Moment, trace: Trace) -> Snapshot:
    """Return the snapshot with the data of a moment and the particles of a trace."""
    return Snapshot(moment.step, moment.weights, trace=trace, **moment.hits)


def without_particles(moment: Moment) -> Moment:
    """Return a moment without the particles that it may have."""
    return Moment(moment.step, moment.weights, **moment.hits)


def _thinned(moments: list[Moment], most: int, named: int | None) -> list[Moment]:
    if len(moments) <= most:
        return moments
    chosen = np.linspace(0, len(moments) - 1, most).round().astype(int)
    for number, moment in enumerate(moments):
        if moment.step == named and number not in chosen:
            inner = chosen[1:-1]
            inner[np.abs(inner - number).argmin()] = number
    return [moments[number] for number in chosen]
