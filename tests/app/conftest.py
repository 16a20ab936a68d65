"""Fixtures for a real window: its widgets by name, its messages and its File menu."""

import gc
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest
from PyQt6.QtCore import QAbstractEventDispatcher, QCoreApplication, QEvent, QEventLoop, QObject, QSettings, QSize
from PyQt6.QtGui import QAction, QCursor
from PyQt6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QLabel,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from flowviz.app.desktop.notifications import ADDRESS
from flowviz.app.document.content import prepare
from flowviz.app.main import create_window
from flowviz.app.main_window import MainWindow
from flowviz.app.notices.notice_list import NoticeBar
from flowviz.app.state.request import Request, first_plan
from flowviz.app.style.theme import palette
from flowviz.app.threads import worker as workers
from flowviz.app.training.status_bar import StatusBar
from flowviz.app.training.warm_up import SETTING as WARM_UP
from flowviz.projects import Project
from flowviz.specs.playback import Playback
from flowviz.specs.view import Theme

Found = TypeVar("Found", bound=QObject)
SIZE = QSize(1280, 800)  # at the size of the offscreen platform's small screen, the inspector becomes a tab
MAX_ROUNDS = 1000  # of events, before a test fails


def text_of(bar: StatusBar) -> str:
    """Return all visible text of a status bar."""
    return " ".join(label.text() for label in bar.findChildren(QLabel) if label.isVisibleTo(bar) and label.text())


class Window:
    """Main window as the user sees it."""

    def __init__(self, window: MainWindow) -> None:
        self.main = window

    def find(self, kind: type[Found], name: str) -> Found:
        """Return the only object of that name."""
        (child,) = self.main.findChildren(kind, name)
        return child

    @property
    def notice(self) -> str:
        """Return the text, advice and details of all visible notices."""
        notices = [bar.notice for bar in self.main.findChildren(NoticeBar) if bar.isVisible()]
        return " ".join(f"{notice.text} {notice.advice} {notice.details}" for notice in notices)

    @property
    def status(self) -> str:
        """Return the messages about the training in its panel and in the status bar."""
        label, bar = self._status_widgets
        return f"{label.text()} {text_of(bar)}"

    @cached_property
    def _status_widgets(self) -> tuple[QLabel, StatusBar]:
        """Return the widgets of the status, which tests read again and again until it changes."""
        return self.find(QLabel, "statusLabel"), self.find(StatusBar, "statusBar")


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
        self.qtbot.waitUntil(condition)

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


def shared_settings() -> QSettings:
    """Return the settings of all users, which hold where a user has chosen nothing."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.SystemScope, "flowviz", "flowviz")


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return new folders, none of which exists yet, for the files that the program keeps for a user."""
    folder = tmp_path_factory.mktemp("users")
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.SystemScope, str(folder))
    shared_settings().setValue(WARM_UP, "false")  # else every edit in a window would load TensorFlow
    return (folder / str(number) for number in count())


def use_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep settings and data in a folder, in the programs that a test starts, too."""
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(folder / name))
    monkeypatch.delenv(ADDRESS, raising=False)  # send no notifications to the desktop
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder))


@pytest.fixture(autouse=True)
def own_settings(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Use empty settings and data folders."""
    use_home(next(homes), monkeypatch)


def work_is_running() -> bool:
    """Return whether a thread of the window is still running."""
    return any(worker.isRunning() for worker in workers._running)


def settle(widget: QWidget) -> None:
    """Handle events until none is left, because layouts need several rounds of them.

    This does not depend on how busy the machine is: each round handles all events and timers that are due.
    """
    dispatcher = QAbstractEventDispatcher.instance()
    assert dispatcher is not None
    for _ in range(MAX_ROUNDS):
        if not dispatcher.processEvents(QEventLoop.ProcessEventsFlag.AllEvents):
            return
    pytest.fail(f"The events in {type(widget).__name__} do not end.")


def show(widget: QWidget, qtbot: QtBot) -> None:
    """Show a widget, and wait until it is visible and everything in it has its place."""
    with qtbot.waitExposed(widget):
        widget.show()
    settle(widget)


def open_main_window(qtbot: QtBot, size: QSize | None = None) -> MainWindow:
    """Open a main window, by default at the size that it chooses, and wait until it has built its first target."""
    gc.collect(1)  # what an earlier test has left; a search among all objects would take 0.3 s
    gc.disable()  # until the window is closed: garbage that is collected while PyQt creates wrappers can break them
    main = create_window()
    main.motion.reduce_motion(True)  # pictures that fade out would delay tests, and cover what they look at
    qtbot.addWidget(main)
    if size is not None:
        main.resize(size)
    QCursor.setPos(0, 0)  # where an earlier test has left it, it could show the buttons of a panel
    main.show()
    qtbot.waitUntil(lambda: main.target_builder.pending is None)
    settle(main)
    return main


def close(main: MainWindow, qtbot: QtBot) -> None:
    """Close a main window without asking, and wait until its threads have ended."""
    main.discard_changes()
    main.close()
    qtbot.waitUntil(lambda: not work_is_running())
    gc.enable()


@pytest.fixture(scope="module")
def module_window(qapp: QApplication, request: pytest.FixtureRequest, homes: Iterator[Path]) -> Iterator[Window]:
    """Return a window whose settings and drafts are those of no test."""
    qtbot = QtBot(request)
    with pytest.MonkeyPatch.context() as monkeypatch:
        use_home(next(homes), monkeypatch)
        main = open_main_window(qtbot, SIZE)
        yield Window(main)
        close(main, qtbot)


@pytest.fixture
def window(request: pytest.FixtureRequest, qtbot: QtBot) -> Iterator[Window]:
    """Return a new window, or in a module marked with `shared_window` that of the module, which is put back then."""
    if request.node.get_closest_marker("shared_window"):
        shared: Window = request.getfixturevalue("module_window")
        yield shared
        start_over(shared.main)
    else:
        main = open_main_window(qtbot, SIZE)
        yield Window(main)
        close(main, qtbot)


def start_over(main: MainWindow) -> None:
    """Bring a window back to a new project, without dialogs, notices and modes, in its first size."""
    while (popup := QApplication.activePopupWidget()) is not None:  # such as a menu, which would keep the focus
        popup.close()
    for found in main.findChildren((QDialog, NoticeBar)):  # at once, because each search takes milliseconds
        if isinstance(found, NoticeBar):
            main.notifications.withdraw(found.notice.topic)
        else:
            found.close()
            found.deleteLater()
    main.discard_changes()
    main.lessons.leave()
    while main.lessons.opener.kept is not None:  # is prepared in the background
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    main.welcome.leave()
    main.welcome.end_tour()
    main._presentation.give_way()
    main.comparisons.leave()
    main.viewer.reduce_motion(main.appearance.is_motion_reduced.value)
    if main.request.value != Request() or main.session.run is not None or main.session.trained_target is not None:
        main.request.set(Request())
        main.discard_changes()
        plan = first_plan()
        main.document_actions.document.show(prepare(Project.untrained(plan.target, plan.flow, plan.training)))
    main.view.update(playback=Playback())
    main.resize(SIZE)
    main.activateWindow()
    if main.document_actions.recent.paths():
        main.document_actions.recent.clear()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    settle(main)


@pytest.fixture
def show_theme(qapp: QApplication) -> Iterator[Callable[[Theme], None]]:
    """Return a function that shows a theme until the test has ended."""
    before = qapp.palette()

    def show(theme: Theme) -> None:
        qapp.setPalette(palette(theme))
        for widget in qapp.allWidgets():  # as Qt does while the program runs
            qapp.sendEvent(widget, QEvent(QEvent.Type.PaletteChange))

    yield show
    qapp.setPalette(before)


@pytest.fixture
def quick_playhead(window: Window) -> Iterator[None]:
    """Let a tenth of a second pass for the playhead at each of its ticks, which are due much sooner."""
    playhead, ticks = window.main.viewer.playhead, count()
    with pytest.MonkeyPatch.context() as monkeypatch:
        playhead.jump_to(playhead.stage)  # it must be still when its clock changes, here and below
        monkeypatch.setattr("flowviz.app.pane.playhead.perf_counter", lambda: next(ticks) / 10)
        yield
        playhead.jump_to(playhead.stage)


@pytest.fixture
def file_menu(window: Window, qtbot: QtBot) -> FileMenu:
    return FileMenu(window, qtbot)
