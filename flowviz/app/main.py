"""Starts the program."""

import logging
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import QApplication

from flowviz import machine
from flowviz.app.desktop.display import check_display
from flowviz.app.desktop.settings import settings
from flowviz.app.main_window import MainWindow
from flowviz.app.window.crash_handler import log_qt_messages
from flowviz.files import resource, take_back_unfinished
from flowviz.logbook import keep_log, log_folder

ICON = "desktop/icons/hicolor/256x256/apps/flowviz.png"
SWITCH_SECONDS = 5e-4  # a thread that computes in Python gives way to the window ten times as soon as by default
log = logging.getLogger(__name__)


def create_window() -> MainWindow:
    """The main window, not yet shown. There must be a `QApplication`."""
    sys.setswitchinterval(SWITCH_SECONDS)
    machine.share_memory_between_threads()
    return MainWindow()


def run(path: Path | None = None) -> NoReturn:
    """Open the window, with the project of a file; when it is closed, the process ends.

    Where the file is bad the window says so. Raises `FlowvizError` where there is no display.
    """
    check_display()
    keep_log(log_folder())  # where that is not possible, there is none
    log_qt_messages()
    app = QApplication(["flowviz"])  # by this and the next names a desktop finds the icon, on X11 and on Wayland
    app.setApplicationName("flowviz")
    app.setDesktopFileName("flowviz")
    app.setStyle("Fusion")
    app.setWindowIcon(QIcon(str(resource(ICON))))
    try:
        window = create_window()
    except Exception:
        log.exception("no window")
        raise
    window.crash_handler.listen()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C in the terminal: Python would hear of it late, inside of Qt
    log.info("started: %s", machine.described())
    if path is not None:
        window.document_actions.open(path)  # it is read while the window comes up
    else:
        window.welcome.show()
    window.show()
    window.recovery.look()
    code = app.exec()
    log.info("closed")
    _end(code)


def _end(code: int) -> NoReturn:
    """End at once: all files are whole, and nothing is worth tearing down.

    XLA may be compiling for a window that is gone, and cannot be interrupted; TensorFlow takes its time; and Qt crashes
    now and then where a thread ends beside it.
    """
    settings().sync()
    take_back_unfinished()
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # it is closed, or there is none
            stream.flush()
    os._exit(code)
