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
    names = ("step", "seconds", "train_nll", "validation_nll")
    columns = {name: checked(arrays[f"history/{name}"], np.float64) for name in names}
    if len({column.shape for column in columns.values()}) != 1 or columns["step"].ndim != 1:
        raise ValueError("the columns of the history differ in length")
    if found.kept_step is not None and found.kept_step not in columns["step"]:
        raise ValueError(f"the history has no step {found.kept_step}")
    partial = {name: _partial(arrays, name, columns["step"].shape) for name in ("entropy", "loss", "on_target")}
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


def _partial(arrays: Mapping[str, NDArray[Any]], name: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return a column of the history that is NaN where it is unknown."""
    column = arrays.get(f"history/{name}", np.full(shape, np.nan))
    if column.shape != shape or column.dtype != np.float64 or np.isinf(column).any():
        raise ValueError(f"{name} {column.dtype} {column.shape} does not fit a history of shape {shape}")
    return column
