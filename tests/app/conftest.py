"""Fixtures for a real window: its widgets by name, its messages and its File menu."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PyQt6.QtCore import QObject, QSettings
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QFileDialog, QLabel, QMessageBox, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from flowviz.app.desktop.notifications import ADDRESS
from flowviz.app.desktop.settings import settings
from flowviz.app.main import create_window
from flowviz.app.main_window import MainWindow
from flowviz.app.notices.notice_list import NoticeBar
from flowviz.app.session.warm_up import SETTING as WARM_UP
from flowviz.app.threads import worker as workers
from flowviz.app.training.status_bar import StatusBar
from flowviz.app.viewer.cloud_view import CloudView

Found = TypeVar("Found", bound=QObject)


class Window:
    """Main window as the user sees it."""

    def __init__(self, window: MainWindow) -> None:
        self.main = window

    def find(self, kind: type[Found], name: str) -> Found:
        """Return the only object of that name."""
        (child,) = self.main.findChildren(kind, name)
        return child

    def settle(self, qtbot: QtBot) -> None:
        """Wait for the final layout, which the panels of a new window take in several steps."""
        cloud = self.find(CloudView, "cloudView")
        seen = [cloud.geometry()]

        def is_settled() -> bool:
            seen.append(cloud.geometry())
            return len(seen) > 10 and all(each == seen[-1] for each in seen[-10:])

        qtbot.waitUntil(is_settled)

    @property
    def notice(self) -> str:
        """Return the text, advice and details of all visible notices."""
        notices = [bar.notice for bar in self.main.findChildren(NoticeBar) if bar.isVisible()]
        return " ".join(f"{notice.text} {notice.advice} {notice.details}" for notice in notices)

    @property
    def status(self) -> str:
        """Return the messages about the training in its panel and in the status bar."""
        return f"{self.find(QLabel, 'statusLabel').text()} {self.find(StatusBar, 'statusBar').text}"


class FileMenu:
    """File menu of the window and the dialogs that it opens."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot

    def choose(self, name: str) -> None:
        self.window.find(QAction, f"{name}Action").trigger()

    def choose_titled(self, title: str) -> None:
        actions = self.window.main.findChildren(QAction)
        (action,) = [each for each in actions if each.text().replace("&", "") == title]
        action.trigger()

    def open(self, path: Path) -> None:
        """Open a file with the dialog, and wait until it is shown."""
        self.choose("open")
        self.answer_dialog("openDialog", path)
        self.wait(lambda: self.window.main.document_actions.document.path == path)

    def save_as(self, path: Path) -> None:
        """Save to a file with the dialog, and wait until it is written."""
        self.choose("saveas")
        self.answer_dialog("saveDialog", path)
        self.wait(lambda: self.window.main.document_actions.document.path == path and not self.is_changed)

    def answer_dialog(self, name: str, path: Path) -> None:
        """Choose a file in the open dialog of that name."""
        dialog = self.window.find(QFileDialog, name)
        dialog.fileSelected.emit(str(path))
        dialog.done(0)
        self.wait(lambda: not self.window.main.findChildren(QFileDialog))

    def press(self, box: str, button: str) -> None:
        """Press a button of a message box as soon as it is open."""
        self.wait(lambda: bool(self.window.main.findChildren(QMessageBox, box)))
        widget = self.window.find(QMessageBox, box).findChild(QPushButton, f"{button}Button")
        assert widget is not None
        widget.click()
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
    """Use empty settings and data folders, in the programs that a test starts, too."""
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path_factory.mktemp(name)))
    monkeypatch.delenv(ADDRESS, raising=False)  # send no notifications to the desktop
    folder = str(tmp_path_factory.mktemp("settings"))
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder)
    settings().setValue(WARM_UP, "false")  # else every edit in a window would load TensorFlow


def work_is_running() -> bool:
    """Return whether a thread of the window is still running."""
    return any(worker.isRunning() for worker in workers._running)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Window]:
    """Return a new window, and close it after the test."""
    main = create_window()
    assert isinstance(main, MainWindow)
    qtbot.addWidget(main)
    main.resize(1280, 800)  # at the size of the offscreen platform's small screen, the inspector becomes a tab
    main.show()
    qtbot.waitExposed(main)
    qtbot.waitUntil(lambda: main.target_builder.pending is None, timeout=20_000)  # the first target is built
    yield Window(main)
    main.discard_changes()
    main.close()
    qtbot.waitUntil(lambda: not work_is_running(), timeout=20_000)


@pytest.fixture
def file_menu(window: Window, qtbot: QtBot) -> FileMenu:
    return FileMenu(window, qtbot)
