"""Where the panels are: at first, and as a person has put them, which is remembered from one start to the next."""

from PyQt6.QtCore import QByteArray, QEvent, QObject, QSize, Qt
from PyQt6.QtWidgets import QMainWindow, QMenu

from flowviz.app.dock import Dock, Scrolled
from flowviz.app.inspector import Inspector
from flowviz.app.session import Panels
from flowviz.app.settings import settings

STATE, GEOMETRY = "layout/state", "layout/geometry"  # keys of the settings
VERSION = 1  # of the set of panels: what was remembered of another one is not taken
FIRST_SIZE, LEAST_SIZE = QSize(1280, 800), QSize(1024, 700)
SHARE_OF_SCREEN = 0.75  # of a large one, at first
LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea


class Layout(QObject):
    """The panels of a window."""

    def __init__(self, window: QMainWindow, panels: Panels, inspector: Inspector) -> None:
        super().__init__(window)
        self._window = window
        self.target = Dock("target", "&Target", Scrolled(panels.target))
        self.flow = Dock("flow", "&Flow", Scrolled(panels.flow))
        self.training = Dock("training", "T&raining", Scrolled(panels.controls))
        self.loss = Dock("loss", "&Loss", Scrolled(panels.losses, panels.figures, stretched=True))
        self.inspector = Dock("inspector", "Layer &Inspector", inspector)
        window.installEventFilter(self)
        for dock in self._docks:
            dock.need_changed.connect(lambda dock: self._fit([dock]))
        self._arrange()

    def fill_menu(self, menu: QMenu) -> None:
        """An entry a panel."""
        for dock in self._docks:
            menu.addAction(dock.action("Ctrl+I" if dock is self.inspector else None))

    def restore(self) -> None:
        """As the panels were when the window was last closed; as at first where that is not known."""
        kept = settings()
        state, geometry = kept.value(STATE), kept.value(GEOMETRY)
        if not (isinstance(geometry, QByteArray) and self._window.restoreGeometry(geometry)):
            self._window.resize(self._first_size())
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowFullScreen)
        if isinstance(state, QByteArray):
            self._window.restoreState(state, VERSION)

    def remember(self) -> None:
        """The next window shall come up as this one is."""
        kept = settings()
        kept.setValue(STATE, self._window.saveState(VERSION))
        kept.setValue(GEOMETRY, self._window.saveGeometry())

    def reset(self) -> None:
        """All panels are where they were at first."""
        for dock in self._docks:
            self._window.removeDockWidget(dock)
        self._arrange()
        sides = [self.target, self.inspector]
        self._window.resizeDocks(sides, [dock.sizeHint().width() for dock in sides], Qt.Orientation.Horizontal)
        self._fit([self.target, self.flow, self.training])

    @property
    def _docks(self) -> tuple[Dock, ...]:
        return self.target, self.flow, self.training, self.loss, self.inspector

    def _first_size(self) -> QSize:
        screen = self._window.screen()
        assert screen is not None
        room = screen.availableSize()
        return (room * SHARE_OF_SCREEN).expandedTo(FIRST_SIZE).boundedTo(room).expandedTo(LEAST_SIZE)

    def _arrange(self) -> None:
        for dock in self._docks:
            self._window.addDockWidget(RIGHT if dock is self.inspector else LEFT, dock)
            dock.setFloating(False)
            dock.show()

    def _fit(self, docks: list[Dock]) -> None:
        """Nothing of these panels is hidden, if others can give the room."""
        shown = [dock for dock in docks if dock.isVisible()]
        if shown:
            self._window.resizeDocks(shown, [dock.needed_height for dock in shown], Qt.Orientation.Vertical)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if watched is self._window and event is not None and event.type() == QEvent.Type.Resize:
            self._fit([dock for dock in self._docks if dock.needed_height > dock.height()])
        return super().eventFilter(watched, event)
