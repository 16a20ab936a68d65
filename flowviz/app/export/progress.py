"""An export that is being written: how far it has come, and how long it still takes."""

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

log = logging.getLogger(__name__)


class ExportWorker(Worker):
    """Writes files, and announces how many pictures are drawn and how it ended; an interruption leaves no file."""

    advanced = pyqtSignal(int)
    exported = pyqtSignal()
    cancelled = pyqtSignal()
    failed = pyqtSignal(object)  # Notice

    def __init__(self, write: Callable[[], Generator[object, None, None]]) -> None:
        """`write` starts the writing, which yields after each picture."""
        super().__init__()
        self._write = write

    def run(self) -> None:
        try:
            ended = self._written()
        except Exception as error:
            if not isinstance(error, FlowvizError):
                log.exception("export failed")
            self.failed.emit(notice_of("export", error, "The export ended unexpectedly."))
        else:
            (self.exported if ended else self.cancelled).emit()

    def _written(self) -> bool:
        """Write until the end, or until an interruption."""
        pictures = self._write()
        for count, _ in enumerate(pictures, start=1):
            self.advanced.emit(count)
            if self.isInterruptionRequested():
                pictures.close()
                return False
        return True


LEAST_SECONDS = 0.5  # of work, before it is known how long the rest takes


class ExportProgress(QWidget):
    """A bar with a count, and the time left; there only while something is written. Announces how it ended."""

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
        self._bar.setToolTip("How much is written")
        self._bar.setFormat("%v of %m")
        self._left = QLabel()
        self._left.setObjectName("exportTimeLeft")
        self._left.setAccessibleName("Time left")
        line = row(self._bar, self._left, stretched=self._bar)
        line.setContentsMargins(0, 0, 0, 0)
        self.setLayout(line)
        for ended in (self.exported, self.cancelled, self.failed):
            ended.connect(self._end)
        self.hide()

    @property
    def is_running(self) -> bool:
        """Whether something is being written."""
        return self._worker is not None

    def start(self, write: Callable[[], Generator[object, None, None]], count: int) -> None:
        """Write, in a thread, what takes so many steps."""
        worker = ExportWorker(write)
        worker.advanced.connect(self._advance)
        worker.exported.connect(self.exported)
        worker.cancelled.connect(self.cancelled)
        worker.failed.connect(self.failed)
        self._worker, self._started = worker, perf_counter()
        self._bar.setRange(0, count)
        self._bar.setValue(0)
        self._left.clear()
        self.show()
        worker.start()

    def cancel(self) -> None:
        """Stop soon, and leave no file."""
        if self._worker is not None:
            self._worker.requestInterruption()
            self._left.setText("Cancelling…")

    def _advance(self, done: int) -> None:
        if self._worker is None or self._worker.isInterruptionRequested():
            return
        self._bar.setValue(done)
        spent = perf_counter() - self._started
        if spent > LEAST_SECONDS:
            self._left.setText(f"{format_duration(spent * (self._bar.maximum() - done) / done)} left")

    def _end(self) -> None:
        self._worker = None
        self.hide()
