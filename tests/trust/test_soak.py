"""The window is used at random for many minutes, and nothing goes wrong, stays behind, or grows.

    python -m pytest -m soak

takes 20 minutes; FLOWVIZ_SOAK_SECONDS and FLOWVIZ_SOAK_SEED make it another time and another way.
"""

import gc
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from PyQt6.QtCore import QEventLoop, QTimer, qInstallMessageHandler
from PyQt6.QtWidgets import QApplication

from flowviz.app.main_window import MainWindow
from flowviz.app.training.training_state import TrainingState
from flowviz.app.window.crash_handler import log_qt_message
from flowviz.machine import return_memory
from tests.app.conftest import Window, work_is_running
from tests.benchmarks.idle import STATUS, resident_memory
from tests.trust.person import EXAMPLES, FLOWS, Person

SECONDS = float(os.environ.get("FLOWVIZ_SOAK_SECONDS", "1200"))
SEED = int(os.environ.get("FLOWVIZ_SOAK_SEED", "1"))
WARM_SECONDS = min(120.0, SECONDS / 2)  # until everything was done once
REST_EVERY_SECONDS = min(60.0, SECONDS / 6)
STEP_MS, LOG_EVERY_MS = 50, 10_000
PATIENCE_SECONDS = 120.0
SETTLED_SECONDS = 2.0
MAX_GROWTH = 50.0  # MiB
POOLED = 4  # threads that Qt and TensorFlow keep for a while, or start with the first need
OFFSCREEN = "This plugin does not support"  # says Qt where there is no screen

pytestmark = [pytest.mark.soak, pytest.mark.skipif(not STATUS.exists(), reason="there is no /proc for the memory")]


class Complaints(logging.Handler):
    """What the program, or Qt through it, has logged as a warning or worse: exceptions in any thread are among it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard = list[str]()

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.split(".")[0] in {"flowviz", "qt"} and OFFSCREEN not in record.getMessage():
            self.heard.append(logging.Formatter("%(name)s: %(message)s").format(record))


class Soak:
    """The window, the one who uses it, and a table of how it goes."""

    def __init__(self, window: MainWindow, person: Person, table: Path) -> None:
        self._window, self._person, self._table = window, person, table
        self._started = time.monotonic()
        table.write_text("seconds,steps,memory,threads,latest\n")

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    def note(self, latest: str = "") -> None:
        """A line in the table."""
        latest = latest or self._person.latest
        line = f"{self.seconds:.0f},{self._person.steps},{resident_memory():.0f},{thread_count()},{latest}\n"
        with self._table.open("a") as file:
            file.write(line)

    def use(self, seconds: float) -> None:
        """Let the window be used for so long; dialogs that are open then are left."""
        self._act(time.monotonic() + seconds)
        wait(seconds)
        self._wait_until(lambda: QApplication.activeModalWidget() is None)

    def _act(self, end: float) -> None:
        dialog, is_over = QApplication.activeModalWidget(), time.monotonic() > end
        if dialog is None and is_over:
            return
        QTimer.singleShot(STEP_MS, lambda: self._act(end))  # before acting: that may open a loop of its own
        if dialog is not None and is_over:
            dialog.close()
        else:
            self._person.act()

    def warm_up(self) -> None:
        """Fill what is kept within bounds, and let TensorFlow compile all that it will: it keeps that for good."""
        self._person.draw_much()
        for flow in FLOWS:
            self._person.train(flow)
            self._wait_until(lambda: self._window.session.state == TrainingState.TRAINING)
            self._person.look_at_all()
            wait(SETTLED_SECONDS)
        for example in EXAMPLES:
            self._open(example.path)
            self._person.look_at_all()
            wait(SETTLED_SECONDS)

    def rest(self) -> tuple[float, int]:
        """Memory and threads while the window shows a small example, and nothing of what was done before."""
        self._person.stop()
        self._wait_until(lambda: self._window.session.state == TrainingState.IDLE)
        self._open(EXAMPLES[0].path)
        wait(SETTLED_SECONDS)
        gc.collect()
        return_memory()
        self.note("at rest")
        return resident_memory(), thread_count()

    def _open(self, path: Path) -> None:
        arrived = list[str]()
        self._window.document_actions.document.opened.connect(arrived.append)
        self._window.discard_changes()
        self._window.document_actions.open_copy(path)
        self._wait_until(lambda: bool(arrived))
        self._window.document_actions.document.opened.disconnect(arrived.append)

    def _wait_until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < end, self._person.latest
            wait(STEP_MS / 1000)


def wait(seconds: float) -> None:
    """Let Qt and its timers run."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def thread_count() -> int:
    """Of this process, whoever has started them."""
    return len(list(Path("/proc/self/task").iterdir()))


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    handler, root = Complaints(), logging.getLogger()
    root.addHandler(handler)
    qInstallMessageHandler(log_qt_message)
    yield handler.heard
    qInstallMessageHandler(None)
    root.removeHandler(handler)


def test_minutes_of_use_leak_nothing(window: Window, complaints: list[str], tmp_path: Path) -> None:
    window.main.crash_handler.listen()
    person = Person(window.main, tmp_path, Random(SEED))
    soak = Soak(window.main, person, tmp_path / "soak.csv")
    print(f"\nseed {SEED}, {SECONDS:.0f} s; how it goes: {tmp_path / 'soak.csv'}")
    noting = QTimer()
    noting.timeout.connect(soak.note)
    noting.start(LOG_EVERY_MS)
    soak.warm_up()
    soak.use(max(WARM_SECONDS - soak.seconds, 10.0))
    level, threads = soak.rest()
    while soak.seconds < SECONDS and not complaints:
        soak.use(REST_EVERY_SECONDS)
        memory, count = soak.rest()
        assert count <= threads + POOLED, (tmp_path / "soak.csv").read_text()
        assert memory - level <= MAX_GROWTH, (tmp_path / "soak.csv").read_text()
    noting.stop()
    sys.excepthook, threading.excepthook = sys.__excepthook__, threading.__excepthook__
    assert complaints == []
    window.main.discard_changes()
    window.main.close()
    soak._wait_until(lambda: not work_is_running())
    assert [thread.name for thread in threading.enumerate() if not thread.name.startswith("Dummy")] == ["MainThread"]
    print((tmp_path / "soak.csv").read_text())
