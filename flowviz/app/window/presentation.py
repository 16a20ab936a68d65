"""Full screen, and presentation mode: a large cloud or all clouds of a comparison, in large type."""

from dataclasses import dataclass

from PyQt6.QtCore import QByteArray, QDeadlineTimer, QEvent, QObject, QSize, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QWIDGETSIZE_MAX, QDockWidget, QMainWindow, QMenu, QWidget
from PyQt6.sip import isdeleted

from flowviz.app.commands.actions import Entry, fill_menu
from flowviz.app.desktop.existing import existing
from flowviz.app.pane.central_widget import CentralWidget
from flowviz.app.state.state import State
from flowviz.app.style.appearance import Appearance

PLAIN_HEIGHT = 400  # height in pixels of a screen on which text of the usual size can be read from afar
MIN_SCALE, MAX_SCALE = 1.75, 6.0  # of the text
RESTORE_PERIOD_MS = 1000  # time that a window manager may take to give a window its former size
FULL_SCREEN = Qt.WindowState.WindowFullScreen


@dataclass(frozen=True)
class WindowSnapshot:
    """Appearance of the window before a presentation."""

    size: QSize
    state: Qt.WindowState
    layout: QByteArray
    focus: QWidget | None


class Presentation(QObject):
    """Controller of full screen and presentation mode; Escape leaves either.

    Attributes:
        is_on: Whether the window is in presentation mode. It changes before the window does.
        text_scale: The factor by which text is enlarged, 1 if there is no presentation.
    """

    def __init__(
        self, window: QMainWindow, center: CentralWidget, menu: QMenu, appearance: Appearance, kept: QDockWidget
    ) -> None:
        """Add the actions for both modes to a menu.

        Args:
            window: The main window.
            center: The widget that is presented.
            menu: The menu.
            appearance: Its text size does not enlarge the text of a presentation further.
            kept: The panel that stays open in presentation mode.
        """
        super().__init__(window)
        self._window, self._center, self._kept, self._appearance = window, center, kept, appearance
        self.is_on, self.text_scale = State(False, self), State(1.0, self)
        self._before: WindowSnapshot | None = None  # of the latest presentation
        self._restoring = QDeadlineTimer()  # while the window manager has yet to resize the window
        self._full_screen, self._presentation = fill_menu(
            menu,
            Entry(
                "fullscreen", "F&ull Screen", self._show_full_screen, "Show the window on the whole screen", "F11",
                checked=False,
            ),
            Entry(
                "presentation", "Pr&esentation", self._present,
                "Show the cloud, or all clouds of a comparison, on the whole screen (Esc to leave)", "F5",
                checked=False,
            ),
        ).values()  # fmt: skip
        window.installEventFilter(self)

    def leave(self) -> None:
        """Leave presentation mode, and restore the window."""
        self._presentation.setChecked(False)

    def give_way(self) -> None:
        """Leave presentation mode for something that arranges the panels itself."""
        self.leave()
        self._restoring = QDeadlineTimer()

    def _present(self, on: bool) -> None:
        self.is_on.set(on)
        if on:
            self._enter()
        else:
            self._return_to(existing(self._before))

    def _enter(self) -> None:
        window = self._window
        state = window.windowState()
        self._before = WindowSnapshot(window.size(), state, window.saveState(), window.focusWidget())
        for dock in set(window.findChildren(QDockWidget)) - {self._kept}:
            dock.hide()
        self._show_bars(False)
        self._scale()
        window.setWindowState(state | FULL_SCREEN)

    def _return_to(self, before: WindowSnapshot) -> None:
        self._window.setWindowState(before.state)
        self.text_scale.set(1.0)
        self._center.set_presenting(False)
        self._show_bars(True)
        self._restore_layout(before)
        self._restoring.setRemainingTime(RESTORE_PERIOD_MS)

    def _scale(self) -> None:
        """Give text a size that depends on the screen alone."""
        screen = existing(self._window.screen())
        scale = min(max(screen.size().height() / PLAIN_HEIGHT, MIN_SCALE), MAX_SCALE)
        scale *= 100 / self._appearance.text_size
        self.text_scale.set(scale)
        self._center.set_presenting(True)

    def _show_full_screen(self, on: bool) -> None:
        other_states = self._window.windowState() & ~FULL_SCREEN
        self._window.setWindowState(other_states | FULL_SCREEN if on else other_states)

    def _show_bars(self, is_shown: bool) -> None:
        """Show the status bar and the menu bar, or hide them; shortcuts work if the menu bar only has no height."""
        existing(self._window.statusBar()).setVisible(is_shown)
        bar = existing(self._window.menuBar())
        # Else the Tab key would lead to its corner, and the bar would keep Escape from the window.
        existing(bar.cornerWidget()).setVisible(is_shown)
        bar.setMaximumHeight(QWIDGETSIZE_MAX if is_shown else 0)

    def _restore_layout(self, before: WindowSnapshot) -> None:
        self._window.restoreState(before.layout)
        if before.focus is not None and not isdeleted(before.focus):
            before.focus.setFocus()

    def _follow_size(self) -> None:
        """Restore the layout once more when the window has its former size: Qt resized the panels for the screen."""
        before = self._before
        if before is not None and not self._restoring.hasExpired() and self._window.size() == before.size:
            self._restore_layout(before)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        kind = event.type() if event is not None else None
        if kind == QEvent.Type.WindowStateChange:
            self._full_screen.setChecked(self._window.isFullScreen())
        elif kind == QEvent.Type.FontChange and self.is_on.value:
            self._scale()
        elif kind == QEvent.Type.Resize:
            self._follow_size()
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and _is_escape(event):
            (self._presentation if self.is_on.value else self._full_screen).setChecked(False)
        return super().eventFilter(watched, event)


def _is_escape(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Escape and event.modifiers() == Qt.KeyboardModifier.NoModifier
