"""The command palette: a few letters, and Return does it."""

from PyQt6.QtCore import QTimer
from PyQt6.QtGui import QPalette
from PyQt6.QtWidgets import QTreeWidgetItem, QWidget

from flowviz.app.commands.catalog import Command
from flowviz.app.commands.command_list import CommandList


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
