"""The text of the status bar, and its stable layout."""

from dataclasses import replace

import pytest
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication, QLabel
from PyQt6.sip import delete
from pytestqt.qtbot import QtBot

from flowviz.app.training.activity import Activity
from flowviz.app.training.status_bar import StatusBar
from flowviz.app.training.training_state import TrainingState
from flowviz.records import Progress
from tests.app.conftest import text_of
from tests.app.staged import PROGRESS, Staged, staged

__all__ = ["staged"]

METRICS = ("left", "step", "speed")


@pytest.fixture
def bar(qtbot: QtBot) -> StatusBar:
    bar = StatusBar()
    qtbot.addWidget(bar)
    bar.resize(1000, bar.sizeHint().height())
    bar.show()
    show(bar, PROGRESS)
    return bar


def show(bar: StatusBar, progress: Progress | None, state: TrainingState = TrainingState.TRAINING) -> None:
    bar.show_activity(Activity(state=state, progress=progress))


def metric(bar: StatusBar, name: str) -> QLabel:
    label = bar.findChild(QLabel, f"{name}Status")
    assert label is not None
    return label


def visible_metrics(bar: StatusBar) -> list[str]:
    return [name for name in METRICS if metric(bar, name).isVisible()]


def test_metrics_are_shown_in_one_line(bar: StatusBar) -> None:
    assert text_of(bar) == "1:15 min left step 1,200 412 steps/s"
    show(bar, PROGRESS, TrainingState.PAUSED)
    assert text_of(bar) == "1:15 min left step 1,200 412 steps/s"


@pytest.mark.parametrize("state", [TrainingState.IDLE, TrainingState.STOPPING])
def test_metrics_are_hidden_once_training_ends(bar: StatusBar, state: TrainingState) -> None:
    """Check that the status bar does not repeat how the training ended, which the panel says."""
    show(bar, PROGRESS, state)
    assert text_of(bar) == ""


def test_metrics_do_not_move_when_their_numbers_change(bar: StatusBar) -> None:
    def positions() -> list[int]:
        QApplication.processEvents()
        return [metric(bar, name).x() for name in METRICS]

    wide = replace(PROGRESS, step=888_888, steps_per_second=8888, seconds_left=888)
    show(bar, wide)
    before = positions()
    for progress in (PROGRESS, replace(PROGRESS, step=1, steps_per_second=1, seconds_left=9), wide):
        show(bar, progress)
        assert positions() == before
    show(bar, replace(wide, step=100_000_000))
    wider = positions()
    show(bar, PROGRESS)
    assert positions() == wider, "a label that has grown does not shrink"


def test_least_important_metrics_are_hidden_first(bar: StatusBar) -> None:
    assert visible_metrics(bar) == list(METRICS)
    counts = []
    for width in range(1000, 0, -50):
        bar.resize(width, bar.height())
        counts.append(len(visible_metrics(bar)))
        assert visible_metrics(bar) == list(METRICS[: counts[-1]])
        QApplication.processEvents()
        assert all(metric(bar, name).width() >= metric(bar, name).sizeHint().width() for name in visible_metrics(bar))
    assert counts[0] == len(METRICS)
    assert counts[-1] == 0
    assert counts == sorted(counts, reverse=True)
    assert bar.minimumSizeHint().width() < 100


def test_all_metrics_are_visible_in_a_window_1024_pixels_wide(staged: Staged) -> None:
    staged.window.main.resize(1024, 700)
    staged.begin()
    assert visible_metrics(staged.window.find(StatusBar, "statusBar")) == list(METRICS)


def test_message_is_shown_for_a_while(bar: StatusBar, qtbot: QtBot) -> None:
    message = bar.findChild(QLabel, "statusMessage")
    assert message is not None
    bar.show_message("The command was copied. " * 5)
    assert message.text() == "The command was copied. " * 5
    assert "left" in visible_metrics(bar)
    assert "speed" not in visible_metrics(bar), "the message needs its room"
    bar.resize(400, bar.height())
    assert "…" in message.text()
    bar.resize(1000, bar.height())
    bar._message_timer.setInterval(1)
    bar.show_message("Copied.")
    qtbot.waitUntil(lambda: not message.text())
    assert not bar._message_timer.isActive(), "no timer runs in an idle window"
    assert visible_metrics(bar) == list(METRICS)


def test_metrics_have_room_in_a_larger_font(bar: StatusBar) -> None:
    font = bar.font()
    font.setPointSizeF(1.5 * font.pointSizeF())
    bar.setFont(font)
    QApplication.processEvents()
    for name in visible_metrics(bar):
        assert metric(bar, name).width() >= metric(bar, name).sizeHint().width()


def test_message_timer_is_harmless_after_the_bar_is_deleted(qtbot: QtBot) -> None:
    bar, later = StatusBar(), list[bool]()
    bar._message_timer.setInterval(1)
    bar.show_message("Copied.")
    delete(bar)
    QTimer.singleShot(2, lambda: later.append(True))
    qtbot.waitUntil(lambda: bool(later))
