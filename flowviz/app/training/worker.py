"""The thread that trains."""

import logging
from collections import deque
from threading import Event as Flag

from PyQt6.QtCore import pyqtSignal

from flowviz.app.notices.notice import REPORT_IT, notice_of
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.threads.worker import Worker
from flowviz.errors import FlowvizError
from flowviz.projects import Plan
from flowviz.records import Checkpoint, Finished, Recovered, Retargeted, Snapshot, Uncompiled
from flowviz.training import NewTarget, train

SNAPSHOT_SECONDS = 0.2


log = logging.getLogger(__name__)
ADVICE = f"The last picture is kept. {REPORT_IT}"


class TrainingWorker(Worker):
    """Advances one training and passes on its events, with the number of the run."""

    event_arrived = pyqtSignal(int, object)
    retargeted = pyqtSignal(int, object)  # the Goal that is trained on from now on
    failed = pyqtSignal(int, object)  # Notice

    def __init__(
        self,
        number: int,
        goal: BuiltTarget,
        plan: Plan,
        checkpoint: Checkpoint | None,
        previous: "TrainingWorker | None",
    ) -> None:
        """It goes on from the checkpoint, if there is one.

        `previous` is the worker of the run before, which is waited for: one training at a time.
        """
        super().__init__()
        self.number = number
        self._job = goal.target, plan.flow, plan.training
        self._checkpoint = checkpoint
        self._next: deque[BuiltTarget] = deque(maxlen=1)  # one that is not taken yet gives way to a newer one
        self._taken = goal
        self._previous = previous
        self._stopping, self._running = Flag(), Flag()
        self._running.set()

    def pause(self) -> None:
        """Hold after the event that comes next."""
        self._running.clear()

    def resume(self) -> None:
        """Go on."""
        self._running.set()

    def follow(self, goal: BuiltTarget) -> None:
        """Train on this from the next chunk of steps on, unless it does so already."""
        self._next.append(goal)

    def stay(self) -> None:
        """Go on training on what it trains on."""
        self._next.clear()

    def stop(self) -> None:
        """End after the present chunk of steps, with `Finished`."""
        self._stopping.set()
        self._running.set()

    def abandon(self) -> None:
        """End as soon as possible; nobody listens any more."""
        self.requestInterruption()
        self.stop()

    def run(self) -> None:
        if self._previous is not None:
            self._previous.wait()
            self._previous = None
        try:
            for event in train(
                *self._job,
                snapshot_seconds=SNAPSHOT_SECONDS,
                stop_requested=self._stopping.is_set,
                resume=self._checkpoint,
                retarget=self._take_next,
            ):
                if isinstance(event, Recovered | Uncompiled | Finished):
                    log.info("%s", event.sentence())
                if isinstance(event, Retargeted):
                    self.retargeted.emit(self.number, self._taken)
                if isinstance(event, Snapshot):
                    event.trace.measure()
                self.event_arrived.emit(self.number, event)
                if not isinstance(event, Snapshot):  # which is worth nothing without the checkpoint that comes next
                    self._running.wait()
                if self.isInterruptionRequested():
                    return
        except Exception as error:
            if not isinstance(error, FlowvizError):
                log.exception("training failed")
            self.failed.emit(self.number, notice_of("training", error, "Training ended unexpectedly.", ADVICE))

    def _take_next(self) -> NewTarget | None:
        try:
            goal = self._next.pop()
        except IndexError:
            return None
        if goal.spec == self._taken.spec:
            return None  # it learns this already
        self._taken = goal
        return NewTarget(self._taken.target, self._taken.title)
