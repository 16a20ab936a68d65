"""The thread that trains a flow."""

import logging
from collections import deque

from PyQt6.QtCore import pyqtSignal

from flowviz.app.notices.notice import REPORT_IT, notice_of
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.threads.worker import PausableWorker
from flowviz.errors import FlowvizError
from flowviz.projects import Project
from flowviz.projects.variant import Variant
from flowviz.records import Adjusted, Event, Finished, Overfitting, Recovered, Retargeted, Snapshot, Uncompiled
from flowviz.specs import TrainingSpec
from flowviz.training import NewTarget, continued, train

SNAPSHOT_SECONDS = 0.2
KEPT = f"The latest snapshot was kept. {REPORT_IT}"

log = logging.getLogger(__name__)


class TrainingWorker(PausableWorker):
    """Thread that runs one training and emits its events with the number of the run."""

    event_arrived = pyqtSignal(int, object)  # run number, Event
    retargeted = pyqtSignal(int, object)  # run number, the new BuiltTarget
    varied = pyqtSignal(int, object)  # run number, Variant that moves the particles of the following snapshots
    failed = pyqtSignal(int, object)  # run number, Notice

    def __init__(
        self,
        number: int,
        built: BuiltTarget,
        project: Project,
        previous: "TrainingWorker | None",
    ) -> None:
        """Prepare a run.

        Args:
            number: The number of the run.
            built: The target to learn.
            project: The project to train. It resumes from its checkpoint, if it has one, or starts from its edits.
            previous: The worker of the previous run, which must end first.
        """
        super().__init__(number, previous)
        self._target, self._project, self._settings = built.target, project, project.training
        self._variant = self._announced = Variant.of(project)  # that moves the particles
        self._requested: deque[BuiltTarget] = deque(maxlen=1)  # latest request
        self._current = built
        self._has_snapshot = False

    def follow(self, built: BuiltTarget) -> None:
        """Request to switch to another target before the next chunk of steps."""
        self._requested.append(built)

    def keep_target(self) -> None:
        """Withdraw the request to switch to another target."""
        self._requested.clear()

    def adjust(self, training: TrainingSpec) -> None:
        """Continue with the settings of another training from the next chunk of steps on."""
        self._settings = training

    def vary(self, variant: Variant) -> None:
        """Move the particles of the following snapshots by a variant of the flow.

        Neither the weights nor the reports of the losses depend on it.
        """
        self._variant = variant

    def run(self) -> None:
        self._wait_for_previous()
        try:
            project = continued(self._project)
            for event in train(
                self._target,
                project.flow,
                project.training,
                snapshot_seconds=SNAPSHOT_SECONDS,
                stop_requested=self._stopping.is_set,
                resume=project.checkpoint,
                retarget=self._take_next,
                adjust=lambda: self._settings,
                vary=self._take_variant,
            ):
                self._emit(event)
                if not isinstance(event, Snapshot):  # a pause must not separate a snapshot from its checkpoint
                    self._running.wait()
                if self.isInterruptionRequested():
                    return
        except Exception as error:
            if not isinstance(error, FlowvizError):
                log.exception("training failed")
            advice = KEPT if self._has_snapshot else REPORT_IT
            self.failed.emit(self.number, notice_of("training", error, "Training ended unexpectedly.", advice))

    def _emit(self, event: Event) -> None:
        if isinstance(event, Recovered | Overfitting | Uncompiled | Adjusted | Finished):
            log.info("%s", event.sentence())
        if isinstance(event, Retargeted):
            self.retargeted.emit(self.number, self._current)
        if isinstance(event, Snapshot):
            self._has_snapshot = True
            event.trace.measure()  # here rather than in the GUI thread
        self.event_arrived.emit(self.number, event)

    def _take_next(self) -> NewTarget | None:
        """Return the requested target. None if there is no request or if it is the current target."""
        try:
            built = self._requested.pop()
        except IndexError:
            return None
        if built.spec == self._current.spec:
            return None
        self._current = built
        return NewTarget(built.target, built.title)

    def _take_variant(self) -> Variant:
        """Return the variant that moves the particles of the next snapshot, and announce it if it is another one."""
        variant = self._variant  # may be replaced in the meantime
        if variant != self._announced:
            self._announced = variant
            self.varied.emit(self.number, variant)
        return variant
