"""The text of the status bar, and its stable layout."""

import subprocess
import sys
from dataclasses import replace

import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QApplication, QLabel, QProgressBar
from pytestqt.qtbot import QtBot

from flowviz.app.training.status_bar import StatusBar
from flowviz.app.widgets.plot import Plot
from flowviz.errors import FileError
from flowviz.records import Preparing, Recovered
from flowviz.records.events import Ending
from tests.app.conftest import Window
from tests.app.staged import PROGRESS, Staged, staged

__all__ = ["staged"]

METRICS = ("gap", "loss", "step", "left", "speed")


@pytest.fixture
def bar(qtbot: QtBot) -> StatusBar:
    bar = StatusBar()
    qtbot.addWidget(bar)
    bar.resize(1000, bar.sizeHint().height())
    bar.show()
    bar.show_state("Training", goes_on=True)
    bar.show_progress(PROGRESS)
    return bar


def metric(bar: StatusBar, name: str) -> QLabel:
    label = bar.findChild(QLabel, f"{name}Status")
    assert label is not None
    return label


def visible_metrics(bar: StatusBar) -> list[str]:
    return [name for name in METRICS if metric(bar, name).isVisible()]


def test_state_and_metrics_follow_training(staged: Staged) -> None:
    bar = staged.window.find(StatusBar, "statusBar")
    staged.press("train")
    assert bar.text == "Preparing…"
    staged.tell(Preparing("Compiling the training step"))
    staged.wait("Compiling the training step…")
    staged.tell(staged.snapshot(1200), PROGRESS)
    staged.wait("step 1,200")
    assert bar.text == "Training: gap 0.125 nats loss 1.500 nats step 1,200 1:15 min left 412 steps/s"
    staged.press("pause")
    assert bar.text.startswith("Paused: gap 0.125 nats")
    staged.press("pause")
    staged.press("stop")
    assert bar.text == "Stopping…: gap 0.125 nats loss 1.500 nats step 1,200 412 steps/s", (
        "a stopping run shows no time left"
    )
    staged.tell(staged.finished("stopped", progress=replace(PROGRESS, step=1300, heldout_nll=1.6)))
    staged.wait("Stopped: gap 0.100 nats loss 1.500 nats step 1,300 412 steps/s")


@pytest.mark.parametrize("end", [FileError("The disk is full."), "diverged"])
def test_ended_training_shows_no_time_left(staged: Staged, end: Exception | Ending) -> None:
    staged.begin()
    assert "1:15 min left" in staged.window.status
    staged.tell(end if isinstance(end, Exception) else staged.finished(end, "Lower the rate."))
    staged.wait("Failed: gap" if isinstance(end, Exception) else "Diverged: gap")
    assert "left" not in staged.window.status
    assert "412 steps/s" in staged.window.status


def test_end_of_training_shows_the_gap_in_the_status_bar_and_the_steps_in_the_panel(staged: Staged) -> None:
    staged.begin()
    assert staged.window.find(QLabel, "statusLabel").text() == "Learning 'two moons'."
    assert staged.window.find(QProgressBar, "progressBar").value() == 250
    staged.tell(staged.finished())
    staged.wait("Finished: gap 0.125 nats")
    assert staged.window.find(QLabel, "statusLabel").text() == "Done: 1,200 steps."
    staged.press("train")
    assert staged.window.find(StatusBar, "statusBar").text == "Preparing…"
    staged.tell(None)


def test_opened_project_shows_the_state_of_its_training(staged: Staged) -> None:
    assert "Finished: gap unknown" in staged.window.status
    staged.window.main.discard_changes()
    staged.window.main.document_actions.new()
    assert staged.window.find(StatusBar, "statusBar").text == "Ready"


def test_state_is_ready_before_training(window: Window) -> None:
    assert window.find(StatusBar, "statusBar").text == "Ready"


def test_unknown_gap_is_explained_in_its_tooltip(bar: StatusBar) -> None:
    bar.show_progress(replace(PROGRESS, entropy=None))
    assert metric(bar, "gap").text() == "gap unknown"
    assert "best possible loss is unknown" in metric(bar, "gap").toolTip()
    bar.show_progress(PROGRESS)
    assert "unknown" not in metric(bar, "gap").toolTip()


def test_metrics_do_not_move_when_their_numbers_change(bar: StatusBar) -> None:
    def positions() -> list[int]:
        QApplication.processEvents()
        return [metric(bar, name).x() for name in METRICS]

    wide = replace(PROGRESS, step=888_888, train_nll=-10.888, heldout_nll=11.5, steps_per_second=8888, seconds_left=888)
    bar.show_progress(wide)
    before = positions()
    for progress in (PROGRESS, replace(PROGRESS, step=1, steps_per_second=1, seconds_left=9), wide):
        bar.show_progress(progress)
        assert positions() == before
    bar.show_progress(replace(wide, step=100_000_000))
    wider = positions()
    bar.show_progress(PROGRESS)
    assert positions() == wider, "a label that has grown does not shrink"


def test_least_important_metrics_are_hidden_first(bar: StatusBar) -> None:
    assert visible_metrics(bar) == list(METRICS)
    counts = []
    for width in range(1000, 100, -50):
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
    bar.tell("The command was copied. " * 3)
    assert message.text() == "The command was copied. " * 3
    assert "gap" in visible_metrics(bar)
    assert "speed" not in visible_metrics(bar), "the message needs its room"
    bar.resize(400, bar.height())
    assert "…" in message.text()
    bar.resize(1000, bar.height())
    bar._message_timer.setInterval(1)
    bar.tell("Copied.")
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


def test_recovery_posts_a_notice_in_the_panel(staged: Staged) -> None:
    staged.begin()
    staged.tell(Recovered("loss exploded", 900, 5e-4, 1))
    staged.qtbot.waitUntil(lambda: "went back to step 900" in staged.window.notice)


def test_copied_command_is_confirmed_in_the_status_bar(window: Window) -> None:
    window.find(QAction, "commandTrainingAction").trigger()
    assert "The command was copied." in window.find(StatusBar, "statusBar").text


def test_legend_of_the_loss_plot_does_not_cover_the_plot(staged: Staged) -> None:
    legend, plots = staged.window.find(QLabel, "lossLegend"), staged.window.main.findChildren(Plot)
    (plot,) = [each for each in plots if each.parent() is legend.parent()]
    assert not legend.geometry().intersects(plot.geometry())


DELETED_WINDOW = """
import gc, os
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication
from flowviz.app.training import status_bar
from flowviz.app.main import create_window
status_bar.MESSAGE_MS = 50
app = QApplication([])
window = create_window()
window.show()
window.statusBar().tell("Copied.")
window.close()
window.deleteLater()
del window
gc.collect()
QTimer.singleShot(2 * status_bar.MESSAGE_MS, app.quit)
app.exec()
os._exit(0)
"""


def test_message_timer_is_harmless_after_the_window_is_deleted() -> None:
    process = subprocess.run(
        [sys.executable, "-c", DELETED_WINDOW], capture_output=True, text=True, check=False, timeout=60
    )
    assert process.returncode == 0, process.stderr
