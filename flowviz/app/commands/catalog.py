"""The catalog of commands: the entries of the menus, and a search for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QMenu, QMenuBar


@dataclass(frozen=True)
class Command:
    """A menu entry and its texts."""

    action: QAction
    menu: str  # path of its menu, such as "View ▸ Colors"
    title: str
    key: str
    tip: str


def commands_of(menus: QMenuBar | QMenu, path: str = "") -> Iterator[Command]:
    """Yield the visible entries of the menus of a bar, in their order, or those of the menu with this path."""
    for action in menus.actions():
        if (menu := action.menu()) is not None:
            title = _without_mnemonic(menu.title())
            yield from commands_of(menu, f"{path} ▸ {title}" if path else title)
        elif action.isVisible() and action.objectName():  # unlike separators and titles of groups
            yield _command(action, path)


def matching(commands: Sequence[Command], typed: str) -> list[Command]:
    """Return the commands that match the typed text, best matches first. An empty text matches all commands."""
    ranked = [(rank, command) for command in commands if (rank := _rank(command, typed.casefold())) is not None]
    return [command for _, command in sorted(ranked, key=lambda pair: pair[0])]


def _command(action: QAction, path: str) -> Command:
    key = action.shortcut()
    tip = action.toolTip().removesuffix(f" ({key.toString()})")  # tool buttons repeat the shortcut in their tooltip
    native_key = key.toString(QKeySequence.SequenceFormat.NativeText)
    return Command(action, path, _without_mnemonic(action.text()), native_key, tip)


def _without_mnemonic(title: str) -> str:
    """Return a title without its mnemonic marks. In a title, "&&" is a literal "&"."""
    return "&".join(part.replace("&", "") for part in title.split("&&"))


def _rank(command: Command, typed: str) -> int | None:
    """Return the rank of a match, from 0 for the best, or None for no match.

    A library for fuzzy search would also find commands that lack some of the typed letters, which surprises in a menu.
    """
    title, menu = command.title.casefold(), command.menu.casefold()
    matches = (
        title.startswith(typed),
        _starts_words(typed, title),
        _starts_words(typed, f"{menu} {title}"),
        typed == command.key.casefold() or _starts_words(typed, command.tip.casefold()),
        _is_subsequence(typed, title),
    )
    return matches.index(True) if any(matches) else None


def _starts_words(typed: str, text: str) -> bool:
    """Return whether each typed word starts a word of the text."""
    words = text.replace("-", " ").split()
    return all(any(word.startswith(part) for word in words) for part in typed.split())


def _is_subsequence(typed: str, text: str) -> bool:
    """Return whether the typed letters occur in the text in this order."""
    letters = iter(text)
    return all(letter in letters for letter in typed if letter != " ")
