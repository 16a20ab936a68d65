"""The command palette and the shortcut sheet, which search the commands of the window."""

from collections.abc import Callable

from PyQt6.QtCore import QCoreApplication, QEvent, QObject, QSize, Qt, QTimer
from PyQt6.QtGui import QKeyEvent, QKeySequence, QPalette
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)
from PyQt6.sip import isdeleted

from flowviz.app.commands.catalog import Command, matching
from flowviz.app.desktop.existing import existing
from flowviz.app.style.tokens import GAP, MARGIN, UNIT
from flowviz.app.threads.delay import delayed
from flowviz.app.widgets.controls import begin_dialog, lay_out, named
from flowviz.app.widgets.labels import WrappingLabel

LIST_KEYS = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
SIZE, PALETTE_SIZE = QSize(64, 37), QSize(38, 24)  # in line heights
COLUMN_ROLES = QPalette.ColorRole.Text, QPalette.ColorRole.PlaceholderText, QPalette.ColorRole.PlaceholderText
FRAME_WIDTH = 8 * UNIT  # pixels: the margins and the indentation around the columns of the shortcut sheet


class CommandList(QDialog):
    """Dialog that searches commands as the user types. Up and Down move through the list from the search box, too."""

    def __init__(
        self, object_name: str, title: str, columns: list[str], commands: list[Command], parent: QWidget
    ) -> None:
        super().__init__(parent)
        begin_dialog(self, object_name, title)
        self._window, self._focus = parent, parent.focusWidget()
        self._commands = commands
        tip = "Type a few letters of a command or its menu, or a shortcut"
        self.search = named(QLineEdit(), "commandSearch", "Search the commands", description=tip)
        self.search.setPlaceholderText("Type a few letters")
        self.search.setClearButtonEnabled(True)
        self.list = _list(title, columns)
        self.sentence = WrappingLabel("commandSentence", "", reserved_lines=2)
        lay_out(QVBoxLayout(self), self.search, self.list, self.sentence, margin=GAP)
        self.search.textChanged.connect(self._show_matching)
        self.search.installEventFilter(self)
        self.finished.connect(self._return_focus)

    def show_commands(self, commands: list[Command]) -> None:
        """Fill the list. Subclasses implement it."""
        raise NotImplementedError

    def _show_matching(self) -> None:
        matches = self.found(self.search.text().strip())
        self.list.clear()
        found = f"{len(matches)} of {len(self._commands)} commands"
        self.sentence.setText(found if matches else "No command matches.")
        self.show_commands(matches)

    def found(self, typed: str) -> list[Command]:
        """Return the commands that match a typed text."""
        return matching(self._commands, typed)

    def _return_focus(self) -> None:
        self._window.activateWindow()
        if self._focus is not None and not isdeleted(self._focus):
            self._focus.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        is_press = event is not None and event.type() == QEvent.Type.KeyPress
        if watched is self.search and is_press and isinstance(event, QKeyEvent) and event.key() in LIST_KEYS:
            QCoreApplication.sendEvent(self.list, event)
            return True
        return super().eventFilter(watched, event)


class ShortcutsFirst(QObject):
    """Event filter that keeps shortcuts of the window working in text boxes that use the same keys for editing."""

    def __init__(self, keys: list[QKeySequence], parent: QObject) -> None:
        super().__init__(parent)
        self._keys = keys

    def watch(self, old: QWidget | None, new: QWidget | None) -> None:
        """Move the filter from the old to the new widget with the focus."""
        for widget, change in ((old, QObject.removeEventFilter), (new, QObject.installEventFilter)):
            if widget is not None:
                change(widget, self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        is_override = event is not None and event.type() == QEvent.Type.ShortcutOverride
        if is_override and isinstance(event, QKeyEvent) and QKeySequence(event.keyCombination()) in self._keys:
            event.ignore()
            return True
        return False


def _list(title: str, columns: list[str]) -> QTreeWidget:
    tree = named(
        QTreeWidget(),
        "commandList",
        title,
        description="Up and Down also move through the commands from the search box",
    )
    tree.setHeaderLabels(columns)
    tree.setRootIsDecorated(False)
    tree.setAllColumnsShowFocus(True)
    tree.setUniformRowHeights(True)
    tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    header = existing(tree.header())
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setStretchLastSection(False)  # so that descriptions in large text can be scrolled to
    return tree


class CommandPalette(CommandList):
    """Overlay near the top of the window that finds a command and runs it, after the focus has returned to the window.

    A click elsewhere in the window closes it.
    """

    def __init__(self, commands: list[Command], more: Callable[[str], list[Command]], parent: QWidget) -> None:
        """Create an overlay; `more` returns commands, for a typed text, that are in no menu of the window."""
        self._around = QWidget(parent)
        self._more, self._shown = more, list[Command]()
        super().__init__("commandPalette", "Find a Command", ["Command", "Menu", "Shortcut"], commands, parent)
        self.setWindowFlags(Qt.WindowType.SubWindow)  # a part of the window in which the Tab key stays
        self.setAccessibleName(self.windowTitle())
        for watched in (self._around, parent):
            watched.installEventFilter(self)
        self.finished.connect(self._around.deleteLater)
        self.list.setHeaderHidden(True)
        existing(self.list.header()).setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.search.setPlaceholderText("Type a command, an option, a color or a number")
        self.search.returnPressed.connect(self.run)
        self.list.itemActivated.connect(lambda: self.run())
        self.list.currentItemChanged.connect(lambda: self._describe())
        refreshing = delayed(self, self._refresh)  # once, when many commands change, such as when a training ends
        for command in commands:
            command.action.changed.connect(refreshing.start)
        self._show_matching()

    def open_above(self) -> None:
        """Open above the content of the window."""
        self._place()
        self._around.show()
        self.show()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def found(self, typed: str) -> list[Command]:
        return matching([*self._commands, *self._more(typed)] if typed else self._commands, typed)

    def _place(self) -> None:
        room = self._window.rect()
        size = (PALETTE_SIZE * self.fontMetrics().height()).boundedTo(room.size() - QSize(2, 2) * MARGIN)
        self._around.setGeometry(room)
        self.setGeometry((room.width() - size.width()) // 2, 2 * MARGIN, size.width(), size.height())
        self._around.raise_()
        self.raise_()

    def _describe(self) -> None:
        """Describe the selected command; if it is disabled, say so first."""
        command = self._selected
        if command is not None:
            missing = "" if command.action.isEnabled() else f"'{command.title}' is not available at the moment. "
            self.sentence.setText(f"{missing}{command.tip}")

    def show_commands(self, commands: list[Command]) -> None:
        self._shown = commands
        for command in commands:
            self.list.addTopLevelItem(self._item(command))
        self.list.setCurrentItem(self.list.topLevelItem(0))

    def run(self) -> None:
        """Run the selected command, if it is enabled."""
        command = self._selected
        if command is not None and command.action.isEnabled():
            self.accept()
            QTimer.singleShot(0, lambda: command.action.trigger())  # after the window has the focus again

    @property
    def _selected(self) -> Command | None:
        row = self.list.indexOfTopLevelItem(self.list.currentItem())
        return self._shown[row] if row >= 0 else None

    def _refresh(self) -> None:
        row = self.list.indexOfTopLevelItem(self.list.currentItem())
        self._show_matching()
        self.list.setCurrentItem(self.list.topLevelItem(row))

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        kind = event.type() if event is not None else None
        if watched is self._window and kind == QEvent.Type.Resize:
            self._place()
        elif watched is self._around and kind == QEvent.Type.MouseButtonPress:
            self.reject()
        return super().eventFilter(watched, event)

    def _item(self, command: Command) -> QTreeWidgetItem:
        enabled = command.action.isEnabled()
        title = command.title if enabled else f"{command.title} (unavailable)"
        item = _item(command, title, command.menu, command.key)
        group = QPalette.ColorGroup.Active if enabled else QPalette.ColorGroup.Disabled
        for column in range(item.columnCount()):
            item.setForeground(column, self.palette().brush(group, COLUMN_ROLES[column]))
        return item


class ShortcutSheet(CommandList):
    """Dialog with all commands by menu, which can stay open beside the window."""

    def __init__(self, commands: list[Command], parent: QWidget) -> None:
        super().__init__(
            "shortcutSheet", "Keyboard Shortcuts", ["Command", "Shortcut", "Description"], commands, parent
        )
        self._show_matching()
        columns = sum(self.list.sizeHintForColumn(column) for column in range(self.list.columnCount()))
        needed = QSize(columns + existing(self.list.verticalScrollBar()).sizeHint().width() + FRAME_WIDTH, 0)
        room = existing(parent.screen()).availableSize()
        self.resize((SIZE * self.fontMetrics().height()).expandedTo(needed).boundedTo(room))

    def show_commands(self, commands: list[Command]) -> None:
        for menu in dict.fromkeys(command.menu for command in self._commands):
            found = [command for command in self._commands if command.menu == menu and command in commands]
            items = [_item(command, command.title, command.key, command.tip) for command in found]
            if items:
                heading = _heading(menu)
                self.list.addTopLevelItem(heading)
                heading.addChildren(items)
                heading.setFirstColumnSpanned(True)
        self.list.expandAll()


def _heading(menu: str) -> QTreeWidgetItem:
    heading = QTreeWidgetItem([menu])
    font = heading.font(0)
    font.setBold(True)
    heading.setFont(0, font)
    return heading


def _item(command: Command, *texts: str) -> QTreeWidgetItem:
    item = QTreeWidgetItem(texts)
    for column in range(item.columnCount()):
        item.setToolTip(column, command.tip)
    return item
