"""All that the menus of a window can do, and how one finds it by a few letters."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QMenu, QMenuBar


@dataclass(frozen=True)
class Command:
    """An entry of a menu. The texts are those of when it was looked up: a menu may since have been filled anew."""

    action: QAction
    menu: str  # "View ▸ Colors"
    title: str
    key: str
    tip: str


def commands_of(bar: QMenuBar) -> list[Command]:
    """Each entry of each menu, once, in the order of the menus."""
    return [command for action in bar.actions() for command in _commands(action.menu(), "")]


def matching(commands: Sequence[Command], typed: str) -> list[Command]:
    """Those that fit what was typed, best first; all of them where nothing was."""
    ranked = [(rank, command) for command in commands if (rank := _rank(command, typed.casefold())) is not None]
    return [command for _, command in sorted(ranked, key=lambda pair: pair[0])]


def _commands(menu: QMenu | None, above: str) -> Iterator[Command]:
    assert menu is not None
    menu.aboutToShow.emit()  # some are filled only then
    path = f"{above} ▸ {_plain(menu.title())}" if above else _plain(menu.title())
    for action in menu.actions():
        if action.menu() is not None:
            yield from _commands(action.menu(), path)
        elif not action.isSeparator():
            yield _command(action, path)


def _command(action: QAction, path: str) -> Command:
    key = action.shortcut()
    tip = action.toolTip().removesuffix(f" ({key.toString()})")  # a button has no other place for its key
    return Command(action, path, _plain(action.text()), key.toString(QKeySequence.SequenceFormat.NativeText), tip)


def _plain(title: str) -> str:
    """Without the marks of the keys: "&&" stands for "&"."""
    return "&".join(part.replace("&", "") for part in title.split("&&"))


def _rank(command: Command, typed: str) -> int | None:
    """0 for the best; None where it does not fit."""
    title, menu = command.title.casefold(), command.menu.casefold()
    fits = (
        title.startswith(typed),
        _begin_words(typed, title),
        _begin_words(typed, f"{menu} {title}"),
        typed == command.key.casefold() or _begin_words(typed, command.tip.casefold()),
        _are_letters_of(typed, title),
    )
    return fits.index(True) if any(fits) else None


def _begin_words(typed: str, text: str) -> bool:
    words = text.replace("-", " ").split()
    return all(any(word.startswith(part) for word in words) for part in typed.split())


def _are_letters_of(typed: str, text: str) -> bool:
    """Whether the letters come in this order, with others between them."""
    letters = iter(text)
    return all(letter in letters for letter in typed if letter != " ")
