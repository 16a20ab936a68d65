"""Behavior of the warm-up: what it prepares, when, and what ends it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, cast

import pytest
from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from flowviz.app.state.request import Request, RequestState, first_plan
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.threads.priority import LowPriority
from flowviz.app.training import warm_up as warm_ups
from flowviz.app.training.session import Session
from flowviz.app.training.warm_up import WarmUp
from flowviz.errors import MachineError
from flowviz.specs import FlowSpec
from tests.app.conftest import Window, shared_settings


class FakeThread:
    """Thread that computes the latest query when the test says so."""

    def __init__(self) -> None:
        self.waiting: Callable[[], None] | None = None
        self.is_closed = False

    def ask(self, topic: str, compute: Callable[[], None], on_result: Callable[[None], object]) -> None:
        self.waiting = compute

    def drop(self) -> None:
        self.waiting = None

    def close(self) -> None:
        self.is_closed = True

    def run(self) -> None:
        compute, self.waiting = self.waiting, None
        assert compute is not None
        compute()


class FakeTrainings(QObject):
    started, changed = pyqtSignal(), pyqtSignal()
    run: object | None = None
    entrant: str | None = None

    def start(self) -> None:
        self.run = object()
        self.started.emit()

    def end(self) -> None:
        self.run = None
        self.changed.emit()


class Warmed:
    """Warm-up with a thread that the test controls and a preparation that records what happens."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.parent = QObject()
        self.request, self.trainings, self.thread = RequestState(Request(), self.parent), FakeTrainings(), FakeThread()
        self.log = list[str]()
        self.during: Callable[[], object] = lambda: None
        monkeypatch.setattr(LowPriority, "enter", lambda _: self.log.append("low priority"))
        monkeypatch.setattr(LowPriority, "leave", lambda _: self.log.append("normal priority"))
        monkeypatch.setattr(warm_ups, "FLOW_DELAY_MS", 0)
        self.create()
        self.request.changed.connect(lambda *_: self.trainings.changed.emit())  # as the session does

    def create(self) -> None:
        self.warm_up = WarmUp(
            self.request,
            cast("Session", self.trainings),
            self.parent,
            cast("LatestWorker", self.thread),
            self._prepare,
        )

    def _prepare(self, flow: FlowSpec, training: Any, stop_requested: Callable[[], bool]) -> None:
        self.log.append(f"{flow.family} {flow.layers}")
        self.during()
        self.log.append("stopped" if stop_requested() else "prepared")

    def wait(self) -> None:
        self.qtbot.waitUntil(lambda: self.thread.waiting is not None)

    def run(self) -> list[str]:
        """Run what the thread was asked for, and return what happened since the last time."""
        self.thread.run()
        happened, self.log[:] = list(self.log), []
        return happened


@pytest.fixture
def warmed(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[Warmed]:
    """Return a warm-up where nothing is set, while the other tests do without one."""
    shared_settings().remove(warm_ups.SETTING)
    yield Warmed(monkeypatch, qtbot)
    shared_settings().setValue(warm_ups.SETTING, "false")


def test_first_edit_begins_the_warm_up_once(warmed: Warmed) -> None:
    assert warmed.thread.waiting is None
    warmed.request.show_text("a")
    assert warmed.run() == ["low priority", "realnvp 8", "prepared"]
    warmed.request.show_text("ab")
    assert warmed.thread.waiting is None, "another word needs no other program"


def test_opening_a_project_begins_nothing(warmed: Warmed) -> None:
    flow = FlowSpec(layers=3)
    warmed.request.show_plan(replace(first_plan(), flow=flow))
    assert warmed.thread.waiting is None
    warmed.request.show_text("a")
    assert warmed.run() == ["low priority", "realnvp 3", "prepared"]


def test_other_sizes_replace_what_is_being_prepared(warmed: Warmed) -> None:
    warmed.request.set_family("spline")

    def choose() -> None:
        for layers in (1, 12):
            warmed.request.update_flow(layers=layers)

    warmed.during = choose
    assert warmed.run() == ["low priority", "spline 4", "stopped"]
    warmed.during = lambda: None
    warmed.wait()
    assert warmed.run() == ["low priority", "spline 12", "prepared"]
    warmed.request.set_seed(7)
    assert warmed.thread.waiting is None, "a seed needs no other program"


def test_training_takes_over_at_normal_priority(warmed: Warmed) -> None:
    warmed.request.show_text("a")
    warmed.during = warmed.trainings.start
    assert warmed.run() == ["low priority", "realnvp 8", "normal priority", "stopped"]
    warmed.request.update_flow(layers=3)
    warmed.qtbot.wait(10)
    assert warmed.thread.waiting is None, "nothing competes with a training"
    warmed.during = lambda: None
    warmed.trainings.end()
    warmed.wait()
    assert warmed.run() == ["low priority", "realnvp 3", "prepared"]


def test_training_that_starts_first_needs_no_warm_up(warmed: Warmed) -> None:
    warmed.trainings.start()
    warmed.trainings.end()
    warmed.request.show_text("a")
    warmed.qtbot.wait(10)
    assert warmed.thread.waiting is None


@pytest.mark.parametrize("error", [MachineError("TensorFlow cannot be loaded"), RuntimeError("inside")])
def test_failure_is_left_to_the_training(warmed: Warmed, error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise error

    warmed.request.show_text("a")
    warmed.during = fail
    assert warmed.run() == ["low priority", "realnvp 8"]
    assert "the warm-up failed" in caplog.text


def test_preference_is_kept(warmed: Warmed) -> None:
    warmed.request.show_text("a")
    warmed.warm_up.enable(False)
    assert warmed.thread.waiting is None
    warmed.create()
    assert not warmed.warm_up.is_enabled
    warmed.request.show_text("b")
    assert warmed.thread.waiting is None
    warmed.warm_up.enable(True)
    warmed.request.show_text("c")
    assert warmed.run()[-1] == "prepared"


def test_closing_ends_it(warmed: Warmed) -> None:
    warmed.request.show_text("a")
    warmed.during = warmed.warm_up.close
    assert warmed.run()[-1] == "stopped"
    assert warmed.thread.is_closed


def test_typing_a_word_in_the_window_warms_up(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = list[str]()
    monkeypatch.setattr(LowPriority, "enter", lambda _: None)
    warm_up = window.main.warm_up
    monkeypatch.setattr(warm_up, "_prepare", lambda flow, *_, **__: prepared.append(flow.family))
    window.find(QAction, "preparewhiletypingAction").trigger()
    window.main.welcome.show()
    qtbot.wait(10)
    assert not prepared, "nothing begins by itself"
    qtbot.keyClicks(window.find(QLineEdit, "startWord"), "a")
    qtbot.waitUntil(lambda: prepared == ["realnvp"])


PRIORITIES = """
import os, sys, threading
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.threads.priority import LowPriority
low, entered, left, found = LowPriority(), threading.Event(), threading.Event(), []
def note():
    found.append((os.getpriority(os.PRIO_PROCESS, threading.get_native_id()), os.sched_getscheduler(0)))
def work():
    low.enter()
    note()
    child = threading.Thread(target=lambda: (note(), entered.set(), left.wait(), note()))
    child.start()
    child.join()
    note()
worker = threading.Thread(target=work)
worker.start()
entered.wait()
note()
low.leave()
left.set()
worker.join()
normal = found[2]
print(found[0] != normal, found[1] == found[0], found[3:] == [normal, normal])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no priority for a single thread")
@pytest.mark.parametrize("prefix", [[], ["setpriv", "--bounding-set=-sys_nice"]], ids=["as it is", "as in a container"])
def test_priority_is_inherited_and_restored(prefix: list[str]) -> None:
    if prefix and (shutil.which("setpriv") is None or os.geteuid() != 0):
        pytest.skip("only root can give up a capability")
    command = [*prefix, sys.executable, "-c", PRIORITIES]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["True"] * 3
