"""Every view in the real window while it trains: frames, repaints, the probe under the mouse, the strip.

Called by `python -m tests.benchmarks.view`; needs a display (a real one, Xvfb, or QT_QPA_PLATFORM=offscreen).
"""

import sys
import time

import numpy as np
from PyQt6.QtWidgets import QApplication

from flowviz.app.viewer.displays import Queries
from flowviz.app.viewer.subject import Subject
from flowviz.records import Trace
from tests.benchmarks.window import WatchedWindow, report

VIEWS = {
    "points": {"points"},
    "density, points": {"density", "points"},
    "grid, points": {"grid", "points"},
    "paths, points": {"paths", "points"},
    "all": {"density", "grid", "paths", "points"},
}
PROBES = 200


def main(seconds: float) -> None:
    """Measure each view for so many seconds, and print."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setStyle("Fusion")
    watched = WatchedWindow()
    while not watched.progress:
        watched.run(0.1)
    for name, marks in VIEWS.items():
        show(watched, marks)
        watched.run(1.5)  # the first answers
        repaints = watched.repaints_ms(60)
        report(f"in the window, training: repaint, {name}", float(np.median(repaints)), "ms", "<= 8")
        watched.painted.clear()
        watched.steps_per_second(seconds, watched.scrub)
        intervals = 1e3 * np.diff(watched.painted)
        report(f"frame interval while scrubbing, {name}, p95", float(np.quantile(intervals, 0.95)), "ms", "<= 17")
    show(watched, {"points"})
    waits = probe_ms(watched)
    report("from a move of the mouse to the probe's answer, median", float(np.median(waits)), "ms", "<= 16.7")
    report("from a move of the mouse to the probe's answer, p95", float(np.quantile(waits, 0.95)), "ms", "")
    watched.window.close()


def show(watched: WatchedWindow, marks: set[str]) -> None:
    """Choose what is drawn."""
    for mark, action in watched.window._viewing.view_bar.mark_actions.items():
        action.setChecked(mark in marks)


def probe_ms(watched: WatchedWindow) -> list[float]:
    """How long the answers take, asked one after the other while it trains."""
    viewer = watched.window.viewer
    queries: Queries = viewer._queries
    subject: Subject = viewer._scenes.subject
    waits = list[float]()
    for number in range(PROBES):
        asked, answered = time.perf_counter(), list[Trace]()
        queries.probe(subject, (0.01 * number - 1, 0.3), 9, answered.append)
        while not answered:
            QApplication.processEvents()
        waits.append(1e3 * (time.perf_counter() - asked))
        watched.run(0.01)
    return waits[10:]
