"""The lines on which the keys of a TOML file are: the parser of Python gives none for values.

A TOML file is a series of statements, `key = value` and `[header]`, each of which is valid TOML by itself as soon as it
is complete. So the parser itself tells where statements end, whatever strings and comments contain.
"""

import tomllib
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any

KeyPath = tuple[int | str, ...]  # keys and indices, such as ("step", 0, "title")

MAX_STATEMENT = 200  # lines; a longer statement is passed over


def key_lines(text: str) -> dict[KeyPath, int]:
    """Return the number of the line on which the statement of each key begins, for valid TOML."""
    found: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}  # number of tables in each list of tables so far
    header: KeyPath = ()
    for first, statement in _statements(text):
        values = tomllib.loads(statement)
        if statement.lstrip().startswith("["):
            header = _opened(values, counts)
            found.setdefault(header, first)
        else:
            found.update({header + place: first for place in _places(values)})
    return found


def line_of(place: KeyPath, lines: Mapping[KeyPath, int]) -> int:
    """Return the line of a key, or else of the closest table that contains it, or else the first line."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield the first line of each statement, and its text."""
    statement, first = "", 1
    for number, line in enumerate(StringIO(text), start=1):
        if not statement and (not line.strip() or line.lstrip().startswith("#")):
            continue
        first = first if statement else number
        statement += line
        if number - first < MAX_STATEMENT and _is_complete(statement):
            yield first, statement
            statement = ""


def _is_complete(statement: str) -> bool:
    try:
        tomllib.loads(statement)
    except ValueError:
        return False
    return True


def _opened(values: Any, counts: dict[KeyPath, int]) -> KeyPath:
    """Return the place of the table that a header opens; count it if it is one of a list of tables."""
    place: KeyPath = ()
    while values:
        key = next(iter(values))
        place, values = (*place, key), values[key]
        if isinstance(values, list):
            counts[place] = counts.get(place, 0) + 1
            values = values[0]
        if place in counts:
            place = (*place, counts[place] - 1)
    return place


def _places(value: Any) -> Iterator[KeyPath]:
    """Yield the place of each key and item inside a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (key,)
        yield from ((key, *place) for place in _places(inner))
