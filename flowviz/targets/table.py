"""The columns of a file of points."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import FileError

Found = Generator[float, None, NDArray[np.float64]]


@dataclass(frozen=True)
class Table:
    """The columns of a file, and a function that reads two of them.

    Attributes:
        columns: Names of the columns, or numbers from 1 if they have no names.
        are_numeric: Whether each column holds numbers, as far as its type or its first rows show.
        read: Generator function that reads two columns, given the index of each and the maximum number of rows.
    """

    columns: tuple[str, ...]
    are_numeric: Sequence[bool]
    read: Callable[[int, int, int], Found]


def check_rows(path: Path, rows: int, most: int) -> None:
    """Raise `FileError` if a file has more than `most` rows."""
    if rows > most:
        raise FileError(f"{path.name} has more than {most:,} rows. Use fewer.")
