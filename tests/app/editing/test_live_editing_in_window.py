"""Editing of layers in the real window while a flow trains."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QAction, QKeyEvent
from PyQt6.QtWidgets import QApplication, QCheckBox, QToolButton
from pytestqt.qtbot import QtBot

from flowviz.app.training.training_state import TrainingState
from flowviz.flows import build_flow
from flowviz.projects import from_bytes, load_project, to_bytes
from flowviz.records import Trace
from flowviz.specs.edits import Edits
from tests.app.conftest import FileMenu, Window
from tests.app.training.small_flow import choose_small_flow, frequent_snapshots

__all__ = ["frequent_snapshots"]

LAYER = 1


class Learner:
    """The user of a window in which a flow trains without an end."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot, self.main = window, qtbot, window.main
        choose_small_flow(window)
        self.main.request.set_budget("steps", 1_000_000)
        self.choose("train")
        self.wait(lambda: self.state == TrainingState.TRAINING)
        self.main.view.set_stage(LAYER)
        self.wait(lambda: self.shown.positions[LAYER].tobytes() != self.shown.positions[0].tobytes())

    @property
    def state(self) -> TrainingState:
        return self.main.session.state

    @property
    def shown(self) -> Trace:
        return self.main.viewer.scenes.generated

    def lacks_layer(self) -> bool:
        """Return whether the layer moves nothing in the picture."""
        return np.array_equal(self.shown.positions[LAYER], self.shown.positions[LAYER - 1])

    def steps(self) -> int:
        return self.main.viewer.moments.timeline.moments[-1].step

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=60_000)

    def choose(self, command: str) -> None:
        self.window.find(QAction, f"{command}Action").trigger()

    def press(self, key: Qt.Key, kind: QEvent.Type) -> None:
        event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, "d")
        QApplication.sendEvent(QApplication.focusWidget() or self.main, event)

    def note(self) -> str:
        return self.window.find(QToolButton, "editedNote").text()


@pytest.fixture
def learner(window: Window, qtbot: QtBot, frequent_snapshots: None) -> Learner:
    return Learner(window, qtbot)


def test_held_key_shows_the_moving_flow_without_the_layer(learner: Learner) -> None:
    learner.main.activateWindow()
    learner.main._viewing.cloud.setFocus()
    learner.press(Qt.Key.Key_D, QEvent.Type.KeyPress)
    learner.wait(learner.lacks_layer)
    before, step = learner.shown, learner.steps()
    learner.wait(
        lambda: learner.steps() > step and learner.shown.positions[-1].tobytes() != before.positions[-1].tobytes()
    )
    assert learner.lacks_layer()
    learner.press(Qt.Key.Key_D, QEvent.Type.KeyRelease)
    assert not learner.lacks_layer()
    assert not learner.main.edits.value


def test_layer_is_disabled_undone_saved_and_kept_at_the_end(
    learner: Learner, file_menu: FileMenu, tmp_path: Path
) -> None:
    session = learner.main.session
    learner.window.find(QCheckBox, "layerEnabled").click()
    assert learner.note() == "1 layer edited, only in view"
    learner.wait(learner.lacks_layer)
    learner.wait(lambda: session.project().edits == learner.main.edits.value)
    step = learner.steps()
    learner.wait(lambda: learner.steps() > step)
    assert learner.lacks_layer()
    learner.window.find(QAction, "undoAction").trigger()
    learner.wait(lambda: not learner.lacks_layer() and not session.project().edits)
    learner.window.find(QAction, "redoAction").trigger()
    learner.wait(learner.lacks_layer)
    learner.choose("pause")
    learner.wait(lambda: session.project().edits.disabled == {LAYER})
    saved = from_bytes(to_bytes(session.project()))
    built = build_flow(saved.flow, saved.weights, edits=saved.edits)
    np.testing.assert_array_equal(saved.trace.positions, built.trace(built.particles()).positions)
    assert saved.checkpoint is not None
    assert not saved.checkpoint.edits, "the training goes on without them"
    learner.choose("pause")
    learner.choose("stop")
    learner.wait(lambda: learner.state == TrainingState.IDLE)
    assert learner.lacks_layer()
    learner.wait(lambda: session.project().edits.disabled == {LAYER} and session.project().score is not None)
    assert learner.note() == "1 layer edited"
    file_menu.save_as(tmp_path / "live.flowviz")
    assert load_project(tmp_path / "live.flowviz").edits.disabled == {LAYER}
    learner.window.find(QAction, "undoAction").trigger()
    assert learner.main.isWindowModified()
    assert session.project().edits == Edits()
    assert not learner.lacks_layer()
