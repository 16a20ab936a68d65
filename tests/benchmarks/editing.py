"""Smoothness of the window while a curve is bent, and the time that a disabled layer takes to be shown.

    python -m tests.benchmarks.editing [--project FILE] [--seconds 8] [--rounds 3]

The bare window repaints one `pyqtgraph.ImageItem` of 900×800 pixels every 16 ms. flowviz, at 1366×768, shows a trained
flow with 8,000 particles, while the mouse drags a handle in the inspector to and fro every 16 ms; a frame is a picture
of the cloud whose particles have moved. Then layers are disabled and enabled in turn while density and grid are shown,
and the times until the cloud, the log-determinants, the density, the grid and the score follow are measured. Every
measurement is a process of its own; bare window and flowviz alternate. Prints medians over the rounds.

Needs a display (a real one, Xvfb, or QT_QPA_PLATFORM=offscreen).
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QEventLoop, QPointF, Qt, QTimer
from PyQt6.QtTest import QTest as _QTest
from PyQt6.QtWidgets import QApplication

from flowviz import process
from flowviz.app.editing.curve_handles import CurveHandles
from flowviz.app.main import create_window
from flowviz.app.main_window import MainWindow
from flowviz.projects import example
from flowviz.specs import recipes
from tests.benchmarks.live import (
    BARE,
    IMAGE_SIZE,
    PATIENCE_SECONDS,
    REPAINT_PERIOD_MS,
    Figures,
    FrameClock,
    medians,
    wait,
)
from tests.benchmarks.window import report

QTest: Any = _QTest  # its stubs lack the widgets
WINDOW = "window"
GOAL_MS, GOAL_RATIO, GOAL_SECONDS = 33.0, 1.5, 0.3
REACH_PIXELS, PERIOD_SECONDS = 40, 1.5  # of the drag
BENT = {recipes.REAL_NVP, recipes.SPLINE_COUPLING}
FIGURES = "cloud", "log-dets", "density", "grid", "score"


def measure_bare(seconds: float) -> Figures:
    """Measure a bare window."""
    view, item, box = pg.GraphicsView(), pg.ImageItem(), pg.ViewBox()
    view.setCentralItem(box)
    box.addItem(item)
    view.resize(*IMAGE_SIZE)
    clock, timer = FrameClock(item), QTimer()
    view.show()
    pictures = np.random.default_rng(0).integers(0, 255, (8, *IMAGE_SIZE, 4), np.uint8)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: item.setImage(pictures[len(clock.times) % 8], autoLevels=False, levels=(0, 255)))
    timer.start(REPAINT_PERIOD_MS)
    wait(1)
    clock.times.clear()
    wait(seconds)
    return clock.figures()


def measure_window(project: Path, seconds: float) -> Figures:
    """Measure the window of flowviz."""
    process.configure_window()
    window = create_window()
    window.resize(1366, 768)
    window.show()
    window.document_actions.open(project)
    until(lambda: bool(window.session.trained_title))
    names = window.session.project().flow.stage_names()
    layers = [stage for stage, name in enumerate(names) if name.partition("_")[2] in BENT]
    window.view.set_stage(layers[len(layers) // 2])
    window._viewing.inspector.report_requested.emit()
    until(lambda: bool(window.findChildren(CurveHandles)))
    wait(2)
    frames = dragged(window, seconds)
    window.edits.reset_all()
    wait(1)
    return {**frames, **disabled(window, layers)}


def dragged(window: MainWindow, seconds: float) -> Figures:
    """Return the intervals between pictures of moved particles while a handle is dragged."""
    [handles] = window.findChildren(CurveHandles)
    bending = handles._bending
    assert bending.report is not None
    curve = bending.report.curves[0]
    middle = len(curve.x) // 2
    start = handles._plot.place(float(curve.x[middle]), float(bending.curves.values[0][middle]))
    cloud: Any = window._viewing.cloud._item
    shown, times, paint = [cloud.scene_shown], list[float](), cloud.paint

    def record(*arguments: object) -> None:
        paint(*arguments)
        if cloud.scene_shown.trace is not shown[0]:
            shown[0] = cloud.scene_shown.trace
            times.append(time.perf_counter())

    cloud.paint = record
    begun, timer = time.perf_counter(), QTimer()

    def move() -> None:
        phase = 2 * np.pi * (time.perf_counter() - begun) / PERIOD_SECONDS
        place = start + QPointF(REACH_PIXELS * np.sin(phase / 3), -REACH_PIXELS * np.sin(phase))
        QTest.mouseMove(handles, place.toPoint())

    QTest.mousePress(handles, Qt.MouseButton.LeftButton, pos=start.toPoint())
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(move)
    timer.start(REPAINT_PERIOD_MS)
    wait(2)
    times.clear()
    wait(seconds)
    timer.stop()
    QTest.mouseRelease(handles, Qt.MouseButton.LeftButton, pos=start.toPoint())
    p50, p95, p99 = np.quantile(1e3 * np.diff(times), [0.5, 0.95, 0.99])
    return {"p50": p50, "p95": p95, "p99": p99, "longest": float(1e3 * np.diff(times).max())}


def disabled(window: MainWindow, layers: list[int]) -> Figures:
    """Return the seconds from a change of a layer to what follows, without the first time, which traces graphs."""
    window.view.show_last_stage()
    window.view.update_view(marks=frozenset({"points", "density", "grid"}))
    until(lambda: window.viewer.scene.density is not None and window.viewer.scene.grid is not None)
    wait(2)
    rounds = [followed(window, stage) for stage in (layers[0], layers[0], *layers[1:3])]
    return {name: float(np.median([each[name] for each in rounds[1:]])) for name in FIGURES}


def followed(window: MainWindow, stage: int) -> Figures:
    """Return the seconds from a change of a layer to what follows."""
    before, project = window.viewer.scene, window.session.project()
    parts: dict[str, Callable[[], Any]] = {
        "cloud": lambda: window.viewer.scene.trace is not before.trace,
        "log-dets": lambda: window.session.project().trace is not project.trace,
        "density": lambda: window.viewer.scene.density is not before.density,
        "grid": lambda: window.viewer.scene.grid is not before.grid,
        "score": lambda: window.session.project().score not in {None, project.score},
    }
    started, found = time.perf_counter(), Figures()
    window.layer_editor.toggle(stage)
    while len(found) < len(parts):
        until(lambda: any(name not in found and part() for name, part in parts.items()))  # noqa: B023
        now = time.perf_counter() - started
        found |= {name: now for name, part in parts.items() if name not in found and part()}
    wait(1)
    return found


def until(condition: Callable[[], bool]) -> None:
    """Handle events until a condition holds."""
    for _ in count():
        if condition():
            return
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 2)


def measured(what: str, project: Path, seconds: float) -> Figures:
    """Measure the bare window or that of flowviz in a new process."""
    command = [sys.executable, "-m", "tests.benchmarks.editing", "--measure", what, "--seconds", str(seconds)]
    command += ["--project", str(project)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=seconds + PATIENCE_SECONDS)
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--project", type=Path, default=example("brad").path)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", choices=[BARE, WINDOW], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        process.configure()
        application = QApplication([])
        application.setStyle("Fusion")
        here = (
            measure_bare(options.seconds)
            if options.measure == BARE
            else measure_window(options.project, options.seconds)
        )
        print(json.dumps(here), flush=True)
        os._exit(0)
    found: dict[str, list[Figures]] = {BARE: [], WINDOW: []}
    for _ in range(options.rounds):
        for what, rounds in found.items():
            rounds.append(measured(what, options.project, options.seconds))
    bare, window = (medians(rounds) for rounds in found.values())
    for name, value in bare.items():
        report(f"bare window, frame interval, {name}", value, "ms", "")
    goal = max(GOAL_MS, GOAL_RATIO * bare["p95"])
    for name in bare:
        report(f"dragging, frame interval, {name}", window[name], "ms", f"<= {goal:.1f}" if name == "p95" else "")
    for name in FIGURES:
        report(f"disabling a layer, {name}", window[name], "s", f"<= {GOAL_SECONDS}" if name != "cloud" else "")


if __name__ == "__main__":
    main()
