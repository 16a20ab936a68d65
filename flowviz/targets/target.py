"""What training and scoring ask of a target."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from flowviz.records import TargetPicture

Extent = tuple[float, float, float, float]  # left, right, bottom, top, in target units


class Target(Protocol):
    """A distribution over the plane, in target units: centered, the larger standard deviation 1, y upwards."""

    @property
    def entropy(self) -> float | None:
        """The entropy in nats, the NLL of the best possible flow; None where it is unknown."""
        ...

    @property
    def extent(self) -> Extent:
        """The rectangle around the target, or around nearly all of one that has no edge: left, right, bottom, top."""
        ...

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draws to train on, (count, 2)."""
        ...

    def validation(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return points (count, 2), or fewer, that select the state to keep. None of them is ever trained on."""
        ...

    def test(self, count: int, rng: np.random.Generator) -> NDArray[np.float32] | None:
        """Return points (count, 2), or fewer, that score the kept state, or None if there are too few points.

        None of them is ever trained on or used to select a state.
        """
        ...

    @property
    def training_points(self) -> int | None:
        """Number of points that there are to train on. None for a density, from which every draw is a fresh one."""
        ...

    def on_target(self, points: NDArray[np.floating]) -> float | None:
        """The share of the points (n, 2) where the target has any density; None where that is unknown."""
        ...

    def coverage(self, points: NDArray[np.floating]) -> float | None:
        """The share of the target that the points (n, 2) reach; None where that is unknown."""
        ...

    def preview(self) -> NDArray[np.uint8]:
        """A picture of what lies in the extent, (rows, columns), top row first: 0 is empty, 255 is densest."""
        ...


def target_picture(target: Target) -> TargetPicture:
    """Return a target as a picture to show behind the particles."""
    return TargetPicture(target.extent, target.preview())
