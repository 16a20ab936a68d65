"""A training of the window whose events a test tells: nothing is trained, and TensorFlow stays away."""

from collections.abc import Iterator
from queue import SimpleQueue

import numpy as np
import pytest
from PyQt6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from flowviz.app.viewer.flow_queries import FlowQueries
from flowviz.projects import Project, example
from flowviz.records import Checkpoint, Event, Finished, Kept, Progress, Snapshot
from flowviz.records.events import Ending
from tests.app.conftest import Window

PROGRESS = Progress(
    step=1200,
    seconds=3.0,
    fraction=0.25,
    train_nll=1.5,
    heldout_nll=1.625,
    entropy=1.5,
    steps_per_second=412.4,
    seconds_left=75.2,
)
NOTHING = np.zeros(0, np.float32)


class Staged:
    """The window, with a project in it that has been trained, and a training that goes as it is told."""

    def __init__(self, window: Window, project: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
        self.window, self.qtbot = window, qtbot
        self._project = project
        self._events = SimpleQueue[Event | Exception | None]()
        monkeypatch.setattr("flowviz.app.training.worker.train", lambda *_, **__: self._told())
        monkeypatch.setattr(FlowQueries, "report", lambda *_: None)  # which is what loads TensorFlow
        window.main.session.show_project(project)

    def begin(self, progress: Progress = PROGRESS) -> None:
        """Press Train; there is a picture, and a first progress."""
        self.press("train")
        self.tell(self.snapshot(progress.step), progress)
        self.wait(f"step {progress.step:,}")

    def press(self, button: str) -> None:
        self.window.find(QPushButton, f"{button}Button").click()

    def tell(self, *events: Event | Exception | None) -> None:
        """These happen next; an exception is raised; None ends the thread."""
        for event in events:
            self._events.put(event)

    def wait(self, status: str) -> None:
        self.qtbot.waitUntil(lambda: status in self.window.status, timeout=10_000)

    def snapshot(self, step: int) -> Snapshot:
        return Snapshot(step, self._project.weights, 0.93, 0.9, self._project.trace)

    def finished(self, ending: Ending = "completed", advice: str = "", progress: Progress = PROGRESS) -> Finished:
        kept = Kept(self._project.weights, progress.heldout_nll, progress.step)
        none = NOTHING, NOTHING, NOTHING, NOTHING, NOTHING
        at = Checkpoint(*none, progress.step, progress.seconds, 1, 1.0, 0, {}, kept)
        return Finished(ending, progress, self.snapshot(progress.step), kept, 0, 1.0, at, advice)

    def _told(self) -> Iterator[Event]:
        while (event := self._events.get()) is not None:
            if isinstance(event, Exception):
                raise event
            yield event


@pytest.fixture
def staged(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Staged]:
    found = Staged(window, example("two_moons").project(), qtbot, monkeypatch)
    yield found
    found.tell(None)
