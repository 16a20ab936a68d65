"""Timers that collect requests: a function is called once, a time after the latest one."""

from collections.abc import Callable

from PyQt6.QtCore import QObject, QTimer, pyqtBoundSignal


def delayed(parent: QObject, run: Callable[[], object] | pyqtBoundSignal, milliseconds: int = 0) -> QTimer:
    """Return a timer that calls a function or emits a signal once after each start.

    Qt disconnects a method of a `QObject` that is deleted, but a lambda would run on the deleted object.
    """
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(run)
    return timer
