"""Smoothness of the window while a layer is bent, and the time that a disabled layer takes to be shown.

    python -m tests.benchmarks.editing [--families realnvp spline flow_matching] [--seconds 8] [--rounds 3]

The bare window repaints one `pyqtgraph.ImageItem` of 900×800 pixels every 16 ms. flowviz, at 1366×768, shows a trained
flow with 8,000 particles, while the mouse moves every 16 ms along a circle, so that it never rests: it drags a handle
of a curve in the inspector, or an arrow of a step of flow matching in the cloud. A frame is a picture of the cloud, and
a position is a frame whose particles have moved since the one before. Then layers of a RealNVP are disabled and enabled
in turn while density and grid are shown, and the times until the cloud, the log-determinants, the density, the grid and
the score follow are measured. Every measurement is a process of its own; bare window and flowviz alternate. Prints
medians over the rounds.

Needs a display (a real one, Xvfb, or QT_QPA_PLATFORM=offscreen).
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QEvent, QPointF, Qt, QTimer
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QApplication, QWidget

from flowviz import process
from flowviz.app.editing.curve_handles import CurveHandles
from flowviz.app.main import create_window
from flowviz.app.main_window import MainWindow
from flowviz.projects import example
from flowviz.records import Trace
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

EXAMPLES: dict[str, str] = {"realnvp": "brad", "spline": "flow", "flow_matching": "drift"}  # by family
DISABLED = "realnvp"  # the family whose layers are disabled
GOAL_MS, GOAL_RATIO, GOAL_SECONDS = 33.0, 1.5, 0.3
CHECK_SECONDS = 0.01
REACH_PIXELS, PERIOD_SECONDS = 25, 1.0  # of the drag
NOTCHES = 10  # of the wheel, which widen the bend of a curve: a narrow spline would soon be as high as it can be
BENT = {recipes.REAL_NVP, recipes.SPLINE_COUPLING, recipes.FLOW_STEP}
INTERVALS = "p50", "p95", "p99", "longest"
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


def measure_window(family: str, seconds: float) -> Figures:
    """Measure the window of flowviz."""
    process.configure_window()
    window = create_window()
    window.resize(1366, 768)
    window.show()
    window.document_actions.open(example(EXAMPLES[family]).path)
    until(lambda: bool(window.session.trained_title))
    names = window.session.project().flow.stage_names()
    layers = [stage for stage, name in enumerate(names) if name.partition("_")[2] in BENT]
    window.view.set_stage(layers[len(layers) // 2])
    window._viewing.inspector.report_requested.emit("")
    until(lambda: window._viewing.inspector._bending.report is not None)
    wait(2)
    frames = dragged(window, *bend_of(window), seconds)
    window.edits.reset_all()
    wait(1)
    return frames | (disabled(window, layers) if family == DISABLED else {})


def bend_of(window: MainWindow) -> tuple[QWidget, QPointF]:
    """Return the widget in which the current layer is bent, and the pixel at which a drag begins."""
    found = window.findChildren(CurveHandles)
    if not found:
        window.view.set_tool("bend")
        canvas: QWidget = window._viewing.cloud.canvas.content().viewport()
        return canvas, QPointF(canvas.rect().center())
    [handles] = found
    bending = handles._bending
    assert bending.report is not None
    x = bending.report.curves[0].x
    return handles, handles._plot.place(*bending.curves.point_at(0, float(x[len(x) // 2])))


def dragged(window: MainWindow, widget: QWidget, start: QPointF, seconds: float) -> Figures:
    """Return the intervals between frames and between positions while the mouse drags from a pixel of a widget."""
    view = window._viewing.cloud
    cloud: Any = view.canvas.content().item
    shown, frames, positions, paint = list[Trace | None]([None]), list[float](), list[float](), cloud.paint

    def record(*arguments: object) -> None:
        paint(*arguments)
        frames.append(time.perf_counter())
        trace = view.drawn.scene.trace if view.drawn.scene else None
        if trace is not shown[0]:
            shown[0] = trace
            positions.append(frames[-1])

    cloud.paint = record
    begun, timer = time.perf_counter(), QTimer()

    def move() -> None:
        phase = 2 * np.pi * (time.perf_counter() - begun) / PERIOD_SECONDS
        moved = REACH_PIXELS * QPointF(np.cos(phase), -np.sin(phase))
        send_mouse(widget, QEvent.Type.MouseMove, start + moved)

    send_mouse(widget, QEvent.Type.MouseButtonPress, start)
    if isinstance(widget, CurveHandles):
        widget._bending.widen(NOTCHES)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(move)
    timer.start(REPAINT_PERIOD_MS)
    wait(2)
    frames.clear()
    positions.clear()
    wait(seconds)
    timer.stop()
    send_mouse(widget, QEvent.Type.MouseButtonRelease, start)
    assert window.edits.value, "the layer is bent"
    return intervals("frame", frames) | intervals("position", positions)


def send_mouse(widget: QWidget, kind: QEvent.Type, pixel: QPointF) -> None:
    """Press, move or release the left button at a pixel of a widget."""
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    button = none if kind == QEvent.Type.MouseMove else left
    held = none if kind == QEvent.Type.MouseButtonRelease else left
    on_screen = QPointF(widget.mapToGlobal(pixel.toPoint()))
    QApplication.sendEvent(widget, QMouseEvent(kind, pixel, on_screen, button, held, Qt.KeyboardModifier.NoModifier))


def intervals(name: str, times: list[float]) -> Figures:
    """Return the median, high percentiles and the longest of the intervals between times, in milliseconds."""
    found = 1e3 * np.diff(times)
    values = *np.quantile(found, [0.5, 0.95, 0.99]), float(found.max())
    return {f"{name} {quantile}": value for quantile, value in zip(INTERVALS, values, strict=True)}


def disabled(window: MainWindow, layers: list[int]) -> Figures:
    """Return the seconds from a change of a layer to what follows, without the first time, which traces graphs."""
    window.view.show_last_stage()
    window.view.update_view(marks=frozenset({"points", "density", "grid"}))
    until(lambda: window.viewer.scenes.scene.density is not None and window.viewer.scenes.scene.grid is not None)
    wait(2)
    rounds = [followed(window, stage) for stage in (layers[0], layers[0], *layers[1:3])]
    return {name: float(np.median([each[name] for each in rounds[1:]])) for name in FIGURES}


def followed(window: MainWindow, stage: int) -> Figures:
    """Return the seconds from a change of a layer to what follows."""
    before, project = window.viewer.scenes.scene, window.session.project()
    parts: dict[str, Callable[[], Any]] = {
        "cloud": lambda: window.viewer.scenes.scene.trace is not before.trace,
        "log-dets": lambda: window.session.project().trace is not project.trace,
        "density": lambda: window.viewer.scenes.scene.density is not before.density,
        "grid": lambda: window.viewer.scenes.scene.grid is not before.grid,
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
    """Let the event loop run until a condition holds, which is checked too rarely to slow other threads down."""
    while not condition():
        wait(CHECK_SECONDS)


def measured(what: str, seconds: float) -> Figures:
    """Measure the bare window or that of flowviz with a family in a new process."""
    command = [sys.executable, "-m", "tests.benchmarks.editing", "--measure", what, "--seconds", str(seconds)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=seconds + PATIENCE_SECONDS)
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def report_family(family: str, figures: Figures, goal: float) -> None:
    """Print the figures of a family, with their goals."""
    for name in ("frame", "position"):
        for quantile in INTERVALS:
            aim = f"<= {goal:.1f}" if quantile == "p95" else ""
            report(f"{family}, dragging, {name} interval, {quantile}", figures[f"{name} {quantile}"], "ms", aim)
    for name in FIGURES:
        if name in figures:
            aim = f"<= {GOAL_SECONDS}" if name != "cloud" else ""
            report(f"{family}, disabling a layer, {name}", figures[name], "s", aim)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--families", nargs="+", choices=EXAMPLES, default=list(EXAMPLES))
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", choices=[BARE, *EXAMPLES], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        process.configure()
        application = QApplication([])
        application.setStyle("Fusion")
        is_bare = options.measure == BARE
        here = measure_bare(options.seconds) if is_bare else measure_window(options.measure, options.seconds)
        print(json.dumps(here), flush=True)
        os._exit(0)
    found: dict[str, list[Figures]] = {what: [] for what in (BARE, *options.families)}
    for _ in range(options.rounds):
        for what, rounds in found.items():
            rounds.append(measured(what, options.seconds))
    bare = medians(found.pop(BARE))
    for name, value in bare.items():
        report(f"bare window, frame interval, {name}", value, "ms", "")
    for family, rounds in found.items():
        report_family(family, medians(rounds), max(GOAL_MS, GOAL_RATIO * bare["p95"]))


if __name__ == "__main__":
    main()
