"""The training runner: runs one training at a time, and drops events of abandoned ones."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Protocol

from PyQt6.QtCore import QObject, pyqtBoundSignal, pyqtSignal

from flowviz.app.notices.notice import Notice
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.training.worker import TrainingWorker
from flowviz.projects import Project
from flowviz.records import Event, Finished, Snapshot
from flowviz.specs import FlowSpec, TrainingSpec


class TrainingThread(Protocol):
    """A thread that trains, such as `TrainingWorker`."""

    number: int

    @property
    def event_arrived(self) -> pyqtBoundSignal: ...
    @property
    def retargeted(self) -> pyqtBoundSignal: ...
    @property
    def integrated(self) -> pyqtBoundSignal: ...
    @property
    def failed(self) -> pyqtBoundSignal: ...
    def start(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def stop(self) -> None: ...
    def follow(self, built: BuiltTarget, /) -> None: ...
    def keep_target(self) -> None: ...
    def adjust(self, training: TrainingSpec, /) -> None: ...
    def integrate(self, flow: FlowSpec, /) -> None: ...
    def abandon(self) -> None: ...


ThreadFactory = Callable[[int, BuiltTarget, Project, Any], TrainingThread]


@dataclass(frozen=True)
class Run:
    """One training.

    Attributes:
        worker: Its thread.
        built: The target that it learns.
        project: Its project as of the latest event.
        flow: The flow that moves the particles of the next snapshot.
        is_shown: Whether its first snapshot has arrived. Until then, the previous flow is shown.
    """

    worker: TrainingThread
    built: BuiltTarget
    project: Project
    flow: FlowSpec
    is_shown: bool = False


class TrainingRunner(QObject):
    """Starts and ends trainings, and forwards the events of the current one."""

    event_arrived = pyqtSignal(object)  # Event, which the project of the run contains already
    retargeted = pyqtSignal(object)  # BuiltTarget that the training has switched to
    failed = pyqtSignal(object)  # Notice

    def __init__(self, parent: QObject, make_worker: ThreadFactory = TrainingWorker) -> None:
        super().__init__(parent)
        self._make_worker = make_worker
        self._numbers = count(1)
        self._abandoned: TrainingThread | None = None  # may still be running
        self.run: Run | None = None

    def start(self, built: BuiltTarget, project: Project) -> None:
        """Abandon the current training, and train a project from its checkpoint, its edits, or the beginning."""
        self.abandon()
        worker = self._make_worker(next(self._numbers), built, project, self._abandoned)
        worker.event_arrived.connect(self._on_event)
        worker.retargeted.connect(self._on_retargeted)
        worker.integrated.connect(self._on_integrated)
        worker.failed.connect(self._on_failed)
        self.run = Run(worker, built, project, project.flow)
        worker.start()

    def mark_shown(self) -> None:
        """Record that the first snapshot of the current training is shown."""
        assert self.run is not None
        self.run = replace(self.run, is_shown=True)

    def integrate(self, flow: FlowSpec, snapshot: Snapshot) -> None:
        """Replace the particles of the current training by those of another integrator."""
        assert self.run is not None
        project = replace(self.run.project, flow=flow, trace=snapshot.trace)
        self.run = replace(self.run, project=project, flow=flow)

    def abandon(self) -> None:
        """End the current training and ignore its remaining events."""
        if self.run is not None:
            self.run.worker.abandon()
            self.discard()

    def discard(self) -> None:
        """Forget the current training, which has ended or is about to end."""
        if self.run is not None:
            self._abandoned, self.run = self.run.worker, None

    def _is_current(self, number: int) -> bool:
        return self.run is not None and number == self.run.worker.number

    def _on_event(self, number: int, event: Event) -> None:
        if self._is_current(number):
            assert self.run is not None
            project = self.run.project.after(event)
            if isinstance(event, Snapshot | Finished):
                project = replace(project, flow=self.run.flow)
            self.run = replace(self.run, project=project)
            self.event_arrived.emit(event)

    def _on_retargeted(self, number: int, built: BuiltTarget) -> None:
        if self._is_current(number):
            assert self.run is not None
            self.run = replace(self.run, built=built, project=replace(self.run.project, target=built.spec))
            self.retargeted.emit(built)

    def _on_integrated(self, number: int, flow: FlowSpec) -> None:
        if self._is_current(number):
            assert self.run is not None
            self.run = replace(self.run, flow=flow)

    def _on_failed(self, number: int, notice: Notice) -> None:
        if self._is_current(number):
            self.failed.emit(notice)
