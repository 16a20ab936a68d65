"""Ctrl+C and SIGTERM, which Slurm, `timeout` and Docker send: a command cleans up, and says by its status who ended it.

A command that is interrupted leaves no partial file and exits with status 130 after Ctrl+C, 143 after SIGTERM. A
training keeps what it has learned, too.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from flowviz.cli.messages import say

SIGNALS = (signal.SIGINT, signal.SIGTERM)
SHELL_STATUS = 128  # plus the number of the signal: what a shell reports for a process that a signal ended


class Interrupted(KeyboardInterrupt):
    """A signal asks the command to end."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.status = SHELL_STATUS + number


class StopRequest:
    """A request by a signal to stop, with the exit status for that signal."""

    def __init__(self) -> None:
        self.status = 0
        self._is_announced = False

    def is_made(self) -> bool:
        """Return whether a signal has arrived; the first time, print what happens next.

        The handler of a signal cannot print, because it may interrupt the printing of something else.
        """
        if self.status and not self._is_announced:
            self._is_announced = True
            say("Stopping and saving; press Ctrl+C again to give up.")
        return self.status != 0


@contextmanager
def interruptible() -> Iterator[None]:
    """Raise `Interrupted` in the block when a signal arrives."""

    def interrupt(number: int, _: FrameType | None) -> None:
        raise Interrupted(number)

    with _handled_by(interrupt):
        yield


@contextmanager
def stoppable() -> Iterator[StopRequest]:
    """Note the first signal that arrives in the block, so that work can end well; the second one interrupts it."""
    request = StopRequest()

    def note(number: int, _: FrameType | None) -> None:
        if request.status:
            raise Interrupted(number)
        request.status = SHELL_STATUS + number

    with _handled_by(note):
        yield request


@contextmanager
def _handled_by(handler: Callable[[int, FrameType | None], Any]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in SIGNALS}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
