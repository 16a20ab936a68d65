"""Completion of the window after its first picture."""

from collections.abc import Callable
from threading import Event

import pytest
from PyQt6.QtCore import QObject, QThread
from PyQt6.QtWidgets import QApplication, QLabel, QMainWindow, QWidget
from PyQt6.sip import delete
from pytestqt.qtbot import QtBot

from flowviz.app.threads.worker import wait_for_work
from flowviz.app.widgets.late import Late
from flowviz.app.window.completion import complete
from tests.app.conftest import work_is_running

PATIENCE_MS = 10_000


def test_libraries_are_loaded_in_another_thread(qtbot: QtBot) -> None:
    window, threads = QMainWindow(), list[QThread | None]()
    qtbot.addWidget(window)

    def load() -> Callable[[], QLabel]:
        threads.append(QThread.currentThread())
        return QLabel

    place, prepared = QWidget(), list[QObject]()
    window.setCentralWidget(place)
    lates = [Late(load, prepared.append) for _ in range(2)]
    for late in lates:
        late.setParent(place)
    complete(window)
    qtbot.waitUntil(lambda: len(prepared) == 2)
    assert prepared == [late.created for late in lates]
    gui = QApplication.instance().thread()  # type: ignore[union-attr]
    assert all(thread is not gui for thread in threads[:2]), "loading takes longer than a frame"


@pytest.mark.parametrize("is_deleted", [False, True])
def test_thread_of_a_window_that_closes_meanwhile_ends_after_loading(qtbot: QtBot, is_deleted: bool) -> None:
    window, may_load, created = QMainWindow(), Event(), list[QObject]()

    def load() -> Callable[[], QLabel]:
        may_load.wait(PATIENCE_MS / 1000)
        return QLabel

    window.setCentralWidget(Late(load, created.append))
    complete(window)
    if is_deleted:
        delete(window)
    may_load.set()
    wait_for_work(PATIENCE_MS)  # as a window that closes does, which handles no events
    qtbot.wait(0)
    assert not work_is_running()
    if is_deleted:
        assert not created
    else:
        qtbot.waitUntil(lambda: len(created) == 1)
        delete(window)


def test_library_that_cannot_be_loaded_is_reported_in_the_gui_thread(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)

    def load() -> Callable[[], QLabel]:
        raise ImportError("no such library")

    window.setCentralWidget(Late(load, lambda _: None))
    with qtbot.captureExceptions() as raised:
        complete(window)
        qtbot.waitUntil(lambda: bool(raised))
    assert [str(each[1]) for each in raised] == ["no such library"]
