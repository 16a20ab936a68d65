"""The training runner: runs one training at a time, and drops what late threads say."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Protocol

from PyQt6.QtCore import QObject, pyqtBoundSignal, pyqtSignal

from flowviz.app.notices.notice import Notice
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.training.trained_project import after
from flowviz.app.training.worker import TrainingWorker
from flowviz.projects import Plan, Project
from flowviz.records import Checkpoint, Event


class TrainingThread(Protocol):
    """A thread that trains, such as `TrainingWorker`."""

    number: int

    @property
    def event_arrived(self) -> pyqtBoundSignal: ...
    @property
    def retargeted(self) -> pyqtBoundSignal: ...
    @property
    def failed(self) -> pyqtBoundSignal: ...
    def start(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def stop(self) -> None: ...
    def follow(self, built: BuiltTarget, /) -> None: ...
    def stay(self) -> None: ...
    def abandon(self) -> None: ...


ThreadFactory = Callable[[int, BuiltTarget, Plan, Checkpoint | None, Any], TrainingThread]


@dataclass(frozen=True)
class Run:
    """One training: its thread, its target, and its project as of the latest event.

    `is_shown` is true from its first picture on; until then, the previous flow is shown.
    """

    worker: TrainingThread
    built: BuiltTarget
    project: Project
    is_shown: bool = False


class TrainingRunner(QObject):
    """Starts and ends trainings, and passes on the events of the present one."""

    event_arrived = pyqtSignal(object)  # Event, after the project has taken it
    retargeted = pyqtSignal(object)  # the BuiltTarget that is learned from now on
    failed = pyqtSignal(object)  # Notice

    def __init__(self, parent: QObject, make_worker: ThreadFactory = TrainingWorker) -> None:
        super().__init__(parent)
        self._make_worker = make_worker
        self._numbers = count(1)
        self._abandoned: TrainingThread | None = None  # it may not have ended yet
        self.run: Run | None = None

    def start(self, built: BuiltTarget, project: Project) -> None:
        """Train a project, from its checkpoint if it has one. The present training ends unheard."""
        self.abandon()
        worker = self._make_worker(next(self._numbers), built, project.plan, project.checkpoint, self._abandoned)
        worker.event_arrived.connect(self._take_event)
        worker.retargeted.connect(self._take_target)
        worker.failed.connect(self._take_failure)
        self.run = Run(worker, built, project)
        worker.start()

    def mark_shown(self) -> None:
        """Record that the present training has shown its first picture."""
        assert self.run is not None
        self.run = replace(self.run, is_shown=True)

    def abandon(self) -> None:
        """Let the present training end unheard."""
        if self.run is not None:
            self.run.worker.abandon()
            self.discard()

    def discard(self) -> None:
        """Forget the present training, which is about to end."""
        if self.run is not None:
            self._abandoned, self.run = self.run.worker, None

    def _is_present(self, number: int) -> bool:
        return self.run is not None and number == self.run.worker.number

    def _take_event(self, number: int, event: Event) -> None:
        if self._is_present(number):
            assert self.run is not None
            self.run = replace(self.run, project=after(self.run.project, event))
            self.event_arrived.emit(event)

    def _take_target(self, number: int, built: BuiltTarget) -> None:
        if self._is_present(number):
            assert self.run is not None
            self.run = replace(self.run, built=built, project=replace(self.run.project, target=built.spec))
            self.retargeted.emit(built)

    def _take_failure(self, number: int, notice: Notice) -> None:
        if self._is_present(number):
            self.failed.emit(notice)
