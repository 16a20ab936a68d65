"""Traces as columns: x, y and log-determinant of the particles at each stage, with identical columns stored once.

A coupling leaves one coordinate unchanged, a permutation swaps both, and the log-determinant of the base is 0, so about
half of the columns are repeated.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowviz.projects.arrays import flags_of
from flowviz.records import Base, Trace

# Maximum ratio of a trace's columns to stored columns. It bounds the memory that opening a file of a given size takes.
SHARING = 2

Columns = NDArray[np.float32]  # (stored, n)
Index = NDArray[np.uint16]  # (stages, 3): the numbers of the stored columns that are x, y and log-det of each stage


def columns_of(trace: Trace) -> tuple[Columns, Index]:
    """Return the distinct columns of a trace, and their numbers for each stage.

    Columns that are equal bit for bit are stored once, or more often where `SHARING` requires it.
    """
    numbers: dict[bytes, int] = {}
    stored: list[NDArray[np.float32]] = []
    index: list[int] = []
    for positions, log_det in zip(trace.positions, trace.log_det, strict=True):
        for column in (*positions.T, log_det):
            exact = np.ascontiguousarray(column, np.float32)
            number = numbers.get(content := exact.tobytes())
            if number is None or len(index) >= SHARING * len(stored):
                number = numbers[content] = len(stored)
                stored.append(exact)
            index.append(number)
    return np.stack(stored), np.array(index, np.uint16).reshape(-1, 3)


def trace_of(
    names: tuple[str, ...],
    columns: Columns,
    index: Index,
    round_trip_error: NDArray[np.float32] | None,
    folded: NDArray[Any] | None,
    base: Base,
) -> Trace:
    """Return the trace that `columns_of` has split into columns.

    Args:
        names: Names of the stages.
        columns: The stored columns (stored, n).
        index: The numbers of the columns of each stage (stages, 3).
        round_trip_error: The round-trip error of each stage (stages,), if it was measured.
        folded: The particles at which a stage folds the plane over, as bits, if there are any; see `np.packbits`.
        base: The base distribution.

    Raises:
        ValueError: If the arrays do not fit each other.
    """
    stages = len(names)
    stored, particles = columns.shape
    if index.shape != (stages, 3) or index.max() >= stored or index.size > SHARING * stored or particles < 1:
        raise ValueError(f"columns {columns.shape} and index {index.shape} do not match {stages} stages")
    if round_trip_error is not None and round_trip_error.shape != (stages,):
        raise ValueError(f"{len(round_trip_error)} round-trip errors do not match {stages} stages")
    positions = np.empty((stages, particles, 2), np.float32)
    log_det = np.empty((stages, particles), np.float32)
    for stage, (x, y, of_log_det) in enumerate(index):
        positions[stage, :, 0], positions[stage, :, 1], log_det[stage] = columns[x], columns[y], columns[of_log_det]
    return Trace(names, positions, log_det, round_trip_error, flags_of(folded, particles), base=base)
