"""The shortcut sheet: every command, with its key and what it does, by menu."""

from PyQt6.QtWidgets import QTreeWidgetItem, QWidget

from flowviz.app.commands.catalog import Command
from flowviz.app.commands.command_list import CommandList


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
