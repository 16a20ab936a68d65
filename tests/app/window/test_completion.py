"""Completion of the window after its first picture."""

from collections.abc import Callable

from PyQt6.QtCore import QObject, QThread
from PyQt6.QtWidgets import QApplication, QLabel, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.widgets.late import Late
from flowviz.app.window.completion import complete


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
