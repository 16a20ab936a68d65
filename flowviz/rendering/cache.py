"""A thread-safe cache of values that are derived from records."""

import weakref
from collections.abc import Callable, Hashable, Sequence
from functools import wraps
from threading import Lock
from typing import Any, NamedTuple, ParamSpec, TypeVar

from flowviz.records import Density, Selection, TargetPicture, Trace

P = ParamSpec("P")
T = TypeVar("T")
Record = Trace | Density | Selection | TargetPicture


def cached(maxsize: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Cache the results of a function, as `functools.lru_cache` does, for as long as its records live.

    Records are compared by identity, not by their arrays, and all arguments are positional. Results are shared between
    callers, who must not modify them. The function runs unlocked: two threads that ask for the same new result at once
    both compute it.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        entries = _Entries(maxsize)

        @wraps(function)
        def call(*arguments: P.args, **options: P.kwargs) -> T:
            records = [argument for argument in arguments if isinstance(argument, Record)]
            key = tuple(id(argument) if isinstance(argument, Record) else argument for argument in arguments)
            entry = entries.find(key, records)
            if entry is None:
                entry = entries.add(key, records, function(*arguments, **options))
            value: T = entry.value
            return value

        return call

    return decorate


class _Entry(NamedTuple):
    records: tuple[weakref.ref[Any], ...]
    value: Any


class _Entries:
    """The entries of one function, the least recently used first."""

    def __init__(self, maxsize: int) -> None:
        self._maxsize = maxsize
        self._entries: dict[Hashable, _Entry] = {}
        self._lock = Lock()

    def find(self, key: Hashable, records: Sequence[Any]) -> _Entry | None:
        """Return the entry of a key, unless a record of it has died and another one has its id."""
        with self._lock:
            entry = self._entries.pop(key, None)
            if entry is None or any(ref() is not record for ref, record in zip(entry.records, records, strict=True)):
                return None
            self._entries[key] = entry
            return entry

    def add(self, key: Hashable, records: Sequence[Any], value: Any) -> _Entry:
        """Add an entry, and drop the least recently used ones above the maximum."""

        def forget(_: weakref.ref[Any]) -> None:
            # Runs in any thread at any time, even in one that holds the lock: so it is a single atomic operation.
            self._entries.pop(key, None)

        entry = _Entry(tuple(weakref.ref(record, forget) for record in records), value)
        with self._lock:
            self._entries[key] = entry
            for oldest in list(self._entries)[: -self._maxsize]:
                self._entries.pop(oldest, None)
        return entry
