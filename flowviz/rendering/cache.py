"""A thread-safe cache of values that are derived from records."""

import weakref
from collections.abc import Callable, Hashable, Sequence
from functools import wraps
from threading import Lock
from typing import Any, NamedTuple, ParamSpec, TypeVar

from flowviz.records import Density, Difference, Selection, TargetPicture, Trace

P = ParamSpec("P")
T = TypeVar("T")
Record = Trace | Density | Difference | Selection | TargetPicture


def cached(maxsize: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Cache the results of a function like `functools.lru_cache`, but only while the records passed to it are alive.

    Records are compared by identity, not by value, and all arguments must be positional. Results are shared between
    callers, who must not modify them. The function runs without a lock: two threads that request the same missing
    result at the same time both compute it.

    Args:
        maxsize: The maximum number of cached results.
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
    """The cached results of one function, least recently used first."""

    def __init__(self, maxsize: int) -> None:
        self._maxsize = maxsize
        self._entries: dict[Hashable, _Entry] = {}
        self._lock = Lock()

    def find(self, key: Hashable, records: Sequence[Any]) -> _Entry | None:
        """Return the entry of a key, or None if it is missing or a new record has reused the id of a dead one."""
        with self._lock:
            entry = self._entries.pop(key, None)
            if entry is None or any(ref() is not record for ref, record in zip(entry.records, records, strict=True)):
                return None
            self._entries[key] = entry
            return entry

    def add(self, key: Hashable, records: Sequence[Any], value: Any) -> _Entry:
        """Add an entry and drop the least recently used entries beyond the maximum size."""

        def forget(_: weakref.ref[Any]) -> None:
            # The garbage collector calls this at any time, even in a thread that holds the lock. Do not acquire the
            # lock here; a single atomic operation needs none.
            self._entries.pop(key, None)

        entry = _Entry(tuple(weakref.ref(record, forget) for record in records), value)
        with self._lock:
            self._entries[key] = entry
            for oldest in list(self._entries)[: -self._maxsize]:
                self._entries.pop(oldest, None)
        return entry
