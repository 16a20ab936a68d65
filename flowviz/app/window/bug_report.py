"""What helps to mend flowviz: its log, and details of the machine without anything personal."""

import sys
from pathlib import Path

from PyQt6.QtCore import QObject, QUrl, pyqtSignal
from PyQt6.QtGui import QDesktopServices, QGuiApplication, QScreen

from flowviz import machine
from flowviz.app.notices.notice import Notice
from flowviz.logbook import last_lines, log_file, log_folder, without_person

LOGGED_LINES = 60
LOG = "log"  # topic of the notices


class BugReport(QObject):
    """Shows the log, and puts the details on the clipboard."""

    done = pyqtSignal(str)  # what was done
    notice_posted = pyqtSignal(object)  # Notice

    def show_log(self) -> None:
        """Open the log in the program that the system has for it, or else its folder."""
        folder = log_folder()
        if not log_file(folder).exists():
            self.notice_posted.emit(
                Notice(LOG, "There is no log.", f"{folder} cannot be written to, or it was removed.")
            )
        elif _opened(log_file(folder)) or _opened(folder):
            self.notice_posted.emit(Notice(LOG))
        else:
            self.notice_posted.emit(Notice(LOG, "No program opens the log here.", f"It is {log_file(folder)}."))

    def copy_details(self) -> None:
        """Put the details on the clipboard, and say so."""
        clipboard = QGuiApplication.clipboard()
        assert clipboard is not None
        clipboard.setText(details())
        self.done.emit("The details are on the clipboard. Your name, folders and files are not in them.")


def details() -> str:
    """Versions, platform, screens, devices, and the end of the log: nothing personal."""
    found: machine.Described = {
        **machine.described(),
        "devices": _devices(),
        "qt_platform": QGuiApplication.platformName(),
        "screens": [_described(screen) for screen in QGuiApplication.screens()],
    }
    log = "\n".join(last_lines(log_folder(), LOGGED_LINES)) or "empty"
    return without_person(f"{machine.told(found)}\n\nThe end of the log:\n{log}\n")


def _devices() -> list[str] | str:
    """As `flowviz info` says them; TensorFlow is not loaded for that, nor is the window held up where it is loading."""
    if not hasattr(sys.modules.get("flowviz.flows"), "Flow"):
        return "not looked for before the first training"
    from flowviz.flows.machine import devices

    return devices()


def _described(screen: QScreen) -> str:
    size = screen.size()
    scale, dpi = screen.devicePixelRatio(), screen.logicalDotsPerInch()
    return f"{size.width()}x{size.height()} at {scale:g} times, {dpi:.0f} dots an inch, {screen.refreshRate():.0f} Hz"


def _opened(path: Path) -> bool:
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
