"""An export, off the GUI thread."""

import logging
from collections.abc import Callable, Generator

from PyQt6.QtCore import pyqtSignal

from flowviz.app.notices.notice import notice_of
from flowviz.app.threads.worker import Worker
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
