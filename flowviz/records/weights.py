"""Weights of a flow, independent of TensorFlow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from flowviz.records.bounds import Count
from flowviz.records.equality import EqualByContent

Shapes = dict[str, tuple[Count, ...]]


@dataclass(frozen=True, eq=False)
class Weights(EqualByContent):
    """The weights of a flow, keyed by "stage/number".

    Attributes:
        parameters: Trainable parameters, which gradient descent updates.
        statistics: Running averages, which training measures.
    """

    parameters: Mapping[str, NDArray[Any]]
    statistics: Mapping[str, NDArray[Any]]


def shapes_of(arrays: Mapping[str, NDArray[Any]]) -> Shapes:
    """Return the shapes of arrays by name."""
    return {name: array.shape for name, array in arrays.items()}
