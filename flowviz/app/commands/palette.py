"""The command palette: a few letters, and Return does it."""

from PyQt6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PyQt6.QtGui import QKeyEvent, QKeySequence, QPalette
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from flowviz.app.commands.catalog import Command, matching

MOVES = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
SIZE = QSize(64, 37)  # heights of a line


class CommandList(QDialog):
    """Lists what fits while one types. The keys that go up and down do so in the list, whichever has the focus."""

    def __init__(self, title: str, columns: list[str], commands: list[Command], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        screen = parent.screen()
        assert screen is not None
        self.resize((SIZE * self.fontMetrics().height()).boundedTo(screen.availableSize()))
        self._window = parent
        self._commands = commands
        self.search = _search_box()
        self.list = _list(title, columns)
        self.sentence = QLabel()
        self.sentence.setObjectName("commandSentence")
        self.sentence.setAccessibleName("What was found")
        layout = QVBoxLayout(self)
        for widget in (self.search, self.list, self.sentence):
            layout.addWidget(widget)
        self.search.textChanged.connect(self._show_matching)
        self.search.installEventFilter(self)
        self.finished.connect(self._give_focus_back)

    def show_commands(self, commands: list[Command]) -> None:
        """List these; overridden by those who know how."""
        raise NotImplementedError

    def _show_matching(self) -> None:
        found = matching(self._commands, self.search.text().strip())
        self.list.clear()
        self.show_commands(found)
        self.sentence.setText(f"{len(found)} of {len(self._commands)} commands" if found else "No command fits.")

    def _give_focus_back(self) -> None:
        self._window.activateWindow()
        before = self._window.focusWidget()
        if before is not None:
            before.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        is_press = event is not None and event.type() == QEvent.Type.KeyPress
        if watched is self.search and is_press and isinstance(event, QKeyEvent) and event.key() in MOVES:
            self.list.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)


class ShortcutsFirst(QObject):
    """Lets keys of the window through a box that would take them for editing."""

    def __init__(self, keys: list[QKeySequence], parent: QObject) -> None:
        super().__init__(parent)
        self._keys = keys

    def watch(self, old: QWidget | None, new: QWidget | None) -> None:
        """Look at the keys of the widget that has the focus."""
        for widget, change in ((old, QObject.removeEventFilter), (new, QObject.installEventFilter)):
            if widget is not None:
                change(widget, self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        is_asked = event is not None and event.type() == QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and QKeySequence(event.keyCombination()) in self._keys:
            event.ignore()
            return True
        return False


def _search_box() -> QLineEdit:
    box = QLineEdit()
    box.setObjectName("commandSearch")
    box.setAccessibleName("Search the commands")
    box.setAccessibleDescription("A few letters of a command, of its menu, or its key")
    box.setPlaceholderText("Type a few letters")
    box.setClearButtonEnabled(True)
    return box


def _list(title: str, columns: list[str]) -> QTreeWidget:
    found = QTreeWidget()
    found.setObjectName("commandList")
    found.setAccessibleName(title)
    found.setAccessibleDescription("Up and Down go through the commands, also from the box above")
    found.setHeaderLabels(columns)
    found.setRootIsDecorated(False)
    found.setAllColumnsShowFocus(True)
    found.setUniformRowHeights(True)
    found.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    header = found.header()
    assert header is not None
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    return found


class CommandPalette(CommandList):
    """Runs what is chosen, in the window and with the focus as it was before."""

    def __init__(self, commands: list[Command], parent: QWidget) -> None:
        super().__init__("Find a Command", ["Command", "Menu", "Key"], commands, parent)
        self.setObjectName("commandPalette")
        self._shown: list[Command] = []
        self.search.returnPressed.connect(self.run)
        self.list.itemActivated.connect(lambda: self.run())
        for command in commands:
            command.action.changed.connect(self._show_again)  # a training may end meanwhile
        self._show_matching()

    def show_commands(self, commands: list[Command]) -> None:
        self._shown = commands
        for command in commands:
            self.list.addTopLevelItem(self._item(command))
        self.list.setCurrentItem(self.list.topLevelItem(0))

    def run(self) -> None:
        """Do what is chosen, if that can be done now."""
        command = self._chosen
        if command is None:
            return
        if not command.action.isEnabled():
            self.sentence.setText(f"“{command.title}” cannot be done now.")
            return
        self.accept()
        QTimer.singleShot(0, command.action.trigger)  # after the window has its focus back

    @property
    def _chosen(self) -> Command | None:
        row = self.list.indexOfTopLevelItem(self.list.currentItem())
        return self._shown[row] if row >= 0 else None

    def _show_again(self) -> None:
        chosen = self._chosen
        self._show_matching()
        if chosen in self._shown:
            self.list.setCurrentItem(self.list.topLevelItem(self._shown.index(chosen)))

    def _item(self, command: Command) -> QTreeWidgetItem:
        enabled = command.action.isEnabled()
        item = QTreeWidgetItem([command.title if enabled else f"{command.title} (not now)", command.menu, command.key])
        for column in range(item.columnCount()):
            item.setToolTip(column, command.tip)
            if not enabled:
                item.setForeground(column, self.palette().brush(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text))
        return item


class ShortcutSheet(CommandList):
    """Stays beside the window while one works there."""

    def __init__(self, commands: list[Command], parent: QWidget) -> None:
        super().__init__("Keyboard Shortcuts", ["Command", "Key", "What it does"], commands, parent)
        self.setObjectName("shortcutSheet")
        header = self.list.header()
        assert header is not None
        header.setStretchLastSection(False)  # what a command does is not cut: one can scroll to its end
        self._show_matching()

    def show_commands(self, commands: list[Command]) -> None:
        for menu in dict.fromkeys(command.menu for command in self._commands):
            items = [_item(command) for command in self._commands if command.menu == menu and command in commands]
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


def _item(command: Command) -> QTreeWidgetItem:
    item = QTreeWidgetItem([command.title, command.key, command.tip])
    for column in range(item.columnCount()):
        item.setToolTip(column, command.tip)
    return item
