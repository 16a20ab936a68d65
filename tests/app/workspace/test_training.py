"""A comparison that is really trained, from the window to the engine and back."""

import pytest
from PyQt6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from flowviz.app.training.training_state import TrainingState
from flowviz.projects import Comparison
from flowviz.specs import TextSpec, TrainingSpec, comparison_spec
from tests.app.conftest import Window

PATIENCE_MS = 120_000
SMALL = {"layers": 2, "width": 8, "depth": 1}


@pytest.mark.slow  # compiles two flows
def test_two_flows_learn_a_word_and_then_another_one(window: Window, qtbot: QtBot) -> None:
    entrants = [{"name": "affine", "flow": SMALL}, {"name": "spline", "flow": {**SMALL, "family": "spline"}}]
    shared = {"target": TextSpec(text="Hi"), "training": TrainingSpec(steps=200)}
    comparisons = window.main.comparisons
    comparisons.show(Comparison.untrained(comparison_spec({**shared, "entrants": entrants})))
    workbench = comparisons.workbench
    assert workbench is not None
    compared = workbench.compared
    train = window.find(QToolButton, "trainButton")

    train.click()
    qtbot.waitUntil(lambda: compared.value.state == TrainingState.TRAINING, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: compared.value.state == TrainingState.IDLE, timeout=PATIENCE_MS)
    assert [run.status for run in compared.value.runs] == ["completed", "completed"]
    assert all(run.gap is not None and run.fraction == 1 for run in compared.value.runs)

    window.main.request.show_text("Yo")
    qtbot.waitUntil(lambda: all(run.target.title == "Yo" for run in compared.value.runs), timeout=PATIENCE_MS)
    workbench.controller.resume()  # from what the flows have learned
    qtbot.waitUntil(lambda: compared.value.state == TrainingState.IDLE, timeout=PATIENCE_MS)
    assert [run.project.target.title for run in compared.value.runs] == ["Yo", "Yo"]
    assert all(run.project.history.step[-1] == 400 for run in compared.value.runs)
