"""The explanation of the loss: what it means, why it can be negative, and if it is good."""

from dataclasses import replace

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.training.loss_answer import IS_IT_GOOD, MEANING, UNKNOWN_BEST, WHY, WHY_NEGATIVE, answer
from flowviz.app.training.metrics import Metrics
from tests.app.staged import PROGRESS

MEANS, IS_NEGATIVE = f"<b>{MEANING}</b> {WHY}", f"<b>{WHY_NEGATIVE}</b> {WHY}"


def test_answer_compares_the_loss_with_the_best_possible_one() -> None:
    assert answer(None) == (MEANS, IS_IT_GOOD)
    negative = replace(PROGRESS, validation_nll=-0.25, entropy=-0.75)
    expected = "Here, the loss is −0.25, the best possible −0.75, and the gap 0.50 nats."
    assert answer(negative) == (IS_NEGATIVE, IS_IT_GOOD, expected)
    assert answer(replace(PROGRESS, entropy=None)) == (MEANS, UNKNOWN_BEST)


def test_answer_opens_and_closes_and_stays_open_in_the_next_window(qtbot: QtBot) -> None:
    for is_open in (False, True):
        panel, metrics = QWidget(), Metrics()
        qtbot.addWidget(panel)
        layout = QVBoxLayout(panel)
        layout.addWidget(metrics)
        layout.addWidget(metrics.buttons)
        panel.show()
        metrics.show_progress(PROGRESS)
        button, text = panel.findChild(QToolButton, "lossHelpButton"), panel.findChild(QLabel, "lossAnswer")
        assert button is not None
        assert text is not None
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert text.isVisible() == is_open
        qtbot.keyClick(button, Qt.Key.Key_Space)
        assert text.isVisible() != is_open
        assert "gap 0.12 nats" in text.text()
