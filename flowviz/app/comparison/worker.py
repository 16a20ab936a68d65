"""The thread that trains the entrants of a comparison."""

import logging
from collections import deque
from collections.abc import Iterator

from PyQt6.QtCore import pyqtSignal

from flowviz.app.notices.notice import REPORT_IT, notice_of
from flowviz.app.threads.worker import PausableWorker
from flowviz.errors import FlowvizError
from flowviz.projects import Comparison
from flowviz.records import Snapshot
from flowviz.training import Change, Turn, score_stopped, train_in_turns

COMPARISON = "comparison"  # topic of its notices
SNAPSHOT_SECONDS = 0.3  # of the training of each entrant

log = logging.getLogger(__name__)


class ComparisonWorker(PausableWorker):
    """Thread that trains the entrants in turns, and emits each turn with the number of the run."""

    turn_taken = pyqtSignal(int, object)  # run number, Turn
    ended = pyqtSignal(int)  # run number, after the last turn
    failed = pyqtSignal(int, object)  # run number, Notice

    def __init__(self, number: int, comparison: Comparison, previous: "ComparisonWorker | None") -> None:
        """Prepare a run.

        Args:
            number: The number of the run.
            comparison: The comparison. Entrants with a checkpoint continue from it.
            previous: The worker of the previous run, which must end first.
        """
        super().__init__(number, previous)
        self._comparison = comparison
        self._changes = deque[Change]()

    def change(self, change: Change) -> None:
        """Add or remove an entrant, or learn another target, before the next chunk of steps."""
        self._changes.append(change)

    def run(self) -> None:
        self._wait_for_previous()
        try:
            for turn in self._turns():
                if self.isInterruptionRequested():
                    return
                if isinstance(turn.event, Snapshot):
                    turn.event.trace.measure()  # here rather than in the GUI thread
                self.turn_taken.emit(self.number, turn)
                self._running.wait()
        except Exception as error:
            if not isinstance(error, FlowvizError):
                log.exception("a comparison failed")
            self.failed.emit(self.number, notice_of(COMPARISON, error, "The comparison ended unexpectedly.", REPORT_IT))
        else:
            self.ended.emit(self.number)

    def _turns(self) -> Iterator[Turn]:
        return train_in_turns(
            self._comparison,
            snapshot_seconds=SNAPSHOT_SECONDS,
            stop_requested=self._stopping.is_set,
            changes=self._take_changes,
        )

    def _take_changes(self) -> list[Change]:
        changes = list[Change]()
        while self._changes:
            changes.append(self._changes.popleft())
        return changes


class ScoringWorker(ComparisonWorker):
    """Thread that computes the results of entrants whose training was stopped, and emits a turn with each."""

    def _turns(self) -> Iterator[Turn]:
        return score_stopped(self._comparison, stop_requested=self._stopping.is_set)
