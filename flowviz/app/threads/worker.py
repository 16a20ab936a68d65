"""Threads that outlive the window that started them."""

from PyQt6.QtCore import QDeadlineTimer, QThread

# A running QThread must outlive its window: XLA cannot be interrupted while it compiles.
_running: set[QThread] = set()


def wait_for_work(milliseconds: int) -> None:
    """Wait for all threads that were told to end, so long together."""
    deadline = QDeadlineTimer(milliseconds)
    for worker in tuple(_running):
        worker.wait(deadline)


class Worker(QThread):
    """A thread that is kept until it has ended."""

    def start(self, priority: QThread.Priority = QThread.Priority.InheritPriority) -> None:
        _running.add(self)
        self.finished.connect(lambda: _running.discard(self))
        super().start(priority)
