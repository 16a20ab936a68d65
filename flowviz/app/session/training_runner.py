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
from flowviz.projects.variant import Variant
from flowviz.records import Event, Finished, Snapshot
from flowviz.specs import TrainingSpec


class TrainingThread(Protocol):
    """A thread that trains, such as `TrainingWorker`."""

    number: int

    @property
    def event_arrived(self) -> pyqtBoundSignal: ...
    @property
    def retargeted(self) -> pyqtBoundSignal: ...
    @property
    def varied(self) -> pyqtBoundSignal: ...
    @property
    def failed(self) -> pyqtBoundSignal: ...
    def start(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def stop(self) -> None: ...
    def follow(self, built: BuiltTarget, /) -> None: ...
    def keep_target(self) -> None: ...
    def adjust(self, training: TrainingSpec, /) -> None: ...
    def vary(self, variant: Variant, /) -> None: ...
    def abandon(self) -> None: ...


ThreadFactory = Callable[[int, BuiltTarget, Project, Any], TrainingThread]


@dataclass(frozen=True)
class Run:
    """One training.

    Attributes:
        worker: Its thread.
        built: The target that it learns.
        project: Its project as of the latest event.
        start: The variant with which it started, whose edits are part of the training.
        variant: The variant that moves the particles of the next snapshot.
        is_shown: Whether its first snapshot has arrived. Until then, the previous flow is shown.
    """

    worker: TrainingThread
    built: BuiltTarget
    project: Project
    start: Variant
    variant: Variant
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
        worker.varied.connect(self._on_varied)
        worker.failed.connect(self._on_failed)
        start = Variant.of(project)
        self.run = Run(worker, built, project, start, start)
        worker.start()

    def mark_shown(self) -> None:
        """Record that the first snapshot of the current training is shown."""
        assert self.run is not None
        self.run = replace(self.run, is_shown=True)

    def vary(self, variant: Variant, snapshot: Snapshot) -> None:
        """Replace the particles of the current training by those of another variant, until its next snapshot."""
        assert self.run is not None
        project = replace(self.run.project, flow=variant.flow, edits=variant.edits, trace=snapshot.trace)
        self.run = replace(self.run, project=project)

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
                variant = self.run.variant
                shown = variant.as_trained(self.run.start) if isinstance(event, Finished) else variant
                project = replace(project, flow=shown.flow, edits=shown.edits)
            self.run = replace(self.run, project=project)
            self.event_arrived.emit(event)

    def _on_retargeted(self, number: int, built: BuiltTarget) -> None:
        if self._is_current(number):
            assert self.run is not None
            self.run = replace(self.run, built=built, project=replace(self.run.project, target=built.spec))
            self.retargeted.emit(built)

    def _on_varied(self, number: int, variant: Variant) -> None:
        if self._is_current(number):
            assert self.run is not None
            self.run = replace(self.run, variant=variant)

    def _on_failed(self, number: int, notice: Notice) -> None:
        if self._is_current(number):
            self.failed.emit(notice)
