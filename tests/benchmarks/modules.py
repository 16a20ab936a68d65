"""Count the modules of the app whose code runs in the GUI thread for an action of the user.

    python -m tests.benchmarks.modules [--list]

The actions are Train, a step of the stage slider, a bend of a curve, and opening a file. Needs a display (a real one,
Xvfb, or QT_QPA_PLATFORM=offscreen). Prints one line for each action.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from PyQt6.QtCore import QEventLoop, QThread, QTimer
from PyQt6.QtWidgets import QApplication, QSlider, QToolButton

import flowviz
from flowviz.app.main import create_window
from flowviz.app.main_window import MainWindow
from flowviz.specs.edits import Bump

APP = "flowviz.app."
REST_MS = 2000  # for answers that follow an action


class Modules:
    """Collects the modules of the app whose functions are called in the GUI thread.

    Attributes:
        names: The modules.
        before_thread: The modules up to the first start of a thread. None if no thread has started.
    """

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.before_thread: frozenset[str] | None = None

    def collect(self, act: Callable[[], object], rest_ms: int = 0) -> "Modules":
        """Collect the modules that run during an action and in the `rest_ms` milliseconds after it."""
        sys.setprofile(self._on_event)
        act()
        if rest_ms:
            wait(rest_ms)
        sys.setprofile(None)
        return self

    def _on_event(self, frame: FrameType, event: str, argument: Any) -> None:
        name = frame.f_globals.get("__name__", "")
        if event == "call" and name.startswith(APP):
            self.names.add(name.removeprefix(APP))
        receiver = getattr(argument, "__self__", None)
        if event == "c_call" and isinstance(receiver, QThread) and argument.__name__ == "start":
            self.before_thread = self.before_thread or frozenset(self.names)


def wait(milliseconds: int) -> None:
    """Let the window work for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def train(window: MainWindow) -> Modules:
    """Return the modules that run when Train is pressed."""
    return Modules().collect(window.findChild(QToolButton, "trainButton").click)


def step(window: MainWindow) -> Modules:
    """Return the modules that run for a step of the stage slider."""
    slider = window.findChild(QSlider, "layerScrubber")
    return Modules().collect(lambda: slider.setValue(slider.value() - 1), REST_MS)


def bend(window: MainWindow) -> Modules:
    """Return the modules that run when a curve of the first layer is bent."""
    bump = Bump(curve="shift", center=(0.2,), height=(-1.0,), width=0.6)
    return Modules().collect(lambda: window.edits.add_bump(1, bump), REST_MS)


def open_file(window: MainWindow, path: Path) -> Modules:
    """Return the modules that run when a project is opened."""
    window.discard_changes()
    found = Modules().collect(lambda: window.document_actions.open(path), REST_MS)
    assert window.document_actions.document.path == path
    return found


def main() -> None:
    """Print the number of modules for each action."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="print the names of the modules, too")
    given = parser.parse_args()
    folder = tempfile.mkdtemp()
    for kind in ("CONFIG", "DATA", "STATE"):
        os.environ[f"XDG_{kind}_HOME"] = folder
    app = QApplication.instance() or QApplication(sys.argv)
    window = create_window()
    window.show()
    window.welcome.leave()
    wait(REST_MS)
    pressed = train(window)
    assert pressed.before_thread is not None
    found = {"Train, up to the start of the thread": pressed.before_thread, "Train": pressed.names}
    while window.session.project().checkpoint is None:
        wait(100)
    window.session.stop()
    while window.session.run is not None:
        wait(100)
    path = Path(folder) / "flow.flowviz"
    flowviz.save(window.session.project(), path)
    found |= {"stage slider": step(window).names, "bend": bend(window).names, "open": open_file(window, path).names}
    for action, names in found.items():
        print(f"{action}: {len(names)} modules")
        if given.list:
            print("    " + " ".join(sorted(names)))
    sys.stdout.flush()
    window.discard_changes()
    window.close()
    app.processEvents()
    os._exit(0)  # threads of TensorFlow may still run


if __name__ == "__main__":
    main()
