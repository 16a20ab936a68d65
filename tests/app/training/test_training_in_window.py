"""Real trainings in the whole window."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QComboBox, QLabel, QSlider, QSpinBox, QToolButton
from pytestqt.qtbot import QtBot

from flowviz.specs import RECIPES
from tests.app.conftest import Window
from tests.app.test_main_window import train
from tests.app.training.small_flow import choose_small_flow


def choose(window: Window, family: str) -> None:
    box = window.find(QComboBox, "flowFamily")
    box.setCurrentIndex(box.findData(family))


def test_training_shows_its_metrics_and_keeps_its_picture(window: Window, qtbot: QtBot) -> None:
    choose_small_flow(window)
    assert window.find(QLabel, "validationGapFigure").text() == "–"
    train(window, qtbot, 100)
    for name, ending in (("validationNll", "nats"), ("validationGap", "nats"), ("legibility", "%"), ("onTarget", "%")):
        assert window.find(QLabel, f"{name}Figure").text().endswith(ending)
    round_trip, scrubber = window.find(QLabel, "roundTripFigure"), window.find(QSlider, "layerScrubber")
    scrubber.setValue(0)
    assert round_trip.text().startswith("0.0e+00 (")
    scrubber.setValue(1)
    assert not round_trip.text().startswith("0.0e+00 (")
    trained = window.main.viewer.scenes.scene.trace
    choose(window, "maf")
    assert window.main.viewer.scenes.scene.trace is trained, (
        "another choice of flow does not replace the trained picture"
    )
    assert window.find(QToolButton, "trainButton").text() == "Train"


def test_flow_can_be_changed_during_training(window: Window, qtbot: QtBot) -> None:
    choose_small_flow(window)
    qtbot.mouseClick(window.find(QToolButton, "trainButton"), Qt.MouseButton.LeftButton)
    for family in (*RECIPES, "nice"):
        choose(window, family)
    window.find(QSpinBox, "flowLayers").setValue(1)  # fast to compile
    window.find(QSpinBox, "flowWidth").setValue(8)
    window.find(QAction, "trainAction").trigger()  # restarts with another flow
    qtbot.waitUntil(lambda: window.main.viewer.scenes.scene.trace.names == window.main.request.plan.flow.stage_names())
    qtbot.waitUntil(lambda: "step" in window.status)
