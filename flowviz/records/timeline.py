"""The pictures of a training, from its start up to now."""

from dataclasses import dataclass

from flowviz.records.events import Moment, Snapshot

MOST_MOMENTS = 64
MOST_BYTES = 256 * 2**20  # of particles, where a flow has many stages


@dataclass(frozen=True)
class Timeline:
    """Moments of a training in the order of their steps, thinned out as they come: at most 64, and the latest of all.

    Those that were seen while it trained are snapshots; those of a project file have no particles yet.
    `period` is how many steps lie between two that are kept, at least.
    """

    moments: tuple[Moment, ...] = ()
    period: int = 1

    def nearest(self, step: int | None) -> int:
        """Return the number of the moment nearest to a step; the last one for None, and -1 if there is no moment."""
        if step is None or not self.moments:
            return len(self.moments) - 1
        return min(range(len(self.moments)), key=lambda number: abs(self.moments[number].step - step))

    def with_moment(self, moment: Moment) -> "Timeline":
        """This timeline and the latest moment, less what a recovery has undone.

        The one before it stays only if it is a period away from its own predecessor. Where there are too many, every
        second one goes and the period doubles: the memory is bounded, and the past evenly covered.
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
    if not isinstance(moment, Snapshot):
        return MOST_MOMENTS
    size = moment.trace.positions.nbytes + moment.trace.log_det.nbytes
    return max(2, min(MOST_MOMENTS, MOST_BYTES // size))
