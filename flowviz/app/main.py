"""Starts the program."""

import os
import sys

from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import QApplication, QMainWindow

from flowviz.app.window import MainWindow
from flowviz.app.workers import work_is_running
from flowviz.errors import FlowvizError
from flowviz.files import resource


def create_window() -> QMainWindow:
    """The main window, not yet shown. There must be a `QApplication`."""
    return MainWindow()


def run() -> int:
    """Open the window and stay until it is closed; the exit code. Raises `FlowvizError` where there is no display."""
    _check_display()
    app = QApplication(sys.argv[:1])
    app.setApplicationName("flowviz")
    app.setStyle("Fusion")
    app.setWindowIcon(QIcon(str(resource("icon.png"))))
    window = create_window()
    window.show()
    code = app.exec()
    if work_is_running() or "tensorflow" in sys.modules:
        # XLA may be compiling for a window that is gone, and cannot be interrupted; and TensorFlow takes its time to be
        # torn down. All files are whole: leave now.
        os._exit(code)
    return code


def _check_display() -> None:
    """Qt ends the process where there is no display: say so before it does."""
    displays = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in displays):
        raise FlowvizError(
            "There is no display to open a window on. The terminal does the same work: see flowviz --help; "
            "or set QT_QPA_PLATFORM=offscreen."
        )
