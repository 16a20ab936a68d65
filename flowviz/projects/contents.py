"""File contents in specs: bytes in memory, and arrays in a project file, whose JSON refers to them by number."""

from collections.abc import Mapping
from typing import Any

KEY = "content"  # {"content": 2} in the JSON stands for the array of that number


def taken_out(values: Any, contents: list[bytes]) -> Any:
    """Return values of specs as JSON values, with numbers in place of bytes.

    Args:
        values: The dumped values of specs.
        contents: A list to which the bytes are appended, each distinct content once.
    """
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
    """Return the values of specs from their JSON, with bytes in place of numbers: the inverse of `taken_out`.

    Raises:
        KeyError: If there is no content of a given number.
    """
    match values:
        case {"content": int() as number, **rest} if not rest:
            return contents[number]
        case dict():
            return {name: put_back(value, contents) for name, value in values.items()}
        case list():
            return [put_back(value, contents) for value in values]
    return values
