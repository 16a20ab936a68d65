"""Commands of the window, declared as entries, and the menus that hold them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from PyQt6.QtCore import QObject
from PyQt6.QtGui import QAction, QActionGroup, QKeySequence
from PyQt6.QtWidgets import QMenu, QMenuBar, QWidget

from flowviz.app.desktop.existing import existing
from flowviz.app.style.icons import GLYPHS, icon

Key = QKeySequence.StandardKey
Choice = TypeVar("Choice")


@dataclass(frozen=True)
class Entry:
    """Describes a command.

    Attributes:
        id: Name of its icon, if there is one; with "Action", the object name.
        title: Text of the menu entry, with its mnemonic.
        run: Called when the command is chosen, with the check mark if it has one. None if a state is bound to it.
        tip: Description.
        key: Shortcut; empty for none.
        checked: Whether it has a check mark at first; None for a command that never has one.
    """

    id: str
    title: str
    run: Callable[..., object] | None
    tip: str
    key: str | Key = ""
    checked: bool | None = None


def create_action(entry: Entry, parent: QObject) -> QAction:
    """Return the action of a command. A check mark takes the place of its icon in menus."""
    action = QAction(entry.title, parent)
    action.setObjectName(f"{entry.id}Action")
    if entry.id in GLYPHS:
        action.setIcon(icon(entry.id))
    action.setShortcut(QKeySequence(entry.key))
    action.setToolTip(entry.tip)
    if entry.checked is not None:
        action.setCheckable(True)
        action.setIconVisibleInMenu(False)
        action.setChecked(entry.checked)
    run = entry.run
    if run is not None and entry.checked is None:
        action.triggered.connect(lambda: run())
    elif run is not None:
        action.toggled.connect(run)
    return action


def enable_unless(control: QAction | QWidget, problem: str, tip: str) -> None:
    """Enable a command or a widget if there is no problem; else disable it and show the problem as its tooltip."""
    control.setEnabled(not problem)
    control.setToolTip(problem or tip)


def add_action(menu: QMenu, entry: Entry) -> QAction:
    """Add a command to a menu."""
    action = create_action(entry, menu)
    menu.addAction(action)
    return action


def fill_menu(menu: QMenu, *entries: Entry | QAction | None) -> dict[str, QAction]:
    """Add commands and actions to a menu, with a separator for each None, and return the commands by id."""
    added = dict[str, QAction]()
    for entry in entries:
        if entry is None:
            menu.addSeparator()
        elif isinstance(entry, QAction):
            menu.addAction(entry)
        else:
            added[entry.id] = add_action(menu, entry)
    return added


def add_submenu(menu: QMenu | QMenuBar, title: str) -> QMenu:
    """Add an empty menu to a menu or a menu bar."""
    submenu = existing(menu.addMenu(title))
    submenu.setToolTipsVisible(True)
    return submenu


def add_choices(
    menu: QMenu, name: str, values: Mapping[str, Choice], choose: Callable[[Choice], object], tip: str
) -> dict[Choice, QAction]:
    """Add exclusive choices to a menu, and return their entries by value.

    Args:
        menu: The menu.
        name: Start of the ids of the entries, which end in their values.
        values: Values by the titles of their entries.
        choose: Called with the value that the user chooses.
        tip: Description of all entries.
    """
    group, actions = QActionGroup(menu), dict[Choice, QAction]()
    for text, value in values.items():
        actions[value] = add_action(menu, Entry(f"{name}{value}", text, None, tip, checked=False))
        actions[value].setData(value)
        group.addAction(actions[value])
    group.triggered.connect(lambda action: choose(action.data()))
    return actions
