"""Uses the real program as a person would: `python -m tests.trust.user SCRIPT FOLDER` opens it and follows a script.

A script of `scripts.py` does something and yields what it waits for, again and again; at its end the window is closed.
"""

import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import NoReturn, TypeVar

from PyQt6.QtCore import QObject, QTimer
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QAbstractButton, QComboBox, QLabel, QPlainTextEdit, QSpinBox

from flowviz.app import main
from flowviz.app.main_window import MainWindow
from flowviz.app.notices.notice_list import NoticeBar
from flowviz.app.training.status_bar import StatusBar
from tests.app.conftest import text_of

LOOKS_MS = 10
TRIED = "tried"
NETWORK = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg"}

Condition = Callable[[], bool]
Found = TypeVar("Found", bound=QObject)


class User:
    """What a person sees of the window and does with it, and the folder in which they work."""

    def __init__(self, window: MainWindow, folder: Path) -> None:
        self.window, self.folder = window, folder

    def find(self, kind: type[Found], name: str) -> Found:
        """The one object of that name."""
        (found,) = self.window.findChildren(kind, name)
        return found

    def press(self, name: str) -> None:
        self.find(QAbstractButton, f"{name}Button").click()

    def choose(self, name: str) -> None:
        self.find(QAction, f"{name}Action").trigger()

    def type(self, text: str) -> None:
        self.find(QPlainTextEdit, "targetText").setPlainText(text)

    def prepare_nothing(self) -> None:
        """Do not load TensorFlow before the training, as the window does for seconds at the first edit."""
        self.window.warm_up.is_enabled = False

    def choose_family(self, title: str) -> None:
        box = self.find(QComboBox, "flowFamily")
        assert box.findText(title) >= 0, [box.itemText(i) for i in range(box.count())]
        box.setCurrentText(title)

    def choose_small_flow(self) -> None:
        """Choose the flow that the tests of the command train, too: it is compiled once, and kept for all processes."""
        self.choose_numbers(flowLayers=2, flowWidth=8, flowDepth=1)

    def choose_numbers(self, **numbers: int) -> None:
        for name, number in numbers.items():
            self.find(QSpinBox, name).setValue(number)

    def train_for(self, amount: int, unit: str = "steps") -> None:
        self.find(QComboBox, "budgetUnit").setCurrentText(unit)
        self.find(QSpinBox, "budgetAmount").setValue(amount)
        self.press("train")

    @property
    def status(self) -> str:
        """What is said of the training: the sentence in its panel, and what is in the status bar."""
        label, bar = self._status_widgets
        return f"{label.text()} {text_of(bar)}"

    @cached_property
    def _status_widgets(self) -> tuple[QLabel, StatusBar]:
        return self.find(QLabel, "statusLabel"), self.find(StatusBar, "statusBar")

    @property
    def notice(self) -> str:
        """All that the notices say, without their details."""
        told = [bar.notice for bar in self.window.findChildren(NoticeBar)]
        return " ".join(f"{notice.text} {notice.advice}".strip() for notice in told)

    def sees_target(self) -> bool:
        """Return whether the chosen target has been built, or cannot be."""
        return self.window.target_builder.pending is None

    def says(self, words: str) -> Condition:
        return lambda: words in self.status or words in self.notice


def tell(name: str, value: object) -> None:
    """Tell the test a value. Other threads may tell theirs at the same time, so a line is written at once."""
    sys.stdout.write(f"{name}\t{value}\n")
    sys.stdout.flush()


def refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook."""
    if event in NETWORK:
        tell(TRIED, f"{event}{arguments}")
        raise OSError(f"{event} is refused")


def check_refusal() -> None:
    """Try to open a connection, so that the test sees that the hook reports and refuses it."""
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", 9))


def after(seconds: float) -> Condition:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


class Following(QObject):
    """Advances the script whenever what it waits for has come, and closes the window at its end."""

    def __init__(self, user: User, script: Iterator[Condition]) -> None:
        super().__init__(user.window)
        self._user, self._script = user, script
        self._has_come: Condition = lambda: True
        self._watch = QTimer(self)
        self._watch.setInterval(LOOKS_MS)
        self._watch.timeout.connect(self._look)
        QTimer.singleShot(0, self._watch.start)

    def _look(self) -> None:
        if not self._has_come():
            return
        try:
            self._has_come = next(self._script)
        except StopIteration:
            self._watch.stop()
            self._close()

    def _close(self) -> None:
        self._user.window.discard_changes()
        self._user.window.close()


def follow(script: Callable[[User], Iterator[Condition]], folder: Path) -> NoReturn:
    """Start the program as a person does, and follow the script."""
    create = main.create_window

    def created() -> MainWindow:
        user = User(create(), folder)
        Following(user, script(user))
        return user.window

    main.create_window = created
    main.run()


if __name__ == "__main__":
    from tests.trust import scripts

    sys.addaudithook(refuse_network)
    check_refusal()
    follow(getattr(scripts, sys.argv[1]), Path(sys.argv[2]))
