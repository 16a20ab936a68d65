"""The content of files that a spec holds: bytes there, arrays in a project file, where JSON has only their number."""

from collections.abc import Mapping
from typing import Any

KEY = "content"  # {"content": 2} in the JSON stands for the array of that number


def taken_out(values: Any, contents: list[bytes]) -> Any:
    """The values of specs as JSON has them, with a number in place of all bytes, which are added to `contents` once."""
    match values:
        case bytes():
            if values not in contents:
                contents.append(values)
            return {KEY: contents.index(values)}
        case dict():
            return {name: taken_out(value, contents) for name, value in values.items()}
        case list() | tuple():
            return [taken_out(value, contents) for value in values]
        case frozenset():
            return sorted(values)
    return values


def put_back(values: Any, contents: Mapping[int, bytes]) -> Any:
    """The opposite of `taken_out`. Raises `KeyError` where a content is missing."""
    match values:
        case {"content": int() as number, **rest} if not rest:
            return contents[number]
        case dict():
            return {name: put_back(value, contents) for name, value in values.items()}
        case list():
            return [put_back(value, contents) for value in values]
    return values
