"""What nobody has foreseen: it is logged, told once, and what is not saved is kept; the window stays."""

import logging
import os
import sys
import threading
from traceback import extract_tb
from types import TracebackType

from PyQt6.QtCore import QMessageLogContext, QObject, QtMsgType, pyqtSignal, qInstallMessageHandler
from PyQt6.QtGui import QGuiApplication

from flowviz.app.desktop.display import no_window
from flowviz.app.document.autosave import Autosave
from flowviz.app.notices.notice import REPORT_IT, Notice, notice_of

LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
SLIP = "slip"  # topic of the notices
ADVICE = f"What was trained is still there. {REPORT_IT}"
log = logging.getLogger(__name__)
qt_log = logging.getLogger("qt")


class CrashHandler(QObject):
    """Takes the exceptions that nothing caught, in whatever thread. Without it, Qt would end the program."""

    notice_posted = pyqtSignal(object)  # Notice
    _happened = pyqtSignal(object)  # Notice; heard in the GUI thread, wherever it is emitted

    def __init__(self, autosave: Autosave, parent: QObject) -> None:
        super().__init__(parent)
        self._autosave = autosave
        self._known = set[tuple[object, ...]]()
        self._is_keeping = False
        self._happened.connect(self._tell)

    def listen(self) -> None:
        """From now on."""
        sys.excepthook = self.take
        threading.excepthook = self._take_of_thread

    def take(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """One exception; may be called in any thread. What comes again from the same line is not told again."""
        place = kind, *((frame.filename, frame.lineno) for frame in extract_tb(trace)[-1:])
        if place in self._known:
            self._happened.emit(Notice(SLIP))
            return
        self._known.add(place)
        log.critical("unexpected", exc_info=(kind, error, trace))
        self._happened.emit(notice_of(SLIP, error, "Something went wrong inside flowviz.", ADVICE))

    def _take_of_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self.take(args.exc_type, args.exc_value, args.exc_traceback)

    def _tell(self, notice: Notice) -> None:
        if self._is_keeping:
            return  # keeping it is what has failed
        self._is_keeping = True
        try:
            if notice.text:
                self.notice_posted.emit(notice)
            self._autosave.save()
        except Exception:
            log.exception("after that, it could not be kept")
        finally:
            self._is_keeping = False


def log_qt_messages() -> None:
    """Qt's warnings go to the log, from now on."""
    qInstallMessageHandler(_log_message)


def _log_message(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
    qt_log.log(LEVELS[kind], "%s: %s", context.category, message)
    if kind == QtMsgType.QtFatalMsg:
        _tell_the_end(message)


def _tell_the_end(message: str | None) -> None:
    """Qt ends the program now, as a crash; where it has found no display, it ends with a sentence instead."""
    finds_no_display = not QGuiApplication.platformName()
    if sys.stderr is not None:
        sys.stderr.write(f"{no_window() if finds_no_display else message}\n")
        sys.stderr.flush()
    if finds_no_display:
        os._exit(2)
