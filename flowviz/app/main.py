"""Start and end of the program."""

import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from PyQt6.QtCore import QTimer, qInstallMessageHandler
from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import QApplication

from flowviz import machine, process
from flowviz.app.desktop.display import check_display
from flowviz.app.desktop.settings import settings
from flowviz.app.desktop.termination import end_on_sigterm
from flowviz.app.main_window import MainWindow
from flowviz.app.notices.notice import Notice
from flowviz.app.training.activity import Activity
from flowviz.app.training.status import TrainingStatus
from flowviz.app.training.training_state import TrainingState
from flowviz.app.window.completion import complete
from flowviz.app.window.crash_handler import log_qt_message
from flowviz.files import resource, undo_unfinished
from flowviz.logbook import keep_log, log_folder

ICON = "desktop/icons/hicolor/256x256/apps/flowviz.png"
log = logging.getLogger(__name__)


def create_window() -> MainWindow:
    """Create the main window without showing it. A `QApplication` must exist."""
    return MainWindow()


def run(path: Path | None = None, extensions: Sequence[str] = ()) -> NoReturn:
    """Show the main window, and end the process once it is closed.

    Args:
        path: Project file to open. If it cannot be read, the window shows why.
        extensions: Sentences about extensions that run their own code, to be shown.

    Raises:
        FlowvizError: If there is no display.
    """
    check_display()
    process.configure()
    process.configure_window()
    keep_log(log_folder())  # without a log if the folder cannot be written to
    qInstallMessageHandler(log_qt_message)
    app = _create_application()
    try:
        window = create_window()
    except Exception:
        log.exception("the window could not be created")
        raise
    window.crash_handler.listen()
    if extensions:
        window.notifications.post(Notice("extensions", " ".join(extensions)))
    end_on_sigterm([autosave.save_now for autosave in window.autosaves], app)
    spare_tensorflow(window.status)
    if path is not None:
        window.document_actions.open(path)  # read in the background while the window appears
    else:
        window.welcome.show()
    window.show()
    QTimer.singleShot(0, lambda: _finish_start(window))
    code = app.exec()
    log.info("closed")
    _end(code)


def spare_tensorflow(status: TrainingStatus) -> None:
    """Exclude TensorFlow's objects from searches for garbage once the first training runs."""

    def spare(_: Activity, activity: Activity) -> None:
        if activity.state == TrainingState.TRAINING:
            status.activity.changed.disconnect(spare)
            process.spare_loaded_objects()

    status.activity.changed.connect(spare)


def _finish_start(window: MainWindow) -> None:
    """Do what the first picture of the window need not wait for, because it loads libraries."""
    window.recovery.look()
    process.keep_compiled_programs()
    log.info("started: %s", machine.system_info())
    complete(window)  # last, because its thread would slow down the rest


def _create_application() -> QApplication:
    app = QApplication(["flowviz"])  # desktops find the icon by this name on X11, by the next two on Wayland
    app.setApplicationName("flowviz")
    app.setDesktopFileName("flowviz")
    app.setStyle("Fusion")
    app.setWindowIcon(QIcon(str(resource(ICON))))
    return app


def _end(code: int) -> NoReturn:
    """Flush what is buffered, and end the process without waiting for its threads.

    A training thread may be inside TensorFlow, which offers no way to interrupt a function that runs or compiles
    (https://github.com/tensorflow/tensorflow/issues/28786). To return from `main` instead, the program would have to
    wait for that thread, some seconds without a window, because deleting a running QThread crashes
    (https://doc.qt.io/qt-6/qthread.html#dtor.QThread), and so can a thread that returns to an interpreter that is
    being finalized (https://github.com/python/cpython/issues/80657). `os._exit` skips both teardowns
    (https://docs.python.org/3/library/os.html#os._exit), and what they would flush is flushed here. Files need no
    teardown: they are written under another name and renamed when they are complete.
    """
    settings().sync()
    undo_unfinished()
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, or None without a console
            stream.flush()
    os._exit(code)
