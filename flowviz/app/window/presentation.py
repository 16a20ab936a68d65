"""Full screen; and the window in front of a class: big type, the cloud, the ways through it, and the layer in words."""

from collections.abc import Callable
from dataclasses import dataclass

from PyQt6.QtCore import QByteArray, QEvent, QObject, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QAction, QKeyEvent
from PyQt6.QtWidgets import QWIDGETSIZE_MAX, QDockWidget, QMainWindow, QMenu, QStatusBar, QToolBar, QWidget
from PyQt6.sip import isdeleted

from flowviz.app.commands.actions import Key, add_action, let_check
from flowviz.app.viewer.central_widget import CentralWidget

PLAIN_HEIGHT = 400  # pixels of a screen on which words of the usual size are large enough for a class
LEAST_SCALE, LARGEST_SCALE = 1.75, 6.0  # of the words
SETTLING_MS = 1000  # within which a window that leaves full screen has its size again
FULL = Qt.WindowState.WindowFullScreen


@dataclass(frozen=True)
class Before:
    """What a presentation comes back to."""

    size: QSize
    state: Qt.WindowState
    layout: QByteArray
    bars: list[QWidget]  # those that were shown
    focus: QWidget | None


class Presentation(QObject):
    """Leads a window to full screen, or before a class, and back to how it was. Escape comes back, too."""

    entered = pyqtSignal()  # before anything is another
    left = pyqtSignal()

    def __init__(self, window: QMainWindow, center: CentralWidget, menu: QMenu) -> None:
        """Fills the menu with both ways."""
        super().__init__(window)
        self._window, self._center = window, center
        self._before: Before | None = None
        self._left: Before | None = None  # what the window is still on its way back to
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.timeout.connect(self._settle)
        self._full = _check(menu, "F&ull Screen", Key.FullScreen, self._toggle_full_screen, "Use the whole screen")
        tip = "Show the cloud and what each layer does to a class, in big type; Escape comes back"
        self._presents = _check(menu, "Pr&esentation", "F5", self._toggle, tip)
        window.installEventFilter(self)

    @property
    def is_on(self) -> bool:
        """Whether the window is before a class."""
        return self._before is not None

    def enter(self) -> None:
        """Go before a class."""
        self.entered.emit()
        window = self._window
        bars = [bar for kind in (QToolBar, QStatusBar) for bar in window.findChildren(kind) if bar.isVisible()]
        state, focus = window.windowState(), window.focusWidget()
        self._before = Before(window.size(), state, window.saveState(), bars, focus)
        for widget in (*bars, *window.findChildren(QDockWidget)):
            widget.hide()
        self._show_menus(False)
        screen = window.screen()
        assert screen is not None
        self._center.present(min(max(screen.size().height() / PLAIN_HEIGHT, LEAST_SCALE), LARGEST_SCALE))
        window.setWindowState(state | FULL)
        self._presents.setChecked(True)

    def leave(self) -> None:
        """Come back, if the window is before a class."""
        before, self._before = self._before, None
        if before is None:
            return
        self._window.setWindowState(before.state)
        self._center.present_no_more()
        self._show_menus(True)
        for bar in before.bars:
            bar.show()
        self._restore(before)
        self._left = before
        self._settling.start(SETTLING_MS)
        self._presents.setChecked(False)
        self.left.emit()

    def give_way(self) -> None:
        """Leave for something else, to which a window that comes back to its size late does no harm."""
        self.leave()
        self._settle()

    def _toggle(self) -> None:
        if self.is_on:
            self.leave()
        else:
            self.enter()

    def _toggle_full_screen(self) -> None:
        self._window.setWindowState(self._window.windowState() ^ FULL)

    def _show_menus(self, shown: bool) -> None:
        """A menu bar that is hidden would take the keys of its menus along."""
        bar = self._window.menuBar()
        assert bar is not None
        bar.setMaximumHeight(QWIDGETSIZE_MAX if shown else 0)

    def _settle(self) -> None:
        """The window has come back to its size."""
        self._settling.stop()
        self._left = None

    def _restore(self, before: Before) -> None:
        self._window.restoreState(before.layout)
        if before.focus is not None and not isdeleted(before.focus):
            before.focus.setFocus()

    def _come_back(self) -> None:
        if self.is_on:
            self.leave()
        elif self._window.isFullScreen():
            self._toggle_full_screen()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if watched is self._window and event is not None:
            if event.type() == QEvent.Type.WindowStateChange:
                self._full.setChecked(self._window.isFullScreen())
            elif event.type() == QEvent.Type.Resize and self._left and self._window.size() == self._left.size:
                self._restore(self._left)  # the panels had other sizes in full screen
            elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and _is_escape(event):
                self._come_back()
        return super().eventFilter(watched, event)


def _is_escape(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Escape and event.modifiers() == Qt.KeyboardModifier.NoModifier


def _check(menu: QMenu, title: str, key: str | Key, run: Callable[[], None], tip: str) -> QAction:
    action = add_action(menu, title, key, run, tip)
    let_check(action)
    return action
