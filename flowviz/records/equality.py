"""Equality of records that contain arrays."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np


class EqualByContent:
    """Base class of dataclasses that are equal if all of their fields are equal. It supports arrays and NaNs.

    The `__eq__` that `dataclass` generates fails for arrays, so subclasses are declared with `eq=False`.
    """

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if type(other) is not type(self):
            return NotImplemented
        names = [each.name for each in fields(self) if each.compare]  # type: ignore[arg-type]  # a dataclass
        return all(_are_equal(getattr(self, name), getattr(other, name)) for name in names)


def _are_equal(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(other, np.ndarray):
        return False
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_are_equal(value, other[name]) for name, value in one.items())
    is_nan = isinstance(one, float) and isinstance(other, float) and one != one and other != other
    return is_nan or bool(one == other)
