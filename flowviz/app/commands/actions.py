"""Factories for menu entries."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PyQt6.QtGui import QAction, QActionGroup, QKeySequence
from PyQt6.QtWidgets import QMenu

from flowviz.app.style.icons import GLYPHS, icon

Key = QKeySequence.StandardKey
Choice = TypeVar("Choice")


def add_action(menu: QMenu, title: str, key: str | Key | None, run: Callable[[], object], tip: str) -> QAction:
    """Add an entry that calls `run`.

    Its object name and its icon, if there is one, follow from the title: "Save &As…" becomes "saveasAction".
    """
    action = QAction(title, menu)
    name = title.replace("&", "").rstrip("…").replace(" ", "").lower()
    action.setObjectName(f"{name}Action")
    if name in GLYPHS:
        action.setIcon(icon(name))
    if key is not None:
        action.setShortcut(QKeySequence(key))
    action.setToolTip(tip)
    action.triggered.connect(lambda: run())
    menu.addAction(action)
    return action


def add_toggle(
    menu: QMenu,
    title: str,
    key: str | None,
    on_toggled: Callable[[bool], object],
    tip: str,
    *,
    checked: bool = True,
) -> None:
    """Add an entry with a check mark."""
    action = add_action(menu, title, key, lambda: None, tip)
    make_checkable(action)
    action.setChecked(checked)
    action.toggled.connect(on_toggled)


def make_checkable(action: QAction) -> None:
    """Give an entry a check mark instead of an icon."""
    action.setCheckable(True)
    action.setIconVisibleInMenu(False)


def add_submenu(menu: QMenu, title: str) -> QMenu:
    """Add an empty submenu."""
    submenu = menu.addMenu(title)
    assert submenu is not None
    submenu.setToolTipsVisible(True)
    return submenu


def add_choices(
    menu: QMenu, title: str, values: dict[str, Choice], choose: Callable[[Choice], None], tip: str
) -> dict[Choice, QAction]:
    """Add a submenu of exclusive choices, the first of which is checked, and return its entries by value."""
    submenu, group = add_submenu(menu, title), QActionGroup(menu)
    actions = {value: add_action(submenu, name, None, partial(choose, value), tip) for name, value in values.items()}
    for action in actions.values():
        make_checkable(action)
        group.addAction(action)
    group.actions()[0].setChecked(True)
    return actions
