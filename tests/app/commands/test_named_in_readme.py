"""Commands that the README writes as **Menu ▸ Command** are in that menu, with the shortcut that it mentions."""

import re

from PyQt6.QtGui import QKeySequence

from flowviz.app.commands.catalog import commands_of
from tests.app.conftest import Window
from tests.test_readme import README

NAMED = re.compile(r"\*\*(\w+) ▸ ([^*]+)\*\*(?: \(([\w+]+)\))?")


def test_commands_named_in_the_readme_exist(window: Window) -> None:
    bar = window.main.menuBar()
    assert bar is not None
    keys = {(each.menu, each.action.text().replace("&", "")): each.action.shortcut() for each in commands_of(bar)}
    menus = {menu for menu, _ in keys}
    named = NAMED.findall(README)
    assert len(named) > 10
    for menu, titles, key in named:
        for title in titles.split(", "):
            assert (menu, title) in keys or f"{menu} ▸ {title}" in menus, f"{menu} ▸ {title}"
            if key:
                assert keys[menu, title] == QKeySequence(key), title
