"""A cloud of points becomes a target."""

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import TargetError
from flowviz.records import FLOW_UNITS, Units
from flowviz.specs import PointsSpec
from flowviz.specs.target import TRAINING_SHARE
from flowviz.targets.cloud import SHOWN, Cloud

FEWEST_POINTS = 20
FEWEST_FOR_TEST = 100  # 15% of fewer points say too little: the standard error of their mean NLL is about 0.3 nats
SHARE_WITHOUT_TEST = 0.8  # of fewer points, to train on
SPLIT_SEED = 0
FAR_OUT = 3  # interquartile ranges beyond the quartiles: Tukey 1977, "Exploratory data analysis"
ON_A_LINE = 1e-7  # float32 tells no thinner cloud from a line


class Points(Cloud):
    """The empirical distribution of points (n, 2), split at random into points to train on, to validate and to test.

    The split depends on the number of points only, so all flows and seeds have the same test points. Of fewer than 100
    points, 80% train the flow and the rest validate it: there is no test.

    What density the points came from is unknown, and so are the entropy, the share on target and the coverage.

    Args:
        points: The points (n, 2).
        training_share: The share of the points to train on. Half of the others validate the flow, and half test it.
        units: The units of the data that `points` were standardized from.

    Attributes:
        units: The units of the data.
        outliers: The number of points far from all others.

    Raises:
        TargetError: If there is nothing to learn.
    """

    def __init__(
        self, points: NDArray[np.floating], training_share: float = TRAINING_SHARE, units: Units = FLOW_UNITS
    ) -> None:
        centered, center, unit = standardized(points)
        x, y = units.values(np.array(center))
        self.units = Units((float(x), float(y)), (unit * units.scale[0], unit * units.scale[1]))
        has_test = len(points) >= FEWEST_FOR_TEST
        share = training_share if has_test else SHARE_WITHOUT_TEST
        rng, count = np.random.default_rng(SPLIT_SEED), round((1 - share) * len(points))
        others = rng.choice(len(points), count, replace=False)
        self._train = np.delete(centered, others, axis=0)
        self._validation, self._test = np.split(centered[others], [count // 2 if has_test else count])
        # Some, in no order, tell where all lie.
        super().__init__(centered[rng.integers(len(points), size=SHOWN)] if len(points) > SHOWN else centered)
        self.outliers = _outliers(centered, self._shown)

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draws (count, 2) from the points to train on, with replacement."""
        drawn: NDArray[np.float32] = self._train[rng.integers(len(self._train), size=count)]
        return drawn

    def validation(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return the validation points, at most `count`."""
        return self._validation[:count]

    def test(self, count: int, rng: np.random.Generator) -> NDArray[np.float32] | None:
        """Return the test points, at most `count`. None for fewer than 100 points."""
        return self._test[:count] if len(self._test) else None

    @property
    def training_points(self) -> int:
        """Number of points to train on."""
        return len(self._train)

    def split_sentence(self) -> str:
        """Say how many points train, validate and test the flow."""
        train, validation = (
            f"{len(self._train):,} of the points train the flow",
            f"{len(self._validation):,} validate it",
        )
        if len(self._test):
            return f"{train}, {validation} and {len(self._test):,} test it."
        return f"{train} and {validation}: fewer than {FEWEST_FOR_TEST} points leave none for a test."


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
