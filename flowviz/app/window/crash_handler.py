"""Handling of unexpected exceptions and of messages from Qt."""

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from traceback import extract_tb
from types import TracebackType

from PyQt6.QtCore import QMessageLogContext, QObject, QtMsgType, pyqtSignal
from PyQt6.QtGui import QGuiApplication

from flowviz.app.desktop.display import no_window
from flowviz.app.notices.notice import REPORT_IT, Notice, notice_of

LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
TOPIC = "crash"
ADVICE = f"Your trained flow is still here. {REPORT_IT}"
log = logging.getLogger(__name__)
qt_log = logging.getLogger("qt")


class CrashHandler(QObject):
    """Handler of uncaught exceptions in all threads, which logs them, shows a notice and saves a draft.

    PyQt aborts the program after an exception in a slot or an overridden method unless `sys.excepthook` is replaced:
    https://pytest-qt.readthedocs.io/en/latest/virtual_methods.html
    """

    _caught = pyqtSignal(object)  # Notice; emitted in any thread, received in that of the window

    def __init__(
        self, save_drafts: Iterable[Callable[[], None]], post: Callable[[Notice], object], parent: QObject
    ) -> None:
        """Prepare to handle exceptions; each of `save_drafts` saves unsaved changes, and `post` shows a notice."""
        super().__init__(parent)
        self._savers, self._post = tuple(save_drafts), post
        self._seen = set[tuple[object, ...]]()
        self._is_saving = False
        self._caught.connect(self._save_draft)

    def listen(self) -> None:
        """Install the handler for all threads."""
        sys.excepthook = self.take
        threading.excepthook = self._take_from_thread

    def take(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Handle an exception, in any thread.

        A repeated one, raised by the same calls in the same lines, is neither logged nor shown.
        """
        origin = kind, *((frame.filename, frame.lineno) for frame in extract_tb(trace))
        if origin in self._seen:
            self._caught.emit(Notice(TOPIC))
            return
        self._seen.add(origin)
        log.critical("unexpected exception", exc_info=(kind, error, trace))
        self._caught.emit(notice_of(TOPIC, error, "Something went wrong inside flowviz.", ADVICE))

    def _take_from_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self.take(args.exc_type, args.exc_value, args.exc_traceback)

    def _save_draft(self, notice: Notice) -> None:
        if self._is_saving:  # saving the draft has caused the exception
            return
        self._is_saving = True
        try:
            with ExitStack() as calls:  # which runs all of them, in reverse order, even if one raises an error
                for save in self._savers:
                    calls.callback(save)
                if notice.text:
                    calls.callback(self._post, notice)
        except Exception:
            log.exception("not all steps after an unexpected exception succeeded")
        finally:
            self._is_saving = False


def log_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
    """Write a message of Qt to the log."""
    qt_log.log(LEVELS[kind], "%s: %s", context.category, message)
    if kind == QtMsgType.QtFatalMsg:
        _explain_fatal_message(message)


def _explain_fatal_message(message: str | None) -> None:
    """Print why Qt ends the program, and end it here if Qt has found no display.

    Qt aborts the process as soon as this returns (https://doc.qt.io/qt-6/qtlogging.html#qFatal), which the
    user sees as a crash with a core dump. An exception cannot prevent that, since it cannot pass through Qt, and a
    trial run in another process, as in `desktop.display.display_name`, would delay every start. Nothing is open yet
    that `os._exit` could leave unfinished.
    """
    finds_no_display = not QGuiApplication.platformName()
    if sys.stderr is not None:
        sys.stderr.write(f"{no_window() if finds_no_display else message}\n")
        sys.stderr.flush()
    if finds_no_display:
        os._exit(2)
