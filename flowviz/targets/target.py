"""Targets, and points of them."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Hits, Importance, TargetPicture, Trace
from flowviz.records.energy import Energy
from flowviz.records.trace import TOGETHER
from flowviz.specs import FlowSpec
from flowviz.specs.condition import Condition, Value
from flowviz.specs.view import BY_TARGET, ColorBy

if TYPE_CHECKING:
    from flowviz.targets.parts import Parts

DRAWN_TOGETHER = 16 * TOGETHER  # points, which take little memory each
Extent = tuple[float, float, float, float]  # left, right, bottom, top, in flow units
ENERGY_MARGIN = 0.5  # around the extent of a target, of the lattice of its log-densities, in flow units


Use = Literal["sample", "validation", "test"]  # the methods that return points, by what the points are for


class Draws(NamedTuple):
    """Points of a target, with the values of its condition.

    Attributes:
        points: The points (n, 2).
        values: The value of the condition at each point (n,). None if the target has no condition.
    """

    points: NDArray[np.float32]
    values: NDArray[np.float64] | None = None

    def part(self, some: slice | NDArray[np.bool_] | NDArray[np.intp]) -> "Draws":
        """Return some of the points: a slice, a mask (n,), or indices (m,)."""
        return Draws(self.points[some], None if self.values is None else self.values[some])

    def rows(self, flow: FlowSpec, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return the points (n, 2), followed by the inputs that tell networks their condition, if a flow has one.

        These are 0 at a random share of the points, whose values the flow leaves out.
        """
        if flow.condition is None or self.values is None:
            return self.points
        found = np.hstack([self.points, flow.condition.features(self.values)])
        if flow.leave_out:
            found[rng.random(len(found)) < flow.leave_out, 2:] = 0
        return found


class Target(ABC):
    """A distribution over the plane that a flow can learn.

    Its points are in flow units: the mean is 0, the larger of the standard deviations in x and y is 1, and y points up.
    By default, it is a density, from which no draw comes twice, so that all sets of points are fresh draws.

    Attributes:
        condition: The condition, each value of which has a density of its own. None if there is none.
        training_points: Number of distinct training points. None if unlimited, as for a density.
    """

    condition: Condition | None = None
    training_points: int | None = None

    @property
    @abstractmethod
    def entropy(self) -> float | None:
        """Return the entropy in nats, a lower bound on the expected NLL of any flow. None if unknown."""

    @property
    @abstractmethod
    def extent(self) -> Extent:
        """Return the rectangle around the support, or around nearly all points of a target without a known support.

        Left, right, bottom and top, in flow units.
        """

    @abstractmethod
    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw training points (count, 2)."""

    def validation(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return at most `count` validation points (n, 2), which select the state to keep.

        No flow is ever trained on them.
        """
        return self.sample(count, rng)

    def test(self, count: int, rng: np.random.Generator) -> NDArray[np.float32] | None:
        """Return at most `count` test points (n, 2), which score the kept state, or None if the target has too few.

        They are never used to train a flow or to select a state.
        """
        return self.sample(count, rng)

    def given(self, value: Value | None) -> "Target":
        """Return the target at a value of the condition, or all of it if it has none, or for None or any value."""
        return self

    def drawn(self, use: Use, count: int, rng: np.random.Generator) -> Draws:
        """Return points for a use with the values of their condition; none to test a flow if there are too few."""
        points = getattr(self, use)(count, rng)
        return Draws(np.zeros((0, 2), np.float32) if points is None else points)

    def log_prob(self, points: NDArray[np.floating]) -> NDArray[np.float64] | None:
        """Return the log-density (n,) of the target in nats at points (n, 2), or None if it is unknown.

        It is −∞ where the target has no probability.
        """
        return None

    @property
    def has_density(self) -> bool:
        """Return whether `log_prob` is known."""
        return self.log_prob(np.zeros((1, 2))) is not None

    @cached_property
    def energy(self) -> Energy | None:
        """Return the log-density on a lattice, from which flows learn without points. None if it is unknown.

        Raises:
            SpecError: If an extension has registered a log-density that is invalid.
        """
        if self.log_prob(np.zeros((1, 2))) is None:
            return None
        low, high = np.reshape(self.extent, (2, 2)).T
        return Energy.of(self._log_density_on_grid, widened(low, high, ENERGY_MARGIN))

    def log_weights(
        self, points: NDArray[np.floating], log_density: NDArray[np.floating]
    ) -> NDArray[np.float64] | None:
        """Return the log importance weights (n,), log p − log q, of points (n, 2) of a flow with the log-density log q.

        None if the density p of the target is unknown.
        """
        own = self.log_prob(points)
        return None if own is None else own - log_density

    @cached_property
    def parts(self) -> "Parts":
        """Return the parts of the target that are apart from each other."""
        from flowviz.targets.parts import widely_separate  # which needs targets

        return widely_separate(self)

    @abstractmethod
    def contains(self, points: NDArray[np.floating]) -> NDArray[np.bool_] | None:
        """Return a mask (n,) of the points (n, 2) on the target. Points that are not finite are not.

        They are on the ink or, for a known density without an edge, in the smallest region that holds 99.9% of the
        probability. None if neither is known.
        """

    def on_target(self, points: NDArray[np.floating]) -> float | None:
        """Return the share of the points (n, 2) on the target, or None if that is unknown."""
        inside = self.contains(points)
        return None if inside is None else float(inside.mean())

    @abstractmethod
    def coverage(self, points: NDArray[np.floating]) -> float | None:
        """Return the share of the target that the points (n, 2) reach, or None if the support is unknown."""

    def legibility(self, points: NDArray[np.floating]) -> float | None:
        """Return how clearly the points (n, 2) show the target, from 0 to 1, or None if the target has no strokes.

        It agrees with reading: 0 means as blurred as if nothing narrower than a stroke were visible, and 1 as clear as
        the target itself. The on-target share says less, because near a word most of the plane is ink.
        """
        return None

    def hits(self, points: NDArray[np.floating], log_density: NDArray[np.floating] | None = None) -> Hits:
        """Return how well the points (n, 2) of a flow, which gives them a log-density (n,) if known, hit the target."""
        weights = None if log_density is None else self.log_weights(points, log_density)
        importance = None if weights is None else Importance.of(weights)
        return {
            "on_target": self.on_target(points),
            "coverage": self.coverage(points),
            "legibility": self.legibility(points),
            "effective_share": importance.effective_share if importance else None,
            "log_normalizer": importance.log_normalizer if importance else None,
            "covered": self.parts.covered(points),
            "parts": len(self.parts.shares),
        }

    @abstractmethod
    def preview(self) -> NDArray[np.uint8]:
        """Return a picture of the extent (rows, columns), top row first, from 0 for empty to 255 for densest."""

    def _log_density_on_grid(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the log-density (rows, columns) at x (columns,) and y (rows,)."""
        found = self.log_prob(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2))
        assert found is not None
        return found.reshape(len(y), len(x))


def in_any(masks: Iterable[NDArray[np.bool_] | None]) -> NDArray[np.bool_] | None:
    """Return a mask (n,) of the points that are in any of several masks, or None if one of these is unknown."""
    found = list(masks)
    known = [mask for mask in found if mask is not None]
    return np.any(known, axis=0) if len(known) == len(found) else None


def widened(low: NDArray[np.floating], high: NDArray[np.floating], margin: Any) -> Extent:
    """Return the left, right, bottom and top edges of a rectangle with a margin (2,) around its corners (2,)."""
    (left, bottom), (right, top) = low - margin, high + margin
    return float(left), float(right), float(bottom), float(top)


class Verdicts(TypedDict):
    """The fields of `Scene` that compare particles with the target."""

    leaked: NDArray[np.bool_] | None
    log_weights: NDArray[np.float64] | None


def verdicts(target: Target | None, trace: Trace, color_by: ColorBy) -> Verdicts:
    """Return what a target says about the particles of a trace, if that is what their colors show."""
    if target is None or color_by not in BY_TARGET:
        return {"leaked": None, "log_weights": None}
    ends, weights = trace.positions[-1], None
    if trace.has_densities:
        weights = target.log_weights(ends, trace.log_density(trace.last_stage))
    inside = target.contains(ends)
    return {"leaked": None if inside is None else ~inside, "log_weights": weights}


def target_picture(target: Target) -> TargetPicture:
    """Return the picture of a target that views draw behind the particles."""
    return TargetPicture(target.extent, target.preview())


def draw_in_parts(target: Target, count: int, rng: np.random.Generator) -> Iterator[NDArray[np.float32]]:
    """Yield draws (n, 2) from a target, `count` in all, in parts that take little memory."""
    for first in range(0, count, DRAWN_TOGETHER):
        yield target.sample(min(DRAWN_TOGETHER, count - first), rng)


def untrained_points(target: Target, count: int) -> NDArray[np.float32]:
    """Return at most `count` points (n, 2) of a target on which no flow is trained. They are always the same.

    For a table, these are validation points, of which there may be fewer; for other targets, they are drawn from the
    density. Means over them say how well a flow fits the target, while means over training points would hide what it
    has merely memorized. Unlike test points, they can be used any number of times.
    """
    return np.concatenate(list(untrained_in_parts(target, count, np.random.default_rng(0))))


def untrained_count(target: Target, count: int) -> int:
    """Return the number of points that `untrained_points` returns, which is below `count` for a small table."""
    return count if target.training_points is None else len(untrained_points(target, count))


def untrained_in_parts(target: Target, count: int, rng: np.random.Generator) -> Iterator[NDArray[np.float32]]:
    """Yield the points of `untrained_points` in parts (m, 2); `rng` draws those of a density."""
    if target.training_points is None:
        yield from draw_in_parts(target, count, rng)
    else:
        yield target.validation(count, rng)
