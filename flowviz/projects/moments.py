"""Moments of a training, fewer than the window has, so that the file stays small."""

import numpy as np

from flowviz.projects.states import Layout, memory_of
from flowviz.records import Moment, Snapshot, Timeline, Trace, Weights
from flowviz.records.timeline import MOST_MOMENTS

MOMENTS_BYTES = 900_000  # of memory, for all earlier moments together: 13 of a default flow, 650 kB of its file
FEWEST_MOMENTS = 4  # earlier ones, however large the flow


def storable_timeline(timeline: Timeline, weights: Weights, trace: Trace, named: int | None) -> Timeline:
    """The timeline as a file has it, where the present is these weights and this trace.

    The first moment, the last one, and the one at the step `named` stay; between them as many as fit, evenly. Of the
    particles only those of the present are stored.
    """
    layout = Layout.of(weights)
    moments = [moment for moment in timeline.moments if Layout.of(moment.weights) == layout]
    if not moments:
        return Timeline()
    earlier = max(FEWEST_MOMENTS, MOMENTS_BYTES // max(1, memory_of(weights)))
    kept = _thinned(moments, min(earlier + 1, MOST_MOMENTS), named)
    period = timeline.period
    if len(kept) < len(timeline.moments):
        period = max(period, (kept[-1].step - kept[0].step) // len(kept))
    *past, last = (_without_particles(moment) for moment in kept)
    if layout.same(last.weights, weights):
        last = with_particles(last, trace)
    return Timeline((*past, last), period)


def with_particles(moment: Moment, trace: Trace) -> Snapshot:
    """The moment as it was seen."""
    return Snapshot(moment.step, moment.weights, moment.on_target, moment.coverage, trace)


def _without_particles(moment: Moment) -> Moment:
    return Moment(moment.step, moment.weights, moment.on_target, moment.coverage)


def _thinned(moments: list[Moment], most: int, named: int | None) -> list[Moment]:
    if len(moments) <= most:
        return moments
    chosen = np.linspace(0, len(moments) - 1, most).round().astype(int)
    for number, moment in enumerate(moments):
        if moment.step == named and number not in chosen:
            inner = chosen[1:-1]
            inner[np.abs(inner - number).argmin()] = number
    return [moments[number] for number in chosen]
