"""Numbers as files: .npz for programs that know numpy, .csv for all others."""

from collections.abc import Generator, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowviz.files import written_whole
from flowviz.records import FLOW_UNITS, History, Rectangle, Trace, Units, cell_centers

Columns = Mapping[str, NDArray[Any]]


def write_trace_csv(
    path: Path, parts: Iterable[Trace], stages: range, units: Units = FLOW_UNITS
) -> Generator[None, None, None]:
    """A line a particle and stage: particle,stage,name,x,y,log_det; yields after each part of the particles.

    Raises `FileError`.
    """
    yield from _write_csv(path, _numbered(parts, stages, units))


def write_trace_npz(
    path: Path, parts: Iterable[Trace], stages: range, count: int, units: Units = FLOW_UNITS
) -> Generator[None, None, None]:
    """Positions (stages, n, 2), log_det (stages, n), names (stages,); yields after each part of the particles.

    Positions are float32 in flow units, and float64 in any other. Raises `FileError`.
    """
    with written_whole(path) as part, part.open("wb") as file:
        positions = np.empty((len(stages), count, 2), np.float32 if units.are_flow_units else np.float64)
        log_det = np.empty((len(stages), count), np.float32)
        names, done = np.array([], str), 0
        for trace in parts:
            names, many = np.array(trace.names)[stages], trace.positions.shape[1]
            positions[:, done : done + many] = units.values(trace.positions[stages])
            log_det[:, done : done + many] = trace.log_det[stages]
            done += many
            yield
        np.savez(file, positions=positions, log_det=log_det, names=names)


def write_points_csv(path: Path, parts: Iterable[NDArray[np.floating]]) -> Generator[None, None, None]:
    """A line a point: x,y; yields after each part of them. Raises `FileError`."""
    yield from _write_csv(path, ({"x": points[:, 0], "y": points[:, 1]} for points in parts))


def write_points_npz(path: Path, parts: Iterable[NDArray[np.floating]]) -> Generator[None, None, None]:
    """`points` (n, 2); yields after each part of them. Raises `FileError`."""
    with written_whole(path) as part, part.open("wb") as file:
        found = []
        for points in parts:
            found.append(points)
            yield
        np.savez(file, points=np.concatenate(found))


def write_density_npz(
    path: Path, rectangle: Rectangle, shape: tuple[int, int], parts: Iterable[NDArray[np.float32]], units: Units
) -> Generator[None, None, None]:
    """Write the log-density of a grid of cells, as `x` (columns,), `y` (rows,) and `log_prob` (rows, columns).

    Args:
        path: The file.
        rectangle: The rectangle that the cells cover, in flow units.
        shape: The number of rows and of columns.
        parts: The log-densities at the centers of the cells in flow units, row by row from the top.
        units: The units of the file.

    Yields:
        After each part.

    Raises:
        FileError: If the file cannot be written.
    """
    found = []
    with written_whole(path) as part, part.open("wb") as file:
        for values in parts:
            found.append(values)
            yield
        centers = units.values(cell_centers(rectangle, shape)).reshape(*shape, 2)
        log_density = units.log_density(np.concatenate(found).reshape(shape))
        np.savez(file, x=centers[0, :, 0], y=centers[:, 0, 1], log_prob=log_density)


def write_losses_csv(path: Path, history: History, entropy: float | None) -> Generator[None, None, None]:
    """Write a line per validation: step,seconds,train_nll,validation_nll,validation_gap,kept. Raises `FileError`."""
    columns = {
        "step": history.step.astype(np.int64),
        "seconds": history.seconds,
        "train_nll": history.train_nll,
        "validation_nll": history.validation_nll,
        "validation_gap": _validation_gap(history, entropy),
        "kept": (history.step == (np.nan if history.kept_step is None else history.kept_step)).astype(np.int64),
    }
    yield from _write_csv(path, [columns])


def _validation_gap(history: History, entropy: float | None) -> NDArray[np.float64]:
    """Return the validation NLL − entropy of the target in nats, NaN where it is unknown, as of an earlier target."""
    since = history.changes[-1].step if history.changes else -1
    known = np.nan if entropy is None else entropy
    return np.where(history.step > since, history.validation_nll - known, np.nan)


def _numbered(parts: Iterable[Trace], stages: range, units: Units) -> Generator[Columns, None, None]:
    first = 0
    for trace in parts:
        count = trace.positions.shape[1]
        x, y = units.values(trace.positions[stages]).T  # (particles, stages)
        yield {
            "particle": np.repeat(np.arange(first, first + count), len(stages)),
            "stage": np.tile(np.array(stages), count),
            "name": np.tile(np.array(trace.names)[stages], count),
            "x": x.ravel(),
            "y": y.ravel(),
            "log_det": trace.log_det[stages].T.ravel(),
        }
        first += count


def _write_csv(path: Path, parts: Iterable[Columns]) -> Generator[None, None, None]:
    """A first line with the names, then parts of the table. Each number has the digits that tell it from all others."""
    from pandas import DataFrame  # half a second that pictures need not wait for

    with written_whole(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        for number, columns in enumerate(parts):
            DataFrame(columns).to_csv(file, header=number == 0, index=False, lineterminator="\n")
            yield
