"""A cloud of points becomes a target."""

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import TargetError
from flowviz.records import FLOW_UNITS, Units
from flowviz.specs import PointsSpec
from flowviz.targets.cloud import SHOWN, Cloud

HELDOUT_SHARE = 0.2
FEWEST_POINTS = 20
SPLIT_SEED = 0
FAR_OUT = 3  # interquartile ranges beyond the quartiles: Tukey 1977, "Exploratory data analysis"
ON_A_LINE = 1e-7  # float32 tells no thinner cloud from a line


class Points(Cloud):
    """The empirical distribution of points (n, 2). A fifth of them, chosen by lot, is held out to score on.

    What density the points came from is unknown, and so are the entropy, the share on target and the coverage.
    Raises `TargetError` where there is nothing to learn.

    Attributes:
        units: The units of the data.
        outliers: The number of points far from all others.
    """

    def __init__(self, points: NDArray[np.floating], units: Units = FLOW_UNITS) -> None:
        """`units` are those of the data that the points were standardized from."""
        centered, center, unit = standardized(points)
        x, y = units.values(np.array(center))
        self.units = Units((float(x), float(y)), (unit * units.scale[0], unit * units.scale[1]))
        rng, count = np.random.default_rng(SPLIT_SEED), max(1, round(HELDOUT_SHARE * len(points)))
        heldout = rng.choice(len(points), count, replace=False)
        self._heldout, self._train = centered[heldout], np.delete(centered, heldout, axis=0)
        # Some, in no order, tell where all lie.
        super().__init__(centered[rng.integers(len(points), size=SHOWN)] if len(points) > SHOWN else centered)
        self.outliers = _outliers(centered, self._shown)

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draws (count, 2) from the points to train on, with replacement."""
        drawn: NDArray[np.float32] = self._train[rng.integers(len(self._train), size=count)]
        return drawn

    def heldout(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """The points that are held out, `count` at the most."""
        return self._heldout[:count]


def points_spec(points: NDArray[np.floating], name: str = "points") -> PointsSpec:
    """The spec that holds these points (n, 2). Raises `TargetError` where there is nothing to learn."""
    rows, center, unit = standardized(points)
    return PointsSpec(data=rows.astype("<f4").tobytes(), center=center, unit=unit, name=name)


def standardized(points: NDArray[np.floating]) -> tuple[NDArray[np.float32], tuple[float, float], float]:
    """The points (n, 2), centered, with the larger standard deviation 1; the center; that deviation.

    Raises `TargetError` where there is nothing to learn.
    """
    if points.ndim != 2 or points.shape[1] != 2:
        raise TargetError(f"Points need two columns; these have the shape {points.shape}.")
    if len(points) < FEWEST_POINTS:
        found = "is 1 point" if len(points) == 1 else f"are {len(points)} points"
        raise TargetError(f"There {found}; the flow needs {FEWEST_POINTS} or more.")
    if not np.isfinite(points).all():
        raise TargetError("Some values are missing (NaN) or infinite. Remove those rows.")
    with np.errstate(over="ignore", invalid="ignore"):
        center = points.mean(axis=0, dtype=np.float64)
        centered = points - center
        unit = float(centered.std(axis=0).max())
    if not 0 < unit < np.inf:
        raise TargetError("All points are the same, or their values are too large.")
    centered /= unit
    if np.linalg.eigvalsh(np.cov(centered.T))[0] < ON_A_LINE**2:
        raise TargetError("All points lie on a line. The flow needs points that cover an area.")
    return centered.astype(np.float32), (float(center[0]), float(center[1])), unit


def _outliers(points: NDArray[np.float32], some: NDArray[np.float32]) -> int:
    """How many points lie far out on either axis; `some` of them tell where the quartiles are."""
    low, high = np.quantile(some, (0.25, 0.75), axis=0)
    reach = (FAR_OUT * (high - low)).astype(np.float32)
    return int(((points < low - reach) | (points > high + reach)).any(axis=1).sum())
