"""Commands that the README, the contributing guide and the bug form name as Menu ▸ Command."""

import re

from PyQt6.QtGui import QKeySequence

from flowviz.app.commands.catalog import commands_of
from tests.app.conftest import Window
from tests.test_readme import BUG_FORM, CONTRIBUTING, README

COMMAND = re.compile(r"(?:\*\*|choose )(\w+) ▸ ([^*,]+(?:, [^*,]+)*?)(?:\*\*|, and)(?: \(([\w+]+)\))?")


def test_commands_are_in_their_menus_with_their_shortcuts(window: Window) -> None:
    bar = window.main.menuBar()
    assert bar is not None
    actions = {(command.menu, command.action.text().replace("&", "")): command.action for command in commands_of(bar)}
    menus = {menu for menu, _ in actions}
    matches = COMMAND.findall(f"{README}\n{CONTRIBUTING}\n{BUG_FORM}")
    assert len(matches) > 10
    for menu, titles, shortcut in matches:
        for title in titles.split(", "):
            assert (menu, title) in actions or f"{menu} ▸ {title}" in menus, f"No command {menu} ▸ {title}"
            if shortcut:
                assert actions[menu, title].shortcut() == QKeySequence(shortcut), f"Another shortcut for {title}"
