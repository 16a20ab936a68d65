"""Smoothness of the window during training, relative to a bare window that runs the same training.

    python -m tests.benchmarks.live [--seconds 10] [--rounds 3] [--views points density comparison …] [--flow FAMILY]
                                   [--words BRAD,KATIE]

The bare window repaints one `pyqtgraph.ImageItem` of 900×800 pixels every 16 ms. flowviz, at 1366×768, trains the same
word while the scrubber moves continuously and inspector, strip and loss plot are visible. A comparison trains four
flows, and its frames are those of its second cloud, while the depth of all four moves continuously. Measurements begin
once XLA has compiled the steps of all flows, because training and frames are slower until then. The condition of a flow
is dragged after a short training; a bare window without a training is shown for comparison. Every measurement is a
process of its own; bare window and flowviz alternate. Prints medians over the rounds, and ratios with their goals.

Needs a display (a real one, Xvfb, or QT_QPA_PLATFORM=offscreen).
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QEventLoop, Qt, QThread, QTimer, pyqtSignal
from PyQt6.QtWidgets import QApplication, QSlider, QToolButton

from flowviz import process
from flowviz.app.main import create_window, spare_tensorflow
from flowviz.app.main_window import MainWindow
from flowviz.app.training.runner import FLOW
from flowviz.projects import Comparison
from flowviz.records import Progress, WarmUp
from flowviz.specs import RECIPES, ConditionalSpec, FlowSpec, TextSpec, TrainingSpec, comparison_spec
from flowviz.specs.recipes import Family
from flowviz.specs.view import Mark
from flowviz.targets import build_target
from flowviz.training import Turn, train

BARE, RESTING, COMPARISON, CONDITION = "bare", "resting", "comparison", "condition"
WORD = "flow"
WORDS = "BRAD,KATIE"
TRAINED_STEPS = 300  # before the condition is dragged
DRAG = 12  # positions of the slider of the condition per frame
VIEWS: dict[str, frozenset[Mark]] = {
    "points": frozenset({"points"}),
    "density": frozenset({"density", "points"}),
    "grid": frozenset({"grid", "points"}),
    "paths": frozenset({"paths", "points"}),
    "beside": frozenset({"density", "points"}),
    "overview": frozenset({"points"}),
}
WINDOWS = [*VIEWS, COMPARISON, CONDITION]
GOALS = {
    "points": 1.2,
    "overview": 2.0,
    COMPARISON: 2.0,
    CONDITION: 1.2,
}  # of the 95th percentile of the frame interval, relative to the bare window
OTHER_GOAL = 1.5
IMAGE_SIZE = 900, 800
REPAINT_PERIOD_MS = 16
SETTLING_SECONDS = 8.0  # after a training or, during one, after its steps were compiled
SNAPSHOT_SECONDS = 0.25
TRAINING_SECONDS = 3600.0  # longer than any measurement
PATIENCE_SECONDS = 300.0  # to compile the steps of four flows on a busy computer
Figures = dict[str, float]


class FrameClock:
    """Records when an item is painted, which must not have been painted before: PyQt caches the method."""

    def __init__(self, item: Any) -> None:
        self.times: list[float] = []
        paint = item.paint

        def record(*arguments: object) -> None:
            paint(*arguments)
            self.times.append(time.perf_counter())

        item.paint = record

    def figures(self) -> Figures:
        """Return the frame intervals in milliseconds: median, high percentiles and the longest."""
        intervals = 1e3 * np.diff(self.times)
        p50, p95, p99 = np.quantile(intervals, [0.5, 0.95, 0.99])
        return {"p50": p50, "p95": p95, "p99": p99, "longest": intervals.max()}


class Reports:
    """The progress of a training, and whether XLA has compiled the steps of all that run beside it."""

    def __init__(self, *names: str) -> None:
        """Expect the reports of trainings, the first of which is followed."""
        self.progress = list[Progress]()
        self._followed, self._uncompiled = names[0], set(names)

    @property
    def are_settled(self) -> bool:
        """Return whether the steps of all trainings are compiled, and the first one has reported progress since."""
        return not self._uncompiled and bool(self.progress)

    def take(self, event: object, name: str) -> None:
        """Take an event of a training."""
        if isinstance(event, WarmUp) and event.has_ended:
            self._uncompiled.discard(name)
            self.progress.clear()
        elif isinstance(event, Progress) and name == self._followed:
            self.progress.append(event)

    def take_turn(self, turn: Turn) -> None:
        """Take a turn of a training of the window."""
        self.take(turn.event, turn.name)


class BareTraining(QThread):
    """Thread that trains as the window does, and shows nothing."""

    reported = pyqtSignal(object, str)  # event, name of the flow

    def __init__(self, family: Family) -> None:
        super().__init__()
        self._flow = FlowSpec(family=family)

    def run(self) -> None:
        target, spec = build_target(TextSpec(text=WORD)), TrainingSpec(seconds=TRAINING_SECONDS)
        for event in train(target, self._flow, spec, snapshot_seconds=SNAPSHOT_SECONDS):
            self.reported.emit(event, FLOW)


def wait(seconds: float) -> None:
    """Let the event loop run."""
    loop = QEventLoop()
    QTimer.singleShot(round(1e3 * seconds), Qt.TimerType.PreciseTimer, loop.quit)
    loop.exec()


def measure(clock: FrameClock, reports: Reports, seconds: float) -> Figures:
    """Wait until compiled steps run, and return the frame intervals and the steps per second from then on."""
    while not reports.are_settled:
        wait(0.1)
    wait(SETTLING_SECONDS)
    before, figures, after = reports.progress[-1], measure_frames(clock, seconds), reports.progress[-1]
    elapsed = after.seconds - before.seconds
    rate = (after.step - before.step) / elapsed if elapsed else np.nan  # no report since then
    return {**figures, "steps": rate}


def measure_frames(clock: FrameClock, seconds: float) -> Figures:
    """Return the frame intervals from now on, and the processor cores in use."""
    clock.times.clear()
    cpu = time.process_time()
    wait(seconds)
    return {**clock.figures(), "steps": np.nan, "cores": (time.process_time() - cpu) / seconds}


def measure_bare(seconds: float, family: Family, trains: bool) -> Figures:
    """Measure a bare window, which may be beside a training."""
    view, item = pg.GraphicsView(), pg.ImageItem()
    box = pg.ViewBox()
    view.setCentralItem(box)
    box.addItem(item)
    view.resize(*IMAGE_SIZE)
    clock, timer, training = FrameClock(item), QTimer(), BareTraining(family)
    view.show()
    pictures = np.random.default_rng(0).integers(0, 255, (8, *IMAGE_SIZE, 4), np.uint8)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: item.setImage(pictures[len(clock.times) % 8], autoLevels=False, levels=(0, 255)))
    timer.start(REPAINT_PERIOD_MS)
    if not trains:
        wait(1.0)
        return measure_frames(clock, seconds)
    reports = Reports(FLOW)
    training.reported.connect(reports.take)
    training.start()
    return measure(clock, reports, seconds)


def measure_window(view: str, seconds: float, family: Family) -> Figures:
    """Measure the window of flowviz during a training while the scrubber moves."""
    process.configure_window()
    window = create_window()
    spare_tensorflow(window.status)
    window.resize(1366, 768)
    window.request.show_text(WORD)
    window.request.set_family(family)
    window.request.set_budget("seconds", TRAINING_SECONDS)
    clock = FrameClock(window._viewing.cloud.canvas.content().item)
    window.show()
    window.view.update_view(marks=VIEWS[view], beside=view == "beside")
    window.view.update(overview=view == "overview")
    while not window.target_builder.built:
        wait(0.1)
    window.findChild(QToolButton, "trainButton").click()
    reports, scrubbing = reports_of(window, FLOW), Scrubbing(window)
    cloud = window._viewing.cloud
    cloud.redrawn.connect(lambda: scrubbing.advance(cloud.stage))
    window.view.set_stage(1)
    return measure(clock, reports, seconds)


def reports_of(window: MainWindow, *names: str) -> Reports:
    """Collect the reports of the training that runs in a window."""
    reports = Reports(*names)
    window.session._runner.turn_taken.connect(reports.take_turn)
    return reports


def measure_comparison(seconds: float) -> Figures:
    """Measure the window of flowviz while four flows are trained and the depth of their clouds moves."""
    process.configure_window()
    window = create_window()
    window.resize(1366, 768)
    entrants = [{"name": f"{layers} layers", "flow": {"layers": layers}} for layers in (4, 6, 8, 10)]
    shared = {"target": TextSpec(text=WORD), "training": TrainingSpec(seconds=TRAINING_SECONDS)}
    window.comparisons.show(Comparison.untrained(comparison_spec({**shared, "entrants": entrants})))
    workbench = window.comparisons.workbench
    assert workbench is not None
    clock = FrameClock(window.comparisons.grid.panes[1].picture.canvas.content().item)
    window.show()
    workbench.controller.train()
    reports = reports_of(window, *(run.key for run in workbench.compared.value.runs))
    window.view.update_playback(repeat="ping-pong", easing="linear", speed=2.0)  # passes all stages in about 4 s
    playhead, timer = window.viewer.playhead, QTimer()
    timer.timeout.connect(lambda: None if playhead.is_playing.value else playhead.toggle_playing())
    timer.start(REPAINT_PERIOD_MS)  # the first particles of a training end the playback
    return measure(clock, reports, seconds)


def window_with_condition(words: Sequence[str], family: Family) -> MainWindow:
    """Create a window whose flow is to learn words that a condition tells apart."""
    process.configure_window()
    window = create_window()
    spare_tensorflow(window.status)
    window.resize(1366, 768)
    window.request.show_target(ConditionalSpec(sources=tuple(TextSpec(text=word) for word in words)))
    window.request.set_family(family)
    window.request.set_budget("steps", TRAINED_STEPS)
    return window


def train_in(window: MainWindow) -> None:
    """Show a window, and train its flow to the end."""
    window.show()
    while not window.target_builder.built:
        wait(0.1)
    window.findChild(QToolButton, "trainButton").click()
    while window.session.project().score is None:
        wait(0.1)


def measure_condition(seconds: float, family: Family, words: Sequence[str]) -> Figures:
    """Measure the window of flowviz while the condition of a trained flow is dragged from end to end and back."""
    window = window_with_condition(words, family)
    clock = FrameClock(window._viewing.cloud.canvas.content().item)
    train_in(window)
    slider, timer, drag = window.findChild(QSlider, "conditionSlider"), QTimer(), [DRAG]
    slider.setSliderDown(True)

    def advance() -> None:
        if not 0 <= slider.value() + drag[0] <= slider.maximum():
            drag[0] = -drag[0]
        slider.setValue(slider.value() + drag[0])

    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(advance)
    timer.start(REPAINT_PERIOD_MS)
    wait(SETTLING_SECONDS)
    return measure_frames(clock, seconds)


class Scrubbing:
    """Moves the scrubber back and forth, always a stage ahead of the picture, so that the picture never rests."""

    def __init__(self, window: MainWindow) -> None:
        self._slider = window.findChild(QSlider, "layerScrubber")
        self._step = 1

    def advance(self, position: float) -> None:
        """Choose the next stage if the picture has almost reached the current one."""
        slider = self._slider
        if abs(slider.value() - position) < 0.5:
            if not 0 <= slider.value() + self._step <= slider.maximum():
                self._step = -self._step
            slider.setValue(slider.value() + self._step)


def measured(what: str, seconds: float, family: Family, words: str) -> Figures:
    """Measure the bare window or a view of flowviz in a new process."""
    command = [sys.executable, "-m", "tests.benchmarks.live", "--measure", what, "--seconds", str(seconds)]
    command += ["--flow", family, "--words", words]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=seconds + PATIENCE_SECONDS)
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def measured_here(what: str, seconds: float, family: Family, words: str) -> Figures:
    """Measure a bare window, a comparison or a view of flowviz in this process."""
    if what in (BARE, RESTING):
        return measure_bare(seconds, family, trains=what == BARE)
    if what == CONDITION:
        return measure_condition(seconds, family, words.split(","))
    return measure_comparison(seconds) if what == COMPARISON else measure_window(what, seconds, family)


def medians(rounds: list[Figures]) -> Figures:
    """Return the median of each figure over the rounds."""
    return {name: float(np.median([each[name] for each in rounds])) for name in rounds[0]}


def report(view: str, figures: Figures, bare: Figures) -> None:
    """Print the figures of a view, and their ratios to those of the bare window."""
    goal, ratio = GOALS.get(view, OTHER_GOAL), {name: figures[name] / bare[name] for name in bare}
    print(
        f"{view:<10} p50 {figures['p50']:5.1f}  p95 {figures['p95']:5.1f} ms = {ratio['p95']:.2f} × (goal {goal})  "
        f"p99 {figures['p99']:5.1f} ms = {ratio['p99']:.2f} ×  longest {figures['longest']:4.0f} ms = "
        f"{ratio['longest']:.1f} ×  {figures['steps']:5.0f} steps/s = {ratio['steps']:.2f} ×  "
        f"cores {figures['cores']:.2f}",
        flush=True,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0, help="duration of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--views", nargs="+", choices=WINDOWS, default=WINDOWS)
    parser.add_argument("--flow", choices=RECIPES, default=FlowSpec().family, help="family of the flow")
    parser.add_argument("--words", default=WORDS, help="words that the condition tells apart, joined by commas")
    parser.add_argument("--measure", choices=[BARE, RESTING, *WINDOWS], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        process.configure()  # as the program does, for both windows
        application = QApplication(["flowviz"])
        application.setStyle("Fusion")
        print(json.dumps(measured_here(options.measure, options.seconds, options.flow, options.words)), flush=True)
        os._exit(0)
    found: dict[str, list[Figures]] = {what: [] for what in (BARE, RESTING, *options.views)}
    for _ in range(options.rounds):
        for what, rounds in found.items():
            rounds.append(measured(what, options.seconds, options.flow, options.words))
    bare = medians(found.pop(BARE))
    report(BARE, bare, bare)
    for view, rounds in found.items():
        report(view, medians(rounds), bare)


if __name__ == "__main__":
    main()
