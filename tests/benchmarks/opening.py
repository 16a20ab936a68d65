"""How fast a project file is before a person's eyes, and how long opening and saving hold the window.

    python -m tests.benchmarks.opening [FILE]

Needs a display (a real one, Xvfb, or QT_QPA_PLATFORM=offscreen). Prints one line a figure, with its goal.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PyQt6.QtCore import QEventLoop, QTimer
from PyQt6.QtWidgets import QApplication

from flowviz.app.main import create_window
from flowviz.projects import example
from tests.benchmarks.window import report

REPEATS = 9
SCRUBBED = """
import os, sys, time
from pathlib import Path
from PyQt6.QtWidgets import QSlider
import flowviz.app.main as main
from flowviz.app.pane.cloud_view import PictureItem
create, paint, stage = main.create_window, PictureItem.paint, 3
def painted(picture, *arguments):
    paint(picture, *arguments)
    if picture.stage % 1:
        print(time.time(), "tensorflow" in sys.modules, flush=True)
        os._exit(0)
def created():
    window = create()
    window.document_actions.document.opened.connect(lambda: window.findChild(QSlider, "layerScrubber").setValue(stage))
    return window
PictureItem.paint, main.create_window = painted, created
main.run(Path(sys.argv[1]))
"""


def seconds_to_scrubbed(path: Path) -> float:
    """From the start of the program to the first picture between two layers of the file's flow."""
    started = time.time()
    done = subprocess.run([sys.executable, "-c", SCRUBBED, str(path)], capture_output=True, text=True, check=True)
    shown, loaded = done.stdout.split()
    if loaded != "False":
        raise RuntimeError("TensorFlow was loaded")
    return float(shown) - started


class Pauses:
    """How long the window did not answer, in ms."""

    def __init__(self) -> None:
        self.longest_ms = 0.0
        self._last = time.perf_counter()
        self._beat = QTimer()
        self._beat.timeout.connect(self._take_beat)
        self._beat.start(1)

    def _take_beat(self) -> None:
        now = time.perf_counter()
        self.longest_ms = max(self.longest_ms, 1e3 * (now - self._last))
        self._last = now


def longest_pause_ms(done: Callable[[], bool], begin: Callable[[], object]) -> float:
    """The longest pause of the window from the beginning of something to a little after its end."""
    pauses, loop, watch = Pauses(), QEventLoop(), QTimer()
    watch.timeout.connect(lambda: done() and QTimer.singleShot(100, loop.quit))
    watch.start(5)
    QTimer.singleShot(10, lambda: begin())
    loop.exec()
    return pauses.longest_ms


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", default=example("brad").path)
    path = parser.parse_args().file
    starts = [seconds_to_scrubbed(path) for _ in range(REPEATS)]
    report(f"flowviz FILE to a scrubbed picture, median of {REPEATS}", float(np.median(starts)), "s", "<= 1.0")

    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    window = create_window()
    window.show()
    document, opening, saving = window.document_actions.document, list[float](), list[float]()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(REPEATS):
            longest_pause_ms(lambda: document.path is None, window.document_actions.new)
            opening.append(longest_pause_ms(lambda: document.path == path, lambda: document.open(path)))
            to = Path(folder) / f"{number}.flowviz"
            saving.append(longest_pause_ms(lambda to=to: document.path == to, lambda to=to: document.save(to)))  # type: ignore[misc]
        report("longest pause of the window while it opens", float(np.median(opening)), "ms", "<= 50")
        report("longest pause of the window while it saves", float(np.median(saving)), "ms", "<= 50")
        window.close()


if __name__ == "__main__":
    main()
