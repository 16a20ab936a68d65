"""The history of a training in a project file."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowviz.projects.arrays import checked
from flowviz.projects.metadata import Metadata
from flowviz.records import History


def history_of(found: Metadata, arrays: Mapping[str, NDArray[Any]]) -> History:
    """Return the history from its metadata and its arrays. Raises `ValueError` or `KeyError` if they do not fit."""
    columns = {name: checked(arrays[f"history/{name}"], np.float64) for name in ("step", "seconds")}
    shape = columns["step"].shape
    if columns["seconds"].shape != shape or len(shape) != 1:
        raise ValueError("the columns of the history differ in length")
    if found.kept_step is not None and found.kept_step not in columns["step"]:
        raise ValueError(f"the history has no step {found.kept_step}")
    nlls = {name: arrays[f"history/{name}"] for name in ("train_nll", "validation_nll")}
    others = {name: arrays.get(f"history/{name}", np.full(shape, np.nan)) for name in ("entropy", "loss", "on_target")}
    partial = {name: _partial(name, column, shape) for name, column in (nlls | others).items()}
    if any(one.step >= other.step for one, other in pairwise(found.adjustments)):
        raise ValueError("the steps of the changes of settings are not increasing")
    return History(
        **columns,
        **partial,
        changes=found.changes,
        adjustments=found.adjustments,
        recoveries=found.recoveries,
        kept_step=found.kept_step,
    )


def _partial(name: str, column: NDArray[Any], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return a column of the history that is NaN where it is unknown. Raises `ValueError` if it does not fit."""
    if column.shape != shape or column.dtype != np.float64 or np.isinf(column).any():
        raise ValueError(f"{name} {column.dtype} {column.shape} does not fit a history of shape {shape}")
    return column
