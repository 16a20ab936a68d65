"""Read tables of points: text (.csv, .txt), NumPy (.npy, .npz) and .parquet files, recognized by their content."""

import zipfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import FileError
from flowviz.files import check_readable
from flowviz.specs import PointsSpec
from flowviz.specs.column import Column
from flowviz.specs.target import MAX_POINTS
from flowviz.targets.column import NUMBERS, column_of
from flowviz.targets.points import points_spec
from flowviz.targets.table import Found, Table, check_rows
from flowviz.targets.text_table import text_table

MAX_FILE_BYTES = 2_000_000_000  # bytes
MAX_ARRAY_BYTES = 400_000_000  # bytes, limit for the unpacked arrays of an archive
FIRST_BYTES = 65_536  # start of a text file that must contain its first two rows
LOG_PROB = "log_prob"  # the column that flowviz score writes
NAMED_COLUMNS = 12  # columns that an error message lists

PARQUET_MAGIC = b"PAR1"
NO_PARQUET = "Parquet files need a package that is not installed; install it with: pip install pyarrow."

Result = TypeVar("Result")


class Columns(NamedTuple):
    """The columns of a file.

    Attributes:
        names: Their names, or numbers from 1 if they have no names.
        usual: Indices of the two that are read unless others are chosen: the first two with numbers.
    """

    names: tuple[str, ...]
    usual: tuple[int, int]

    def sentence(self, file: str) -> str:
        """Say which columns of a file are read unless others are chosen, or return "" if there are only two."""
        x, y = (self.names[place] for place in self.usual)
        others = len(self.names) - 2
        return f"flowviz reads the columns {x!r} and {y!r} of {file}, the first two with numbers." if others > 0 else ""


def columns_of(path: Path) -> Columns:
    """Return the names of the columns of a file, and which two are read by default.

    Does not read the whole file, unless it is an .npz archive.

    Raises:
        FileError: If the file cannot be read or does not hold a table.
    """
    table = _table(path)
    return Columns(table.columns, _chosen(None, table, path))


def read_points(path: Path, columns: str | None = None) -> PointsSpec:
    """Read the points in a file.

    Args:
        path: Path of the file.
        columns: Two columns by name or by number from 1, such as "x,y" or "1,2". By default, the first
            two with numbers.

    Returns:
        The spec of a target with these points.

    Raises:
        FileError: If the file does not hold two columns of finite numbers, or has too many rows.
        TargetError: If the points cannot be learned, for example because they lie on a line.
    """
    return result_of(reading_points(path, columns))


def result_of(reading: Generator[float, None, Result], on_share: Callable[[float], object] = lambda _: None) -> Result:
    """Return what a reading step by step returns, after calling a function with the share that each step has read."""
    while True:
        try:
            on_share(next(reading))
        except StopIteration as end:
            result: Result = end.value
            return result


def reading_points(
    path: Path, columns: str | None = None, chosen: Callable[[str], object] = lambda _: None, given: str | None = None
) -> Generator[float, None, PointsSpec]:
    """Read the points in a file step by step; close the generator to cancel.

    Args:
        path: Path of the file.
        columns: Two columns; see `read_points`.
        chosen: Called with a sentence about the columns that are read; see `reading_columns`.
        given: A column that is neither of the two, because it is the condition of the points.

    Yields:
        The share of the file that has been read, from 0 to 1.

    Returns:
        The spec of a target with these points.

    Raises:
        FileError: If the file does not hold two columns of finite numbers, or has too many rows.
        TargetError: If the points cannot be learned, for example because they lie on a line.
    """
    return points_spec((yield from reading_columns(path, columns, chosen=chosen, given=given)), path.name)


def reading_condition(path: Path, given: str) -> Generator[float, None, Column]:
    """Read a column of a file, the values of a condition, step by step; close the generator to cancel.

    Args:
        path: Path of the file.
        given: The column by name or by number from 1.

    Yields:
        The share of the file that has been read, from 0 to 1.

    Returns:
        The column: classes or numbers; see `points_spec`.

    Raises:
        FileError: If there is no such column.
        TargetError: If its values cannot be a condition, for example because all are equal.
    """
    name, values = yield from reading_values(path, given, MAX_POINTS)
    return column_of(values, f"column {name}" if name.isdecimal() else name)


def reading_values(path: Path, column: str, max_rows: int) -> Generator[float, None, tuple[str, NDArray[Any]]]:
    """Read a column of a file, by name or number, step by step; return its name and its values (n,)."""
    table = _table(path)
    place = _place_of(column, table, path)
    values = yield from table.read([place], max_rows, None)
    return table.columns[place], values[:, 0]


def reading_columns(
    path: Path,
    columns: str | None = None,
    max_rows: int = MAX_POINTS,
    chosen: Callable[[str], object] = lambda _: None,
    given: str | None = None,
) -> Found:
    """Read two columns of a file step by step; close the generator to cancel.

    Args:
        path: Path of the file.
        columns: Two columns by name or by number from 1, such as "x,y" or "1,2". By default, the first
            two with numbers.
        max_rows: Maximum number of rows.
        chosen: Called with a sentence about the columns that are read, if there are more than two and none are given.
        given: A column that is neither of the two.

    Yields:
        The share of the file that has been read, from 0 to 1.

    Returns:
        The values (n, 2), float64.

    Raises:
        FileError: If the file does not hold two columns of finite numbers, or has more than `max_rows` rows.
    """
    table = _table(path)
    found = Columns(table.columns, _chosen(columns, table, path, given))
    if columns is None and (sentence := found.sentence(path.name)):
        chosen(sentence)
    points = yield from table.read(found.usual, max_rows, np.float64)
    bad = np.flatnonzero(~np.isfinite(points).all(axis=1))
    if len(bad):
        raise FileError(
            f"{path.name} has missing or infinite numbers in {len(bad):,} of its {len(points):,} rows, "
            f"starting with row {bad[0] + 1:,}. Remove those rows."
        )
    return points


def read_log_densities(path: Path) -> NDArray[np.float64]:
    """Read log-densities (n,) from a file with a single column, or from its column `log_prob`.

    Raises:
        FileError: If there is no such column, or if it has too many rows or contains anything but numbers.
    """
    table = _table(path)
    if len(table.columns) > 1 and LOG_PROB not in table.columns:
        raise FileError(f"{path.name} has {len(table.columns)} columns, and none of them is called {LOG_PROB}.")
    place = table.columns.index(LOG_PROB) if LOG_PROB in table.columns else 0
    return result_of(table.read([place], MAX_POINTS, np.float64))[:, 0]


def read_arrays(path: Path, max_bytes: int) -> dict[str, NDArray[Any]]:
    """Return the arrays in an .npz archive by name, if they have at most `max_bytes` in total.

    Raises:
        FileError: If it is damaged or too large, or contains Python objects.
    """
    arrays: dict[str, NDArray[Any]] = {}
    with _reading_arrays(path), zipfile.ZipFile(path) as archive:
        members = [info for info in archive.infolist() if info.filename.endswith(".npy")]
        if sum(info.file_size for info in members) > max_bytes:
            raise FileError(f"{path.name} is too large. The limit for its unpacked arrays is {max_bytes / 1e6:.0f} MB.")
        for info in members:
            with archive.open(info) as member:
                arrays[info.filename.removesuffix(".npy")] = np.lib.format.read_array(member, allow_pickle=False)
    return arrays


def _chosen(columns: str | None, table: Table, path: Path, given: str | None = None) -> tuple[int, int]:
    """Return the indices of the two chosen columns, and raise `FileError` if the choice is invalid.

    By default, choose the first two numeric columns, other than the given one. If there are fewer than two, choose the
    first two columns, so that the error names the value that is not a number.
    """
    names, taken = table.columns, None if given is None else _place_of(given, table, path)
    if len(names) < 2:
        raise FileError(f"{path.name} has only one column. Points need two: x and y.")
    numeric = [place for place, is_numeric in enumerate(table.are_numeric) if is_numeric and place != taken]
    usual = (numeric[0], numeric[1]) if len(numeric) > 1 and len(names) > 2 else (0, 1)
    x, y = usual if columns is None else _two_of(columns, names, path)
    if taken in (x, y):
        raise FileError(
            f"Column {names[taken]} of {path.name} cannot be the condition and also x or y. Choose three columns."
        )
    return x, y


def _two_of(columns: str, names: Sequence[str], path: Path) -> tuple[int, int]:
    """Return the indices of two columns by their names or numbers. Raises `FileError`."""
    match [_place(name.strip(), names) for name in columns.split(",")]:
        case [int() as x, int() as y] if x != y:
            return x, y
        case [int() as x, int()]:
            raise FileError(f"Column {names[x]} of {path.name} cannot be both x and y. Choose two columns.")
    raise FileError(f"{columns!r} does not name two columns of {path.name}. Its columns are: {_listed(names)}.")


def _place_of(name: str, table: Table, path: Path) -> int:
    """Return the index of a column, and raise `FileError` if there is no such column."""
    place = _place(name.strip(), table.columns)
    if place is None:
        raise FileError(f"{path.name} has no column {name!r}. Its columns are: {_listed(table.columns)}.")
    return place


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED_COLUMNS]) + (", ..." if len(names) > NAMED_COLUMNS else "")


def _place(name: str, names: Sequence[str]) -> int | None:
    """Return the index of a column, given by name or by number from 1, or None if there is no such column."""
    if name in names:
        return names.index(name)
    number = int(name) if name.isascii() and name.isdecimal() and len(name) < 10 else 0
    return number - 1 if 1 <= number <= len(names) else None


def _table(path: Path) -> Table:
    size = check_readable(path, MAX_FILE_BYTES)
    with path.open("rb") as file:
        start = file.read(FIRST_BYTES)
    if start.startswith(np.lib.format.MAGIC_PREFIX):
        with _reading_arrays(path):
            array = np.lib.format.open_memmap(path, mode="r")
        return _array_table(path, array)
    if start.startswith(b"PK"):
        return _archive_table(path)
    if start.startswith(PARQUET_MAGIC):
        return _parquet_table(path)
    return text_table(path, start, size)


@contextmanager
def _reading_arrays(path: Path) -> Iterator[None]:
    """Raise `FileError` if the arrays of a file cannot be read in the block."""
    try:
        yield
    except FileError:
        raise
    except (ValueError, EOFError, OSError, MemoryError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise FileError(f"{path.name} is damaged or does not contain arrays of numbers.") from error
    except Exception as error:  # the header of an array is a Python literal, which can fail to parse in many ways
        raise FileError(f"{path.name} is damaged: the header of its array is invalid.") from error


def _array_table(path: Path, array: NDArray[Any]) -> Table:
    if array.dtype.names and array.ndim == 1:
        names = array.dtype.names
        return _columns_table(path, names, [array[name] for name in names])
    if array.ndim == 1:
        return _columns_table(path, ("1",), [array])
    if array.ndim != 2:
        raise FileError(f"{path.name} contains an array of shape {array.shape}. The shape must be (n, 2).")
    names = tuple(str(number + 1) for number in range(min(array.shape[1], NAMED_COLUMNS**2)))
    return _columns_table(path, names, [array[:, place] for place in range(len(names))])


def _columns_table(path: Path, names: tuple[str, ...], columns: Sequence[NDArray[Any]]) -> Table:
    rows = max(map(len, columns), default=0)
    are_numeric = [column.dtype.kind in NUMBERS for column in columns]
    return _table_at_once(path, names, are_numeric, rows, lambda *places: [columns[place] for place in places])


def _table_at_once(
    path: Path,
    names: tuple[str, ...],
    are_numeric: Sequence[bool],
    rows: int,
    load: Callable[..., Sequence[NDArray[Any]]],
) -> Table:
    """Return a table whose columns are read together, by a function that takes their indices."""

    def read(places: Sequence[int], max_rows: int, dtype: type[np.float64] | None) -> Found:
        check_rows(path, rows, max_rows)
        yield 0.0
        columns = load(*places)
        wrong = [column.dtype for column in columns if column.dtype.kind not in NUMBERS]
        if wrong and dtype is not None:
            raise FileError(f"{path.name} contains values of type {wrong[0]} instead of numbers.")
        found = np.stack(columns, axis=1)
        return found if dtype is None else found.astype(dtype)

    return Table(names, are_numeric, read)


def _archive_table(path: Path) -> Table:
    arrays = read_arrays(path, MAX_ARRAY_BYTES)
    tables = [array for array in arrays.values() if array.ndim == 2]
    if len(tables) == 1:
        return _array_table(path, tables[0])
    columns = {name: array for name, array in arrays.items() if array.ndim == 1}
    if tables or len({len(column) for column in columns.values()}) != 1:
        held = ", ".join(f"{name} {array.shape}" for name, array in list(arrays.items())[:NAMED_COLUMNS])
        raise FileError(
            f"{path.name} must contain one array of shape (n, 2), or one array per column. "
            f"It contains {held or 'no arrays'}."
        )
    return _columns_table(path, tuple(columns), list(columns.values()))


def _parquet_table(path: Path) -> Table:
    """Return the table in a Parquet file, and raise `FileError` if pyarrow is not installed or the file is damaged."""
    try:
        from pyarrow import ArrowException, parquet, types
    except ImportError as error:
        raise FileError(NO_PARQUET) from error
    try:
        metadata = parquet.read_metadata(path)
    except (ArrowException, OSError) as error:
        raise FileError(f"{path.name} is damaged.") from error
    schema = metadata.schema.to_arrow_schema()
    are_numeric = [types.is_integer(kind) or types.is_floating(kind) for kind in schema.types]
    names = tuple(schema.names)

    def load(*places: int) -> list[NDArray[Any]]:
        try:
            found = parquet.read_table(path, columns=[names[place] for place in places])
            return [found.column(names[place]).to_numpy() for place in places]
        except (ArrowException, OSError, KeyError) as error:  # KeyError: two columns have the same name
            raise FileError(f"{path.name} is damaged or has two columns of the same name.") from error

    return _table_at_once(path, names, are_numeric, metadata.num_rows, load)
