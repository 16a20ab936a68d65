"""SIGTERM, which a desktop sends when the user logs out while the program does not answer, and others with `kill`."""

import signal
import socket
from collections.abc import Callable, Iterable
from contextlib import ExitStack

from PyQt6.QtCore import QObject, QSocketNotifier, QTimer
from PyQt6.QtWidgets import QApplication
from PyQt6.sip import voidptr

STATUS = 128 + signal.SIGTERM  # what a shell reports for a process that the signal ended


def end_on_sigterm(saves: Iterable[Callable[[], object]], parent: QObject) -> None:
    """Save and leave the event loop when SIGTERM arrives, or as soon as it begins if the signal arrives earlier.

    A Python signal handler runs only when the interpreter does, and Qt waits for events outside of it. Python therefore
    writes a byte to a socket, and Qt wakes up to read it: https://doc.qt.io/qt-6/unix-signals.html

    Args:
        saves: Functions that are called before the event loop ends, even if some raise errors. They must not ask the
            user.
        parent: The owner of the Qt objects.
    """
    reader, writer = socket.socketpair()
    for end in (reader, writer):
        end.setblocking(False)

    def end_program(*_: object) -> None:
        with ExitStack() as last:
            last.callback(QTimer.singleShot, 0, lambda: QApplication.exit(STATUS))  # now is too early before `exec`
            for save in saves:
                last.callback(save)

    descriptor, readable = voidptr(reader.fileno()), QSocketNotifier.Type.Read
    notifier = QSocketNotifier(descriptor, readable, parent)
    notifier.activated.connect(lambda: reader.recv(1))  # by then the interpreter runs, and calls the handler
    parent.destroyed.connect(lambda: writer.close())  # keeps the socket until then
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGTERM, end_program)
