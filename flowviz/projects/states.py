"""States of a flow: all its numbers at a moment, as a row. Those that are the same bit for bit are stored once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Weights

ARRAY_BYTES = 256  # of memory, for each array of a state besides its numbers

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Layout:
    """The names and shapes of a flow's numbers, in the order in which they follow each other in a row."""

    parameters: Shapes
    statistics: Shapes

    @classmethod
    def of(cls, weights: Weights) -> "Layout":
        """How these weights are laid out."""
        return cls(_shapes(weights.parameters), _shapes(weights.statistics))

    @property
    def arrays(self) -> int:
        """How many arrays a state has."""
        return len(self.parameters) + len(self.statistics)

    def same(self, one: Weights, other: Weights) -> bool:
        """Whether they are the same bit for bit."""
        rows = zip(self.rows(one), self.rows(other), strict=True)
        return one is other or all(a.tobytes() == b.tobytes() for a, b in rows)

    def rows(self, weights: Weights) -> tuple[NDArray[Any], NDArray[Any]]:
        """The parameters (P,) and statistics (S,) one after the other."""
        return _flat(weights.parameters, self.parameters), _flat(weights.statistics, self.statistics)

    def weights(self, parameters: NDArray[Any], statistics: NDArray[Any]) -> Weights:
        """The opposite of `rows`: views of them. Raises `ValueError` where they do not fit."""
        return Weights(_named(parameters, self.parameters), _named(statistics, self.statistics))


@dataclass(frozen=True)
class States:
    """Rows that are stored, to which more can be added."""

    layout: Layout
    parameters: list[NDArray[Any]] = field(default_factory=list)
    statistics: list[NDArray[Any]] = field(default_factory=list)
    numbers: dict[bytes, int] = field(default_factory=dict)

    def number(self, weights: Weights) -> int:
        """The number of the row that these weights have, a new one where there is none."""
        parameters, statistics = self.layout.rows(weights)
        content = parameters.tobytes() + statistics.tobytes()
        if content not in self.numbers:
            self.numbers[content] = len(self.parameters)
            self.parameters.append(parameters)
            self.statistics.append(statistics)
        return self.numbers[content]

    def arrays(self) -> dict[str, NDArray[Any] | None]:
        """All rows: parameters (states, P), statistics (states, S)."""
        if not self.parameters:
            return {}
        return {"parameters": np.stack(self.parameters), "statistics": np.stack(self.statistics)}


def weights_of(layout: Layout, parameters: NDArray[Any], statistics: NDArray[Any], most_bytes: int) -> list[Weights]:
    """The weights of each row. Raises `ValueError` where they do not fit, or would take more than `most_bytes`."""
    if len(parameters) * layout.arrays * ARRAY_BYTES > most_bytes:
        raise ValueError(f"{len(parameters)} states of {layout.arrays} arrays are too many")
    return [layout.weights(*rows) for rows in zip(parameters, statistics, strict=True)]


def size_of(arrays: Mapping[str, NDArray[Any]]) -> int:
    """How many numbers they hold in all."""
    return sum(array.size for array in arrays.values())


def memory_of(weights: Weights) -> int:
    """The bytes that such a state takes when it is opened."""
    arrays = (*weights.parameters.values(), *weights.statistics.values())
    return sum(array.nbytes + ARRAY_BYTES for array in arrays)


def _shapes(arrays: Mapping[str, NDArray[Any]]) -> Shapes:
    return {name: array.shape for name, array in arrays.items()}


def _flat(arrays: Mapping[str, NDArray[Any]], shapes: Shapes) -> NDArray[Any]:
    if _shapes(arrays) != shapes:
        raise ValueError("the weights are of another flow")
    return np.concatenate([np.zeros(0, np.float32), *(np.ravel(arrays[name]) for name in shapes)])


def _named(row: NDArray[Any], shapes: Shapes) -> dict[str, NDArray[Any]]:
    ends = list(accumulate(map(prod, shapes.values()), initial=0))
    if ends[-1] != len(row):
        raise ValueError(f"{len(row)} numbers do not fill arrays of {ends[-1]}")
    return {
        name: row[slice(*ends_of)].reshape(shapes[name]) for name, ends_of in zip(shapes, pairwise(ends), strict=True)
    }
