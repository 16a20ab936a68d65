"""Whether conditions on an observation can hold together, and whether some of them imply another one.

Comparisons split the values of an observation into few pieces, within which all of them give the same answer. So it is
enough to try one value of each piece.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import ceil, floor, isfinite
from typing import Any

from flowviz.lessons.lesson import Condition
from flowviz.lessons.observations import Observation

OTHER_TEXT = "\0"  # stands for all texts that no condition names


def can_hold(observation: Observation, conditions: Sequence[Condition], start: Mapping[str, Any]) -> bool:
    """Return whether a value of an observation meets all conditions on it.

    Args:
        observation: The observation, whose range and choices may be narrower than usual.
        conditions: The conditions.
        start: The observations when the step begins, by name, as far as they are known.
    """
    return any(_all_hold(conditions, value, start) for value in _candidates(observation, conditions))


def implies(observation: Observation, known: Sequence[Condition], condition: Condition) -> bool:
    """Return whether every value of an observation that meets the known conditions on it also meets another one."""
    if condition.comparison == "changed" or not known:
        return False
    values = [value for value in _candidates(observation, [*known, condition]) if _all_hold(known, value, {})]
    return bool(values) and all(_all_hold([condition], value, {}) for value in values)


def _all_hold(conditions: Sequence[Condition], value: Any, start: Mapping[str, Any]) -> bool:
    return all(each.holds({each.observe: value}, start) for each in conditions)


def _candidates(observation: Observation, conditions: Sequence[Condition]) -> Iterator[Any]:
    """Yield a value of each of the pieces into which conditions split the values of an observation."""
    values: list[Any] = [each.value for each in conditions if each.comparison != "changed"]
    match observation.kind:
        case "flag":
            yield from (True, False)
        case "text":
            yield from observation.choices or (*values, OTHER_TEXT)
        case "list":
            yield from _lists(observation, conditions)
        case "number":
            yield from _numbers(observation, values)


def _numbers(observation: Observation, values: Sequence[float]) -> Iterator[float]:
    """Yield numbers at, between and beyond the given ones, if they are in the range of the observation."""
    ends = [end for end in (observation.minimum, observation.maximum) if isfinite(end)]
    places = sorted({*map(float, filter(isfinite, values)), *ends}) or [0.0]
    between = [(low + high) / 2 for low, high in pairwise(places)]
    around = [place + shift for place in places for shift in (-1.0, 1.0)]
    found = [*places, *between, *around, places[0] - 1 - abs(places[0]), places[-1] + 1 + abs(places[-1])]
    if observation.is_whole:
        found = [float(number) for place in filter(isfinite, found) for number in (floor(place), ceil(place))]
    yield from (number for number in found if observation.minimum <= number <= observation.maximum)


def _lists(observation: Observation, conditions: Sequence[Condition]) -> Iterator[frozenset[Any]]:
    """Yield the lists that conditions name, and supersets of all items that have to be included."""
    named = [frozenset(_items(each.value)) for each in conditions if each.comparison in {"is", "is_not"}]
    included = frozenset(item for each in conditions if each.comparison == "includes" for item in _items(each.value))
    together = frozenset(observation.together)
    included |= together if included & together else frozenset()
    others = sorted(set(observation.choices) - included) or _unnamed(named, included)
    supersets = [included | {*others[:count]} for count in range(len(others) + 1)]
    possible = [*named, *supersets, *(included | {other} for other in others)]
    yield from (
        items
        for items in possible
        if items & together in (together, frozenset()) and (not observation.choices or items <= {*observation.choices})
    )


def _unnamed(named: Sequence[frozenset[Any]], included: frozenset[Any]) -> list[int]:
    """Return numbers that no condition names, one more than there are lists."""
    known = [item for items in (*named, included) for item in items if isinstance(item, int)]
    return [max(known, default=0) + 1 + number for number in range(len(named) + 1)]


def _items(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
