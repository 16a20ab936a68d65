"""How the window holds up: start, repaint, frames while it trains and scrubs, speed of training, memory.

    python -m tests.benchmarks.window [--seconds 20] [--start]

Needs a display (a real one, Xvfb, or QT_QPA_PLATFORM=offscreen). The processes whose start is measured use bytecode,
even if PYTHONDONTWRITEBYTECODE is set: compiling TensorFlow's modules takes longer than loading them. Prints one line
per figure, with its goal.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QEventLoop, QTimer
from PyQt6.QtWidgets import QApplication, QSlider, QToolButton

from flowviz import process
from flowviz.app.main import create_window, spare_tensorflow
from flowviz.app.main_window import MainWindow
from flowviz.records import Finished, Progress, WarmUp
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.targets import build_target
from flowviz.training import Turn, train

CLOUD_SIZE = 900, 800
STAGE_SECONDS = 0.12  # the scrubber is sent on so often: before a glide has ended, so that the cloud never rests
START = """
import sys, time
from flowviz import process
process.configure()  # as the command does first
import flowviz.app.main as main
from flowviz.cli import main as command
from flowviz.app.widgets.late import Late
create, beats = main.create_window, []
def created():
    from PyQt6.QtCore import Qt, QTimer
    window = create()
    timer = QTimer(window, interval=2, timerType=Qt.TimerType.PreciseTimer)
    def paint():
        window.repaint()
        print(time.time())
        timer.start()
    def beat():
        beats.append(time.time())
        if all(late.created for late in window.findChildren(Late)):
            timer.stop()
            print(1e3 * max(after - before for before, after in zip(beats, beats[1:])), time.time(), flush=True)
            window.close()
    timer.timeout.connect(beat)
    QTimer.singleShot(0, paint)
    return window
main.create_window = created
sys.argv = ["flowviz"]
command()
"""  # the command without arguments
BARE = """
import gc, sys, time
gc.disable()
import pyqtgraph
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication, QMainWindow
application = QApplication([])
application.setStyle("Fusion")
window = QMainWindow()
window.setCentralWidget(pyqtgraph.PlotWidget())
QTimer.singleShot(0, lambda: (window.repaint(), print(time.time(), flush=True), window.close()))
window.show()
application.exec()
"""  # the least that a window with a plot takes
FIRST_PICTURE = """
import os, sys, time
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QLineEdit
from flowviz import process
from flowviz.app.main import create_window
from flowviz.records import Snapshot
process.configure()
process.configure_window()
process.keep_compiled_programs()
application = QApplication([])
window = create_window()
window.welcome.show()
window.show()
application.processEvents()
def heard(number, turn):
    event = getattr(turn, "event", turn)  # earlier versions send events
    if isinstance(event, Snapshot) and event.step > 0:
        window.repaint()
        print(time.perf_counter() - started, flush=True)
        os._exit(0)
word = window.findChild(QLineEdit, "startWord")
QTest.keyClicks(word, "flow")
started = time.perf_counter()
QTest.keyClick(word, Qt.Key.Key_Return)
worker = window.session.run.worker
(worker.turn_taken if hasattr(worker, "turn_taken") else worker.event_arrived).connect(heard)
sys.exit(application.exec())
"""


class Start(NamedTuple):
    """Seconds from the start of the process until the window is painted and its event loop answers, and what follows.

    Attributes:
        painted: Seconds until then.
        stall: Longest stall until the window is complete, in milliseconds.
        complete: Seconds until the window is complete.
    """

    painted: float
    stall: float = 0.0
    complete: float = 0.0


def output_of(script: str) -> str:
    """Run a script in a new process that may write bytecode, and return what it prints."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", script]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def start(script: str = START) -> Start:
    """Start a window in a process of its own."""
    started = time.time()
    painted, *rest = map(float, output_of(script).split())
    return Start(painted - started, rest[0], rest[1] - started) if rest else Start(painted - started)


def compare_starts(repeats: int = 7) -> None:
    """Start a bare window and flowviz alternately, and report the medians and their ratio."""
    for script in (BARE, START):
        start(script)  # writes bytecode, and fills the caches of the system
    pairs = [(start(BARE), start(START)) for _ in range(repeats)]
    bare, flowviz = (float(np.median([each.painted for each in starts])) for starts in zip(*pairs, strict=True))
    stall, complete = (float(np.median([getattr(each, name) for _, each in pairs])) for name in ("stall", "complete"))
    report(f"start: bare window painted, median of {repeats}", bare, "s", "")
    report(f"start: window painted and answering, median of {repeats}", flowviz, "s", "")
    report("start, to the bare window", flowviz / bare, "x", "<= 2")
    report("start: longest stall until the window is complete", stall, "ms", "<= 50")
    report("start: window complete", complete, "s", "")


def seconds_to_first_picture() -> float:
    """From Return on the start page, with nothing loaded, until the first picture that has moved is painted."""
    return float(output_of(FIRST_PICTURE).splitlines()[-1])


def steps_per_second_headless(seconds: float) -> float:
    """The speed of a training that nobody watches."""
    *_, end = train(build_target(TextSpec(text="BRAD")), FlowSpec(), TrainingSpec(seconds=seconds))
    assert isinstance(end, Finished)
    return end.progress.steps_per_second


class WatchedWindow:
    """The real window, training, with its frames and repaints timed."""

    def __init__(self) -> None:
        window = create_window()
        assert isinstance(window, MainWindow)
        self.window = window
        self.cloud = window._viewing.cloud
        self.cloud.setFixedSize(*CLOUD_SIZE)
        window.show()
        spare_tensorflow(window.status)
        self.progress: list[Progress] = []
        self.is_compiled = False
        self.painted: list[float] = []
        self._watch_paints(self.cloud.canvas.content().item)
        while not window.target_builder.built:
            self.run(0.1)
        button = window.findChild(QToolButton, "trainButton")
        button.click()
        assert window.session.run is not None
        window.session.run.worker.turn_taken.connect(self._take_turn)

    def _watch_paints(self, item: Any) -> None:
        paint = item.paint

        def watched(*arguments: object) -> None:
            paint(*arguments)
            self.painted.append(time.perf_counter())

        item.paint = watched

    def _take_turn(self, _: int, turn: Turn) -> None:
        if isinstance(turn.event, Progress):
            self.progress.append(turn.event)
        self.is_compiled |= isinstance(turn.event, WarmUp) and turn.event.has_ended

    def run(self, seconds: float, each_time: Callable[[], object] = lambda: None) -> None:
        """Let the event loop run, and do something every stage's time."""
        loop, timer = QEventLoop(), QTimer()
        timer.timeout.connect(each_time)
        timer.start(int(1e3 * STAGE_SECONDS))
        QTimer.singleShot(int(1e3 * seconds), loop.quit)
        loop.exec()
        timer.stop()

    def steps_per_second(self, seconds: float, each_time: Callable[[], object] = lambda: None) -> float:
        """The speed of training over some seconds from now."""
        before = self.progress[-1]
        self.run(seconds, each_time)
        after = self.progress[-1]
        return (after.step - before.step) / (after.seconds - before.seconds)

    def scrub(self) -> None:
        """Send the scrubber on by a stage, and back at the end."""
        scrubber = self.window.findChild(QSlider, "layerScrubber")
        scrubber.setValue((scrubber.value() + 1) % (scrubber.maximum() + 1))

    def repaints_ms(self, count: int) -> NDArray[np.float64]:
        """How long it takes to draw the cloud anew and show it."""
        times = []
        for k in range(count):
            started = time.perf_counter()
            self.cloud.show_stage(k / 7 % 19)
            self.cloud.canvas.content().viewport().repaint()
            times.append(time.perf_counter() - started)
            self.run(0.01)
        return 1e3 * np.array(times)


def report(name: str, value: float, unit: str, goal: str) -> None:
    """One line of the table."""
    print(f"{name:<52} {value:10.2f} {unit:<8} goal {goal}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="for each of the measured trainings")
    parser.add_argument("--start", action="store_true", help="measure the start alone")
    options = parser.parse_args()
    seconds = options.seconds

    compare_starts()
    if options.start:
        return
    pictures = [seconds_to_first_picture() for _ in range(5)]
    report("from a word to the first moving picture, median of 5", float(np.median(pictures)), "s", "<= 6")
    process.configure()  # as the command does, but not before, because the processes above inherit the environment
    headless = steps_per_second_headless(seconds)

    process.configure_window()
    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    watched = WatchedWindow()
    while not (watched.progress and watched.is_compiled):  # until XLA has compiled the steps, they are slow
        watched.run(0.1)
    repaints = watched.repaints_ms(200)
    report("repaint of 8000 points at 900x800, median", float(np.median(repaints)), "ms", "<= 10")
    report("repaint of 8000 points at 900x800, p95", float(np.quantile(repaints, 0.95)), "ms", "")
    watching = watched.steps_per_second(seconds)
    watched.painted.clear()
    scrubbing = watched.steps_per_second(seconds, watched.scrub)
    intervals = 1e3 * np.diff(watched.painted)
    report("frame interval while scrubbing and training, median", float(np.median(intervals)), "ms", "")
    report("frame interval while scrubbing and training, p95", float(np.quantile(intervals, 0.95)), "ms", "<= 17")
    report("steps/s headless", headless, "1/s", "")
    report("steps/s in the window, of headless", 100 * watching / headless, "%", ">= 85")
    report("steps/s in the window while scrubbing, of headless", 100 * scrubbing / headless, "%", ">= 85")
    report("resident memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB", "<= 1500")
    watched.window.discard_changes()  # so that no draft of them is left behind
    watched.window.close()
    os._exit(0)  # threads of TensorFlow may still run


if __name__ == "__main__":
    main()
