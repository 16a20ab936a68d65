"""A running export: its thread, its progress and the time left."""

import logging
from collections.abc import Callable, Generator
from time import perf_counter

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QWidget

from flowviz.app.notices.notice import Notice, notice_of
from flowviz.app.threads.worker import Worker
from flowviz.app.widgets.controls import lay_out, named
from flowviz.app.widgets.labels import format_duration
from flowviz.errors import FlowvizError

MIN_SECONDS = 0.5  # of work, before the time left is estimated
EXPORT = "export"  # topic of the notices
log = logging.getLogger(__name__)

Write = Callable[[], Generator[object, None, None]]


class ExportWorker(Worker):
    """Thread that writes an export; an interruption leaves no file."""

    advanced = pyqtSignal(int)  # the number of steps done
    ended = pyqtSignal(object)  # whether the export is complete and not cancelled, or a Notice of why it failed

    def __init__(self, write: Write) -> None:
        """Prepare to call `write`, which starts the export and yields after each step."""
        super().__init__()
        self._write = write

    def run(self) -> None:
        outcome: bool | Notice
        try:
            outcome = self._run_steps()
        except Exception as error:
            if not isinstance(error, FlowvizError):
                log.exception("export failed")
            outcome = notice_of(EXPORT, error, "The export failed: an internal error occurred.")
        self.ended.emit(outcome)

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

    def __init__(self, on_end: Callable[[bool | Notice], object]) -> None:
        """Create a hidden bar; `on_end` is called with what `ExportWorker.ended` says."""
        super().__init__()
        self._on_end = on_end
        self._worker: ExportWorker | None = None
        self._started = 0.0
        name = "Progress of the export"
        self._bar = named(QProgressBar(), "exportProgress", name, name)
        self._bar.setFormat("%v of %m")
        self._time_left = named(QLabel(), "exportTimeLeft", "Time left")
        lay_out(QHBoxLayout(self), self._bar, self._time_left, stretched=self._bar)
        self.hide()

    @property
    def is_running(self) -> bool:
        """Return whether an export is running."""
        return self._worker is not None

    def start(self, write: Write, steps: int) -> None:
        """Run an export in a thread; `steps` is the number of steps that it takes."""
        worker = ExportWorker(write)
        worker.advanced.connect(self._advance)
        worker.ended.connect(self._end)
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

    def _end(self, outcome: bool | Notice) -> None:
        self._worker = None
        self.hide()
        self._on_end(outcome)
