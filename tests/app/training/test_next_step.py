"""The chip on the cloud that says what Train would do next."""

from dataclasses import replace

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from flowviz.projects import example
from flowviz.specs import TextSpec
from tests.app.conftest import Window

pytestmark = pytest.mark.shared_window


@pytest.fixture
def chip(window: Window, monkeypatch: pytest.MonkeyPatch) -> QToolButton:
    monkeypatch.setattr("flowviz.training.entrant_training.train", lambda *_, **__: iter(()))
    return window.find(QToolButton, "nextStepChip")


def test_chip_appears_with_another_target_and_trains_on_it(window: Window, qtbot: QtBot, chip: QToolButton) -> None:
    assert not chip.isVisible(), "nothing is trained yet"
    window.main.session.show_project(example("two_moons").project())
    assert not chip.isVisible()
    window.main.request.show_text("Bayes")
    qtbot.waitUntil(chip.isVisible)
    assert chip.text() == "Showing 'two moons' · Train on 'Bayes'"
    assert "Bayes" not in window.status
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    run = window.main.session.run
    assert run is not None
    assert run.project.target == TextSpec(text="Bayes")
    assert not chip.isVisible()


def test_chip_appears_with_other_options(window: Window, qtbot: QtBot, chip: QToolButton) -> None:
    window.main.session.show_project(example("two_moons").project())
    window.main.request.set_preset("sharp")
    qtbot.waitUntil(chip.isVisible)
    assert chip.text() == "Showing 'two moons' · Train the chosen flow"


def test_chip_tells_targets_apart_that_begin_alike(window: Window, qtbot: QtBot, chip: QToolButton) -> None:
    project = example("two_moons").project()
    window.main.session.show_project(replace(project, target=TextSpec(text="normalizing flows")))
    window.main.request.show_text("normalizing flow chart")
    qtbot.waitUntil(lambda: chip.text() == "Showing 'normalizing flo…' · Train on 'normalizing flo…'")
