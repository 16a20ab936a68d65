"""Completion of the window after its first picture."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from PyQt6.QtWidgets import QMainWindow

from flowviz.app.threads.delay import repeated
from flowviz.app.threads.worker import Worker
from flowviz.app.widgets.late import Late

PAUSE_MS = 16  # a frame, in which the window is painted and answers before the next widget is created


class LibraryLoader(Worker):
    """Thread that loads the libraries of late widgets, and then ends."""

    def __init__(self, widgets: Sequence[Late[Any]]) -> None:
        super().__init__()
        self._loads = [widget.load for widget in widgets]

    def run(self) -> None:
        for load in self._loads:
            with suppress(Exception):  # the widget will raise it again, where it can be reported
                load()


def complete(window: QMainWindow) -> None:
    """Create the late widgets of a window that has been painted.

    A thread loads their libraries, so that the window answers meanwhile. Then they are created one by one.
    """
    waiting: list[Late[Any]] = window.findChildren(Late)
    thread = LibraryLoader(waiting)

    def create_next() -> None:
        if waiting:
            waiting.pop(0).content()
        else:
            turns.stop()

    turns = repeated(window, create_next, PAUSE_MS)
    thread.finished.connect(turns.start)
    thread.start()
