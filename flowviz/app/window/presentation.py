"""Full screen, and presentation mode: a large cloud or all clouds of a comparison, in large type."""

from dataclasses import dataclass

from PyQt6.QtCore import QByteArray, QEvent, QObject, QSize, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QWIDGETSIZE_MAX, QDockWidget, QMainWindow, QMenu, QStatusBar, QToolBar, QWidget
from PyQt6.sip import isdeleted

from flowviz.app.commands.actions import Entry, fill_menu, make_checkable
from flowviz.app.desktop.existing import existing
from flowviz.app.pane.central_widget import CentralWidget
from flowviz.app.state.state import State
from flowviz.app.style.appearance import Appearance
from flowviz.app.threads.delay import delayed

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
    bars: list[QWidget]  # the visible ones
    focus: QWidget | None


class Presentation(QObject):
    """Controller of full screen and presentation mode; Escape leaves either.

    Attributes:
        is_on: Whether the window is in presentation mode. It changes before the window does.
        text_scale: The factor by which text is enlarged, 1 if there is no presentation.
    """

    def __init__(
        self, window: QMainWindow, center: CentralWidget, menu: QMenu, appearance: Appearance, *kept: QDockWidget
    ) -> None:
        """Add the actions for both modes to a menu.

        Args:
            window: The main window.
            center: The widget that is presented.
            menu: The menu.
            appearance: Its text size does not enlarge the text of a presentation further.
            kept: The panels that stay open in presentation mode.
        """
        super().__init__(window)
        self._window, self._center, self._kept, self._appearance = window, center, kept, appearance
        self.is_on, self.text_scale = State(False, self), State(1.0, self)
        self._before: WindowSnapshot | None = None
        self._restoring: WindowSnapshot | None = None  # while the window manager has yet to resize the window
        self._restore_timer = delayed(self, self._stop_restoring, RESTORE_PERIOD_MS)
        tip = "Show the cloud, or all clouds of a comparison, on the whole screen (Esc to leave)"
        modes = fill_menu(
            menu,
            Entry(
                "fullscreen", "F&ull Screen", self._toggle_full_screen, "Show the window on the whole screen", "F11"
            ),
            Entry("presentation", "Pr&esentation", self._toggle, tip, "F5"),
        )  # fmt: skip
        self._full_screen, self._presentation = modes["fullscreen"], modes["presentation"]
        for mode in modes.values():
            make_checkable(mode)
        window.installEventFilter(self)

    def enter(self) -> None:
        """Enter presentation mode."""
        self.is_on.set(True)
        window = self._window
        bars = [bar for kind in (QToolBar, QStatusBar) for bar in window.findChildren(kind) if bar.isVisible()]
        state = window.windowState()
        self._before = WindowSnapshot(window.size(), state, window.saveState(), bars, window.focusWidget())
        for widget in (*bars, *(dock for dock in window.findChildren(QDockWidget) if dock not in self._kept)):
            widget.hide()
        self._show_menu_bar(False)
        self._scale()
        window.setWindowState(state | FULL_SCREEN)
        self._presentation.setChecked(True)

    def leave(self) -> None:
        """Leave presentation mode, and restore the window."""
        before = self._before
        if before is None:
            return
        self.is_on.set(False)
        self._before = None
        self._window.setWindowState(before.state)
        self.text_scale.set(1.0)
        self._center.set_presenting(False)
        self._show_menu_bar(True)
        for bar in before.bars:
            bar.show()
        self._restore(before)
        self._restoring = before
        self._restore_timer.start()
        self._presentation.setChecked(False)

    def give_way(self) -> None:
        """Leave presentation mode for something that arranges the panels itself."""
        self.leave()
        self._stop_restoring()

    def _scale(self) -> None:
        """Give text a size that depends on the screen alone."""
        screen = existing(self._window.screen())
        scale = min(max(screen.size().height() / PLAIN_HEIGHT, MIN_SCALE), MAX_SCALE)
        scale *= 100 / self._appearance.text_size
        self.text_scale.set(scale)
        self._center.set_presenting(True)

    def _toggle(self) -> None:
        (self.leave if self.is_on.value else self.enter)()

    def _toggle_full_screen(self) -> None:
        self._window.setWindowState(self._window.windowState() ^ FULL_SCREEN)

    def _show_menu_bar(self, is_shown: bool) -> None:
        """Show the menu bar, or give it no height: shortcuts of a hidden menu bar do not work."""
        bar = existing(self._window.menuBar())
        # Else the Tab key would lead to its corner, and the bar would keep Escape from the window.
        existing(bar.cornerWidget()).setVisible(is_shown)
        bar.setMaximumHeight(QWIDGETSIZE_MAX if is_shown else 0)

    def _stop_restoring(self) -> None:
        self._restore_timer.stop()
        self._restoring = None

    def _restore(self, before: WindowSnapshot) -> None:
        self._window.restoreState(before.layout)
        if before.focus is not None and not isdeleted(before.focus):
            before.focus.setFocus()

    def _handle_escape(self) -> None:
        if self.is_on.value:
            self.leave()
        elif self._window.isFullScreen():
            self._toggle_full_screen()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        kind = event.type() if event is not None else None
        if kind == QEvent.Type.WindowStateChange:
            self._full_screen.setChecked(self._window.isFullScreen())
        elif kind == QEvent.Type.FontChange and self.is_on.value:
            self._scale()
        elif kind == QEvent.Type.Resize and self._restoring and self._window.size() == self._restoring.size:
            self._restore(self._restoring)  # Qt resized the panels for the full screen
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and _is_escape(event):
            self._handle_escape()
        return super().eventFilter(watched, event)


def _is_escape(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Escape and event.modifiers() == Qt.KeyboardModifier.NoModifier
