"""Targets with a condition: one density for each of its values."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from flowviz.specs.condition import Condition, Value
from flowviz.specs.target import Motion
from flowviz.targets.cloud import DrawnCloud
from flowviz.targets.placed import Number, Place, Placed
from flowviz.targets.target import Draws, Target, Use, in_any

SHOWN = 50_000  # points that suffice for the scale, the extent and the preview
SMALLEST, LARGEST = 0.5, 1.5  # scale of a target that grows
FARTHEST = 1.5  # flow units to the left and to the right, for a target that moves


class ConditionalTarget(DrawnCloud):
    """A target that has one density for each value of a condition, as several targets or a moving one have.

    Its points at all values, taken together, are in flow units. Its entropy is the mean over the values that are
    scored, a lower bound on the NLL of any conditional flow.
    """

    condition: Condition

    def __init__(self, condition: Condition) -> None:
        self.condition, self._outer = condition, Place()
        points = self.sample(SHOWN, np.random.default_rng(0)).astype(np.float64)
        middle, unit = points.mean(axis=0), float(points.std(axis=0).max())
        self._outer = Place(1 / unit, x=-middle[0] / unit, y=-middle[1] / unit)
        entropies = [self.given(value).entropy for value in condition.values]
        known = [each for each in entropies if each is not None]
        entropy = float(np.mean(known)) if len(known) == len(entropies) else None
        super().__init__((points - middle) / unit, entropy)

    def contains(self, points: NDArray[np.floating]) -> NDArray[np.bool_] | None:
        """Return a mask (n,) of the points (n, 2) on the target at any value that is scored, or None if unknown."""
        return in_any(self.given(value).contains(points) for value in self.condition.values)

    def _placed(self, points: NDArray[np.float32], place: Place) -> NDArray[np.float32]:
        return place.within(self._outer).of(points).astype(np.float32)


class Classes(ConditionalTarget):
    """Several targets, of which each is a class. All have equally many points."""

    def __init__(self, condition: Condition, targets: Sequence[Target]) -> None:
        self._targets = targets
        super().__init__(condition)

    def given(self, value: Value | None) -> Target:
        """Return the class nearest to a value, or the target with all classes if it is None or any."""
        return self if value is None or isinstance(value, str) else Placed(self._targets[round(value)], self._outer)

    def drawn(self, use: Use, count: int, rng: np.random.Generator) -> Draws:
        """Return points of all classes in turn."""
        each = -(-count // len(self._targets))
        points = np.stack([target.sample(each, rng) for target in self._targets], axis=1).reshape(-1, 2)
        values = np.tile(self.condition.values, each)
        return Draws(self._placed(points[:count], Place()), values[:count])


class Moving(ConditionalTarget):
    """A target whose place changes with a number from 0 to 1."""

    def __init__(self, condition: Condition, target: Target, motion: Motion) -> None:
        self._target, self._place_at = target, PLACES[motion]
        super().__init__(condition)

    def given(self, value: Value | None) -> Target:
        """Return the target at a value, or at all values if it is None or any."""
        if value is None or isinstance(value, str):
            return self
        return Placed(self._target, self._place_at(value).within(self._outer))

    def drawn(self, use: Use, count: int, rng: np.random.Generator) -> Draws:
        """Return points at random values to train on, or else at those that are scored, in turn."""
        points = self._target.sample(count, rng)
        values = rng.random(count) if use == "sample" else np.resize(self.condition.values, count)
        return Draws(self._placed(points, self._place_at(values)), values)


PLACES: Mapping[Motion, Callable[[Number], Place]] = {
    "turn": lambda value: Place(turn=2 * np.pi * value),
    "grow": lambda value: Place(scale=SMALLEST + (LARGEST - SMALLEST) * value),
    "move": lambda value: Place(x=FARTHEST * (2 * value - 1)),
}
