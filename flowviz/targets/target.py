"""What training and scoring ask of a target."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Target(Protocol):
    """A distribution over the plane, in target units: centered, the larger standard deviation 1, y upwards."""

    @property
    def entropy(self) -> float:
        """The entropy in nats: the NLL of the best possible flow."""
        ...

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """The rectangle that holds all points: left, right, bottom, top."""
        ...

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draws, (count, 2)."""
        ...

    def contains(self, points: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which of the points (n, 2) are where the target has any density: (n,)."""
        ...
