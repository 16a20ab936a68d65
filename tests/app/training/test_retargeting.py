"""The training that runs follows the target, in the real window."""

import time

import pytest
from PyQt6.QtWidgets import QCheckBox, QLabel, QPlainTextEdit, QPushButton, QSpinBox, QToolButton
from pytestqt.qtbot import QtBot

from flowviz.app.training.loss_plot import LossPlot
from flowviz.specs import TextSpec
from flowviz.targets import build_target
from tests.app.conftest import Window
from tests.app.target.test_drawing import Drawn
from tests.app.test_main_window import choose_steps, wait_for_status

SLOW_MS = 60_000


class Morphing:
    """The window while it trains."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        self.follow = window.find(QCheckBox, "followBox")
        for name, value in {"flowLayers": 3, "flowWidth": 16}.items():  # compiled in a moment
            window.find(QSpinBox, name).setValue(value)
        choose_steps(window, 10_000_000)
        window.find(QPushButton, "trainButton").click()
        wait_for_status(window, qtbot, "gap")

    def type(self, text: str) -> None:
        self.window.find(QPlainTextEdit, "targetText").setPlainText(text)

    @property
    def title(self) -> str:
        return self.window.main.session.trained_title

    @property
    def named_changes(self) -> list[str]:
        """What the lines in the loss plot say."""
        plot = self.window.find(LossPlot, "lossPlot")
        return [line.label.format for line in plot._changes]

    def wait_for_title(self, title: str) -> None:
        self.qtbot.waitUntil(lambda: self.title == title, timeout=SLOW_MS)

    def on(self, text: str) -> float:
        """The share of the particles shown that are on the ink of a text."""
        share = build_target(TextSpec(text=text)).on_target(self.window.main.viewer.generated.positions[-1])
        assert share is not None
        return share


@pytest.fixture
def morphing(window: Window, qtbot: QtBot) -> Morphing:
    return Morphing(window, qtbot)


def test_it_follows_what_is_typed_and_marks_the_change(morphing: Morphing) -> None:
    worker = morphing.window.main.session.run
    assert worker is not None
    morphing.type("::")
    morphing.qtbot.wait(500)
    assert morphing.title == "BRAD", "not before it is asked to"
    before = morphing.on("::")
    morphing.follow.click()
    morphing.wait_for_title("::")
    assert morphing.named_changes == ["::"]
    morphing.qtbot.waitUntil(lambda: morphing.on("::") > before + 0.2, timeout=SLOW_MS)
    assert morphing.window.find(QLabel, "onTargetFigure").text().endswith("%")
    run = morphing.window.main.session.run
    assert run is not None
    assert run.worker is worker.worker, "the same training"
    assert morphing.window.find(QPushButton, "trainButton").text() == "Restart"


def test_a_bad_target_is_not_followed_and_a_good_one_after_it_is(morphing: Morphing) -> None:
    morphing.follow.click()
    morphing.type("")
    morphing.qtbot.wait(300)
    assert morphing.title == "BRAD"
    assert morphing.named_changes == []
    morphing.type("Z")
    morphing.wait_for_title("Z")


def test_it_follows_while_the_word_is_typed_key_by_key(morphing: Morphing) -> None:
    morphing.follow.click()
    text = morphing.window.find(QPlainTextEdit, "targetText")
    text.selectAll()
    morphing.qtbot.keyClicks(text, "FLOW")
    morphing.wait_for_title("FLOW")
    assert morphing.named_changes[-1] == "FLOW"
    morphing.window.find(QPushButton, "stopButton").click()
    wait_for_status(morphing.window, morphing.qtbot, "Stopped:")
    morphing.type("LATE")
    morphing.qtbot.wait(200)
    assert morphing.title == "FLOW"


def test_it_follows_a_shape_and_a_drawing(morphing: Morphing) -> None:
    morphing.follow.click()
    morphing.window.find(QToolButton, "shapeSource").click()
    morphing.wait_for_title("two moons")
    drawn = Drawn(morphing.window, morphing.qtbot)
    assert drawn.built is None
    drawn.stroke((20, 20), (80, 80))
    morphing.wait_for_title("drawing")


def test_a_paused_training_turns_when_it_goes_on(morphing: Morphing) -> None:
    pause = morphing.window.find(QPushButton, "pauseButton")
    pause.click()
    morphing.qtbot.wait(500)  # it holds after the event that comes next
    morphing.follow.click()
    morphing.type("Z")
    started = time.monotonic()
    morphing.qtbot.wait(500)
    assert morphing.title == "BRAD"
    assert time.monotonic() - started < 5, "the window stays alive"
    pause.click()
    morphing.wait_for_title("Z")
