"""The cache of what is computed from records."""

import time
from concurrent.futures import ThreadPoolExecutor

from flowviz.records import Selection
from flowviz.rendering.cache import cached


def test_cached_value_is_dropped_with_its_record() -> None:
    made = []

    @cached(maxsize=2)
    def function(selection: Selection | None, number: int) -> int:
        made.append(number)
        return number

    one, other = Selection.none(3), Selection.none(3)
    assert [function(one, 1), function(one, 1), function(other, 2), function(one, 1), function(None, 3)] == [
        1,
        1,
        2,
        1,
        3,
    ]
    assert made == [1, 2, 3]
    assert function(other, 2) == 2, "the oldest was dropped"
    assert made == [1, 2, 3, 2]
    del one, other
    assert function(Selection.none(3), 4) == 4


class SlowKey:
    """A key that lets another thread run while it is hashed and compared, as a ViewSpec may."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __hash__(self) -> int:
        time.sleep(0)
        return hash(self.number)

    def __eq__(self, other: object) -> bool:
        time.sleep(0)
        return isinstance(other, SlowKey) and self.number == other.number


def test_cache_is_shared_safely_between_threads() -> None:
    @cached(maxsize=2)
    def number_of(key: SlowKey) -> int:
        return key.number

    def ask(_: int) -> list[int]:
        return [number_of(SlowKey(number % 5)) for number in range(200)]

    with ThreadPoolExecutor(8) as pool:
        for answers in pool.map(ask, range(8)):
            assert answers == [number % 5 for number in range(200)]
