"""States of a flow: all of its parameters and statistics at a moment, as one row. Equal states are stored once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Weights
from flowviz.records.weights import Shapes, flatten, shapes_of, unflatten

ARRAY_BYTES = 256  # overhead in memory of each array of a state


@dataclass(frozen=True)
class Layout:
    """Names and shapes of the arrays of a flow, in the order in which they are concatenated to a row."""

    parameters: Shapes
    statistics: Shapes

    @classmethod
    def of(cls, weights: Weights) -> "Layout":
        """Return the layout of weights."""
        return cls(shapes_of(weights.parameters), shapes_of(weights.statistics))

    @property
    def arrays(self) -> int:
        """Return the number of arrays of a state."""
        return len(self.parameters) + len(self.statistics)

    def same(self, one: Weights, other: Weights) -> bool:
        """Return whether two sets of weights are equal bit for bit.

        Raises:
            FileError: If any of them has a different layout.
        """
        rows = zip(self.rows(one), self.rows(other), strict=True)
        return one is other or all(a.tobytes() == b.tobytes() for a, b in rows)

    def rows(self, weights: Weights) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the concatenated parameters (P,) and statistics (S,).

        Raises:
            FileError: If the weights have a different layout.
        """
        return flatten(weights.parameters, self.parameters), flatten(weights.statistics, self.statistics)

    def weights(self, parameters: NDArray[Any], statistics: NDArray[Any]) -> Weights:
        """Return the weights in rows of parameters (P,) and statistics (S,), as views: the inverse of `rows`.

        Raises:
            ValueError: If the length of a row does not fit the layout.
        """
        return Weights(unflatten(parameters, self.parameters), unflatten(statistics, self.statistics))


@dataclass(frozen=True)
class States:
    """The distinct states of a project, collected for saving.

    Attributes:
        layout: Layout of all states.
        parameters: Parameters of each state, (P,).
        statistics: Statistics of each state, (S,).
        numbers: Number of each state by its content.
    """

    layout: Layout
    parameters: list[NDArray[Any]] = field(default_factory=list)
    statistics: list[NDArray[Any]] = field(default_factory=list)
    numbers: dict[bytes, int] = field(default_factory=dict)

    def number(self, weights: Weights) -> int:
        """Return the number of the state with these weights, which is added if it is new."""
        parameters, statistics = self.layout.rows(weights)
        content = parameters.tobytes() + statistics.tobytes()
        if content not in self.numbers:
            self.numbers[content] = len(self.parameters)
            self.parameters.append(parameters)
            self.statistics.append(statistics)
        return self.numbers[content]

    def arrays(self) -> dict[str, NDArray[Any] | None]:
        """Return the stacked parameters (states, P) and statistics (states, S); nothing if there is no state."""
        if not self.parameters:
            return {}
        return {"parameters": np.stack(self.parameters), "statistics": np.stack(self.statistics)}


def weights_of(layout: Layout, parameters: NDArray[Any], statistics: NDArray[Any], max_bytes: int) -> list[Weights]:
    """Return the weights of stored states.

    Args:
        layout: Layout of all states.
        parameters: Parameters of the states (states, P).
        statistics: Statistics of the states (states, S).
        max_bytes: Limit on the overhead of the arrays in memory.

    Raises:
        ValueError: If the rows do not fit the layout, or if the limit is exceeded.
    """
    if len(parameters) * layout.arrays * ARRAY_BYTES > max_bytes:
        raise ValueError(f"{len(parameters)} states of {layout.arrays} arrays are too many")
    return [layout.weights(*rows) for rows in zip(parameters, statistics, strict=True)]


def size_of(arrays: Mapping[str, NDArray[Any]]) -> int:
    """Return the total number of elements of arrays."""
    return sum(array.size for array in arrays.values())


def memory_of(weights: Weights) -> int:
    """Return how many bytes of memory a state with such weights takes when it is loaded."""
    arrays = (*weights.parameters.values(), *weights.statistics.values())
    return sum(array.nbytes + ARRAY_BYTES for array in arrays)
