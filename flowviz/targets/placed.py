"""Densities that are scaled, turned and moved."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from flowviz.records import Hits
from flowviz.targets.target import Extent, Target

Number = float | NDArray[np.float64]


@dataclass(frozen=True)
class Place:
    """A similarity of the plane: points are scaled, turned counterclockwise, then moved.

    Numbers are the same for all points, arrays (n,) have one for each.

    Attributes:
        scale: The factor of all lengths.
        turn: The angle in radians.
        x: The motion to the right.
        y: The motion up.
    """

    scale: Number = 1.0
    turn: Number = 0.0
    x: Number = 0.0
    y: Number = 0.0

    def of(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the places (n, 2) of points."""
        x, y = self.scale * points.astype(np.float64).T
        cosine, sine = np.cos(self.turn), np.sin(self.turn)
        return np.stack([cosine * x - sine * y + self.x, sine * x + cosine * y + self.y], axis=1)

    def back(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the points (n, 2) that have the given places."""
        x, y = points.astype(np.float64).T
        x, y = x - self.x, y - self.y
        cosine, sine = np.cos(self.turn), np.sin(self.turn)
        return np.stack([cosine * x + sine * y, cosine * y - sine * x], axis=1) / self.scale

    def within(self, outer: "Place") -> "Place":
        """Return this place in a plane that is itself scaled and moved to another place, but not turned."""
        scale = outer.scale
        return Place(scale * self.scale, self.turn, scale * self.x + outer.x, scale * self.y + outer.y)


class Placed(Target):
    """Another target, which is a density and no table, at a place of the plane."""

    def __init__(self, target: Target, place: Place) -> None:
        self.target, self.place = target, place

    @property
    def entropy(self) -> float | None:
        """Return the entropy in nats. None if that of the target is unknown."""
        own = self.target.entropy
        return None if own is None else own + 2 * float(np.log(self.place.scale))

    @property
    def extent(self) -> Extent:
        """Return the rectangle around the extent of the target."""
        left, right, bottom, top = self.target.extent
        corners = self.place.of(np.array([(left, bottom), (left, top), (right, bottom), (right, top)]))
        (low_x, low_y), (high_x, high_y) = corners.min(axis=0), corners.max(axis=0)
        return float(low_x), float(high_x), float(low_y), float(high_y)

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw training points (count, 2)."""
        return self.place.of(self.target.sample(count, rng)).astype(np.float32)

    def log_prob(self, points: NDArray[np.floating]) -> NDArray[np.float64] | None:
        """Return the log-density (n,) in nats at points (n, 2), or None if that of the target is unknown."""
        found = self.target.log_prob(self.place.back(points))
        return None if found is None else found - 2 * np.log(self.place.scale)

    def contains(self, points: NDArray[np.floating]) -> NDArray[np.bool_] | None:
        """Return a mask (n,) of the points (n, 2) on the target, or None if that is unknown."""
        return self.target.contains(self.place.back(points))

    def coverage(self, points: NDArray[np.floating]) -> float | None:
        """Return the share of the target that the points (n, 2) reach, or None if that is unknown."""
        return self.target.coverage(self.place.back(points))

    def legibility(self, points: NDArray[np.floating]) -> float | None:
        """Return how clearly the points (n, 2) show the target, or None if it has no strokes."""
        return self.target.legibility(self.place.back(points))

    def hits(self, points: NDArray[np.floating], log_density: NDArray[np.floating] | None = None) -> Hits:
        """Return how well the points (n, 2) of a flow, which gives them a log-density (n,) if known, hit the target."""
        own = None if log_density is None else log_density + 2 * np.log(self.place.scale)
        return self.target.hits(self.place.back(points), own)

    def preview(self) -> NDArray[np.uint8]:
        """Return a picture of the extent (rows, columns), top row first."""
        degrees, picture = float(np.degrees(self.place.turn)), Image.fromarray(self.target.preview())
        return np.asarray(picture.rotate(degrees, Image.Resampling.BILINEAR, expand=True))
