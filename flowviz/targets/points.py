"""Empirical distributions of points."""

from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from flowviz.arguments import checked, unmasked
from flowviz.errors import ArgumentError, TargetError
from flowviz.records import FLOW_UNITS, Units
from flowviz.specs import ConditionalSpec, PointsSpec
from flowviz.specs.column import Column
from flowviz.specs.shares import counted
from flowviz.specs.target import TRAINING_SHARE
from flowviz.targets.cloud import SHOWN
from flowviz.targets.column import frame_of, separated
from flowviz.targets.rows import Rows
from flowviz.targets.target import Draws, Use

MIN_POINTS = 20
MIN_FOR_TEST = 100  # with fewer, a test set of 15% has a standard error of about 0.3 nats, too large to be useful
SHARE_WITHOUT_TEST = 0.8  # share of the points to train on if there is no test set
MAX_VALIDATION_POINTS = 10_000  # more would slow down the training, which validates often
SPLIT_SEED = 0
FAR_OUT = 3  # interquartile ranges beyond the quartiles: Tukey 1977, "Exploratory data analysis"
MAX_UNEQUAL = 10  # ratio of the standard deviations in x and y up to which both axes have the same scale
CONSTANT = 1e-12  # standard deviation of a constant column at most, relative to its largest value
ON_A_LINE = 1e-7  # relative width below which float32 cannot distinguish the points from a line


class Points(Rows):
    """The empirical distribution of a table of points, split at random into training, validation and test points.

    The split depends only on the number of points and, with a condition, on its values, so all flows and seeds share
    the same test points. With fewer than 100 points, 80% train the flow, the others validate it, and there is no test
    set. With a condition, each of the sets has nearly the same share of the points of each class, or of each range of
    numbers.

    Args:
        points: Points (n, 2).
        training_share: Share of the points to train on. Half of the others, but at most 10,000, are validation points;
            the rest are test points.
        units: Units that convert `points` to the values of the data, if these were standardized before.
        column: The column with the value of a condition at each point, or None.
        standardize: Whether to center and scale the points. If not, flow units are the units of the points.

    Attributes:
        outliers: Number of points far from the others: more than 3 interquartile ranges beyond a quartile of x or y.

    Raises:
        TargetError: If `points` does not have shape (n, 2) with n ≥ 20, if a value is not finite, or if all points lie
            on a line.
    """

    def __init__(
        self,
        points: NDArray[np.floating],
        training_share: float = TRAINING_SHARE,
        units: Units = FLOW_UNITS,
        column: Column | None = None,
        *,
        standardize: bool = True,
    ) -> None:
        centered, units = in_flow_units(points, units, standardize=standardize)
        condition, values = (column.condition, column.values) if column else (None, None)
        has_test = len(points) >= MIN_FOR_TEST
        share = training_share if has_test else SHARE_WITHOUT_TEST
        rng, count = np.random.default_rng(SPLIT_SEED), round((1 - share) * len(points))
        others = _held_out(len(points), count, values, rng)
        validation = min(count // 2, MAX_VALIDATION_POINTS) if has_test else count
        rows = Draws(centered, values)
        split: dict[Use, Draws] = {
            "sample": rows.part(np.delete(np.arange(len(points)), others)),
            "validation": rows.part(others[:validation]),
            "test": rows.part(others[validation:]),
        }
        # A random subset, because the first points of a sorted table would not be representative.
        shown = rows.part(rng.integers(len(points), size=SHOWN)) if len(points) > SHOWN else rows
        super().__init__(split, shown, units, condition)
        self.outliers = _outliers(centered, self._shown)

    def split_sentence(self) -> str:
        """Describe the training, validation and test split for the user."""
        sizes = {use: len(rows.points) for use, rows in self._split.items()}
        train, validation = (
            f"{sizes['sample']:,} of the points train the flow",
            f"{sizes['validation']:,} validate it",
        )
        if sizes["test"]:
            return f"{train}, {validation} and {sizes['test']:,} test it."
        return f"{train} and {validation}. With fewer than {MIN_FOR_TEST} points, there is no test set."


@overload
def points_spec(
    points: ArrayLike,
    name: str = "points",
    *,
    center: tuple[float, float] | None = None,
    unit: float | tuple[float, float] | None = None,
    given: None = None,
) -> PointsSpec: ...
@overload
def points_spec(
    points: ArrayLike,
    name: str = "points",
    *,
    center: tuple[float, float] | None = None,
    unit: float | tuple[float, float] | None = None,
    given: ArrayLike,
) -> ConditionalSpec: ...
@checked
def points_spec(
    points: ArrayLike,
    name: str = "points",
    *,
    center: tuple[float, float] | None = None,
    unit: float | tuple[float, float] | None = None,
    given: ArrayLike | None = None,
) -> PointsSpec | ConditionalSpec:
    """Return a spec that holds points, standardized unless a center or a unit is given.

    Both axes have the same scale, which keeps angles and shapes, unless their standard deviations differ by more than a
    factor of 10: then each axis has its own, because the points would look like a line.

    Args:
        points: Points (n, 2) in any units: an array, or a data frame of pandas, polars or another library with two
            numeric columns.
        name: Name of the points for the user.
        center: Origin of the flow units, in data units; (0, 0) if only a unit is given. A flow learns best if it is
            near the middle of the points.
        unit: Length of a flow unit in data units, or the lengths along x and y; 1 if only a center is given, so that
            `center=(0, 0)` keeps the units of points that are already standardized.
        given: The values (n,) of a condition, or the name of a column of the data frame that has them. Text, truth
            values, and whole numbers of which at most nine are different, are classes; all others are numbers.

    Returns:
        The spec of the points; if values are given, that of a target with a condition.

    Raises:
        ArgumentError: If `points` is neither an array of numbers nor a data frame.
        TargetError: If `points` does not have shape (n, 2) with n ≥ 20, if a value is missing or not finite, if all
            points lie on a line, or if two columns of a data frame have the same name.
        SpecError: If a unit is not positive.
    """
    if given is not None:
        points, column = separated(points, given)
        table = points_spec(points, name, center=center, unit=unit)
        return ConditionalSpec(sources=(table,), column=column)
    found = _array(points)
    _check(found)
    if center is not None or unit is not None:
        kept = {"center": center or (0.0, 0.0), "unit": 1.0 if unit is None else unit, "standardize": False}
        empty = PointsSpec(data=b"", **kept)
        rows = Units(empty.center, empty.unit).points(found)
        return PointsSpec(data=rows.astype("<f4").tobytes(), name=name, **kept)
    stretch = _stretch(found)
    rows, (x, y), unit = standardized(found if stretch == (1, 1) else found / stretch)
    center, units = (x * stretch[0], y * stretch[1]), (unit * stretch[0], unit * stretch[1])
    return PointsSpec(data=rows.astype("<f4").tobytes(), center=center, unit=units, name=name)


def _array(points: Any) -> NDArray[np.floating]:
    """Return the points of an array or of a data frame, as an array. Values that a mask hides are NaN."""
    from narwhals.selectors import numeric  # not needed when the window starts

    if (frame := frame_of(points)) is not None:
        columns = frame.select(numeric())
        if len(columns.columns) != 2:
            count, names = counted(len(columns.columns), "numeric column"), ", ".join(columns.columns)
            raise TargetError(
                f"The data frame has {count} ({names or 'none'}). Select two of its columns, one for x and one for y."
            )
        return np.ascontiguousarray(columns.to_numpy(), np.float64)  # so that sums are rounded as for an array
    try:
        found = np.asarray(unmasked(points))
        is_kept = found.dtype.kind == "f" and found.itemsize <= np.dtype(np.float64).itemsize
        found = found if is_kept else found.astype(np.float64, casting="same_kind")
    except (ValueError, TypeError) as error:
        given = f"an array of {points.dtype}" if isinstance(points, np.ndarray) else type(points).__name__
        raise ArgumentError(
            "Points must be an array of numbers of shape (n, 2) or a data frame with two numeric columns, not "
            f"{given}. Other targets are specs, such as TextSpec."
        ) from error
    return found


def _held_out(rows: int, count: int, values: NDArray[np.float64] | None, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return the indices of rows that do not train the flow; both halves have rows of all values, if there are any."""
    if values is None:
        return rng.choice(rows, count, replace=False)
    order = rng.permutation(rows)
    ranked = order[np.argsort(values[order], kind="stable")][np.arange(count) * rows // count]
    return np.concatenate([rng.permutation(ranked[1::2]), rng.permutation(ranked[::2])])


def _stretch(points: NDArray[np.floating]) -> tuple[float, float]:
    """Return the lengths along x and y that become equal: standard deviations if they differ a lot, otherwise 1."""
    with np.errstate(over="ignore", invalid="ignore"):
        x, y = points.std(axis=0, dtype=np.float64).tolist()
    is_constant = np.array([x, y]) <= CONSTANT * np.abs(points).max(axis=0)
    if is_constant.any() or not np.isfinite([x, y]).all() or max(x, y) <= MAX_UNEQUAL * min(x, y):
        return 1.0, 1.0
    return x, y


def in_flow_units(
    points: NDArray[np.floating], units: Units, *, standardize: bool
) -> tuple[NDArray[np.float32], Units]:
    """Return points in flow units (n, 2), and the units that convert them to the values of the data.

    Args:
        points: The points (n, 2).
        units: Units that convert `points` to the values of the data.
        standardize: Whether to center and scale the points.

    Raises:
        TargetError: As for `standardized`.
    """
    centered, center, unit = standardized(points)
    if not standardize:
        return points.astype(np.float32), units
    x, y = units.values(np.array(center))
    return centered, Units((float(x), float(y)), (unit * units.scale[0], unit * units.scale[1]))


def standardized(points: NDArray[np.floating]) -> tuple[NDArray[np.float32], tuple[float, float], float]:
    """Center points, and scale both axes by the larger of the standard deviations in x and y.

    Args:
        points: Points (n, 2).

    Returns:
        The standardized points (n, 2), float32; the mean (x, y) of `points`; and the standard deviation that they were
        divided by.

    Raises:
        TargetError: If `points` does not have shape (n, 2) with n ≥ 20, if a value is not finite, or if all points lie
            on a line.
    """
    _check(points)
    with np.errstate(over="ignore", invalid="ignore"):
        center = points.mean(axis=0, dtype=np.float64)
        centered = points - center
        unit = float(centered.std(axis=0).max())
    if not 0 < unit < np.inf:
        raise TargetError("All points are equal, or their values are too large to compute with.")
    centered /= unit
    if np.linalg.eigvalsh(np.cov(centered.T))[0] < ON_A_LINE**2:
        raise TargetError("All points lie on a line. The flow needs points that cover an area.")
    return centered.astype(np.float32), (float(center[0]), float(center[1])), unit


def _check(points: NDArray[np.floating]) -> None:
    """Raise `TargetError` if points have the wrong shape, are too few, or are not finite."""
    if points.ndim != 2 or points.shape[1] != 2:
        raise TargetError(f"The points are an array of shape {points.shape}. The shape must be (n, 2).")
    if len(points) < MIN_POINTS:
        found = "is 1 point" if len(points) == 1 else f"are {len(points)} points"
        raise TargetError(f"There {found}. The flow needs at least {MIN_POINTS}.")
    if not np.isfinite(points).all():
        raise TargetError("Some values are missing (NaN) or infinite. Remove those rows.")


def _outliers(points: NDArray[np.float32], some: NDArray[np.float32]) -> int:
    """Count the points far out on either axis, relative to the quartiles of `some` of the points."""
    low, high = np.quantile(some, (0.25, 0.75), axis=0)
    reach = (FAR_OUT * (high - low)).astype(np.float32)
    return int(((points < low - reach) | (points > high + reach)).any(axis=1).sum())
