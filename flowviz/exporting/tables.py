"""Numeric data files: .npy and .npz for NumPy, .parquet for data frames, .csv for everything else."""

import shutil
import zipfile
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import SpecError
from flowviz.exporting import Steps
from flowviz.files import atomic_write, scratch_file
from flowviz.records import FLOW_UNITS, History, Rectangle, Settings, Trace, Units, cell_centers
from flowviz.targets.tables import NO_PARQUET

NumberFormat = Literal["csv", "npy", "npz", "parquet"]
Columns = Mapping[str, NDArray[Any]]


class Numbers(Protocol):
    """Numeric data that is produced in batches, so that not all of it has to be in memory at once."""

    def columns(self) -> Iterator[Columns]:
        """Yield the data as batches of rows: arrays of equal length by the name of the column."""

    def write_npy(self, path: Path) -> Steps:
        """Write the data as one array, yielding after each batch."""

    def write_npz(self, path: Path) -> Steps:
        """Write the data as named arrays, yielding after each batch."""


@dataclass(frozen=True)
class Rows:
    """Points (n, 2) or values (n,), in batches.

    Attributes:
        name: The name of the array in an .npz file.
        labels: The names of the columns in a table.
        count: The number of rows, n.
        parts: The batches of rows, (m, 2) or (m,).
        dtype: The type of the numbers in a file.
    """

    name: str
    labels: tuple[str, ...]
    count: int
    parts: Iterable[NDArray[np.floating]]
    dtype: type[np.floating] = np.float32

    def columns(self) -> Iterator[Columns]:
        """Yield batches of a table with a row for each point or value."""
        for part in self.parts:
            yield dict(zip(self.labels, self._rounded(part).reshape(len(part), -1).T, strict=True))

    def write_npy(self, path: Path) -> Steps:
        """Write an array (n, 2) or (n,), yielding after each batch."""
        rows = yield from self._collect()
        with path.open("wb") as file:  # not by np.save, which does not say why the system refuses to write
            np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(rows))
            file.write(rows.data)

    def write_npz(self, path: Path) -> Steps:
        """Write an array (n, 2) or (n,) under its name, yielding after each batch."""
        rows = yield from self._collect()
        with path.open("wb") as file:
            np.savez(file, allow_pickle=False, **{self.name: rows})

    def _collect(self) -> Generator[None, None, NDArray[np.floating]]:
        """Return all rows, yielding after each batch. Ten million points take 80 MB in float32."""
        shape = (self.count,) if len(self.labels) == 1 else (self.count, len(self.labels))
        rows, done = np.empty(shape, self.dtype), 0
        for part in self.parts:
            rows[done : done + len(part)] = self._rounded(part)
            done += len(part)
            yield
        return rows

    def _rounded(self, part: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return numbers as they are in a file: log-densities far from the target become -inf without a warning."""
        with np.errstate(over="ignore"):
            return part.astype(self.dtype)


def points(count: int, parts: Iterable[NDArray[np.floating]], units: Units) -> Rows:
    """Return rows for `count` points.

    Args:
        count: The number of points, n.
        parts: The batches of points, (m, 2), already in `units`.
        units: The units of the points, which determine their type.
    """
    return Rows("points", ("x", "y"), count, parts, _dtype_in(units))


@dataclass(frozen=True)
class Particles:
    """The traces of particles, in batches.

    Attributes:
        count: The number of particles, n.
        stages: The stages to write.
        parts: The traces of each batch of particles at all stages, in flow units.
        units: The units to write positions in.
    """

    count: int
    stages: range
    parts: Iterable[Trace]
    units: Units = FLOW_UNITS

    def columns(self) -> Iterator[Columns]:
        """Yield batches of a table with a row for each particle and stage."""
        first = 0
        for trace in self.parts:
            count = trace.positions.shape[1]
            x, y = self.units.values(trace.positions[self.stages]).T  # (particles, stages)
            yield {
                "particle": np.repeat(np.arange(first, first + count), len(self.stages)),
                "stage": np.tile(np.array(self.stages), count),
                "name": np.tile(np.array(trace.names)[self.stages], count),
                "x": x.ravel(),
                "y": y.ravel(),
                "log_det": trace.log_det[self.stages].T.ravel(),
            }
            first += count

    def write_npy(self, path: Path) -> Steps:
        """Write records (stages, n) with the fields x, y and log_det, yielding after each batch."""
        position = np.dtype(_dtype_in(self.units))
        record = np.dtype([("x", position), ("y", position), ("log_det", np.float32)])
        with closing(_ArrayFile(path, record, (len(self.stages), self.count))) as records:
            for trace in self.parts:
                found = np.empty((len(self.stages), trace.positions.shape[1]), record)
                found["x"], found["y"] = np.moveaxis(self.units.values(trace.positions[self.stages]), -1, 0)
                found["log_det"] = trace.log_det[self.stages]
                records.append(found)
                yield

    def write_npz(self, path: Path) -> Steps:
        """Write positions (stages, n, 2), log_det (stages, n), names (stages,), and log_prob (n,) if it is known.

        Yields after each batch.
        """
        shape, names, log_prob = (len(self.stages), self.count), np.array([], str), list[NDArray[np.floating]]()
        with ExitStack() as files:
            places = [files.enter_context(scratch_file(path)) for _ in range(2)]
            with (
                closing(_ArrayFile(places[0], np.dtype(_dtype_in(self.units)), (*shape, 2))) as positions,
                closing(_ArrayFile(places[1], np.dtype(np.float32), shape)) as dets,
            ):
                for trace in self.parts:
                    positions.append(self.units.values(trace.positions[self.stages]))
                    dets.append(trace.log_det[self.stages])
                    names = np.array(trace.names)[self.stages]
                    log_prob.append(self.units.log_density(trace.log_density(self.stages[-1])))
                    yield
            densities = np.concatenate(log_prob).astype(np.float32)
            known = {"log_prob": densities} if np.isfinite(densities).all() else {}
            _archive(path, {"positions": places[0], "log_det": places[1]}, {"names": names, **known})


def write_numbers(path: Path, form: NumberFormat, numbers: Numbers) -> Steps:
    """Write numeric data to a file.

    Args:
        path: The file to write.
        form: The file format.
        numbers: The data.

    Yields:
        None after each batch.

    Raises:
        FileError: If the file cannot be written.
    """
    with atomic_write(path) as part:
        match form:
            case "csv":
                yield from _write_csv(part, numbers.columns())
            case "parquet":
                yield from _write_parquet(part, numbers.columns())
            case "npy":
                yield from numbers.write_npy(part)
            case "npz":
                yield from numbers.write_npz(part)


def write_density_npz(
    path: Path, rectangle: Rectangle, shape: tuple[int, int], parts: Iterable[NDArray[np.float32]], units: Units
) -> Steps:
    """Write the log-density of a grid of cells, as `x` (columns,), `y` (rows,) and `log_prob` (rows, columns).

    Args:
        path: The file to write.
        rectangle: The rectangle that the cells cover, in flow units.
        shape: The number of rows and the number of columns.
        parts: Batches of the log-densities at the centers of the cells, row by row from the top, in nats per square
            flow unit.
        units: The units to write positions and densities in.

    Yields:
        None after each batch.

    Raises:
        FileError: If the file cannot be written.
    """
    found = []
    with atomic_write(path) as part, part.open("wb") as file:
        for values in parts:
            found.append(values)
            yield
        centers = units.values(cell_centers(rectangle, shape)).reshape(*shape, 2)
        log_density = units.log_density(np.concatenate(found).reshape(shape))
        np.savez(file, x=centers[0, :, 0], y=centers[:, 0, 1], log_prob=log_density)


def write_losses_csv(path: Path, history: History, entropy: float | None, settings: Settings) -> Steps:
    """Write the losses as a CSV file with a row for each validation.

    The columns are step, seconds, train_nll, validation_nll, validation_gap and kept, with losses in nats, and the
    settings of the steps before the validation.

    Args:
        path: The file to write.
        history: The history of the training, in the units to write.
        entropy: The entropy of the current target in nats, in the same units, or None if unknown.
        settings: The latest settings of the training.

    Yields:
        None once, after the rows are written.

    Raises:
        FileError: If the file cannot be written.
    """
    columns = {
        "step": history.step.astype(np.int64),
        "seconds": history.seconds,
        "train_nll": history.train_nll,
        "validation_nll": history.validation_nll,
        "validation_gap": _validation_gap(history, entropy),
        "kept": (history.step == (np.nan if history.kept_step is None else history.kept_step)).astype(np.int64),
        **history.settings(settings),
    }
    with atomic_write(path) as part:
        yield from _write_csv(part, iter([columns]))


def csv_pieces(parts: Iterable[Columns]) -> Iterator[str]:
    """Yield a table as CSV text, a piece for each batch; the first piece starts with the header.

    Numbers are written with enough digits to be read back exactly.
    """
    from pandas import DataFrame  # takes 0.5 s to import, which would delay exports of pictures

    for number, columns in enumerate(parts):
        yield DataFrame(columns).to_csv(header=number == 0, index=False, lineterminator="\n")


def check_parquet() -> None:
    """Raise `SpecError` if Parquet files cannot be written because PyArrow is missing."""
    if find_spec("pyarrow") is None:
        raise SpecError(NO_PARQUET)


class _ArrayFile:
    """An .npy file of an array (stages, n, ...) that is written in batches along its second axis.

    Unlike a memory map, it takes no memory, and a full disk raises an exception instead of crashing the process.
    """

    def __init__(self, path: Path, dtype: np.dtype[Any], shape: tuple[int, ...]) -> None:
        self._file, self._count, self._done = path.open("wb"), shape[1], 0
        header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(self._file, header)
        self._start, self._bytes = self._file.tell(), dtype.itemsize * int(np.prod(shape[2:]))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def append(self, values: NDArray[Any]) -> None:
        """Write the next batch (stages, m, ...)."""
        for stage, row in enumerate(values):
            self._file.seek(self._start + (stage * self._count + self._done) * self._bytes)
            self._file.write(row.tobytes())
        self._done += values.shape[1]


def _archive(path: Path, files: Mapping[str, Path], arrays: Columns) -> None:
    """Write an archive as `numpy.savez` does, with arrays from .npy files by name, and arrays in memory."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, file in files.items():
            with file.open("rb") as source, archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                shutil.copyfileobj(source, member)
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def _write_csv(path: Path, parts: Iterator[Columns]) -> Steps:
    with path.open("w", encoding="utf-8", newline="") as file:
        for piece in csv_pieces(parts):
            file.write(piece)
            yield


def _write_parquet(path: Path, parts: Iterator[Columns]) -> Steps:
    from pandas import DataFrame
    from pyarrow import Table, parquet

    with ExitStack() as files:
        writer = None
        for columns in parts:
            table = Table.from_pandas(DataFrame(columns), preserve_index=False)
            writer = writer or files.enter_context(parquet.ParquetWriter(path, table.schema))
            writer.write_table(table)
            yield


def _dtype_in(units: Units) -> type[np.floating]:
    """Return the type of positions: float32 suffices for flow units, but not for all data, such as years or prices."""
    return np.float32 if units.are_flow_units else np.float64


def _validation_gap(history: History, entropy: float | None) -> NDArray[np.float64]:
    """Return validation NLL − entropy in nats, or NaN where the entropy is unknown, as for earlier targets."""
    since = history.changes[-1].step if history.changes else -1
    known = np.nan if entropy is None else entropy
    return np.where(history.step > since, history.validation_nll - known, np.nan)
