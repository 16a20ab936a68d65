"""Choosing a flow in the window, and the figures beside the loss."""

from dataclasses import replace

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLabel, QPushButton, QSlider, QSpinBox, QToolButton
from pytestqt.qtbot import QtBot

from flowviz.specs import RECIPES, FlowSpec
from tests.app.conftest import Window
from tests.app.test_main_window import train


def choose(window: Window, family: str) -> None:
    box = window.find(QComboBox, "flowFamily")
    box.setCurrentIndex(box.findData(family))


def spec(window: Window) -> FlowSpec:
    return window.main.request.plan.flow


@pytest.mark.parametrize("family", RECIPES)
def test_a_family_is_chosen_with_all_that_its_recipe_has(window: Window, family: str) -> None:
    choose(window, family)
    assert spec(window) == FlowSpec.model_validate({"family": family})
    assert window.find(QLabel, "flowSentence").text() == RECIPES[spec(window).family].sentence
    assert window.find(QSlider, "layerScrubber").maximum() == len(spec(window).bijector_kinds())
    assert window.find(QSpinBox, "flowBins").isEnabled() == (family == "spline")


def test_the_options_are_hidden_until_they_are_asked_for(window: Window, qtbot: QtBot) -> None:
    layers = window.find(QSpinBox, "flowLayers")
    assert not layers.isVisible()
    qtbot.mouseClick(window.find(QToolButton, "flowOptionsButton"), Qt.MouseButton.LeftButton)
    assert layers.isVisible()


def test_options_reach_the_flow_and_the_training(window: Window) -> None:
    window.find(QSpinBox, "flowLayers").setValue(3)
    window.find(QSpinBox, "flowWidth").setValue(5)
    window.find(QSpinBox, "flowDepth").setValue(1)
    window.find(QSpinBox, "trainingSeed").setValue(9)
    window.find(QSpinBox, "trainingBatch").setValue(64)
    window.find(QDoubleSpinBox, "trainingRate").setValue(0.01)
    window.find(QCheckBox, "flowBounded").setChecked(False)
    assert spec(window) == FlowSpec(layers=3, width=5, depth=1, seed=9, log_scale_bound=None)
    training = window.main.request.plan.training
    assert (training.learning_rate, training.batch, training.seed) == (0.01, 64, 9)
    assert window.find(QSlider, "layerScrubber").maximum() == len(spec(window).bijector_kinds())


def test_a_flow_is_shown_with_all_that_it_has(window: Window) -> None:
    for flow in (
        FlowSpec(family="spline", layers=3, bins=12, seed=7),
        FlowSpec(layers=2, log_scale_bound=None, hats=5, waves=2),
    ):
        window.main.request.show_plan(replace(window.main.request.plan, flow=flow))
        assert spec(window) == flow
        assert window.find(QSpinBox, "flowLayers").value() == flow.layers
        assert window.find(QCheckBox, "flowBounded").isChecked() == (flow.log_scale_bound is not None)


def test_minibatch_normalization_warns_why(window: Window) -> None:
    warning, box = window.find(QLabel, "flowWarning"), window.find(QComboBox, "flowNormalization")
    assert not warning.isVisible()
    box.setCurrentIndex(box.findData("minibatch"))
    assert warning.isVisible()
    assert "picture and loss disagree" in warning.text()


def test_a_training_shows_its_figures_and_keeps_its_picture(window: Window, qtbot: QtBot) -> None:
    choose(window, "glow")
    window.find(QSpinBox, "flowLayers").setValue(2)
    assert window.find(QLabel, "gapFigure").text() == "–"
    train(window, qtbot, 100)
    for name, ending in (("heldoutNll", "nats"), ("gap", "nats"), ("onTarget", "%"), ("coverage", "%")):
        assert window.find(QLabel, f"{name}Figure").text().endswith(ending)
    round_trip, scrubber = window.find(QLabel, "roundTripFigure"), window.find(QSlider, "layerScrubber")
    scrubber.setValue(0)
    assert round_trip.text().startswith("0.0e+00 (")
    scrubber.setValue(1)
    assert not round_trip.text().startswith("0.0e+00 (")
    trained = window.main.viewer.scene.trace
    choose(window, "maf")
    assert window.main.viewer.scene.trace is trained, "another choice does not take the trained picture away"
    assert window.find(QPushButton, "trainButton").text() == "Train"


def test_changing_the_flow_while_it_trains_does_no_harm(window: Window, qtbot: QtBot) -> None:
    qtbot.mouseClick(window.find(QPushButton, "trainButton"), Qt.MouseButton.LeftButton)
    for family in RECIPES:
        choose(window, family)
    qtbot.mouseClick(window.find(QPushButton, "trainButton"), Qt.MouseButton.LeftButton)  # Restart, as another flow
    qtbot.waitUntil(lambda: window.main.viewer.scene.trace.names == spec(window).stage_names(), timeout=60_000)
    qtbot.waitUntil(lambda: "step" in window.status, timeout=60_000)
