"""Where the panels are: at first, and as a person has put them, which is remembered from one start to the next."""

from PyQt6.QtCore import QByteArray, QCoreApplication, QEvent, QObject, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QMainWindow, QMenu, QStyle

from flowviz.app.desktop.settings import settings
from flowviz.app.training.widgets import TrainingWidgets
from flowviz.app.viewer.inspector import Inspector
from flowviz.app.widgets.scroll_column import ScrollColumn
from flowviz.app.window.dock import Dock

STATE, GEOMETRY = "layout/state", "layout/geometry"  # keys of the settings
VERSION = 1  # of the set of panels: what was remembered of another one is not taken
FIRST_SIZE, LEAST_SIZE = QSize(1280, 800), QSize(1024, 700)
SHARE_OF_SCREEN = 0.75  # of a large one, at first
LEFT_SHARE, RIGHT_SHARE, WIDEST = 1 / 7, 0.19, 520  # of the width of a window, at first; in pixels
LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea


class PanelLayout(QObject):
    """The panels of a window."""

    resetting = pyqtSignal()

    def __init__(self, window: QMainWindow, panels: TrainingWidgets, inspector: Inspector) -> None:
        super().__init__(window)
        self._window = window
        self.target = Dock("target", "&Target", ScrollColumn(panels.target))
        self.flow = Dock("flow", "&Flow", ScrollColumn(panels.flow))
        self.training = Dock("training", "T&raining", ScrollColumn(panels.controls))
        self.loss = Dock("loss", "&Loss", ScrollColumn(panels.losses, panels.figures, stretched=True))
        self.inspector = Dock("inspector", "Layer &Inspector", inspector)
        window.installEventFilter(self)
        self._changing = QTimer(self)  # what panels need, and where they are, is known when all have changed
        self._changing.setSingleShot(True)
        self._changing.timeout.connect(self._fit)
        self._chosen: dict[Dock, int] = {}  # pixels of a panel and those below it, where that is more than they need
        self._followed: dict[Dock, int] = {}  # pixels that they had when the words last had another size
        self._following = QTimer(self)  # when all words have their size
        self._following.setSingleShot(True)
        self._following.timeout.connect(self._follow_words)
        for dock in self._docks:
            for changed in (dock.need_changed, dock.dockLocationChanged, dock.visibilityChanged):
                changed.connect(lambda: self._changing.start())
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
        if not (isinstance(state, QByteArray) and self._window.restoreState(state, VERSION)):
            self._size_sides()

    def remember(self) -> None:
        """The next window shall come up as this one is."""
        kept = settings()
        kept.setValue(STATE, self._window.saveState(VERSION))
        kept.setValue(GEOMETRY, self._window.saveGeometry())

    def follow_words(self) -> None:
        """Words are about to have another size: panels that are no wider than they need are so afterwards, too."""
        for column in self._columns():
            first, width = column[0], column[0].width()
            if width != self._followed.get(first):
                self._chosen[first] = width if width > _needed_width(column) else 0
        self._following.start()

    def reset(self) -> None:
        """All panels are where they were at first."""
        self.resetting.emit()
        self._chosen.clear()
        self._followed.clear()
        for dock in self._docks:
            self._window.removeDockWidget(dock)
        self._arrange()
        self._size_sides()
        self._fit()

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

    def _size_sides(self) -> None:
        """Each side has its share of the width, but no less than its panels need."""
        sides = {self.target: LEFT_SHARE, self.inspector: RIGHT_SHARE}
        wished = [min(round(share * self._window.width()), WIDEST) for share in sides.values()]
        widths = [max(dock.sizeHint().width(), width) for dock, width in zip(sides, wished, strict=True)]
        self._window.resizeDocks(list(sides), widths, Qt.Orientation.Horizontal)

    def _fit(self) -> None:
        """Each panel that can be high enough for all that it shows is so."""
        for column in self._columns():
            self._share(column)

    def _follow_words(self) -> None:
        layout = self._window.layout()
        assert layout is not None
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)  # what is needed is known from here on
        columns = {column[0]: column for column in self._columns()}
        widths = [max(_needed_width(column), self._chosen.get(first, 0)) for first, column in columns.items()]
        self._window.resizeDocks(list(columns), widths, Qt.Orientation.Horizontal)
        layout.activate()  # or the next resizing of panels undoes this one
        self._followed = {first: first.width() for first in columns}

    def _columns(self) -> list[list[Dock]]:
        """The panels that are seen in the window, those one below the other together."""
        shown = [dock for dock in self._docks if not dock.isFloating() and not dock.visibleRegion().isEmpty()]
        return [[dock for dock in shown if dock.x() == x] for x in {dock.x() for dock in shown}]

    def _share(self, column: list[Dock]) -> None:
        """Share the height among panels one below the other: one of them takes what the others do not need."""
        central, style = self._window.centralWidget(), self._window.style()
        assert central is not None
        assert style is not None
        heights = {dock: dock.needed_height if dock.wants_its_need else dock.height() for dock in column}
        rest = max(column, key=lambda dock: (dock.is_stretched, dock.spare if dock.is_stretched else dock.y()))
        gaps = (len(column) - 1) * style.pixelMetric(QStyle.PixelMetric.PM_DockWidgetSeparatorExtent)
        heights[rest] += central.height() - gaps - sum(heights.values())
        heights[rest] = max(heights[rest], 1)  # more than Qt can share
        self._window.resizeDocks(column, list(heights.values()), Qt.Orientation.Vertical)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if watched is self._window and event is not None and event.type() == QEvent.Type.Resize:
            self._fit()
        return super().eventFilter(watched, event)


def _needed_width(column: list[Dock]) -> int:
    return max(dock.sizeHint().width() for dock in column)
