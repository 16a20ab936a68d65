"""A flow that is built by hand in the real window."""

import numpy as np
import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QDialog, QLabel, QProgressBar, QSpinBox, QToolButton
from pytestqt.qtbot import QtBot

from flowviz.app.by_hand.by_hand import NO_TARGET
from flowviz.app.by_hand.exercise import is_built_by_hand
from flowviz.app.training.session import Session
from flowviz.specs.edits import BentCurve, Bump
from tests.app.conftest import Window

# A recipe for the word of the first start, with one bend of each curve: stage, curve, center, height, width.
RECIPE: tuple[tuple[int, BentCurve, float, float, float], ...] = (
    (1, "shift", 0.2, -1.4, 0.6),
    (1, "log-scale", 2.0, -3.0, 0.6),
    (3, "shift", -0.5, 0.4, 0.2),
    (3, "log-scale", 0.7, -1.9, 0.5),
    (5, "shift", 0.5, 1.6, 0.6),
    (5, "log-scale", 1.4, 1.1, 0.4),
    (7, "shift", 1.1, -0.3, 0.7),
    (7, "log-scale", -1.4, -1.2, 1.6),
)


def gap_of(session: Session) -> float:
    """Return the gap of the flow that is shown, on validation points."""
    score = session.project().score
    assert score is not None
    assert score.validation_gap is not None
    return score.validation_gap


def build(window: Window, qtbot: QtBot, couplings: int = 4) -> None:
    """Start a flow with the menu and the dialog, and wait until it is shown."""
    window.find(QAction, "buildbyhandAction").trigger()
    dialog = window.find(QDialog, "byHandDialog")
    window.find(QSpinBox, "byHandCouplings").setValue(couplings)
    dialog.accept()
    session = window.main.session
    qtbot.waitUntil(lambda: is_built_by_hand(session.project()), timeout=60_000)
    qtbot.waitUntil(lambda: session.project().score is not None, timeout=60_000)


def test_exercise_is_solved_by_a_recipe(window: Window, qtbot: QtBot) -> None:
    window.main.notifications.post(NO_TARGET)
    build(window, qtbot)
    session, bar = window.main.session, window.find(QLabel, "exerciseText")
    assert NO_TARGET.text not in window.notice
    assert bar.isVisible()
    assert bar.text() == f"Reach a gap below 1.0 with four couplings. The gap is {gap_of(session):.2f} nats."
    assert window.find(QProgressBar, "exerciseProgress").value() == 0
    assert "built by hand" in window.status
    assert window.main.isWindowModified()
    for stage, curve, center, height, width in RECIPE:
        bump = Bump(curve=curve, center=(center,), height=(height,), width=width)
        window.main.edits.add_bump(stage, bump)
        assert bump in window.main.edits.value.of(stage).bumps
    qtbot.waitUntil(lambda: session.project().edits == window.main.edits.value, timeout=60_000)
    qtbot.waitUntil(lambda: session.project().score is not None, timeout=60_000)
    gap = gap_of(session)
    assert gap < 1.0
    assert bar.text().endswith(f"Well done: the gap is {gap:.2f} nats.")
    assert window.find(QProgressBar, "exerciseProgress").value() == 100
    assert "Exercise solved" in window.status
    window.find(QToolButton, "closeExercise").click()
    assert not bar.isVisible()
    assert session.project().edits


def test_the_first_bend_is_undone_and_redone(window: Window, qtbot: QtBot) -> None:
    build(window, qtbot, couplings=1)
    session, moment = window.main.session, window.find(QLabel, "momentLabel")
    shown = moment.text()
    window.main.edits.add_bump(1, Bump(curve="shift", center=(0.2,), height=(-1.4,), width=0.6))
    assert window.main.edits.value
    qtbot.waitUntil(lambda: bool(session.project().edits), timeout=60_000)
    bent = session.project().trace.positions
    session.undo.undo()
    qtbot.waitUntil(lambda: not session.project().edits, timeout=60_000)
    assert moment.text() == shown
    session.undo.redo()
    qtbot.waitUntil(lambda: bool(session.project().edits), timeout=60_000)
    np.testing.assert_array_equal(session.project().trace.positions, bent)
    assert not window.notice


@pytest.mark.parametrize("couplings", [1, pytest.param(16, marks=pytest.mark.slow)])  # only more of the same
def test_other_numbers_of_couplings(window: Window, qtbot: QtBot, couplings: int) -> None:
    build(window, qtbot, couplings)
    project = window.main.session.project()
    assert project.flow.layers == couplings
    assert project.trace.last_stage == 2 * couplings - 1
    window.main.session.train()  # leaves the exercise
