"""What the window takes while nobody touches it: processor, repaints, memory.

    python -m tests.benchmarks.idle [--seconds 20]

Each situation is a process of its own, started as a person starts it. Needs a display (a real one, Xvfb, or
QT_QPA_PLATFORM=offscreen), and /proc for the memory. Prints one line a figure, with its goal.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from PyQt6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QApplication, QPlainTextEdit, QToolButton

import flowviz.app.main as program
from flowviz.app.main_window import MainWindow
from flowviz.app.training.training_state import TrainingState
from flowviz.cli import main as run_command
from flowviz.projects import example

STATUS = Path("/proc/self/status")
SETTLED_SECONDS = 3.0
PATIENCE_SECONDS = 120.0
GOAL = {"untrained": "<= 250", "opened": "", "typing": "", "trained": "<= 1200", "paused": "<= 1200"}


@dataclass(frozen=True)
class AtRest:
    """What was seen in some seconds: `paints` is by the name of the widget, `memory` is resident, in MiB."""

    processor_percent: float
    paints: dict[str, int]
    memory: float
    modules: list[str]


def at_rest(situation: str, seconds: float) -> AtRest:
    """Watch the window in that situation, in a new process."""
    command = [sys.executable, "-m", __spec__.name, "--watch", situation, "--seconds", str(seconds)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + PATIENCE_SECONDS)
    return AtRest(**json.loads(said.stdout.splitlines()[-1]))


def resident_memory() -> float:
    """Of this process now, in MiB."""
    (line,) = (line for line in STATUS.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


class Paints(QObject):
    """Counts what is painted, by the name of the widget or of what it is in."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = Counter[str]()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 - Qt's name
        if watched is not None and event is not None and event.type() == QEvent.Type.Paint:
            named: QObject | None = watched
            while named is not None and (not named.objectName() or named.objectName().startswith("qt_")):
                named = named.parent()
            self.seen[named.objectName() if named else type(watched).__name__] += 1
        return False


def watch(situation: str, seconds: float) -> None:
    """Start the program, bring the window into that situation, and print what it takes from then on."""
    create = program.create_window

    def create_watched() -> MainWindow:
        window = create()
        QTimer.singleShot(0, lambda: _watch(window, situation, seconds))
        return window

    program.create_window = create_watched
    sys.argv[1:] = []
    run_command()


def _watch(window: MainWindow, situation: str, seconds: float) -> None:
    _wait(SETTLED_SECONDS)  # the start page takes the focus
    _bring_into(window, situation)
    _wait(SETTLED_SECONDS)
    paints, application = Paints(), QApplication.instance()
    assert application is not None
    application.installEventFilter(paints)
    busy, started = time.process_time(), time.perf_counter()
    _wait(seconds)
    share = (time.process_time() - busy) / (time.perf_counter() - started)
    print(
        json.dumps(asdict(AtRest(100 * share, dict(paints.seen), resident_memory(), sorted(sys.modules)))), flush=True
    )
    os._exit(0)


def _bring_into(window: MainWindow, situation: str) -> None:
    if situation == "typing":
        window.findChild(QPlainTextEdit, "targetText").setFocus()
    elif (focused := QApplication.focusWidget()) is not None:
        focused.clearFocus()
    if situation == "opened":
        window.document_actions.open_copy(example("brad").path)
    if situation in {"trained", "paused"}:
        window.findChild(QToolButton, "trainButton").click()
        _wait_until(lambda: window.session.state == TrainingState.TRAINING)
        _wait(SETTLED_SECONDS)
        window.findChild(QAction, "pauseAction" if situation == "paused" else "stopAction").trigger()
        _wait_until(lambda: window.session.state in {TrainingState.PAUSED, TrainingState.IDLE})
        _wait_until(lambda: not window.viewer.playhead.is_playing.value)  # as it does when the training has ended


def _wait(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def _wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end
        _wait(0.1)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="for each of the situations")
    parser.add_argument("--watch", choices=GOAL, help="only this one, in this process")
    asked = parser.parse_args()
    if asked.watch:
        watch(asked.watch, asked.seconds)
        return
    for situation, memory in GOAL.items():
        found = at_rest(situation, asked.seconds)
        painted = ", ".join(f"{count} {name}" for name, count in found.paints.items()) or "nothing"
        print(f"{situation:<10} {'processor':<10} {found.processor_percent:8.2f} %   goal <= 1")
        print(
            f"{situation:<10} {'painted':<10} {painted}   goal {'the cursor' if situation == 'typing' else 'nothing'}"
        )
        print(f"{situation:<10} {'memory':<10} {found.memory:8.0f} MiB goal {memory}", flush=True)


if __name__ == "__main__":
    main()
