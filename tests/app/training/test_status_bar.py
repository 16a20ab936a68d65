"""What the status bar says of the training, and that nothing in it jitters."""

import subprocess
import sys
from dataclasses import replace

import pyqtgraph as pg
import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QLabel, QProgressBar
from pytestqt.qtbot import QtBot

from flowviz.app.training.status_bar import StatusBar
from flowviz.errors import FileError
from flowviz.records import Preparing, Recovered
from flowviz.records.events import Ending
from tests.app.conftest import Window
from tests.app.staged import PROGRESS, Staged, staged

__all__ = ["staged"]

FIGURES = ("gap", "loss", "step", "left", "speed")


@pytest.fixture
def bar(qtbot: QtBot) -> StatusBar:
    found = StatusBar()
    qtbot.addWidget(found)
    found.resize(1000, found.sizeHint().height())
    found.show()
    found.show_state("Training", goes_on=True)
    found.show_progress(PROGRESS)
    return found


def figure(bar: StatusBar, name: str) -> QLabel:
    found = bar.findChild(QLabel, f"{name}Status")
    assert found is not None
    return found


def shown(bar: StatusBar) -> list[str]:
    return [name for name in FIGURES if figure(bar, name).isVisible()]


def test_the_state_and_the_figures_follow_the_training(staged: Staged) -> None:
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
    assert bar.text == "Stopping…: gap 0.125 nats loss 1.500 nats step 1,200 412 steps/s", "no time is left"
    staged.tell(staged.finished("stopped", progress=replace(PROGRESS, step=1300, heldout_nll=1.6)))
    staged.wait("Stopped: gap 0.100 nats loss 1.500 nats step 1,300 412 steps/s")


@pytest.mark.parametrize("end", [FileError("The disk is full."), "diverged"])
def test_a_training_that_has_ended_has_no_time_left(staged: Staged, end: Exception | Ending) -> None:
    staged.begin()
    assert "1:15 min left" in staged.window.status
    staged.tell(end if isinstance(end, Exception) else staged.finished(end, "Lower the rate."))
    staged.wait("Failed: gap" if isinstance(end, Exception) else "Diverged: gap")
    assert "left" not in staged.window.status
    assert "412 steps/s" in staged.window.status


def test_the_end_is_said_with_the_gap_and_the_panel_says_it_without_the_figures(staged: Staged) -> None:
    staged.begin()
    assert staged.window.find(QLabel, "statusLabel").text() == "Learning 'two moons'."
    assert staged.window.find(QProgressBar, "progressBar").value() == 250
    staged.tell(staged.finished())
    staged.wait("Finished: gap 0.125 nats")
    assert staged.window.find(QLabel, "statusLabel").text() == "Completed after 1,200 steps."
    staged.press("train")
    assert staged.window.find(StatusBar, "statusBar").text == "Preparing…"
    staged.tell(None)


def test_an_opened_project_says_how_far_it_was_trained(staged: Staged) -> None:
    assert "Finished: gap unknown" in staged.window.status
    staged.window.main.discard_changes()
    staged.window.main.document_actions.new()
    assert staged.window.find(StatusBar, "statusBar").text == "Ready"


def test_before_any_training_it_is_ready(window: Window) -> None:
    assert window.find(StatusBar, "statusBar").text == "Ready"


def test_a_gap_that_nobody_knows_is_said_to_be_unknown(bar: StatusBar) -> None:
    bar.show_progress(replace(PROGRESS, entropy=None))
    assert figure(bar, "gap").text() == "gap unknown"
    assert "entropy of this target is unknown" in figure(bar, "gap").toolTip()
    bar.show_progress(PROGRESS)
    assert "unknown" not in figure(bar, "gap").toolTip()


def test_no_figure_moves_while_the_numbers_run(bar: StatusBar, qtbot: QtBot) -> None:
    def places() -> list[int]:
        qtbot.wait(10)
        return [figure(bar, name).x() for name in FIGURES]

    wide = replace(PROGRESS, step=888_888, train_nll=-10.888, heldout_nll=11.5, steps_per_second=8888, seconds_left=888)
    bar.show_progress(wide)
    before = places()
    for progress in (PROGRESS, replace(PROGRESS, step=1, steps_per_second=1, seconds_left=9), wide):
        bar.show_progress(progress)
        assert places() == before
    bar.show_progress(replace(wide, step=100_000_000))
    wider = places()
    bar.show_progress(PROGRESS)
    assert places() == wider, "what had to become wider stays so"


def test_where_there_is_little_room_what_matters_less_gives_way(bar: StatusBar, qtbot: QtBot) -> None:
    assert shown(bar) == list(FIGURES)
    counts = []
    for width in range(1000, 100, -50):
        bar.resize(width, bar.height())
        counts.append(len(shown(bar)))
        assert shown(bar) == list(FIGURES[: counts[-1]])
        qtbot.wait(5)
        assert all(figure(bar, name).width() >= figure(bar, name).sizeHint().width() for name in shown(bar))
    assert counts[0] == len(FIGURES)
    assert counts[-1] == 0
    assert counts == sorted(counts, reverse=True)
    assert bar.minimumSizeHint().width() < 100


def test_all_figures_are_seen_in_a_window_of_1024_pixels(staged: Staged) -> None:
    staged.window.main.resize(1024, 700)
    staged.begin()
    assert shown(staged.window.find(StatusBar, "statusBar")) == list(FIGURES)


def test_what_was_done_is_said_for_a_while(bar: StatusBar, qtbot: QtBot) -> None:
    message = bar.findChild(QLabel, "statusMessage")
    assert message is not None
    bar.tell("The command was copied. " * 3)
    assert message.text() == "The command was copied. " * 3
    assert "gap" in shown(bar)
    assert "speed" not in shown(bar), "it gives way"
    bar.resize(400, bar.height())
    assert "…" in message.text()
    bar.resize(1000, bar.height())
    bar._patience.setInterval(1)
    bar.tell("Copied.")
    qtbot.waitUntil(lambda: not message.text())
    assert not bar._patience.isActive(), "nothing wakes a window at rest"
    assert shown(bar) == list(FIGURES)


def test_figures_have_room_in_a_larger_font(bar: StatusBar, qtbot: QtBot) -> None:
    font = bar.font()
    font.setPointSizeF(1.5 * font.pointSizeF())
    bar.setFont(font)
    qtbot.wait(10)
    for name in shown(bar):
        assert figure(bar, name).width() >= figure(bar, name).sizeHint().width()


def test_a_recovery_is_noticed_in_the_panel(staged: Staged) -> None:
    staged.begin()
    staged.tell(Recovered("loss exploded", 900, 5e-4, 1))
    staged.qtbot.waitUntil(lambda: "went back to step 900" in staged.window.notice)


def test_a_copied_command_is_said_in_the_status_bar(window: Window) -> None:
    window.find(QAction, "commandTrainingAction").trigger()
    assert "The command was copied." in window.find(StatusBar, "statusBar").text


def test_the_legend_of_the_losses_lies_over_no_curve(staged: Staged) -> None:
    legend, plot = staged.window.find(QLabel, "lossLegend"), staged.window.main.findChildren(pg.PlotWidget)
    (curves,) = [found for found in plot if found.parent() is legend.parent()]
    assert not legend.geometry().intersects(curves.geometry())


GONE = """
import gc, os
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from flowviz.app.training import status_bar
from flowviz.app.main import create_window
status_bar.MESSAGE_MS = 100
app = QApplication([])
window = create_window()
window.show()
window.statusBar().tell("Copied.")
window.close()
window.deleteLater()
del window
gc.collect()
QTest.qWait(300)
os._exit(0)
"""


def test_a_message_of_a_window_that_is_gone_does_no_harm() -> None:
    done = subprocess.run([sys.executable, "-c", GONE], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
