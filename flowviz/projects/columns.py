"""A trace as columns: the x, the y and the log-det of the particles at a stage, those that are the same stored once.

A coupling leaves one coordinate as it was, a permutation swaps two, the base has no log-det: half of all are repeated.
"""

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Trace

SHARING = 2  # columns of a trace for each stored one, at most: so opening takes no memory out of proportion to the file

Columns = NDArray[np.float32]  # (stored, n)
Index = NDArray[np.uint16]  # (stages, 3): the stored columns that are x, y and log-det of a stage


def columns_of(trace: Trace) -> tuple[Columns, Index]:
    """The columns of a trace that differ bit for bit, and which of them each stage has."""
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
    names: tuple[str, ...], columns: Columns, index: Index, round_trip_error: NDArray[np.float32] | None
) -> Trace:
    """The opposite of `columns_of`. Raises `ValueError` where it is none."""
    stages = len(names)
    stored, particles = columns.shape
    if index.shape != (stages, 3) or index.max() >= stored or index.size > SHARING * stored or particles < 1:
        raise ValueError(f"columns {columns.shape} and index {index.shape} do not make {stages} stages")
    if round_trip_error is not None and round_trip_error.shape != (stages,):
        raise ValueError(f"{len(round_trip_error)} round-trip errors do not belong to {stages} stages")
    positions = np.empty((stages, particles, 2), np.float32)
    log_det = np.empty((stages, particles), np.float32)
    for stage, (x, y, of_log_det) in enumerate(index):
        positions[stage, :, 0], positions[stage, :, 1], log_det[stage] = columns[x], columns[y], columns[of_log_det]
    return Trace(names, positions, log_det, round_trip_error)
