"""What the shortcut sheet and the command palette have in common: a box to type in, above a list of commands."""

from PyQt6.QtCore import QEvent, QObject, QSize, Qt
from PyQt6.QtGui import QKeyEvent, QKeySequence
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTreeWidget,
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
