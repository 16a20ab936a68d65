"""Starts the program."""

import logging
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import QApplication, QLabel

from flowviz.app.window import MainWindow
from flowviz.app.workers import work_is_running
from flowviz.errors import FlowvizError
from flowviz.files import resource

SWITCH_SECONDS = 5e-4  # a thread that computes in Python gives way to the window ten times as soon as by default
log = logging.getLogger(__name__)


def create_window() -> MainWindow:
    """The main window, not yet shown. There must be a `QApplication`."""
    sys.setswitchinterval(SWITCH_SECONDS)
    return MainWindow()


def run(path: Path | None = None) -> int:
    """Open the window, with the project of a file, and stay until it is closed; the exit code.

    Where the file is bad the window says so. Raises `FlowvizError` where there is no display.
    """
    _check_display()
    app = QApplication(sys.argv[:1])
    app.setApplicationName("flowviz")
    app.setStyle("Fusion")
    app.setWindowIcon(QIcon(str(resource("icon.png"))))
    window = create_window()
    sys.excepthook = partial(_tell_unexpected, window)  # without one, Qt would end the program
    if path is not None:
        window.desk.open(path)  # it is read while the window comes up
    window.show()
    window.recovery.look()
    code = app.exec()
    if work_is_running() or "tensorflow" in sys.modules:
        # XLA may be compiling for a window that is gone, and cannot be interrupted; and TensorFlow takes its time to be
        # torn down. All files are whole: leave now.
        os._exit(code)
    return code


def _tell_unexpected(window: MainWindow, kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """A slip of the program is logged and told; the window, and what was trained, stay, and are kept at once."""
    log.error("unexpected", exc_info=(kind, error, trace))
    notice = window.findChild(QLabel, "noticeLabel")
    if notice is not None:
        notice.setText(f"Something went wrong inside flowviz: {kind.__name__}. What was trained is still there.")
        notice.show()
    window.autosave.save()


def _check_display() -> None:
    """Qt ends the process where there is no display: say so before it does."""
    displays = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in displays):
        raise FlowvizError(
            "There is no display to open a window on. The terminal does the same work: see flowviz --help; "
            "or set QT_QPA_PLATFORM=offscreen."
        )
