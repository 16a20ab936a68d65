"""The numbers of many stages in one flat vector, and back."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from flowviz.errors import FileError

Shapes = dict[str, tuple[int, ...]]


def shapes_of(arrays: Mapping[str, NDArray[Any]]) -> Shapes:
    """The shape of each number by its name, `stage/number`."""
    return {name: array.shape for name, array in arrays.items()}


def flatten(arrays: Mapping[str, NDArray[Any]], shapes: Shapes) -> NDArray[np.float64]:
    """The numbers one after the other, in the order of `shapes`. Raises `FileError` where they do not fit."""
    if shapes_of(arrays) != shapes:
        odd = sorted(set(shapes_of(arrays).items()) ^ set(shapes.items()))
        raise FileError(f"The weights do not fit the flow: {odd[0][0]} is missing, is not known or has another shape.")
    return np.concatenate([np.zeros(0), *(np.ravel(arrays[name]) for name in shapes)])


def unflatten(flat: Any, shapes: Shapes) -> dict[str, Any]:
    """The opposite of `flatten`: of an array, copies; of a tensor, tensors."""
    if not shapes:
        return {}
    sizes = [int(np.prod(shape)) for shape in shapes.values()]
    if isinstance(flat, np.ndarray):
        pieces: Any = np.split(flat, np.cumsum(sizes)[:-1])
        return {name: piece.reshape(shape).copy() for (name, shape), piece in zip(shapes.items(), pieces, strict=True)}
    pieces = tf.split(flat, sizes)  # one op, whose gradient is one concat; slices would each be padded and added
    return {name: tf.reshape(piece, shape) for (name, shape), piece in zip(shapes.items(), pieces, strict=True)}


def size_of(shapes: Shapes) -> int:
    """How many numbers there are in all."""
    return sum(int(np.prod(shape)) for shape in shapes.values())


def of_stage(numbers: Mapping[str, Any], stage: str) -> dict[str, Any]:
    """What belongs to a stage, by names without it."""
    prefix = f"{stage}/"
    return {name.removeprefix(prefix): number for name, number in numbers.items() if name.startswith(prefix)}
