"""A scripted training: a test sends its events, nothing is trained and TensorFlow is not loaded."""

from collections.abc import Iterator
from queue import SimpleQueue

import numpy as np
import pytest
from PyQt6.QtGui import QAction
from pytestqt.qtbot import QtBot

from flowviz.app.pane.flow_queries import FlowQueries
from flowviz.projects import Project, example
from flowviz.records import Checkpoint, Event, Finished, Kept, Progress, Snapshot
from flowviz.records.events import Ending
from tests.app.conftest import Window
from tests.records.scores import scored

PROGRESS = Progress(
    step=1200,
    seconds=3.0,
    fraction=0.25,
    train_nll=1.5,
    validation_nll=1.625,
    entropy=1.5,
    steps_per_second=412.4,
    seconds_left=75.2,
)
NOTHING = np.zeros(0, np.float32)


class Staged:
    """Window with a trained project, whose next training sends the events that the test provides."""

    def __init__(self, window: Window, project: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
        self.window, self.qtbot = window, qtbot
        self._project = project
        self._events = SimpleQueue[Event | Exception | None]()
        monkeypatch.setattr("flowviz.training.entrant_training.train", lambda *_, **__: _provided(self._events))
        monkeypatch.setattr(FlowQueries, "report", lambda *_: None)  # it would load TensorFlow
        window.main.session.show_project(project)

    def begin(self, progress: Progress = PROGRESS) -> None:
        """End the previous training, press Train, and send a first snapshot and progress.

        Each training has its own events: one that is interrupted after its result would leave its end to the next one.
        """
        self.report(None)
        self._events = SimpleQueue()
        self.press("train")
        self.report(self.snapshot(progress.step), progress)
        self.wait(f"step {progress.step:,}")

    def press(self, command: str) -> None:
        self.window.find(QAction, f"{command}Action").trigger()

    def report(self, *events: Event | Exception | None) -> None:
        """Send events. An exception is raised in the training thread; None ends it."""
        for event in events:
            self._events.put(event)

    def wait(self, status: str) -> None:
        """Wait until the messages about the training contain a text."""

        def is_shown() -> None:
            assert status in self.window.status

        self.qtbot.waitUntil(is_shown)

    def snapshot(self, step: int) -> Snapshot:
        """Return a snapshot of the trained project, as of a step."""
        return Snapshot(step, self._project.weights, 0.93, 0.9, self._project.trace)

    def finished(self, ending: Ending = "completed", advice: str = "", progress: Progress = PROGRESS) -> Finished:
        """Return the last event of a training that kept the state of its last progress."""
        assert progress.validation_nll is not None
        kept = Kept(self._project.weights, progress.validation_nll, progress.step)
        none = NOTHING, NOTHING, NOTHING, NOTHING, NOTHING
        checkpoint = Checkpoint(*none, progress.step, progress.seconds, 1, 1.0, 0, {}, kept)
        score = scored(progress.step, progress.validation_nll, 1.75, 0.01, progress.entropy)
        return Finished(ending, progress, self.snapshot(progress.step), kept, score, 0, 1.0, checkpoint, advice)


def _provided(events: SimpleQueue[Event | Exception | None]) -> Iterator[Event]:
    while (event := events.get()) is not None:
        if isinstance(event, Exception):
            raise event
        yield event


@pytest.fixture
def staged(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Staged]:
    """Return a window with a scripted training, which ends with the test."""
    staged = Staged(window, example("two_moons").project(), qtbot, monkeypatch)
    yield staged
    staged.report(None)
