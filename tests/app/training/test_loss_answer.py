"""The answer to why the loss can be negative."""

from dataclasses import replace

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.training.loss_answer import IS_IT_GOOD, MEANING, UNKNOWN_BEST, WHY, WHY_NEGATIVE, LossQuestion, answer
from flowviz.app.training.metrics import Metrics
from tests.app.staged import PROGRESS


def test_answer_compares_the_loss_with_the_best_possible_one() -> None:
    assert answer(None) == (WHY, IS_IT_GOOD)
    negative = replace(PROGRESS, validation_nll=-0.25, entropy=-0.75)
    expected = "Here, the loss is −0.25, the best possible −0.75, and the gap 0.50 nats."
    assert answer(negative) == (WHY, IS_IT_GOOD, expected)
    assert answer(replace(PROGRESS, entropy=None)) == (WHY, UNKNOWN_BEST)


def test_question_asks_why_the_loss_is_negative_only_while_it_is(qtbot: QtBot) -> None:
    question = LossQuestion()
    qtbot.addWidget(question)
    asked = []
    for progress in (None, replace(PROGRESS, validation_nll=-0.25), PROGRESS):
        question.set_progress(progress)
        asked.append((question.text(), question.accessibleName()))
    assert asked == [(MEANING, MEANING), ("Why negative?", WHY_NEGATIVE), (MEANING, MEANING)]


def popup(metrics: Metrics) -> QWidget | None:
    return next((child for child in metrics.findChildren(QWidget, "lossAnswer") if child.isVisible()), None)


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return])
def test_answer_opens_and_closes_with_the_keyboard(qtbot: QtBot, key: Qt.Key) -> None:
    metrics = Metrics()
    qtbot.addWidget(metrics)
    metrics.show()
    metrics.show_progress(PROGRESS)
    button = metrics.findChild(QToolButton, "lossQuestionButton")
    assert button is not None
    assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert button.accessibleName() == MEANING
    qtbot.keyClick(button, Qt.Key.Key_Space)
    opened = popup(metrics)
    assert opened is not None
    text = opened.findChild(QLabel, "lossAnswerText")
    assert text is not None
    assert "gap 0.12 nats" in text.accessibleDescription()
    assert "<" not in text.accessibleDescription()
    assert text.height() >= text.heightForWidth(text.width()), "the answer is cut off"
    qtbot.keyClick(text, key)
    QApplication.processEvents()
    assert popup(metrics) is None
