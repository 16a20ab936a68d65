"""Checks that a window can be shown, made before Qt would abort the process for lack of a display."""

import os
import subprocess
import sys

from flowviz.errors import FlowvizError

ADVICE = (
    "Work in the terminal instead: flowviz train, flowviz render and the other commands that flowviz --help lists. "
    "Set QT_QPA_PLATFORM=offscreen to run the window without showing it."
)
VARIABLES = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY")  # name a display on Linux
PROBE = "from PyQt6.QtGui import QGuiApplication; app = QGuiApplication([]); print(app.platformName())"
TIMEOUT_SECONDS = 60


def check_display() -> None:
    """Raise `FlowvizError` if the environment names no display."""
    if sys.platform.startswith("linux") and not _named_displays():
        raise FlowvizError(f"There is no display to open a window on. {ADVICE}")


def no_window() -> str:
    """Return the error message for a display that Qt cannot use."""
    displays = f" on {', '.join(_named_displays())}" if _named_displays() else ""
    return (
        f"No window can be opened{displays}: the display does not respond, or Qt lacks a library for it, on Linux "
        f"often libxcb-cursor0. {ADVICE}"
    )


def display_name() -> str:
    """Return the name of the Qt platform plugin that shows windows here, such as "xcb".

    Qt tries it in another process, which it may abort.

    Raises:
        FlowvizError: If no window can be shown.
    """
    check_display()
    try:
        probe = subprocess.run(  # noqa: S603  # fixed arguments
            [sys.executable, "-c", PROBE], capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise FlowvizError(f"Qt did not open a display within {TIMEOUT_SECONDS} seconds. {ADVICE}") from error
    if probe.returncode:
        raise FlowvizError(no_window())
    return probe.stdout.strip()


def _named_displays() -> list[str]:
    return [f"{name}={os.environ[name]}" for name in VARIABLES if os.environ.get(name)]
