"""A running export: its thread, its progress and the time left."""

import logging
from collections.abc import Callable, Generator
from time import perf_counter

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QLabel, QProgressBar, QWidget

from flowviz.app.notices.notice import notice_of
from flowviz.app.threads.worker import Worker
from flowviz.app.widgets.controls import row
from flowviz.app.widgets.labels import format_duration
from flowviz.errors import FlowvizError

MIN_SECONDS = 0.5  # of work, before the time left is estimated
EXPORT = "export"  # topic of the notices
log = logging.getLogger(__name__)

Write = Callable[[], Generator[object, None, None]]


class ExportWorker(Worker):
    """Thread that writes an export; an interruption leaves no file."""

    advanced = pyqtSignal(int)  # the number of steps done
    exported = pyqtSignal()
    cancelled = pyqtSignal()
    failed = pyqtSignal(object)  # Notice

    def __init__(self, write: Write) -> None:
        """Prepare to call `write`, which starts the export and yields after each step."""
        super().__init__()
        self._write = write

    def run(self) -> None:
        try:
            finished = self._run_steps()
        except Exception as error:
            if not isinstance(error, FlowvizError):
                log.exception("export failed")
            self.failed.emit(notice_of(EXPORT, error, "The export failed: an internal error occurred."))
        else:
            (self.exported if finished else self.cancelled).emit()

    def _run_steps(self) -> bool:
        """Run to the end, or to an interruption; return whether it is the end."""
        steps = self._write()
        for count, _ in enumerate(steps, start=1):
            self.advanced.emit(count)
            if self.isInterruptionRequested():
                steps.close()
                return False
        return True


class ExportProgress(QWidget):
    """Progress bar with the time left, visible while an export is running."""

    exported = pyqtSignal()
    cancelled = pyqtSignal()
    failed = pyqtSignal(object)  # Notice

    def __init__(self) -> None:
        super().__init__()
        self._worker: ExportWorker | None = None
        self._started = 0.0
        self._bar = QProgressBar()
        self._bar.setObjectName("exportProgress")
        self._bar.setAccessibleName("Progress of the export")
        self._bar.setToolTip("Progress of the export")
        self._bar.setFormat("%v of %m")
        self._time_left = QLabel()
        self._time_left.setObjectName("exportTimeLeft")
        self._time_left.setAccessibleName("Time left")
        line = row(self._bar, self._time_left, stretched=self._bar)
        line.setContentsMargins(0, 0, 0, 0)
        self.setLayout(line)
        for ended in (self.exported, self.cancelled, self.failed):
            ended.connect(self._end)
        self.hide()

    @property
    def is_running(self) -> bool:
        """Return whether an export is running."""
        return self._worker is not None

    def start(self, write: Write, steps: int) -> None:
        """Run an export in a thread; `steps` is the number of steps that it takes."""
        worker = ExportWorker(write)
        worker.advanced.connect(self._advance)
        worker.exported.connect(self.exported)
        worker.cancelled.connect(self.cancelled)
        worker.failed.connect(self.failed)
        self._worker, self._started = worker, perf_counter()
        self._bar.setRange(0, steps)
        self._bar.setValue(0)
        self._time_left.clear()
        self.show()
        worker.start()

    def cancel(self) -> None:
        """Stop after the present step, and remove what was written."""
        if self._worker is not None:
            self._worker.requestInterruption()
            self._time_left.setText("Cancelling…")

    def _advance(self, done: int) -> None:
        if self._worker is None or self._worker.isInterruptionRequested():
            return
        self._bar.setValue(done)
        elapsed = perf_counter() - self._started
        if elapsed > MIN_SECONDS:
            self._time_left.setText(f"{format_duration(elapsed * (self._bar.maximum() - done) / done)} left")

    def _end(self) -> None:
        self._worker = None
        self.hide()
