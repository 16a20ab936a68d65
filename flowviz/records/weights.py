"""Weights of a flow, independent of TensorFlow."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import FileError
from flowviz.records.bounds import Count
from flowviz.records.equality import EqualByContent

Shapes = dict[str, tuple[Count, ...]]
OF_GIVEN = "kernel_given"  # the kernel (width, k) by which the first layer of a network takes a condition
FIRST_BIAS = "bias_0"


@dataclass(frozen=True, eq=False)
class Weights(EqualByContent):
    """The weights of a flow, keyed by "stage/number".

    Attributes:
        parameters: Trainable parameters, which gradient descent updates.
        statistics: Running averages, which training measures.
    """

    parameters: Mapping[str, NDArray[Any]]
    statistics: Mapping[str, NDArray[Any]]


def weights_given(weights: Weights, inputs: NDArray[np.float32]) -> Weights:
    """Return the weights of a flow without a condition that does what one does at a value of its condition.

    The value only shifts the biases of the first layers.

    Args:
        weights: The weights of the flow with the condition.
        inputs: The inputs (k,) that tell its networks the value.
    """
    parameters = dict(weights.parameters)
    for path in weights.parameters:
        stage, _, name = path.rpartition("/")
        if name == OF_GIVEN:
            shift = parameters.pop(path) @ inputs[:, np.newaxis]
            parameters[f"{stage}/{FIRST_BIAS}"] = parameters[f"{stage}/{FIRST_BIAS}"] + shift
    return Weights(parameters, weights.statistics)


def shapes_of(arrays: Mapping[str, NDArray[Any]]) -> Shapes:
    """Return the shapes of arrays by name."""
    return {name: array.shape for name, array in arrays.items()}


def flatten(arrays: Mapping[str, NDArray[Any]], shapes: Shapes) -> NDArray[Any]:
    """Return arrays as one vector, concatenated in the order of `shapes`.

    Args:
        arrays: The arrays by name.
        shapes: The expected shape of each array.

    Raises:
        FileError: If the names or shapes of the arrays differ from `shapes`.
    """
    if shapes_of(arrays) != shapes:
        odd = sorted(set(shapes_of(arrays).items()) ^ set(shapes.items()))
        raise FileError(
            f"The weights do not match the flow: {odd[0][0]} is missing, is unexpected or has the wrong shape."
        )
    return np.concatenate([np.zeros(0, np.float32), *(np.ravel(arrays[name]) for name in shapes)])


def unflatten(vector: NDArray[Any], shapes: Shapes) -> dict[str, NDArray[Any]]:
    """Return named arrays as views of a vector; this is the inverse of `flatten`.

    Args:
        vector: The concatenated arrays (n,).
        shapes: The shape of each array by name.

    Raises:
        ValueError: If the length of the vector does not fit the shapes.
    """
    *pieces, rest = np.split(vector, list(accumulate(map(prod, shapes.values()))))
    if rest.size:
        raise ValueError(f"{vector.size} numbers do not match arrays of {vector.size - rest.size}")
    return {name: piece.reshape(shape) for (name, shape), piece in zip(shapes.items(), pieces, strict=True)}
