"""The thread that trains flows."""

import logging
from collections.abc import Iterator, Mapping
from threading import Event as Flag
from threading import Lock
from typing import Literal

from PyQt6.QtCore import pyqtSignal

from flowviz.app.notices.notice import REPORT_IT, notice_of
from flowviz.app.threads.worker import Worker
from flowviz.errors import FlowvizError
from flowviz.projects import Comparison
from flowviz.records import Adjusted, Finished, Overfitting, Recovered, Snapshot, Uncompiled
from flowviz.specs import TargetSpec
from flowviz.targets import Target
from flowviz.training import Add, Change, Remove, Retarget, Turn, score_stopped, train_in_turns

Work = Literal["training", "comparison", "scores"]  # of one flow, of several in turns, or missing results
SNAPSHOT_SECONDS = 0.2
SNAPSHOT_SECONDS_EACH = 0.3  # of several flows
KEPT = f"The latest snapshot was kept. {REPORT_IT}"

log = logging.getLogger(__name__)


class TrainingWorker(Worker):
    """Thread that trains one or several flows, and emits each turn with the number of the run.

    It can be paused between two turns.
    """

    turn_taken = pyqtSignal(int, object)  # run number, Turn
    ended = pyqtSignal(int)  # run number, after the last turn
    failed = pyqtSignal(int, object)  # run number, Notice

    def __init__(
        self,
        number: int,
        work: Work,
        comparison: Comparison,
        built: Mapping[TargetSpec, Target],
        previous: "TrainingWorker | None",
    ) -> None:
        """Prepare a run.

        Args:
            number: The number of the run.
            work: What to compute.
            comparison: The flows. They continue from their checkpoints, or from their edits.
            built: Targets that have been built.
            previous: The worker of the previous run, which must end first.
        """
        super().__init__()
        self.number, self._previous = number, previous
        self._stopping, self._running = Flag(), Flag()
        self._running.set()
        self._work, self._comparison, self._built = work, comparison, built
        self._changes, self._lock = list[Change](), Lock()
        self._has_snapshot = False

    def pause(self) -> None:
        """Pause after the next turn."""
        self._running.clear()

    def resume(self) -> None:
        """Continue after a pause."""
        self._running.set()

    def stop(self) -> None:
        """End the work at the next opportunity, and keep its results."""
        self._stopping.set()
        self._running.set()

    def abandon(self) -> None:
        """End the work as soon as possible, without results."""
        self.requestInterruption()
        self.stop()

    def change(self, change: Change) -> None:
        """Request a change before the next chunk of steps. It replaces an earlier one of the same kind."""
        with self._lock:
            self._changes = [each for each in self._changes if not _replaces(change, each)] + [change]

    def keep_target(self) -> None:
        """Withdraw requests to learn another target."""
        with self._lock:
            self._changes = [each for each in self._changes if not isinstance(each, Retarget)]

    def run(self) -> None:
        if self._previous is not None:
            self._previous.wait()
            self._previous = None
        try:
            for turn in self._turns():
                self._emit(turn)
                if not isinstance(turn.event, Snapshot):  # a pause must not separate a snapshot from its checkpoint
                    self._running.wait()
                if self.isInterruptionRequested():
                    return
        except Exception as error:
            if not isinstance(error, FlowvizError):
                log.exception("%s failed", self._work)
            advice = KEPT if self._has_snapshot else REPORT_IT
            name = "Training" if self._work == "training" else "The comparison"
            self.failed.emit(self.number, notice_of(self._work, error, f"{name} ended unexpectedly.", advice))
        else:
            self.ended.emit(self.number)

    def _turns(self) -> Iterator[Turn]:
        if self._work == "scores":
            return score_stopped(self._comparison, stop_requested=self._stopping.is_set)
        takes_turns = self._work == "comparison"
        return train_in_turns(
            self._comparison,
            snapshot_seconds=SNAPSHOT_SECONDS_EACH if takes_turns else SNAPSHOT_SECONDS,
            stop_requested=self._stopping.is_set,
            changes=self._take_changes,
            built=self._built,
            takes_turns=takes_turns,
        )

    def _emit(self, turn: Turn) -> None:
        event = turn.event
        if isinstance(event, Recovered | Overfitting | Uncompiled | Adjusted):
            log.info("%s", event.sentence())
        if isinstance(event, Finished):
            log.info("%s at step %d", event.ending, event.progress.step)
        if isinstance(event, Snapshot):
            self._has_snapshot = True
            event.trace.measure()  # here rather than in the GUI thread
        self.turn_taken.emit(self.number, turn)

    def _take_changes(self) -> list[Change]:
        with self._lock:
            taken, self._changes = self._changes, []
        return taken


def _replaces(change: Change, earlier: Change) -> bool:
    is_kind = type(change) is type(earlier) and change.name == earlier.name
    return is_kind and not isinstance(change, Add | Remove)
