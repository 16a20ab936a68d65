"""Whether a window can be shown here, found out at no risk: where Qt finds no display, it ends its process."""

import os
import subprocess
import sys

from flowviz.errors import FlowvizError

ADVICE = (
    "The terminal does the same work without one: flowviz train, flowviz render, and what flowviz --help lists; "
    "QT_QPA_PLATFORM=offscreen lets the window run unseen."
)
DISPLAYS = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY")  # what names one on Linux
PROBE = "from PyQt6.QtGui import QGuiApplication; app = QGuiApplication([]); print(app.platformName())"
PATIENCE_SECONDS = 60


def check_display() -> None:
    """Raise `FlowvizError` where there is no display to open a window on."""
    if sys.platform.startswith("linux") and not _named():
        raise FlowvizError(f"There is no display to open a window on. {ADVICE}")


def no_window() -> str:
    """What to say where Qt can show no window on the display that is named."""
    named = f" on {', '.join(_named())}" if _named() else ""
    return (
        f"No window can be opened{named}: the display does not answer, or Qt lacks a library for it, on Linux often "
        f"libxcb-cursor0. {ADVICE}"
    )


def display_name() -> str:
    """What Qt calls the way in which it shows windows here, such as xcb. Raises `FlowvizError` where it cannot."""
    check_display()
    try:
        done = subprocess.run(  # noqa: S603  # our own
            [sys.executable, "-c", PROBE], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise FlowvizError(f"Qt does not find out whether it can show a window here. {ADVICE}") from error
    if done.returncode:
        raise FlowvizError(no_window())
    return done.stdout.strip()


def _named() -> list[str]:
    return [f"{name}={os.environ[name]}" for name in DISPLAYS if os.environ.get(name)]
