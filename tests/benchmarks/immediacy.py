"""Time to the first moving picture after cold, warm and second starts, and smoothness during the warm-up.

    python -m tests.benchmarks.immediacy [--before CHECKOUT] [--repeats 3]

Measures alternately, each in a process of its own, and prints medians and ratios. `--before` is a checkout of an
earlier version to compare with. Needs a display (a real one, Xvfb, or QT_QPA_PLATFORM=offscreen). On a slow machine,
raise `WARM_UP_SECONDS` until a warm-up has finished by then.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from statistics import median

from tests.benchmarks.window import report

HERE = Path(__file__).parents[2]
DELAYS = 0.5, 1.0, 2.0  # seconds between the last key and Return
WARM_UP_SECONDS = 10.0
Figures = dict[str, float]
WINDOW = """
import json, os, sys, time
from pathlib import Path
import numpy as np
from PyQt6.QtCore import QEventLoop, Qt, QTimer
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QLineEdit
try:
    from flowviz import process
    process.keep_compiled_programs(Path(sys.argv[1]))
    process.configure()
    process.configure_window()
except ImportError:
    pass  # an earlier version
from flowviz.app.main import create_window
from flowviz.records import Snapshot
delay = float(sys.argv[2])
application = QApplication([])
application.setStyle("Fusion")
window = create_window()
window.resize(1366, 768)
window.welcome.show()
window.show()
try:
    from flowviz.app.window.completion import complete
    complete(window)
except ImportError:
    pass  # an earlier version
beats = []
timer = QTimer(timerType=Qt.TimerType.PreciseTimer)
timer.timeout.connect(lambda: beats.append(time.perf_counter()))
def intervals(seconds, typed=""):
    beats.clear()
    loop = QEventLoop()
    for i, letter in enumerate(typed):
        QTimer.singleShot(50 * i, lambda letter=letter: QTest.keyClicks(word, letter))
    QTimer.singleShot(int(1e3 * seconds), loop.quit)
    timer.start(16)
    loop.exec()
    timer.stop()
    return 1e3 * np.diff([*beats, time.perf_counter()])
def take(number, turn):
    event = getattr(turn, "event", turn)  # earlier versions send events
    if isinstance(event, Snapshot) and event.step > 0:
        window.repaint()
        figures["picture"] = time.perf_counter() - started
        print(json.dumps(figures), flush=True)
        os._exit(0)
intervals(2)  # the first paints
idle = intervals(2)
word = window.findChild(QLineEdit, "startWord")
if delay:
    typed = intervals(0.2 + delay, "flow")
else:
    typed = idle
    QTest.keyClicks(word, "flow")
figures = {"p99": np.quantile(typed, 0.99) / np.quantile(idle, 0.99), "stall": typed.max()}
started = time.perf_counter()
QTest.keyClick(word, Qt.Key.Key_Return)
worker = window.session.run.worker
(worker.turn_taken if hasattr(worker, "turn_taken") else worker.event_arrived).connect(take)
sys.exit(application.exec())
"""
PREPARATION = """
import json, sys
from pathlib import Path
try:
    from flowviz import process
    process.keep_compiled_programs(Path(sys.argv[1]))
    process.configure()
except ImportError:
    pass
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.targets import build_target
from flowviz.training import train
*_, end = train(build_target(TextSpec(text="flow")), FlowSpec(), TrainingSpec(seconds=0.1))
print(json.dumps({"prepare": end.prepare_seconds}))
"""


def measured(script: str, checkout: Path, cache: Path, *arguments: float) -> Figures:
    """Run a script with a version of flowviz and a compile cache, and return what it measured."""
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    environment |= {f"XDG_{kind}_HOME": str(cache / kind) for kind in ("DATA", "CONFIG", "STATE")}
    command = [sys.executable, "-c", script, str(cache / "compiled"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=checkout, env=environment)
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def middle(runs: Iterable[Figures], name: str) -> float:
    """Return the median of a figure over runs."""
    return median(run[name] for run in runs)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", type=Path, help="a checkout of an earlier version")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    runs: dict[str, list[Figures]] = {}

    def measure(name: str, script: str, checkout: Path, cache: Path, *arguments: float) -> None:
        runs.setdefault(name, []).append(measured(script, checkout, cache, *arguments))

    for _ in range(options.repeats):
        with tempfile.TemporaryDirectory() as folder:
            kept = Path(folder)
            measure("first start", WINDOW, HERE, kept / "empty", 0.0)
            measure("first preparation", PREPARATION, HERE, kept)
            measure("second preparation", PREPARATION, HERE, kept)
            measure("second start", WINDOW, HERE, kept, 0.0)
            for delay in DELAYS:
                measure(f"{delay:g} s", WINDOW, HERE, kept, delay)
            measure("warm", WINDOW, HERE, kept / "warm", WARM_UP_SECONDS)
            if options.before is not None:
                measure("before", WINDOW, options.before, kept / "before", 0.0)
                measure("preparation before", PREPARATION, options.before, kept / "before")

    pictures = {name: middle(found, "picture") for name, found in runs.items() if "picture" in found[0]}
    goals = {"first start": "0.6 x before", "second start": "0.6 x before", "warm": "<= 0.5"}
    for name, seconds in pictures.items():
        report(f"from Return to the first moving picture, {name}", seconds, "s", goals.get(name, "less than cold"))
    for name in ("first start", "second start") if "before" in pictures else ():
        report(f"of that, {name} to the version before", pictures[name] / pictures["before"], "x", "<= 0.6")
    first, second = (middle(runs[f"{which} preparation"], "prepare") for which in ("first", "second"))
    report("preparation, first start", first, "s", "")
    if "preparation before" in runs:
        report("preparation, version before", middle(runs["preparation before"], "prepare"), "s", "")
    report("preparation, second to first start", second / first, "x", "<= 0.5")
    report("frame interval p99, warm-up to idle window", middle(runs["warm"], "p99"), "x", "<= 1.5")
    report("longest stall of the window during the warm-up", middle(runs["warm"], "stall"), "ms", "<= 200")


if __name__ == "__main__":
    main()
