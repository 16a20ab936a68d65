"""Arrangement of the panels around the cloud."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PyQt6.QtCore import QByteArray, QEvent, QObject, QSize, Qt
from PyQt6.QtWidgets import QDockWidget, QMainWindow, QMenu

from flowviz.app.desktop.existing import existing
from flowviz.app.desktop.settings import settings, stored_flag
from flowviz.app.pane.inspector import Inspector
from flowviz.app.pane.ledger_panel import LedgerPanel
from flowviz.app.style.tokens import UNIT
from flowviz.app.threads.delay import delayed
from flowviz.app.training.widgets import TrainingWidgets
from flowviz.app.widgets.scroll_column import ScrollColumn, above_footer
from flowviz.app.window.dock import Dock

# Keys of the settings. The last one tells whether the ledger is open only for the probe.
STATE, GEOMETRY, COMPACT, PROBED = "layout/state", "layout/geometry", "layout/compact", "layout/probed"
VERSION = 3  # increase it when panels are added or removed: older saved layouts are then ignored
FIRST_SIZE, MIN_SIZE = QSize(1280, 800), QSize(1008, 600)
FRAME = QSize(16, 48)  # room for the frame and title bar, whose sizes are unknown until the window is shown
SHARE_OF_SCREEN = 0.75  # for the first window on a large screen
LEFT_SHARE, RIGHT_SHARE = 1 / 7, 0.19  # of the width of the window, for the panels at first
MAX_PANEL_WIDTH = 65 * UNIT  # pixels, at first
PRIORITY_SHARE = 2 / 3  # of a column that is too low for all its panels
MIN_CENTER = 600  # width in pixels; where there is less room, the inspector leaves its own to the cloud
MIN_PANES_WINDOW = 1600  # width in pixels of a window that has room for several clouds beside all panels
FORMER_FLOW = "flow"  # a panel that is now part of the training panel; lessons may still name it
KEYS = {"inspectorDock": "Ctrl+I", "ledgerDock": "Ctrl+Shift+G"}
LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea


class PanelLayout(QObject):
    """Creates the panels, arranges them, and saves and restores how the user arranged them.

    Attributes:
        docks: The panels.
        help_buttons: The buttons that show and hide explanations in the panels.
    """

    def __init__(
        self,
        window: QMainWindow,
        panels: TrainingWidgets,
        inspector: Inspector,
        ledger: LedgerPanel,
        *,
        leave_page: Callable[[], object],
        leave_all: Callable[[], object],
    ) -> None:
        """Create the panels.

        Args:
            window: The window.
            panels: The contents of the panels on the left.
            inspector: The layer inspector.
            ledger: The ledger.
            leave_page: Called before the user opens a panel, which needs the others around it.
            leave_all: Called before a reset, to leave everything that arranges the panels itself.
        """
        super().__init__(window)
        self._window, self._leave_page, self._leave_all = window, leave_page, leave_all
        self.target = Dock("target", "&Target", ScrollColumn(panels.target), window)
        self.training = Dock("training", "T&raining", ScrollColumn(panels.flow, panels.controls), window)
        self.training.has_priority = True
        losses = ScrollColumn(panels.loss_plot, panels.metrics, stretched=True)
        self.loss = Dock("loss", "&Loss", above_footer(losses, panels.metrics.buttons), window)
        self.inspector = Dock("inspector", "Layer &Inspector", inspector, window)
        self.ledger = Dock("ledger", "Le&dger", ledger, window)
        self.help_buttons = inspector.help, ledger.help, panels.metrics.help, panels.flow.help
        self.docks = self.target, self.training, self.loss, self.inspector, self.ledger
        self._hidden, self._makes_room = set[Dock](), False  # for several clouds
        self._fit_timer = delayed(self, self._fit)  # once all pending layout requests are handled
        self._width_timer = delayed(self, self._restore_extra_widths)
        self._rooms: dict[Dock, int] = {}  # height of each column, by its first panel
        self._extra_widths: dict[Dock, int] = {}  # by the first panel of each column
        self._befores = list[tuple[QByteArray, bool, bool]]()  # layouts that were set aside, that of the user first
        window.installEventFilter(self)
        for dock in self.docks:
            for signal in (dock.dockLocationChanged, dock.visibilityChanged):
                signal.connect(lambda: self._fit_timer.start())
            dock.watch_content(self.follow_content, partial(self._make_room, dock))
        self._arrange()

    def fill_menu(self, menu: QMenu) -> None:
        """Add an entry for each panel."""
        for dock in self.docks:
            action = dock.action(KEYS.get(dock.objectName(), ""))
            menu.addAction(action)
            action.triggered.connect(partial(self._on_triggered, dock))

    def restore(self) -> None:
        """Restore the saved layout, or set up the default one."""
        saved = settings()
        state, geometry = saved.value(STATE), saved.value(GEOMETRY)
        if not (isinstance(geometry, QByteArray) and self._window.restoreGeometry(geometry)):
            self._window.resize(self._first_size())
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowFullScreen)
        if isinstance(state, QByteArray) and self._window.restoreState(state, VERSION):
            self._is_compact = stored_flag(COMPACT, default=False)
            self._has_opened_ledger = stored_flag(PROBED, default=False)
            self.show_ledger(False)
        else:
            self._set_default_widths(self.target, self.inspector)

    def show_ledger(self, wanted: bool) -> None:
        """Open the ledger in front of the inspector, where no other panel has to move, or close it again."""
        if wanted and self.ledger.isHidden():
            self._open(self.ledger)
            self._has_opened_ledger = True
        elif not wanted and self._has_opened_ledger:
            self.ledger.close()
            self._hidden.discard(self.ledger)
            self._has_opened_ledger = False

    def _on_triggered(self, dock: Dock, shown: bool) -> None:
        self._hidden.discard(dock)
        if shown:
            self._open(dock)
        self._has_opened_ledger &= dock is not self.ledger  # which stays as the user wants it

    def _open(self, dock: Dock) -> None:
        self._leave_page()  # which may restore a layout without the panel
        dock.show()
        if dock is self.ledger:
            self._put_ledger()
        dock.raise_()

    def _put_ledger(self) -> None:
        """Tab the ledger with the inspector if that is docked, unless the user has moved it to the other side.

        Where a lesson has the right side, the ledger goes to the left one, so that both can be read.
        """
        if self.ledger.isFloating():
            return
        is_docked = not (self.inspector.isHidden() or self.inspector.isFloating())
        area, own = (self._window.dockWidgetArea(dock) for dock in (self.inspector, self.ledger))
        if is_docked and own in {RIGHT, area}:
            self._window.tabifyDockWidget(self.inspector, self.ledger)
        elif self._befores and own == RIGHT:
            self._window.addDockWidget(LEFT, self.ledger)
            self._set_default_widths(self.ledger)

    def remember(self) -> None:
        """Save the layout for the next start."""
        self.show_ledger(False)
        saved = settings()
        state, is_compact, is_probed = self._befores[0] if self._befores else self._layout()
        saved.setValue(STATE, state)
        saved.setValue(GEOMETRY, self._window.saveGeometry())
        saved.setValue(COMPACT, is_compact)
        saved.setValue(PROBED, is_probed)

    def reset(self) -> None:
        """Return to the default layout."""
        self._leave_all()
        for dock in self.docks:
            self._window.removeDockWidget(dock)
        self._arrange()
        self._set_default_widths(self.target, self.inspector)
        self._fit_timer.start()

    def set_aside(self) -> None:
        """Close all panels until `put_back`, which can be nested: the start page sets the panel of a lesson aside."""
        self._befores.append(self._layout())
        self._is_compact = False
        for dock in self._window.findChildren(Dock):
            dock.hide()

    def open_panels(self, names: frozenset[str]) -> None:
        """Open these panels, all of them on the left, and close the others."""
        for dock in self.docks:
            is_open = _name(dock) in names or (dock is self.training and FORMER_FLOW in names)
            if is_open and self._window.dockWidgetArea(dock) != LEFT:
                self._window.addDockWidget(LEFT, dock)
            dock.setVisible(is_open)
        self._fit_timer.start()

    def show_beside(self, dock: QDockWidget) -> None:
        """Show a panel on the left, where a lesson leaves room for it."""
        self.open_panels(self.open_names | {_name(dock)})

    def put_back(self) -> None:
        """Restore the panels that were set aside last."""
        state, self._is_compact, self._has_opened_ledger = self._befores.pop()
        self._window.restoreState(state, VERSION)
        self._adapt_to_width()  # at once, for the first picture
        self._fit_timer.start()
        if self._makes_room:
            self.make_room()

    def make_room(self) -> None:
        """Hide the panels on the right where several clouds have too little room, until `give_back_room`."""
        self._makes_room = True
        if self._window.width() < MIN_PANES_WINDOW:
            for dock in (self.inspector, self.ledger):
                if not (dock.isHidden() or dock.isFloating()) and self._window.dockWidgetArea(dock) == RIGHT:
                    dock.hide()
                    self._hidden.add(dock)

    def give_back_room(self) -> None:
        """Show the panels that were hidden to make room, except for those that the user has opened since."""
        self._makes_room = False
        for dock in self.docks:
            if dock in self._hidden:
                dock.show()
        self._hidden.clear()

    @property
    def open_names(self) -> frozenset[str]:
        """Return the names of the open panels."""
        names = frozenset(_name(dock) for dock in self.docks if not dock.isHidden())
        return names | {FORMER_FLOW} if _name(self.training) in names else names

    def follow_content(self) -> None:
        """Remember how much wider than necessary each column is, and keep that.

        Call it before the content or the text size changes.
        """
        for column in self._columns():
            self._extra_widths.setdefault(
                column[0], column[0].width() - max(dock.fitted_size.width() for dock in column)
            )
        self._width_timer.start()

    def _restore_extra_widths(self) -> None:
        for dock in self.docks:
            dock.fit()
        extra_widths, self._extra_widths = self._extra_widths, {}
        columns = [column for column in self._columns() if column[0] in extra_widths]
        widths = [_needed_width(column) + max(extra_widths[column[0]], 0) for column in columns]
        self._window.resizeDocks([column[0] for column in columns], widths, Qt.Orientation.Horizontal)
        self._fit_timer.start()

    def _layout(self) -> tuple[QByteArray, bool, bool]:
        """Return the arrangement of the panels, and whether lack of room or the probe has changed it."""
        return self._window.saveState(VERSION), self._is_compact, self._has_opened_ledger

    def _first_size(self) -> QSize:
        room = existing(self._window.screen()).availableSize() - FRAME
        return (room * SHARE_OF_SCREEN).expandedTo(FIRST_SIZE).boundedTo(room).expandedTo(MIN_SIZE)

    def _arrange(self) -> None:
        self._has_opened_ledger = False  # for the probe, so that it closes with it
        self._is_compact = False  # whether the inspector was tabbed behind the loss panel for lack of room
        for dock in self.docks:
            self._window.addDockWidget(RIGHT if dock in {self.inspector, self.ledger} else LEFT, dock)
            dock.setFloating(False)
            dock.setVisible(dock is not self.ledger)

    def _set_default_widths(self, *docks: Dock) -> None:
        shares = [LEFT_SHARE if dock is self.target else RIGHT_SHARE for dock in docks]
        widths = [min(round(share * self._window.width()), MAX_PANEL_WIDTH) for share in shares]
        widths = [max(dock.needed_size.width(), width) for dock, width in zip(docks, widths, strict=True)]
        self._window.resizeDocks(docks, widths, Qt.Orientation.Horizontal)

    def _fit(self) -> None:
        """Give each panel the height of its content; panels that stretch share the rest."""
        if self._adapt_to_width():
            self._fit_timer.start()  # once the panels are where they belong
            return
        columns = self._columns()
        for dock in (dock for column in columns for dock in column):
            dock.fit()
        self._distribute(columns)
        rooms = {column[0]: sum(dock.height() for dock in column) for column in columns}
        if rooms != self._rooms:  # Qt may not have filled the columns yet
            self._rooms = rooms
            self._fit_timer.start()

    def _make_room(self, dock: Dock) -> None:
        """Let a panel grow with its content at the expense of a stretchable panel; other panels keep their places."""
        is_cut_off = dock.is_stretchable and dock.height() < dock.needed_size.height()
        for column in self._columns():
            below = column[column.index(dock) + 1 :] if dock in column else []
            if is_cut_off or (below and below[0].is_stretchable):
                dock.fit()
                self._distribute([column])

    def _distribute(self, columns: list[list[Dock]]) -> None:
        bottom = existing(self._window.centralWidget()).geometry().bottom()
        heights = {dock: height for column in columns for dock, height in _heights(column, bottom).items()}
        self._window.resizeDocks(list(heights), list(heights.values()), Qt.Orientation.Vertical)

    def _adapt_to_width(self) -> bool:
        """Tab the inspector behind the loss panel while there is too little room beside the cloud.

        Returns:
            Whether the inspector was moved.
        """
        if any(dock.isHidden() or dock.isFloating() for dock in (self.loss, self.inspector)):
            return False
        is_tabbed = self.inspector in self._window.tabifiedDockWidgets(self.loss)
        self._is_compact &= is_tabbed  # else the user has moved it
        areas = [self._window.dockWidgetArea(dock) for dock in (self.loss, self.inspector)]
        has_ledger = self.ledger in self._window.tabifiedDockWidgets(self.inspector)  # which then follows it
        has_room = self._window.width() >= _needed_width(self.docks[:3]) + MIN_CENTER + _needed_width([self.inspector])
        if areas == [LEFT, RIGHT] and not has_room:
            self._window.tabifyDockWidget(self.loss, self.inspector)
            self.loss.raise_()
        elif self._is_compact and has_room:
            self._window.addDockWidget(RIGHT, self.inspector)
            self._set_default_widths(self.inspector)
        else:
            return False
        self._is_compact = not has_room
        if has_ledger:
            self._window.tabifyDockWidget(self.inspector, self.ledger)
        return True

    def _columns(self) -> list[list[Dock]]:
        """Return the visible docked panels, from top to bottom, grouped by column."""
        shown = [dock for dock in self.docks if not dock.isFloating() and not dock.visibleRegion().isEmpty()]
        shown.sort(key=lambda dock: dock.y())
        return [[dock for dock in shown if dock.x() == x] for x in {dock.x() for dock in shown}]

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() == QEvent.Type.Resize:
            self._fit()
        return super().eventFilter(watched, event)


def _name(dock: QDockWidget) -> str:
    return dock.objectName().removesuffix("Dock")


def _needed_width(column: Sequence[Dock]) -> int:
    return max(dock.needed_size.width() for dock in column)


def _heights(column: list[Dock], bottom: int) -> dict[Dock, int]:
    """Return the height of each panel in a column that reaches down to `bottom`.

    If there is too little room, the panels that stretch, such as the loss panel, take what they need, but at most half
    of the room, and some of the others scroll.
    """
    fixed = {dock: dock.sizeHint().height() for dock in column if not dock.is_stretchable}
    flexible = {dock: dock.sizeHint().height() for dock in column if dock.is_stretchable}
    room = sum(dock.height() for dock in column)
    if not flexible:  # Qt leaves the rest of such a column empty
        room += max(bottom - column[-1].geometry().bottom(), 0)
    rest, wanted = room - sum(fixed.values()), sum(flexible.values())
    if wanted > rest:
        taken = min(wanted, max(room // 2, rest))
        return _leveled(flexible, taken) | _leveled(fixed, room - taken)
    stretched = sum(dock.height() for dock in flexible)
    return fixed | {dock: round(rest * dock.height() / stretched) for dock in flexible}


def _leveled(needed: Mapping[Dock, int], room: int) -> dict[Dock, int]:
    """Return heights of panels that share a room which is too small for all of them.

    A panel with priority gets what it needs, up to two thirds of the room. The tallest of the others are cut to the
    same height.
    """
    found = dict[Dock, int]()
    order = sorted(needed, key=lambda dock: (not dock.has_priority, needed[dock]))
    for left, dock in zip(range(len(order), 0, -1), order, strict=True):
        share = PRIORITY_SHARE if dock.has_priority and left > 1 else 1 / left
        found[dock] = min(needed[dock], int(share * (room - sum(found.values()))))
    return found
