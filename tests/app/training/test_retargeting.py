"""A real training that follows the target, in the whole window."""

import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QLabel, QPlainTextEdit, QToolButton
from pytestqt.qtbot import QtBot

from flowviz.app.training.loss_plot import LossPlot
from flowviz.app.training.training_state import TrainingState
from flowviz.specs import TextSpec
from flowviz.targets import build_target
from tests.app.conftest import Window
from tests.app.target.test_drawing import DrawingUser
from tests.app.test_main_window import choose_steps
from tests.app.training.small_flow import choose_small_flow, frequent_snapshots

__all__ = ["frequent_snapshots"]


class Morphing:
    """The window during a training."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        choose_small_flow(window)
        choose_steps(window, 10_000_000)
        window.find(QToolButton, "trainButton").click()
        qtbot.waitUntil(lambda: window.main.session.state == TrainingState.TRAINING)

    def type(self, text: str) -> None:
        self.window.find(QPlainTextEdit, "targetText").setPlainText(text)

    @property
    def title(self) -> str:
        return self.window.main.session.trained_title

    @property
    def change_labels(self) -> list[str]:
        """The labels of the lines in the loss plot."""
        plot = self.window.find(LossPlot, "lossPlot")
        return [line.label.format for line in plot.graph.content()._targets._lines]

    def wait_for_title(self, title: str) -> None:
        self.qtbot.waitUntil(lambda: self.title == title)

    def on(self, text: str) -> float:
        """Return the share of the particles that are on the ink of a text."""
        share = build_target(TextSpec(text=text)).on_target(self.window.main.viewer.scenes.generated.positions[-1])
        assert share is not None
        return share


@pytest.fixture
def morphing(window: Window, qtbot: QtBot, frequent_snapshots: None) -> Morphing:
    return Morphing(window, qtbot)


def test_training_follows_the_typed_text_and_marks_the_change(morphing: Morphing) -> None:
    run = morphing.window.main.session.run
    assert run is not None
    before = morphing.on("::")
    morphing.type("::")
    morphing.wait_for_title("::")
    morphing.qtbot.waitUntil(lambda: morphing.change_labels == ["::"])
    morphing.qtbot.waitUntil(lambda: morphing.on("::") > before + 0.2)
    assert morphing.window.find(QLabel, "onTargetFigure").text().endswith("%")
    same_run = morphing.window.main.session.run
    assert same_run is not None
    assert same_run.worker is run.worker
    assert morphing.window.find(QAction, "trainAction").iconText() == "Restart"


def test_training_follows_a_shape_and_a_drawing(morphing: Morphing) -> None:
    morphing.window.find(QToolButton, "shapeSource").click()
    morphing.wait_for_title("two moons")
    user = DrawingUser(morphing.window, morphing.qtbot)
    assert user.built is None
    user.stroke((20, 20), (80, 80))
    morphing.wait_for_title("drawing")


def test_paused_training_follows_when_it_resumes(morphing: Morphing) -> None:
    pause = morphing.window.find(QAction, "pauseAction")
    pause.trigger()
    morphing.type("Z")
    assert morphing.title == "BRAD"
    pause.trigger()
    morphing.wait_for_title("Z")
