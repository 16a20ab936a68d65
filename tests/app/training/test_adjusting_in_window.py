"""A real training whose settings change while it runs, with the controls of the whole window."""

from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QDoubleSpinBox, QLabel, QSpinBox, QToolButton
from pytestqt.qtbot import QtBot

from flowviz.app.training.loss_plot import LossPlot
from flowviz.app.training.training_state import TrainingState
from flowviz.projects import load_project
from flowviz.records import Adjusted
from tests.app.conftest import Window
from tests.app.test_main_window import choose_steps
from tests.app.training.small_flow import choose_small_flow


class Adjuster:
    """The window during a training."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot, self.session = window, qtbot, window.main.session
        choose_small_flow(window)
        self.rate = window.find(QDoubleSpinBox, "trainingRate")
        self.batch = window.find(QSpinBox, "trainingBatch")
        choose_steps(window, 10_000_000)

    def train(self) -> None:
        self.window.find(QToolButton, "trainButton").click()
        self.qtbot.waitUntil(lambda: self.session.state == TrainingState.TRAINING)

    def type(self, box: QDoubleSpinBox, text: str) -> None:
        box.selectAll()
        self.qtbot.keyClicks(box, text)

    @property
    def changes(self) -> tuple[Adjusted, ...]:
        run = self.session.run
        return (run.project if run else self.session.project()).history.adjustments

    @property
    def labels(self) -> list[str]:
        plot = self.window.find(LossPlot, "lossPlot")
        return [line.label.format for line in plot.graph.content()._settings._lines]

    def wait_for_changes(self, count: int) -> None:
        self.qtbot.waitUntil(
            lambda: len(self.changes) == count, timeout=120_000
        )  # compiling beside the training is slow


@pytest.fixture
def adjuster(window: Window, qtbot: QtBot) -> Adjuster:
    return Adjuster(window, qtbot)


def test_typed_rate_and_chosen_batch_change_the_running_training(adjuster: Adjuster, tmp_path: Path) -> None:
    adjuster.train()
    run = adjuster.session.run
    assert run is not None
    adjuster.type(adjuster.rate, "0.0005")
    assert adjuster.window.main.request.plan.training.learning_rate is None, "it may still be typed"
    adjuster.qtbot.keyClick(adjuster.rate, Qt.Key.Key_Return)
    adjuster.wait_for_changes(1)
    adjuster.batch.setValue(300)
    adjuster.wait_for_changes(2)
    now = adjuster.session.run
    assert now is not None
    assert now.worker is run.worker
    first, second = adjuster.changes
    assert (first.after.learning_rate, second.after.batch) == (5e-4, 300)
    adjuster.qtbot.waitUntil(lambda: adjuster.labels == ["rate 0.0005", "batch 300"])
    assert first.sentence() in adjuster.window.find(LossPlot, "lossPlot").accessibleDescription()
    path = tmp_path / "changed.flowviz"
    adjuster.window.find(QAction, "stopAction").trigger()
    adjuster.qtbot.waitUntil(lambda: adjuster.session.run is None)
    document = adjuster.window.main.document_actions.document
    with adjuster.qtbot.waitSignal(document.saves_ended):
        document.save(path)
    assert load_project(path).history.adjustments == (first, second)
    assert load_project(path).next is None
    with adjuster.qtbot.waitSignal(document.opened):
        document.open(path)
    assert len(adjuster.labels) == 2


def test_paused_training_takes_the_change_when_it_resumes(adjuster: Adjuster) -> None:
    adjuster.train()
    pause = adjuster.window.find(QAction, "pauseAction")
    pause.trigger()
    adjuster.rate.setValue(0.001)
    hint = adjuster.window.find(QLabel, "settingsHint")
    assert "when it resumes" in hint.text()
    pause.trigger()
    adjuster.wait_for_changes(1)
    assert "at once" in hint.text()


def test_same_start_gives_the_same_losses(adjuster: Adjuster) -> None:
    choose_steps(adjuster.window, 900)
    adjuster.train()
    adjuster.qtbot.waitUntil(lambda: adjuster.session.run is None, timeout=120_000)
    first = adjuster.session.project().history
    adjuster.window.find(QAction, "trainagainfromthesamestartAction").trigger()
    assert adjuster.window.find(LossPlot, "lossPlot")._losses.previous.step.tolist() == first.step.tolist()
    adjuster.qtbot.waitUntil(lambda: adjuster.session.run is None, timeout=120_000)
    again = adjuster.session.project().history
    assert again is not first
    for name in ("step", "train_nll", "validation_nll"):
        assert getattr(again, name).tobytes() == getattr(first, name).tobytes()
    back = adjuster.window.find(QAction, "returntotheprevioustrainingAction")
    assert back.isEnabled()
    back.trigger()
    assert adjuster.session.project().history is first
