"""Faster than the program: buttons are pressed without waiting, and the window is closed in the midst of work."""

import random
import signal
from pathlib import Path

import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QComboBox, QSpinBox
from pytestqt.qtbot import QtBot

from flowviz.app.pane.moment_browser import MomentBrowser
from flowviz.projects.drafts import Drafts
from flowviz.records import Snapshot
from tests.app.conftest import Window
from tests.app.test_main_window import choose_steps
from tests.trust import scripts
from tests.trust.program import HOMES, Script, used

PRESSES = 30

CLOSING_TOO: list[Script] = [  # most load TensorFlow
    scripts.closes_while_tensorflow_loads,
    scripts.closes_while_it_compiles,
    scripts.closes_while_it_opens,
    scripts.closes_while_it_follows_moments,
]


@pytest.mark.parametrize(
    "script",
    [
        scripts.closes_while_it_trains_exports_and_autosaves,
        *(pytest.param(script, marks=pytest.mark.slow) for script in CLOSING_TOO),
    ],
    ids=lambda script: script.__name__,
)
def test_closing_ends_the_process_and_leaves_no_files(script: Script, tmp_path: Path) -> None:
    closes(script, tmp_path)


@pytest.mark.slow  # it compiles twice: 20 s
def test_closing_while_a_training_is_replaced(tmp_path: Path) -> None:
    closes(scripts.closes_while_another_flow_takes_the_place_of_one_that_trains, tmp_path)


def test_ctrl_c_in_the_terminal_ends_the_program_silently(tmp_path: Path) -> None:
    ended = used(scripts.is_interrupted, tmp_path)
    assert ended.code == -signal.SIGINT
    assert not ended.stderr


def closes(script: Script, folder: Path) -> None:
    ended = used(script, folder)
    ended.assert_clean()
    assert {path.name for path in folder.iterdir()} <= set(HOMES), "nothing is left that is not whole"
    assert not Drafts(folder / "XDG_DATA_HOME" / "flowviz" / "drafts").abandoned()


class Presser:
    """A person who presses Train and Stop, and switches between two small flows, as fast as the buttons go."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self._window, self._qtbot = window, qtbot
        self._train, self._stop = (window.find(QAction, f"{name}Action") for name in ("train", "stop"))
        self._family = window.find(QComboBox, "flowFamily")
        self._sizes = {window.find(QSpinBox, name): size for name, size in {"flowLayers": 1, "flowWidth": 4}.items()}
        self._dice = random.Random(0)

    def choose_flow(self, family: str) -> None:
        self._family.setCurrentText(family)
        for box, size in self._sizes.items():
            box.setValue(size)

    def press(self, number: int) -> None:
        self.choose_flow("NICE" if number // 3 % 2 else "RealNVP")
        self._train.trigger()
        assert self._train.text().replace("&", "") == "Restart"
        assert self._stop.isEnabled()
        if number % 10 == 0:
            self.wait_for("steps/s")
        else:
            self._qtbot.wait(self._dice.choice((0, 0, 1, 10, 50)))
        if self._stop.isEnabled():  # unless it has ended by now
            self._stop.trigger()
        if number % 2:
            self._qtbot.wait(self._dice.choice((0, 1, 10)))

    def wait_for(self, text: str) -> None:
        self._qtbot.waitUntil(lambda: text in self._window.status)


@pytest.fixture
def drawn(window: Window, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each picture of a training that is drawn, whether it is of the flow that trains now."""
    found, session, take_snapshot = list[bool](), window.main.session, MomentBrowser.take_snapshot

    def take(moments: MomentBrowser, snapshot: Snapshot) -> None:
        run = session.run
        found.append(run is not None and snapshot.trace.names[1:] == run.project.flow.stage_names()[1:])
        take_snapshot(moments, snapshot)

    monkeypatch.setattr(MomentBrowser, "take_snapshot", take)
    return found


def test_train_and_stop_can_be_pressed_in_quick_succession(window: Window, qtbot: QtBot, drawn: list[bool]) -> None:
    presser = Presser(window, qtbot)
    choose_steps(window, 300)
    for number in range(PRESSES):
        presser.press(number)
    presser.choose_flow("NICE")
    choose_steps(window, 120)
    window.find(QAction, "trainAction").trigger()
    presser.wait_for("Done: 120 steps")
    assert drawn
    assert all(drawn)
    assert window.main.session.project().flow.family == "nice"
    assert not window.notice
