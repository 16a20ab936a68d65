"""Windows that are opened one after another, and a text size that is restored."""

from collections.abc import Iterator

import pytest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.app.conftest import Window, open_main_window
from tests.app.window.layouts import OpenWindow


@pytest.fixture
def open_window(qtbot: QtBot) -> Iterator[OpenWindow]:
    """Open a window as a start of the program does, after closing the previous one."""
    windows: list[Window] = []

    def open_next() -> Window:
        close(windows)
        windows.append(Window(open_main_window(qtbot)))
        return windows[-1]

    yield open_next
    close(windows)


@pytest.fixture
def restored_font(qapp: QApplication) -> Iterator[None]:
    """Keep the text size of a test from the other tests."""
    font = QApplication.font()
    yield
    QApplication.setFont(font)


def close(windows: list[Window]) -> None:
    for window in windows:
        window.main.discard_changes()
        window.main.close()
    windows.clear()
