"""Whether a window can be shown here, found out at no risk: where Qt finds no display, it ends its process."""

import os
import subprocess
import sys

from flowviz.errors import FlowvizError

ADVICE = (
    "The terminal does the same work without one: flowviz train, flowviz render, and what flowviz --help lists; "
    "QT_QPA_PLATFORM=offscreen lets the window run unseen."
)
PROBE = "from PyQt6.QtGui import QGuiApplication; app = QGuiApplication([]); print(app.platformName())"
PATIENCE_SECONDS = 60


def check_display() -> None:
    """Raise `FlowvizError` where there is no display to open a window on."""
    displays = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in displays):
        raise FlowvizError(f"There is no display to open a window on. {ADVICE}")


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
        said = " ".join(done.stderr.split()) or f"it ended with code {done.returncode}."
        raise FlowvizError(f"Qt cannot show a window here: {said} {ADVICE}")
    return done.stdout.strip()
