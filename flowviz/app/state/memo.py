"""A memory for results that are needed again and again."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

Result = TypeVar("Result")


class Memo:
    """Keeps the latest results of functions of objects, which only the same objects get again. Not thread-safe."""

    def __init__(self, size: int) -> None:
        """Keep the results of a number of calls."""
        self._kept = deque[tuple[Callable[..., Any], Sequence[object], Any]](maxlen=size)

    def result(self, compute: Callable[..., Result], *of: object) -> Result:
        """Return the result of a function of some objects, and keep it."""
        for function, objects, known in self._kept:
            if function == compute and are_same(objects, of):
                return cast("Result", known)
        result = compute(*of)
        self._kept.append((compute, of, result))
        return result


def are_same(objects: Sequence[object], others: Sequence[object]) -> bool:
    """Return whether both sequences hold the very same objects."""
    return len(objects) == len(others) and all(one is other for one, other in zip(objects, others, strict=True))
