"""Completion of the window after its first picture."""

from typing import Any

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QMainWindow

from flowviz.app.threads.latest import LatestWorker
from flowviz.app.widgets.late import Late


def complete(window: QMainWindow) -> None:
    """Create the late widgets of a window that has been painted.

    A thread loads their libraries, so that the window answers meanwhile. Then each turn of the event loop creates one.
    """
    waiting: list[Late[Any]] = window.findChildren(Late)
    loads = [widget.load for widget in waiting]
    thread, turns = LatestWorker(), QTimer(window)

    def create_next() -> None:
        if waiting:
            waiting.pop(0).content()
        else:
            turns.stop()
            thread.close()

    turns.timeout.connect(create_next)
    window.destroyed.connect(thread.close)
    thread.ask("window", lambda: [load() for load in loads], lambda _: turns.start())
