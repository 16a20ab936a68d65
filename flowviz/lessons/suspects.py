"""Suspects: three marked points, of which one does not belong to the target."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import dist
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from flowviz.lessons.observations import SUSPECTS
from flowviz.records import Trace
from flowviz.targets import Target

if TYPE_CHECKING:
    from scipy.spatial import KDTree

Point = tuple[float, float]  # x, y in flow units

SAMPLE = 2_000  # points of the target, always the same
NEAR = 30  # points around one whose distances say how deep inside the target it is
DEEP = 0.25  # share of the points that are the deepest inside
SIDES = 0.2, 0.8  # quantiles of the horizontal places of the deepest points
GRID = 41  # candidates per axis for the point that does not belong
FAR = 0.8  # of the distance of the emptiest place, which is far enough
LOW = 0.01  # density below which a learner needs no number
SAME = 1e-3  # flow units; a probed point is followed back to the base and forward again


@dataclass
class Suspects:
    """The suspects of a target, the densities of a flow at them, and which of them were probed.

    Attributes:
        points: Each suspect by its letter.
        densities: The density at each suspect, all of the same moment of a training. Empty if unknown.
        probed: The letters of the suspects that were probed.
        top: The upper edge of the target.
    """

    points: Mapping[str, Point] = field(default_factory=dict)
    densities: Mapping[str, float] = field(default_factory=dict)
    probed: set[str] = field(default_factory=set)
    top: float = 0.0

    def of(self, target: Target | None) -> "Suspects":
        """Return these suspects if they are those of a target, or else its own, none of which was probed."""
        found = Suspects() if target is None else Suspects(suspects_of(target), top=target.extent[3])
        return self if found.points == self.points else found

    def near(self, point: Point, reach: float) -> Point | None:
        """Return the suspect within a distance of a point. None if there is none."""
        return next((each for each in self.points.values() if dist(each, point) <= reach), None)

    def take_probe(self, probe: Trace) -> bool:
        """Note that a suspect was probed if it is one with a known density, and return whether it is."""
        x, y = map(float, probe.positions[-1, 0])
        found = {letter for letter, point in self.points.items() if dist(point, (x, y)) <= SAME and probe.has_densities}
        self.probed |= found
        return bool(found)

    def take_densities(self, trace: Trace) -> None:
        """Keep the densities of a flow at all suspects, whose trace is given in the order of the points."""
        found = np.exp(trace.log_density(trace.last_stage)).tolist() if trace.has_densities else ()
        self.densities = dict(zip(self.points, found, strict=False))

    def labels(self) -> list[tuple[Point, str]]:
        """Return the place of each suspect, and its letter, with the density if it was probed, from left to right."""
        return sorted((point, self._label(letter)) for letter, point in self.points.items())

    def _label(self, letter: str) -> str:
        density = self.densities.get(letter) if letter in self.probed else None
        if density is None:
            return letter
        words = f"{density:.2f}" if density >= LOW else f"below {LOW}"
        return f"{letter}: density {words}"


@lru_cache(maxsize=1)
def suspects_of(target: Target) -> Mapping[str, Point]:
    """Return A and C, which belong to a target, and B, which does not. The same target always has the same ones.

    A and C are deep inside the target, on its left and on its right. B is an empty place in the rectangle around it;
    among those that are about equally far from the target, it is the one nearest to the middle.
    """
    from scipy.spatial import KDTree  # imported here because it takes a tenth of a second

    tree = KDTree(target.sample(SAMPLE, np.random.default_rng(0)))
    distances, _ = tree.query(tree.data, k=[NEAR + 1])  # the nearest point is the point itself
    deep = tree.data[distances.ravel().argsort()[: int(DEEP * len(distances))]]
    left, right = (_nearest_column(deep, share) for share in SIDES)
    return dict(zip(SUSPECTS, (left, _empty_place(tree), right), strict=True))


def _nearest_column(points: NDArray[np.float64], share: float) -> Point:
    """Return the point whose horizontal place is nearest to a quantile of all."""
    x = points[:, 0]
    found_x, found_y = points[np.abs(x - np.quantile(x, share)).argmin()]
    return float(found_x), float(found_y)


def _empty_place(tree: "KDTree") -> Point:
    """Return the place nearest to the middle of the points of a tree that is far from all of them."""
    low, high = tree.mins, tree.maxes
    axes = (np.linspace(start, end, GRID) for start, end in zip(low, high, strict=True))
    candidates = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    distances, _ = tree.query(candidates)
    far = candidates[distances >= FAR * distances.max()]
    x, y = far[np.linalg.norm(far - (low + high) / 2, axis=1).argmin()]
    return float(x), float(y)
