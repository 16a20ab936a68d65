"""Timers that call a function once, or again and again."""

import pytest
from PyQt6.QtCore import QObject, Qt
from pytestqt.qtbot import QtBot

from flowviz.app.threads.delay import delayed, frames, repeated


@pytest.fixture
def owner(qapp: object) -> QObject:
    return QObject()


def test_delayed_function_is_called_once_for_several_requests(owner: QObject, qtbot: QtBot) -> None:
    calls = list[str]()
    once, again = delayed(owner, lambda: calls.append("once"), 5), repeated(owner, lambda: calls.append("again"), 1)
    again.start()
    for _ in range(3):
        once.start()
    qtbot.waitUntil(lambda: "once" in calls and calls.count("again") > 2)
    again.stop()
    assert calls.count("once") == 1
    assert not once.isActive()


def test_frames_keep_their_period(owner: QObject) -> None:
    timer = frames(owner, lambda: None, 12)
    assert timer.interval() == 12
    assert timer.timerType() == Qt.TimerType.PreciseTimer
    assert not timer.isActive()
