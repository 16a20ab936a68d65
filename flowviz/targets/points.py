"""A cloud of points becomes a target."""

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import TargetError

HELDOUT_SHARE = 0.2
FEWEST_POINTS = 20
SHUFFLE_SEED = 0


class Points:
    """The empirical distribution of points (n, 2). A fifth of them, chosen by lot, is held out to score on.

    What density the points came from is unknown, and so are the entropy, the share on target and the coverage.
    Raises `TargetError` where there is nothing to learn.
    """

    def __init__(self, points: NDArray[np.floating]) -> None:
        if points.ndim != 2 or points.shape[1] != 2:
            raise TargetError(f"Points need two columns; these have the shape {points.shape}.")
        if len(points) < FEWEST_POINTS:
            raise TargetError(f"There are {len(points)} points; the flow needs {FEWEST_POINTS} or more.")
        if not np.isfinite(points).all():
            raise TargetError("Some points are NaN or infinite. Remove them.")
        centered = np.asarray(points, np.float64) - points.mean(axis=0, dtype=np.float64)
        deviation = centered.std(axis=0).max()
        if not 0 < deviation < np.inf:
            raise TargetError("All points are the same, or too far apart to be told apart.")
        shuffled = np.random.default_rng(SHUFFLE_SEED).permutation(centered / deviation).astype(np.float32)
        self._heldout, self._train = np.split(shuffled, [max(1, round(HELDOUT_SHARE * len(points)))])

    @property
    def entropy(self) -> None:
        """Unknown."""
        return

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draws (count, 2) from the points to train on, with replacement."""
        drawn: NDArray[np.float32] = self._train[rng.integers(len(self._train), size=count)]
        return drawn

    def heldout(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """The points that are held out, `count` at the most."""
        return self._heldout[:count]

    def on_target(self, points: NDArray[np.floating]) -> None:
        """Unknown."""
        return

    def coverage(self, points: NDArray[np.floating]) -> None:
        """Unknown."""
        return
