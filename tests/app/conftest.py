"""A real window, and the widgets in it by their names."""

from collections.abc import Iterator
from typing import TypeVar

import pytest
from PyQt6.QtCore import QObject, QSettings
from pytestqt.qtbot import QtBot

from flowviz.app.main import create_window
from flowviz.app.window import MainWindow
from flowviz.app.workers import work_is_running

Found = TypeVar("Found", bound=QObject)


class Window:
    """The main window as a person has it before them."""

    def __init__(self, window: MainWindow) -> None:
        self.main = window

    def find(self, kind: type[Found], name: str) -> Found:
        """The one object of that name."""
        (found,) = self.main.findChildren(kind, name)
        return found


@pytest.fixture(autouse=True)
def own_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the person who runs the tests is read or written; for programs that a test starts, neither."""
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path_factory.mktemp(name)))
    folder = str(tmp_path_factory.mktemp("settings"))
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Window]:
    main = create_window()
    assert isinstance(main, MainWindow)
    qtbot.addWidget(main)
    main.show()
    qtbot.waitExposed(main)
    yield Window(main)
    main.discard_changes()
    main.close()
    qtbot.waitUntil(lambda: not work_is_running(), timeout=20_000)
