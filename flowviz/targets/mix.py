"""Several targets become one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import TargetError
from flowviz.specs.target import Layout
from flowviz.targets.cloud import Cloud
from flowviz.targets.pixels import PixelDensity
from flowviz.targets.points import Points
from flowviz.targets.target import Extent, Target

GAP = 0.25  # between neighbors, of their height
FLATTEST = 1 / 8  # a part is taken to be at least so high, of its width: a dash is not blown up to the height of a word
GRID_PIXELS = 600_000
STANDARD_SAMPLE = 200_000
STANDARD_SEED = 0


@dataclass(frozen=True)
class Placed:
    """A target that is scaled and then moved; of all points it gets `share`."""

    target: Target
    share: float
    scale: float
    x: float
    y: float

    @property
    def extent(self) -> Extent:
        """Where it lies."""
        left, right, bottom, top = (self.scale * edge for edge in self.target.extent)
        return self.x + left, self.x + right, self.y + bottom, self.y + top

    def back(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Points (n, 2) of the mix, as the target has them."""
        return (points.astype(np.float64) - (self.x, self.y)) / self.scale


def mixed(targets: Sequence[Target], weights: Sequence[float], layout: Layout) -> Target:
    """The mix of the targets.

    Side by side, they have one height and do not touch; one over the other, each has its own size and the means
    coincide. Where all are made of pixels, so is the mix, and its entropy is exact; else it is unknown.
    """
    shares = np.asarray(weights, np.float64) / sum(weights)
    if layout == "over":
        parts = [Placed(target, share, 1, 0, 0) for target, share in zip(targets, shares, strict=True)]
    else:
        parts = _beside(targets, shares)
    if all(isinstance(target, PixelDensity) for target in targets):
        density = _on_one_grid(parts)
        return PixelDensity((density / density.max()).astype(np.float16))
    return Mix(parts)


class Mix(Cloud):
    """Σ share · density of the part. Entropy, share on target and coverage are unknown."""

    def __init__(self, parts: Sequence[Placed]) -> None:
        self._parts = parts
        self._center, self._unit = np.zeros(2), 1.0
        points = self.sample(STANDARD_SAMPLE, np.random.default_rng(STANDARD_SEED)).astype(np.float64)
        self._center, self._unit = points.mean(axis=0), float(points.std(axis=0).max())
        super().__init__((points - self._center) / self._unit)

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draws (count, 2): a part, then a point of it."""
        counts = rng.multinomial(count, [part.share for part in self._parts])
        drawn = [self._placed(part, part.target.sample(n, rng)) for part, n in zip(self._parts, counts, strict=True)]
        return np.concatenate(drawn)[rng.permutation(count)]

    def validation(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return validation points of the parts by their shares: (count, 2), or as many as the scarcest part allows."""
        return self._mixed([p.target.validation(int(np.ceil(p.share * count)), rng) for p in self._parts], count, rng)

    def test(self, count: int, rng: np.random.Generator) -> NDArray[np.float32] | None:
        """Return test points of the parts by their shares, or None if a part has too few points for a test."""
        drawn = [p.target.test(int(np.ceil(p.share * count)), rng) for p in self._parts]
        points = [part for part in drawn if part is not None]
        return self._mixed(points, count, rng) if len(points) == len(drawn) else None

    @property
    def sources(self) -> tuple[Target, ...]:
        """The targets of the parts."""
        return tuple(part.target for part in self._parts)

    @property
    def training_points(self) -> int | None:
        """Number of points to train on, of all parts that have a limited number. None if no part has."""
        counts = [source.training_points for source in self.sources]
        return sum(count or 0 for count in counts) if any(counts) else None

    def _mixed(
        self, points: Sequence[NDArray[np.float32]], count: int, rng: np.random.Generator
    ) -> NDArray[np.float32]:
        """Join points of each part by the shares of the parts, in random order: at most `count`."""
        drawn = list(zip(points, self._parts, strict=True))
        total = min([count, *(int(len(found) / part.share) for found, part in drawn)])
        taken = [self._placed(part, found[: max(1, round(part.share * total))]) for found, part in drawn]
        return rng.permutation(np.concatenate(taken))

    def _placed(self, part: Placed, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """A part's own points (n, 2), at their place in the mix."""
        scale, shift = part.scale / self._unit, (np.array([part.x, part.y]) - self._center) / self._unit
        return points * np.float32(scale) + shift.astype(np.float32)


def split_sentences(target: Target) -> list[str]:
    """Say for each source that is a number of points how many of them train, validate and test the flow."""
    sources = target.sources if isinstance(target, Mix) else (target,)
    return [source.split_sentence() for source in sources if isinstance(source, Points)]


def _beside(targets: Sequence[Target], shares: NDArray[np.float64]) -> list[Placed]:
    parts, end = list[Placed](), 0.0
    for target, share in zip(targets, shares, strict=True):
        left, right, bottom, top = target.extent
        scale = 1 / max(top - bottom, FLATTEST * (right - left))
        parts.append(Placed(target, share, scale, end - scale * left, -scale * (bottom + top) / 2))
        end += scale * (right - left) + GAP
    return parts


def _on_one_grid(parts: Sequence[Placed]) -> NDArray[np.float64]:
    """The density of the mix at the middle of each pixel of a grid around all parts: (rows, columns)."""
    lefts, rights, bottoms, tops = zip(*(part.extent for part in parts), strict=True)
    left, right, bottom, top = min(lefts), max(rights), min(bottoms), max(tops)
    side = float(np.sqrt((right - left) * (top - bottom) / GRID_PIXELS))
    x = np.arange(left + side / 2, right, side)
    y = np.arange(top - side / 2, bottom, -side)
    middles = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    total = np.zeros(len(middles))
    for part in parts:
        assert isinstance(part.target, PixelDensity)
        weights = part.target.weights_at(part.back(middles))
        if not weights.any():
            raise TargetError("One source of the mix is too thin to be visible beside the others. Make it thicker.")
        total += part.share * weights / weights.sum()
    return total.reshape(len(y), len(x))
