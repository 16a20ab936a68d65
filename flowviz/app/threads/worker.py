"""Threads that outlive the window that has started them."""

from PyQt6.QtCore import QDeadlineTimer, QThread

# Destroying a QThread object while its thread runs aborts the program (https://doc.qt.io/qt-6/qthread.html#dtor.QThread),
# and a thread in which XLA compiles cannot be interrupted when its window closes.
_running: set[QThread] = set()


def wait_for_work(milliseconds: int) -> None:
    """Wait for all running threads, for this long at most."""
    deadline = QDeadlineTimer(milliseconds)
    for worker in tuple(_running):
        worker.wait(deadline)


class Worker(QThread):
    """Thread whose object is kept until the thread has ended."""

    def start(self, priority: QThread.Priority = QThread.Priority.InheritPriority) -> None:
        _running.add(self)
        self.finished.connect(lambda: _running.discard(self))
        super().start(priority)
