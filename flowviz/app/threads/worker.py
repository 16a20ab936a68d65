"""Threads that outlive the window that has started them."""

from threading import Event as Flag

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


class PausableWorker(Worker):
    """Thread that can be paused between two events of its work, and that begins when a previous one has ended."""

    def __init__(self, number: int, previous: "PausableWorker | None") -> None:
        """Prepare a run.

        Args:
            number: The number of the run.
            previous: The worker of the previous run, which must end first.
        """
        super().__init__()
        self.number = number
        self._previous = previous
        self._stopping, self._running = Flag(), Flag()
        self._running.set()

    def pause(self) -> None:
        """Pause after the next event."""
        self._running.clear()

    def resume(self) -> None:
        """Continue after a pause."""
        self._running.set()

    def stop(self) -> None:
        """End the work at the next opportunity, and keep its results."""
        self._stopping.set()
        self._running.set()

    def abandon(self) -> None:
        """End the work as soon as possible, without results."""
        self.requestInterruption()
        self.stop()

    def _wait_for_previous(self) -> None:
        if self._previous is not None:
            self._previous.wait()
            self._previous = None
