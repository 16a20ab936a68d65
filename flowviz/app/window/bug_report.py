"""Information for bug reports: the log, and details of the system without personal data."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PyQt6.QtCore import QUrl
from PyQt6.QtGui import QDesktopServices, QGuiApplication, QScreen

from flowviz import machine
from flowviz.app.desktop.existing import copy_text
from flowviz.app.notices.notice import Notice
from flowviz.logbook import last_crash, last_lines, log_file, log_folder, without_person

LOGGED_LINES = 60
TOPIC = "log"


@dataclass(frozen=True)
class BugReport:
    """Actions of the Help menu that show the log and copy details of the system.

    Attributes:
        say: Shows a message in the status bar.
        post: Shows a notice.
    """

    say: Callable[[str], object]
    post: Callable[[Notice], object]

    def show_log(self) -> None:
        """Open the log in the default program for text files, or else its folder."""
        folder = log_folder()
        path = log_file(folder)
        if not path.exists():
            text, advice = "There is no log.", f"It was removed, or {folder} is write-protected."
            self.post(Notice(TOPIC, text, advice))
        elif _open(path) or _open(folder):
            self.post(Notice(TOPIC))
        else:
            self.post(Notice(TOPIC, "No program is set up to open the log.", f"Open {path} yourself."))

    def copy_details(self) -> None:
        """Copy the details to the clipboard."""
        copy_text(details())
        self.say("The details were copied to the clipboard. They contain no names, folders or files of yours.")


def details() -> str:
    """Return the versions, the platform, the screens, the devices and the end of the log without personal data."""
    facts: machine.SystemInfo = {
        **machine.system_info(),
        "devices": _devices(),
        "qt_platform": QGuiApplication.platformName(),
        "screens": [_describe(screen) for screen in QGuiApplication.screens()],
    }
    log = "\n".join(last_lines(log_folder(), LOGGED_LINES)) or "empty"
    crash = (
        "\n".join(["", "Latest crash:", *crashed, ""]) if (crashed := last_crash(log_folder(), LOGGED_LINES)) else ""
    )
    return without_person(f"{machine.format_info(facts)}\n\nEnd of the log:\n{log}\n{crash}")


def _devices() -> list[str] | str:
    """Return the devices as `flowviz info` does, but never load TensorFlow, which would block the window."""
    if not hasattr(sys.modules.get("flowviz.flows"), "Flow"):
        return "unknown before the first training"
    from flowviz.flows.machine import devices

    return devices()


def _describe(screen: QScreen) -> str:
    size, scale, dpi = screen.size(), screen.devicePixelRatio(), screen.logicalDotsPerInch()
    return f"{size.width()}x{size.height()}, scale factor {scale:g}, {dpi:.0f} dpi, {screen.refreshRate():.0f} Hz"


def _open(path: Path) -> bool:
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
