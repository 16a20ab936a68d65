"""Moments of a training, from its start to the present."""

from dataclasses import dataclass

from flowviz.records.moment import Moment, Snapshot

MAX_MOMENTS = 64
MAX_BYTES = 256 * 2**20  # limit for the traces of all moments, which are large if a flow has many stages


@dataclass(frozen=True)
class Timeline:
    """Moments of a training in the order of their steps, thinned to at most 64 and always including the latest.

    Moments recorded in this session are snapshots with particles; moments loaded from a project file have none yet.

    Attributes:
        moments: The moments, in the order of their steps.
        period: Minimum number of steps between two moments, except before the latest one.
    """

    moments: tuple[Moment, ...] = ()
    period: int = 1

    def nearest(self, step: int | None) -> int:
        """Return the index of the moment nearest to a step, the last index for None, or -1 if there are no moments."""
        if step is None or not self.moments:
            return len(self.moments) - 1
        return min(range(len(self.moments)), key=lambda number: abs(self.moments[number].step - step))

    def earlier(self, step: int | None) -> Moment | None:
        """Return the moment nearest to a step, or None if it is the latest one or if the step is None."""
        number = self.nearest(step)
        return self.moments[number] if number < len(self.moments) - 1 else None

    def step_of(self, number: int) -> int | None:
        """Return the step of the moment with an index, or None for the latest one, from which training may continue."""
        return self.moments[number].step if number < len(self.moments) - 1 else None

    def with_moment(self, moment: Moment) -> "Timeline":
        """Return this timeline with a new latest moment.

        Moments of the same or later steps are dropped, because a recovery has undone them. The previous moment is kept
        only if it is at least a period after its predecessor. If there are too many moments, every second one is
        dropped and the period at least doubles, so memory is bounded and the moments stay evenly spaced.
        """
        before = tuple(each for each in self.moments if each.step < moment.step)
        if len(before) > 1 and before[-1].step - before[-2].step < self.period:
            before = before[:-1]
        kept, period = (*before, moment), self.period
        while len(kept) > _most(moment):
            kept = (*kept[:-1:2], kept[-1])
            period = max(2 * period, (kept[-1].step - kept[0].step) // len(kept))
        return Timeline(kept, period)


def _most(moment: Moment) -> int:
    """Return the maximum number of moments, given the size of one."""
    if not isinstance(moment, Snapshot):
        return MAX_MOMENTS
    size = moment.trace.positions.nbytes + moment.trace.log_det.nbytes
    return max(2, min(MAX_MOMENTS, MAX_BYTES // size))
