"""Time from a change of the integrator in the window to the new picture of a trained velocity field.

    python -m tests.benchmarks.integrator FILE [--before CHECKOUT]

FILE is a project of the family flow_matching. Every measurement is the time from a change of the control next to the
scrubber to the first picture of the cloud with the other steps. Both versions run alternately, and a first run of each
fills the compile cache. Needs a display (a real one, Xvfb, or QT_QPA_PLATFORM=offscreen). Prints one line a figure,
with its goal.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from tests.benchmarks.window import report

HERE = Path(__file__).parents[2]
GOALS = {"20 midpoint": "<= 0.3", "20 rk4": "<= 0.3"}
Figures = dict[str, list[float]]
WINDOW = """
import json, os, sys, time
from pathlib import Path
from PyQt6.QtCore import QEventLoop, QTimer
from PyQt6.QtWidgets import QApplication, QSpinBox
from flowviz import process
process.configure()
process.configure_window()
process.keep_compiled_programs(Path(sys.argv[2]))
from flowviz.app.main import create_window
from flowviz.app.pane.cloud_item import CloudItem
application = QApplication([])
application.setStyle("Fusion")
window = create_window()
window.resize(1366, 768)
window.show()
window.document_actions.open(Path(sys.argv[1]))
paint, painted = CloudItem.paint, []
def painting(item, *arguments):
    paint(item, *arguments)
    scene = window._viewing.cloud.drawn.scene
    if scene is not None:
        painted.append(scene.trace.last_stage)
CloudItem.paint = painting
def spin(seconds):
    loop = QEventLoop()
    QTimer.singleShot(int(1e3 * seconds), loop.quit)
    loop.exec()
def wait(condition):
    while not condition():
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
timer = QTimer()  # wakes up the loop that waits
timer.start(2)
wait(lambda: window.session.trained_title)
spin(2)
steps = window.findChild(QSpinBox, "integratorSteps")
def seconds_to_picture(change, number):
    painted.clear()
    started = time.perf_counter()
    change()
    wait(lambda: number in painted)
    return time.perf_counter() - started
def rest(seconds=0.3):  # a score begins later, and counts as a disturbance of its own
    wait(lambda: window.session.project().next is None)
    spin(seconds)
figures = {}
for name in ("midpoint", "rk4"):
    first = seconds_to_picture(lambda: window.request.update_flow(integrator=name, integrator_steps=25), 25)
    figures[f"first use of {name}"] = [first]
    rest()
    for goal, numbers in ((20, (19, 20, 21, 19)), (100, (99, 100))):
        found = figures[f"{goal} {name}"] = []
        for number in numbers:
            found.append(seconds_to_picture(lambda: steps.setValue(number), number))
            rest()
    found = []
    for number in (20, 21, 19, 20):
        found.append(seconds_to_picture(lambda: steps.setValue(number), number))
        rest(1)
    figures[f"20 {name}, during the score"] = found[1:]
    wait(lambda: window.session.project().score is not None)
print(json.dumps(figures), flush=True)
os._exit(0)
"""


def measured(checkout: Path, file: Path, cache: Path) -> Figures:
    """Measure a version of flowviz in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    environment |= {f"XDG_{kind}_HOME": str(cache / kind) for kind in ("DATA", "CONFIG", "STATE")}
    command = [sys.executable, "-c", WINDOW, str(file), str(cache / "compiled")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=checkout, env=environment)
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--before", type=Path, help="a checkout of an earlier version")
    parser.add_argument("--repeats", type=int, default=1)
    options = parser.parse_args()
    checkouts = {"now": HERE} | ({"before": options.before} if options.before else {})
    found: dict[str, list[Figures]] = {version: [] for version in checkouts}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(1 + options.repeats):
            for version, checkout in checkouts.items():
                found[version].append(measured(checkout, options.file.resolve(), Path(folder) / version))
    for version, runs in found.items():
        for name in ("midpoint", "rk4"):
            report(f"first use of {name}, empty cache, {version}", runs[0][f"first use of {name}"][0], "s", "")
    for name in found["now"][0]:
        for version, (_, *runs) in found.items():
            seconds = median(value for run in runs for value in run[name])
            report(f"{name}, {version}", seconds, "s", GOALS.get(name, "") if version == "now" else "")


if __name__ == "__main__":
    main()
