"""Columns of tables as conditions."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from flowviz.arguments import unmasked
from flowviz.errors import ArgumentError, TargetError
from flowviz.specs.column import VALUE, Column
from flowviz.specs.condition import MAX_CLASSES, Condition
from flowviz.specs.shares import counted

if TYPE_CHECKING:
    from narwhals import DataFrame

MIN_ROWS = 20  # of a class
NAME = "condition"  # of values without a name
NUMBERS = "fiu"  # kinds of NumPy's types


def separated(points: Any, given: Any) -> tuple[Any, Column]:
    """Return points without the column of their condition, and the column.

    Args:
        points: An array or a data frame.
        given: The values (n,), or the name of a column of the data frame.

    Raises:
        ArgumentError: If a column is named, and the points are not a data frame.
        TargetError: If there is no such column; also as for `column_of` and `frame_of`.
    """
    if not isinstance(given, str):
        return points, column_of(given, str(getattr(given, "name", None) or NAME))
    frame = frame_of(points)
    if frame is None:
        raise ArgumentError(f"Only a data frame has a column {given!r}. Pass the values of an array as an array.")
    if given not in frame.columns:
        raise TargetError(f"There is no column {given!r}. The columns are: {', '.join(frame.columns)}.")
    return frame.drop(given).to_native(), column_of(frame[given].to_numpy(), given)


def frame_of(points: Any) -> "DataFrame[Any] | None":
    """Return points that are a data frame of pandas, polars or another library, or None if they are something else.

    Raises:
        TargetError: If two columns have the same name.
    """
    import narwhals  # not needed when the window starts

    try:
        frame = narwhals.from_native(points, eager_only=True, pass_through=True)
    except narwhals.exceptions.DuplicateError as error:
        raise TargetError(
            "Two columns of the data frame have the same name. Give each column a different name."
        ) from error
    return frame if isinstance(frame, narwhals.DataFrame) else None


def column_of(values: ArrayLike, name: str) -> Column:
    """Return a column as a condition of points.

    Text and truth values are classes, and so are whole numbers of which at most nine are different. All others are
    numbers.

    Args:
        values: The values (n,).
        name: The name of the column.

    Raises:
        TargetError: If values are missing, if all are equal, if there are too many classes, or if a class has too few
            points.
    """
    import pandas as pd  # takes half a second to import

    found = _complete(values, name)
    is_numeric = found.dtype.kind in NUMBERS
    places, names = pd.factorize(found, sort=True)
    if len(names) < 2:
        raise TargetError(f"All points have the same {name!r}, which tells a flow nothing. Choose another column.")
    if is_numeric and (len(names) > MAX_CLASSES or (names % 1).any()):
        return Column(condition=Condition(name=name, low=names[0], high=names[-1]), data=found.astype(VALUE).tobytes())
    if len(names) > MAX_CLASSES:
        raise TargetError(
            f"{name!r} has {len(names):,} different values that are not all numbers, such as {str(names[-1])!r}. A "
            f"condition has at most {MAX_CLASSES} classes: group the values, or choose another column, such as one of "
            "numbers."
        )
    classes, counts = tuple(f"{each:.0f}" if is_numeric else each for each in names), np.bincount(places)
    fewest = int(counts.argmin())
    if counts[fewest] < MIN_ROWS:
        raise TargetError(
            f"The class {classes[fewest]!r} of {name!r} has {counted(int(counts[fewest]), 'point')}, but a class needs "
            f"at least {MIN_ROWS}. Leave out its rows, or choose another column."
        )
    condition = Condition(name=name, classes=classes, rarest=counts[fewest] / len(found))
    return Column(condition=condition, data=places.astype(VALUE).tobytes())


def _complete(values: ArrayLike, name: str) -> NDArray[Any]:
    """Return the values of a column (n,) as numbers or else as text. Raises `TargetError` if some are missing."""
    import pandas as pd

    found = np.asarray(unmasked(values))
    if found.ndim != 1:
        raise TargetError(f"The condition is an array of shape {found.shape}. It needs one value for each point.")
    if found.dtype.kind == "S":
        found = np.char.decode(found, "utf-8", "replace")
    column = pd.Series(found).infer_objects()
    is_missing = column.isna()
    if column.dtype.kind not in NUMBERS:
        column = column.astype(str).str.strip()
    is_missing |= column.isin(["", np.inf, -np.inf])
    if is_missing.any():
        raise TargetError(
            f"{name!r} has missing or infinite values in {is_missing.sum():,} of its {len(column):,} rows, starting "
            f"with row {is_missing.argmax() + 1:,}. Remove those rows."
        )
    return np.asarray(column)
