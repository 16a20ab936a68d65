"""The entries of menus."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PyQt6.QtGui import QAction, QActionGroup, QKeySequence
from PyQt6.QtWidgets import QMenu

from flowviz.app.style.icons import GLYPHS, icon

Key = QKeySequence.StandardKey
Choice = TypeVar("Choice")


def add_action(menu: QMenu, title: str, key: str | Key | None, run: Callable[[], object], tip: str) -> QAction:
    """An entry that does something, as `tip` says. Its name is made from its title; its icon is the one so named."""
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
    show: Callable[[bool], object],
    tip: str,
    *,
    checked: bool = True,
) -> None:
    """An entry with a check mark."""
    action = add_action(menu, title, key, lambda: None, tip)
    let_check(action)
    action.setChecked(checked)
    action.toggled.connect(show)


def let_check(action: QAction) -> None:
    """Give an entry a check mark, in whose place an icon would stand."""
    action.setCheckable(True)
    action.setIconVisibleInMenu(False)


def add_submenu(menu: QMenu, title: str) -> QMenu:
    """An empty menu in a menu."""
    inner = menu.addMenu(title)
    assert inner is not None
    inner.setToolTipsVisible(True)
    return inner


def add_choices(
    menu: QMenu, title: str, values: dict[str, Choice], choose: Callable[[Choice], None], tip: str
) -> dict[Choice, QAction]:
    """A menu in a menu, of which one entry is chosen: the first one, to begin with."""
    inner, group = add_submenu(menu, title), QActionGroup(menu)
    actions = {value: add_action(inner, name, None, partial(choose, value), tip) for name, value in values.items()}
    for action in actions.values():
        let_check(action)
        group.addAction(action)
    group.actions()[0].setChecked(True)
    return actions
