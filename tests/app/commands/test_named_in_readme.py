"""What the README calls **Menu ▸ Command** is in that menu, with the key that it tells."""

import re

from PyQt6.QtGui import QKeySequence

from flowviz.app.commands.catalog import commands_of
from tests.app.conftest import Window
from tests.test_readme import README

NAMED = re.compile(r"\*\*(\w+) ▸ ([^*]+)\*\*(?: \(([\w+]+)\))?")


def test_each_command_that_the_readme_names_is_in_its_menu(window: Window) -> None:
    bar = window.main.menuBar()
    assert bar is not None
    keys = {(found.menu, found.action.text().replace("&", "")): found.action.shortcut() for found in commands_of(bar)}
    menus = {menu for menu, _ in keys}
    named = NAMED.findall(README)
    assert len(named) > 10
    for menu, titles, key in named:
        for title in titles.split(", "):
            assert (menu, title) in keys or f"{menu} ▸ {title}" in menus, f"{menu} ▸ {title}"
            if key:
                assert keys[menu, title] == QKeySequence(key), title
