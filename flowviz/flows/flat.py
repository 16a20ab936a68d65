"""The numbers of all stages, by name and as one flat tensor; `records.weights` does the same for arrays of files."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from flowviz.records.weights import Shapes


def named(stages: Iterable[Any], numbers_of: Callable[[Any], Mapping[str, Any]]) -> dict[str, Any]:
    """Return the numbers of stages as arrays by name, `stage/number`; once where several stages share them."""
    owners = dict[str, Any]()
    for stage in stages:
        owners.setdefault(stage.numbers_name, stage)
    return {
        f"{name}/{key}": np.asarray(each) for name, owner in owners.items() for key, each in numbers_of(owner).items()
    }


def unflatten(flat: tf.Tensor, shapes: Shapes) -> dict[str, tf.Tensor]:
    """Split a flat tensor into named tensors, in the order of `shapes`."""
    if not shapes:
        return {}
    # One op, whose gradient is one concat; slices would each be padded and added.
    pieces = tf.split(flat, [int(np.prod(shape)) for shape in shapes.values()])
    return {name: tf.reshape(piece, shape) for (name, shape), piece in zip(shapes.items(), pieces, strict=True)}


def size_of(shapes: Shapes) -> int:
    """Return the length of the flat vector."""
    return sum(int(np.prod(shape)) for shape in shapes.values())


def of_stage(numbers: Mapping[str, Any], stage: str) -> dict[str, Any]:
    """Return the numbers of one stage, by names without the prefix of the stage."""
    prefix = f"{stage}/"
    return {name.removeprefix(prefix): number for name, number in numbers.items() if name.startswith(prefix)}
