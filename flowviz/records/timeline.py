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

    def with_snapshot(self, snapshot: Snapshot) -> "Timeline":
        """This timeline and the latest snapshot, less what a recovery has undone.

        The one before it stays only if it is a period away from its own predecessor. Where there are too many, every
        second one goes and the period doubles: the memory is bounded, and the past evenly covered.
        """
        before = tuple(moment for moment in self.moments if moment.step < snapshot.step)
        if len(before) > 1 and before[-1].step - before[-2].step < self.period:
            before = before[:-1]
        kept, period = (*before, snapshot), self.period
        while len(kept) > _most(snapshot):
            kept = (*kept[:-1:2], kept[-1])
            period = max(2 * period, (kept[-1].step - kept[0].step) // len(kept))
        return Timeline(kept, period)


def _most(snapshot: Snapshot) -> int:
    size = snapshot.trace.positions.nbytes + snapshot.trace.log_det.nbytes
    return max(2, min(MOST_MOMENTS, MOST_BYTES // size))
