"""The content of files that a spec holds: bytes there, arrays in a project file, where JSON has only their number."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

KEY = "content"  # {"content": 2} in the JSON stands for the array of that number


def taken_out(values: Any, contents: dict[str, NDArray[Any] | None]) -> Any:
    """The values of a spec with a number in place of all bytes, which are added to `contents`."""
    match values:
        case bytes():
            number = len(contents)
            contents[str(number)] = np.frombuffer(values, np.uint8)
            return {KEY: number}
        case dict():
            return {name: taken_out(value, contents) for name, value in values.items()}
        case list() | tuple():
            return [taken_out(value, contents) for value in values]
    return values


def put_back(values: Any, contents: Mapping[str, NDArray[Any]]) -> Any:
    """The opposite of `taken_out`. Raises `KeyError` or `ValueError` where an array is missing, or is not of bytes."""
    match values:
        case {"content": int() as number, **rest} if not rest:
            content = contents[str(number)]
            if content.dtype != np.uint8:
                raise ValueError(f"the content of a file is bytes, not {content.dtype}")
            return content.tobytes()
        case dict():
            return {name: put_back(value, contents) for name, value in values.items()}
        case list():
            return [put_back(value, contents) for value in values]
    return values
