"""Mixtures of targets."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import TargetError
from flowviz.specs.target import Layout
from flowviz.targets.cloud import Cloud
from flowviz.targets.pixels import PixelDensity
from flowviz.targets.placed import Place, Placed
from flowviz.targets.points import Points
from flowviz.targets.target import Target, in_any

GAP = 0.25  # between neighbors, relative to their height
FLATTEST = 1 / 8  # height / width that scaling assumes at least, so that a dash does not grow as tall as a word
GRID_PIXELS = 600_000
STANDARD_SAMPLE = 200_000
STANDARD_SEED = 0


class Component(Placed):
    """A component of a mix: a target that is scaled, then translated.

    Attributes:
        share: Weight of the component; the shares of a mix sum to 1.
    """

    def __init__(self, target: Target, share: float, place: Place) -> None:
        super().__init__(target, place)
        self.share = share


def mixed(targets: Sequence[Target], weights: Sequence[float], layout: Layout) -> Target:
    """Return a mixture of targets.

    If all targets are made of pixels, so is the mix, and its entropy is exact. Otherwise its entropy is unknown.

    Args:
        targets: The components.
        weights: Positive weights of the components, not necessarily normalized.
        layout: ``"beside"`` scales the targets to the same height and places them side by side with gaps; ``"over"``
            superimposes them at their own sizes, with their means at the same point.

    Raises:
        TargetError: If a component is too thin to cover a single pixel of the mix.
    """
    shares = np.asarray(weights, np.float64) / sum(weights)
    if layout == "over":
        parts = [Component(target, share, Place()) for target, share in zip(targets, shares, strict=True)]
    else:
        parts = _beside(targets, shares)
    if all(isinstance(target, PixelDensity) for target in targets):
        density = _on_one_grid(parts)
        return PixelDensity((density / density.max()).astype(np.float16))
    return Mix(parts)


class Mix(Cloud):
    """A mixture of targets, at least one of which is not made of pixels.

    Entropy and coverage are unknown. A point is on the target if it is on any component. The distinct training points
    are those of all components of which they are limited.
    """

    def __init__(self, parts: Sequence[Component]) -> None:
        self._parts = parts
        counts = [source.training_points for source in self.sources]
        self.training_points = sum(count or 0 for count in counts) or None
        self._center, self._unit = np.zeros(2), 1.0
        points = self.sample(STANDARD_SAMPLE, np.random.default_rng(STANDARD_SEED)).astype(np.float64)
        self._center, self._unit = points.mean(axis=0), float(points.std(axis=0).max())
        super().__init__((points - self._center) / self._unit)

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw training points (count, 2), distributed over the components at random by their shares."""
        counts = rng.multinomial(count, [part.share for part in self._parts])
        drawn = [self._placed(part, part.target.sample(n, rng)) for part, n in zip(self._parts, counts, strict=True)]
        return np.concatenate(drawn)[rng.permutation(count)]

    def validation(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return validation points (n, 2) of the components in proportion to their shares.

        There are fewer than `count` if a component has too few points for its share.
        """
        return self._mixed([p.target.validation(int(np.ceil(p.share * count)), rng) for p in self._parts], count, rng)

    def test(self, count: int, rng: np.random.Generator) -> NDArray[np.float32] | None:
        """Return test points (n, 2) of the components in proportion to their shares, or None if a component has none.

        There are fewer than `count` if a component has too few points for its share.
        """
        drawn = [p.target.drawn("test", int(np.ceil(p.share * count)), rng).points for p in self._parts]
        return self._mixed(drawn, count, rng) if all(map(len, drawn)) else None

    def contains(self, points: NDArray[np.floating]) -> NDArray[np.bool_] | None:
        """Return a mask (n,) of the points (n, 2) on any component, or None if that of a component is unknown."""
        placed = points.astype(np.float64) * self._unit + self._center
        return in_any(part.contains(placed) for part in self._parts)

    @property
    def sources(self) -> tuple[Target, ...]:
        """Return the targets of the components."""
        return tuple(part.target for part in self._parts)

    def _mixed(
        self, points: Sequence[NDArray[np.float32]], count: int, rng: np.random.Generator
    ) -> NDArray[np.float32]:
        """Combine points of the components in proportion to the shares, up to about `count`, in random order."""
        drawn = list(zip(points, self._parts, strict=True))
        total = min([count, *(int(len(found) / part.share) for found, part in drawn)])
        taken = [self._placed(part, found[: max(1, round(part.share * total))]) for found, part in drawn]
        return rng.permutation(np.concatenate(taken))

    def _placed(self, part: Component, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map points (n, 2) of a component to the flow units of the mix."""
        place = part.place
        scale, shift = place.scale / self._unit, (np.array([place.x, place.y]) - self._center) / self._unit
        return points * np.float32(scale) + shift.astype(np.float32)


def split_sentences(target: Target) -> list[str]:
    """Describe the condition, and the training, validation and test split of every source that is a table of points."""
    sources = target.sources if isinstance(target, Mix) else (target,)
    splits = [source.split_sentence() for source in sources if isinstance(source, Points)]
    return [target.condition.sentence(), *splits] if splits and target.condition else splits


def _beside(targets: Sequence[Target], shares: NDArray[np.float64]) -> list[Component]:
    """Place targets side by side, vertically centered, at a common height of 1."""
    parts, end = list[Component](), 0.0
    for target, share in zip(targets, shares, strict=True):
        left, right, bottom, top = target.extent
        scale = 1 / max(top - bottom, FLATTEST * (right - left))
        parts.append(Component(target, share, Place(scale, x=end - scale * left, y=-scale * (bottom + top) / 2)))
        end += scale * (right - left) + GAP
    return parts


def _on_one_grid(parts: Sequence[Component]) -> NDArray[np.float64]:
    """Return the probability of each pixel of a grid around all components: (rows, columns), top row first."""
    lefts, rights, bottoms, tops = zip(*(part.extent for part in parts), strict=True)
    left, right, bottom, top = min(lefts), max(rights), min(bottoms), max(tops)
    side = float(np.sqrt((right - left) * (top - bottom) / GRID_PIXELS))
    x = np.arange(left + side / 2, right, side)
    y = np.arange(top - side / 2, bottom, -side)
    middles = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    total = np.zeros(len(middles))
    for part in parts:
        assert isinstance(part.target, PixelDensity)
        weights = part.target.weights_at(part.place.back(middles))
        if not weights.any():
            raise TargetError("One source of the mix is too thin to be visible next to the others. Make it thicker.")
        total += part.share * weights / weights.sum()
    return total.reshape(len(y), len(x))
