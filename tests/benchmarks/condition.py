"""Time until the picture shows another value of a condition.

    python -m tests.benchmarks.condition [--flow spline] [--words BRAD,KATIE moon,tide] [--jumps 14]

Trains each pair of words for 300 steps in the window, shows density and grid, and moves the slider of the condition to
other places. Prints the time until the particles, the density and the grid of the new value are shown: median and
worst, for each pair. Needs a display (a real one, Xvfb, or QT_QPA_PLATFORM=offscreen).
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from subprocess import run

import numpy as np
from PyQt6.QtCore import QEventLoop
from PyQt6.QtWidgets import QApplication, QSlider

from flowviz import process
from flowviz.app.main_window import MainWindow
from flowviz.specs import RECIPES, FlowSpec
from flowviz.specs.recipes import Family
from tests.benchmarks.live import train_in, wait, window_with_condition

PAIRS = ("BRAD,KATIE", "moon,tide", "Jazz,Folk", "ox,EMU")
PATIENCE_SECONDS = 12.0
REST_SECONDS = 0.6  # between two jumps


def shown(window: MainWindow) -> dict[str, object]:
    """Return what the picture consists of, by name."""
    scenes = window.viewer.scenes
    return {"particles": scenes.generated, "density": scenes.scene.density, "grid": scenes.scene.grid}


def seconds_to_change(window: MainWindow, change: Callable[[], object]) -> dict[str, float]:
    """Make a change, and return how long each part of the picture takes to follow."""
    before, found, start = shown(window), dict[str, float](), time.perf_counter()
    change()
    while len(found) < len(before) and (passed := time.perf_counter() - start) < PATIENCE_SECONDS:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 2)
        for name, part in shown(window).items():
            if part is not None and part is not before[name]:
                found.setdefault(name, passed)
    return found


def measure(words: list[str], flow: Family, jumps: int) -> None:
    """Measure a pair of words in this process, and print the times."""
    window = window_with_condition(words, flow)
    train_in(window)
    window.view.update_view(marks=frozenset({"points", "density", "grid"}))
    wait(5.0)
    slider, rng, found = window.findChild(QSlider, "conditionSlider"), np.random.default_rng(0), []
    for _ in range(jumps):
        place = int(rng.integers(slider.minimum(), slider.maximum()))
        found.append(seconds_to_change(window, partial(slider.setValue, place)))
        wait(REST_SECONDS)
    for name in shown(window):
        times = 1e3 * np.array([each.get(name, np.nan) for each in found])
        print(
            f"{'+'.join(words):<12} {name:<10} median {np.median(times):5.0f} ms  worst {times.max():5.0f} ms",
            flush=True,
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", nargs="+", default=PAIRS, help="pairs of words, each joined by a comma")
    parser.add_argument("--flow", choices=RECIPES, default=FlowSpec().family, help="family of the flow")
    parser.add_argument("--jumps", type=int, default=14)
    options = parser.parse_args()
    if len(options.words) > 1:
        for pair in options.words:  # a process of its own for each
            again = ["--words", pair, "--flow", options.flow, "--jumps", str(options.jumps)]
            run([sys.executable, "-m", "tests.benchmarks.condition", *again], check=True)
        return
    process.configure()
    application = QApplication(["flowviz"])
    application.setStyle("Fusion")
    measure(options.words[0].split(","), options.flow, options.jumps)
    os._exit(0)


if __name__ == "__main__":
    main()
