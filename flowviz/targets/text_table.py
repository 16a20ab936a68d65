"""Read tables of points from text files, in any common separator and decimal sign."""

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import FileError
from flowviz.targets.table import Found, Table, check_rows

CHUNK_ROWS = 250_000
FIRST_LINES = 100  # lines that show which columns hold numbers
MISSING = {"", "na", "n/a", "nan", "null", "none"}  # what pandas reads as a missing number, in lower case
SEPARATORS = (";", "\t", ",")
YEAR = r"[12][0-9]{3}"  # a number that may be the name of a column
COMMENT = "#"  # prefix that numpy.savetxt writes


def text_table(path: Path, start: bytes, size: int) -> Table:
    """Return the columns of a text file of `size` bytes, of which `start` are the first ones."""
    lines = _first_lines(path, start, size)
    separator = next((s for s in SEPARATORS if s in lines[0]), None)
    decimal = "," if separator == ";" and any("," in line for line in lines[:2]) else "."
    fields, *others = ([field.strip().strip('"') for field in line.split(separator)] for line in lines)
    ragged = next((other for other in others[:1] if len(other) != len(fields)), fields)
    if len(ragged) != len(fields):
        raise FileError(
            f"{path.name} is not a table: its first row has {len(fields)} columns, but the next one has {len(ragged)}."
        )
    first, *following = ([_is_number(field.replace(decimal, ".")) for field in row] for row in (fields, *others))
    has_header = _is_header(fields, first, following)
    rows = [(row, numeric) for row, numeric in zip(others, following, strict=True) if len(row) == len(fields)]
    are_numeric = [
        all(numeric[place] or row[place].lower() in MISSING for row, numeric in rows) for place in range(len(fields))
    ]
    named = has_header and len(set(fields)) == len(fields)
    names = tuple(fields) if named else tuple(str(number + 1) for number in range(len(fields)))
    form: dict[str, Any] = {"sep": separator or r"\s+", "decimal": decimal, "header": 0 if has_header else None}
    read = partial(_read_text, path, size, len(fields), form)
    return Table(names, are_numeric, read)


def _first_lines(path: Path, start: bytes, size: int) -> list[str]:
    """Return the first lines, at most `FIRST_LINES`, that are neither blank nor comments.

    Raises:
        FileError: If there are none, or if the file is not text in UTF-8.
    """
    lines = start.splitlines(keepends=True)
    if len(start) < size and lines:
        lines.pop()  # the last line may be cut off
    try:
        text = [line.decode("utf-8-sig" if number == 0 else "utf-8").strip() for number, line in enumerate(lines)]
    except UnicodeDecodeError as error:
        raise FileError(f"{path.name} is not a text file in UTF-8. Save it as CSV with that encoding.") from error
    first = [line for line in text if line and not line.startswith(COMMENT)][:FIRST_LINES]
    if not first or "\0" in first[0]:
        raise FileError(
            f"{path.name} is not a table of numbers. Supported are CSV, text, .npy, .npz and .parquet files."
        )
    return first


def _is_header(fields: list[str], are_numbers: list[bool], following: list[list[bool]]) -> bool:
    """Return whether the first row of a table holds the names of its columns.

    A first row that mixes words and numbers like the row below it is data, unless all its numbers look like years.
    """
    if all(are_numbers):
        return False
    below = following[0] if following else are_numbers
    numbers = [field for field, is_number in zip(fields, are_numbers, strict=True) if is_number]
    names_numbers = any(there and not here for here, there in zip(are_numbers, below, strict=False))
    return names_numbers or all(re.fullmatch(YEAR, field) for field in numbers)


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _read_text(
    path: Path,
    size: int,
    columns: int,
    form: dict[str, Any],
    places: Sequence[int],
    max_rows: int,
    dtype: type[np.float64] | None,
) -> Found:
    """Read some columns of a text file with a number of columns.

    A row with too many fields is an error in a file of two columns; otherwise the extra fields are ignored.
    """
    import pandas as pd  # imported here because it takes half a second

    chunks, rows = list[NDArray[Any]](), 0
    if columns > 2 or dtype is None:
        form = {**form, "usecols": list(places)}
    try:
        with path.open("rb") as file, pd.read_csv(
            file, index_col=False, dtype=dtype, comment=COMMENT, chunksize=CHUNK_ROWS, encoding="utf-8",
            encoding_errors="strict", skipinitialspace=True, engine="c", low_memory=dtype is not None, **form,
        ) as reader:  # fmt: skip
            for chunk in reader:
                chunks.append(chunk.to_numpy()[:, np.unique(places, return_inverse=True)[1]])
                rows += len(chunk)
                check_rows(path, rows, max_rows)
                yield min(1.0, file.tell() / size)
    except UnicodeDecodeError as error:
        raise FileError(f"{path.name} is not a text file in UTF-8. Save it as CSV with that encoding.") from error
    except pd.errors.ParserError as error:
        raise FileError(f"{path.name} is not a table: {_parser_problem(str(error))}") from error
    except (ValueError, OverflowError, pd.errors.EmptyDataError) as error:
        raise FileError(f"{path.name} contains values that are not numbers{_offending_value(str(error))}.") from error
    except (OSError, MemoryError) as error:
        raise FileError(f"{path.name} could not be read completely.") from error
    return np.concatenate(chunks) if chunks else np.empty((0, 2))


def _parser_problem(message: str) -> str:
    """Rephrase an error message of the pandas parser for the user."""
    found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", message)
    if found is None:
        return "it could not be split into rows and columns."
    return f"line {found[2]} has {found[3]} columns instead of {found[1]}."


def _offending_value(message: str) -> str:
    """Return the offending value that an error message of pandas mentions, as the end of a sentence."""
    found = re.search(r"could not convert string to float: (.{1,40})", message)
    return f", such as {found[1]}" if found else ""
