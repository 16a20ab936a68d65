"""Rows of tables of points, which may have values of a condition."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Units
from flowviz.specs.condition import Condition, Value
from flowviz.targets.cloud import DrawnCloud
from flowviz.targets.target import Draws, Target, Use

NEAREST, NEAREST_SHARE = 200, 0.05  # points that are shown at a number: this count or this share, whichever is larger


class Rows(DrawnCloud):
    """Rows of a table of points, which are split into training, validation and test points.

    The density that the points come from is unknown, so entropy, on-target share and coverage are, too.

    Args:
        split: The training, validation and test points, in flow units.
        shown: Points for the extent and the preview.
        units: Units that convert the points to the values of the data.
        condition: The condition whose values the points have, or None.

    Attributes:
        units: Units that convert the points to the values of the data.
        training_set: The training points (n, 2).
        training_points: Their number.
    """

    def __init__(
        self, split: Mapping[Use, Draws], shown: Draws, units: Units, condition: Condition | None = None
    ) -> None:
        super().__init__(shown.points)
        self._split, self._shown_draws, self.units, self.condition = split, shown, units, condition
        self.training_set = split["sample"].points
        self.training_points: int = len(self.training_set)

    def given(self, value: Value | None) -> Target:
        """Return the rows of the class or with the numbers nearest to a value, or all rows for None or any."""
        values = self._shown_draws.values
        if value is None or isinstance(value, str) or self.condition is None or values is None:
            return self
        middle, reach = (round(value), 0.0) if self.condition.classes else (value, _reach(np.abs(values - value)))
        split = {use: _near(rows, middle, reach) for use, rows in self._split.items()}
        shown = _near(self._shown_draws, middle, reach)
        rows = Rows(split, shown if len(shown.points) else split["sample"], self.units)  # a rare class is not shown
        rows._extent = self._extent  # so that points in the picture are as large as those of the whole table
        return rows

    def drawn(self, use: Use, count: int, rng: np.random.Generator) -> Draws:
        """Return draws from the training points, or at most `count` others."""
        rows = self._split[use]
        return rows.part(rng.integers(len(rows.points), size=count) if use == "sample" else slice(count))


def _reach(distances: NDArray[np.float64]) -> float:
    """Return the distance from a value within which there are enough points to be seen."""
    count = min(len(distances), max(NEAREST, round(NEAREST_SHARE * len(distances))))
    return float(np.partition(distances, count - 1)[count - 1])


def _near(rows: Draws, value: float, reach: float) -> Draws:
    assert rows.values is not None
    return rows.part(np.abs(rows.values - value) <= reach)
