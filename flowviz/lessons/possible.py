"""Check whether conditions on the same observation can hold at the same time.

The values in the conditions divide the range of the observation into a few intervals. Within an interval, every
condition gives the same answer, so trying one value of each interval is enough.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from math import ceil, floor, isfinite
from typing import Any

from flowviz.lessons.lesson import Condition
from flowviz.lessons.observations import Observation

OTHER = "\0"  # a text that no condition names


def can_hold(observation: Observation, conditions: Sequence[Condition], start: Mapping[str, Any]) -> bool:
    """Return whether a value of an observation meets all conditions on it.

    Args:
        observation: The observation, whose range and choices may be narrower than usual.
        conditions: The conditions.
        start: The observations when the step begins, by name, as far as they are known.
    """
    compared = [each for each in conditions if each.comparison != "changed"]
    values = _values(observation, compared)
    return any(all(each.holds({each.observe: value}, start) for each in conditions) for value in values)


def _values(observation: Observation, conditions: Sequence[Condition]) -> Collection[Any]:
    """Return one value for each set of values that the conditions cannot tell apart."""
    match observation.kind:
        case "flag":
            return True, False
        case "text":
            return observation.choices or [OTHER, *(each.value for each in conditions)]
        case "list":
            return _lists(observation, conditions)
        case "number":
            return _numbers(observation, [each.value for each in conditions])


def _numbers(observation: Observation, values: Sequence[Any]) -> list[float]:
    """Return numbers at, between and beyond the given ones that are in the range of the observation."""
    known = filter(isfinite, (*values, observation.minimum, observation.maximum))
    places = sorted({0.0, *map(float, known)})
    around = [places[0] - 2, *places, places[-1] + 2]
    found = [*places, *((low + high) / 2 for low, high in pairwise(around))]
    if observation.is_whole:
        found = [*map(floor, found), *map(ceil, found)]
    return [number for number in found if observation.minimum <= number <= observation.maximum]


def _lists(observation: Observation, conditions: Sequence[Condition]) -> list[frozenset[Any]]:
    """Return the lists that conditions name, and lists with more and more items beside those to be included."""
    named = [frozenset(each.items) for each in conditions]
    included = frozenset(item for each in conditions if each.comparison == "includes" for item in each.items)
    others = sorted({*observation.choices} - included) or [OTHER]
    larger = [included.union(others[:count]) for count in range(len(others) + 1)]
    return [items for items in (*named, *map(observation.completed, larger)) if items == observation.completed(items)]
