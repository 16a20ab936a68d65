"""The columns of a file of points."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import FileError

Found = Generator[float, None, NDArray[Any]]


@dataclass(frozen=True)
class Table:
    """The columns of a file, and a function that reads some of them.

    Attributes:
        columns: Names of the columns, or numbers from 1 if they have no names.
        are_numeric: Whether each column holds numbers, as far as its type or its first rows show.
        read: Generator function that reads columns as an array (rows, columns), given their indices, the maximum number
            of rows, and the type of the array, or None for that of a single column of numbers or text.
    """

    columns: tuple[str, ...]
    are_numeric: Sequence[bool]
    read: Callable[[Sequence[int], int, type[np.float64] | None], Found]


def check_rows(path: Path, rows: int, most: int) -> None:
    """Raise `FileError` if a file has more than `most` rows."""
    if rows > most:
        raise FileError(f"{path.name} has more than {most:,} rows. Use fewer.")
