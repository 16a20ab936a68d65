"""A real window, the widgets in it by their names, and its File menu."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PyQt6.QtCore import QObject, QSettings
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QFileDialog, QLabel, QMessageBox, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from flowviz.app.desktop.notifications import ADDRESS
from flowviz.app.main import create_window
from flowviz.app.main_window import MainWindow
from flowviz.app.notices.notice_list import NoticeBar
from flowviz.app.threads import worker as workers
from flowviz.app.training.status_bar import StatusBar

Found = TypeVar("Found", bound=QObject)


class Window:
    """The main window as a person has it before them."""

    def __init__(self, window: MainWindow) -> None:
        self.main = window

    def find(self, kind: type[Found], name: str) -> Found:
        """The one object of that name."""
        (found,) = self.main.findChildren(kind, name)
        return found

    @property
    def notice(self) -> str:
        """All that the notices in it say, with their details."""
        told = [bar.notice for bar in self.main.findChildren(NoticeBar) if bar.isVisible()]
        return " ".join(f"{notice.text} {notice.advice} {notice.details}" for notice in told)

    @property
    def status(self) -> str:
        """What is said of the training: the sentence in its panel, and what is in the status bar."""
        return f"{self.find(QLabel, 'statusLabel').text()} {self.find(StatusBar, 'statusBar').text}"


class FileMenu:
    """The File menu of the window, as a person uses it."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot

    def choose(self, name: str) -> None:
        self.window.find(QAction, f"{name}Action").trigger()

    def choose_titled(self, title: str) -> None:
        actions = self.window.main.findChildren(QAction)
        (action,) = [found for found in actions if found.text().replace("&", "") == title]
        action.trigger()

    def open(self, path: Path) -> None:
        """Through the dialog."""
        self.choose("open")
        self.answer_dialog("openDialog", path)
        self.wait(lambda: self.window.main.document_actions.document.path == path)

    def save_as(self, path: Path) -> None:
        self.choose("saveas")
        self.answer_dialog("saveDialog", path)
        self.wait(lambda: self.window.main.document_actions.document.path == path and not self.is_changed)

    def answer_dialog(self, name: str, path: Path) -> None:
        dialog = self.window.find(QFileDialog, name)
        dialog.fileSelected.emit(str(path))
        dialog.done(0)
        self.wait(lambda: not self.window.main.findChildren(QFileDialog))

    def press(self, box: str, button: str) -> None:
        """Press a button of a box that is open."""
        self.wait(lambda: bool(self.window.main.findChildren(QMessageBox, box)))
        found = self.window.find(QMessageBox, box).findChild(QPushButton, f"{button}Button")
        assert found is not None
        found.click()
        self.wait(lambda: not self.window.main.findChildren(QMessageBox, box))

    def type(self, text: str) -> None:
        self.window.find(QPlainTextEdit, "targetText").setPlainText(text)

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=20_000)

    @property
    def text(self) -> str:
        return self.window.find(QPlainTextEdit, "targetText").toPlainText()

    @property
    def notice(self) -> str:
        return self.window.notice

    @property
    def boxes(self) -> list[str]:
        return [box.objectName() for box in self.window.main.findChildren(QMessageBox)]

    @property
    def is_changed(self) -> bool:
        return self.window.main.isWindowModified()


@pytest.fixture(autouse=True)
def own_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the person who runs the tests is read or written; for programs that a test starts, neither."""
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path_factory.mktemp(name)))
    monkeypatch.delenv(ADDRESS, raising=False)  # nor is anything told to their desktop
    folder = str(tmp_path_factory.mktemp("settings"))
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder)


def work_is_running() -> bool:
    """Whether a thread of the window still runs."""
    return any(worker.isRunning() for worker in workers._running)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Window]:
    main = create_window()
    assert isinstance(main, MainWindow)
    qtbot.addWidget(main)
    main.resize(1280, 800)  # the screen of the offscreen platform is small; there, the inspector becomes a tab
    main.show()
    qtbot.waitExposed(main)
    yield Window(main)
    main.discard_changes()
    main.close()
    qtbot.waitUntil(lambda: not work_is_running(), timeout=20_000)


@pytest.fixture
def file_menu(window: Window, qtbot: QtBot) -> FileMenu:
    return FileMenu(window, qtbot)
