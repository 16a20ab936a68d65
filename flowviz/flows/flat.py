"""Conversion between the numbers of all stages by name and one flat vector."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from flowviz.errors import FileError
from flowviz.records.weights import Shapes, shapes_of


def named(stages: Iterable[Any], numbers_of: Callable[[Any], Mapping[str, Any]]) -> dict[str, Any]:
    """Return the numbers of stages by name, `stage/number`. Those that several stages share are there once."""
    owners = dict[str, Any]()
    for stage in stages:
        owners.setdefault(stage.numbers_name, stage)
    return {f"{name}/{key}": each for name, owner in owners.items() for key, each in numbers_of(owner).items()}


def flatten(arrays: Mapping[str, NDArray[Any]], shapes: Shapes) -> NDArray[np.float64]:
    """Return arrays as one vector, concatenated in the order of `shapes`.

    Raises:
        FileError: If the names or shapes of the arrays differ from `shapes`.
    """
    if shapes_of(arrays) != shapes:
        odd = sorted(set(shapes_of(arrays).items()) ^ set(shapes.items()))
        raise FileError(
            f"The weights do not match the flow: {odd[0][0]} is missing, unexpected or has the wrong shape."
        )
    return np.concatenate([np.zeros(0), *(np.ravel(arrays[name]) for name in shapes)])


def unflatten(flat: Any, shapes: Shapes) -> dict[str, Any]:
    """Split a vector into its parts by name: the inverse of `flatten`.

    Args:
        flat: An array or a tensor, in the order of `shapes`.
        shapes: Shape of each part by name.

    Returns:
        Copies of the parts of an array, or tensors for a tensor.
    """
    if not shapes:
        return {}
    sizes = [int(np.prod(shape)) for shape in shapes.values()]
    if isinstance(flat, np.ndarray):
        pieces: Any = np.split(flat, np.cumsum(sizes)[:-1])
        return {name: piece.reshape(shape).copy() for (name, shape), piece in zip(shapes.items(), pieces, strict=True)}
    pieces = tf.split(flat, sizes)  # one op, whose gradient is one concat; slices would each be padded and added
    return {name: tf.reshape(piece, shape) for (name, shape), piece in zip(shapes.items(), pieces, strict=True)}


def size_of(shapes: Shapes) -> int:
    """Return the length of the flat vector."""
    return sum(int(np.prod(shape)) for shape in shapes.values())


def of_stage(numbers: Mapping[str, Any], stage: str) -> dict[str, Any]:
    """Return the numbers of one stage, by names without the prefix of the stage."""
    prefix = f"{stage}/"
    return {name.removeprefix(prefix): number for name, number in numbers.items() if name.startswith(prefix)}
