"""Timers that call a function: once, a time after the latest request, or once per frame."""

from collections.abc import Callable

from PyQt6.QtCore import QObject, Qt, QTimer, pyqtBoundSignal


def delayed(parent: QObject, run: Callable[[], object] | pyqtBoundSignal, milliseconds: int = 0) -> QTimer:
    """Return a timer that calls a function or emits a signal once after each start.

    Qt disconnects a method of a `QObject` that is deleted, but a lambda would run on the deleted object.
    """
    timer = repeated(parent, run, milliseconds)
    timer.setSingleShot(True)
    return timer


def repeated(parent: QObject, run: Callable[[], object] | pyqtBoundSignal, milliseconds: int = 0) -> QTimer:
    """Return a timer that calls a function or emits a signal again and again from each start until it is stopped."""
    timer = QTimer(parent)
    timer.setInterval(milliseconds)
    timer.timeout.connect(run)
    return timer


def frames(parent: QObject, run: Callable[[], object], milliseconds: int) -> QTimer:
    """Return such a timer that keeps its period to the millisecond, for motion."""
    timer = repeated(parent, run, milliseconds)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    return timer
