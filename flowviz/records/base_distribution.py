"""The base distribution of a flow, whose density the stages transform and from which the particles are drawn."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LOG_2PI = float(np.log(2 * np.pi))


@dataclass(frozen=True)
class StandardNormal:
    """The standard normal distribution in the plane: log p(x, y) = -(x² + y²) / 2 - log 2π."""

    entropy: float = 1 + LOG_2PI  # nats

    def log_prob(self, points: Any) -> Any:
        """Return the log-density (n,) in nats at points (n, 2).

        Uses arithmetic operators only, so it accepts NumPy arrays and TensorFlow tensors and returns the same type in
        the same precision.
        """
        x, y = points[:, 0], points[:, 1]
        return -0.5 * (x * x + y * y) - LOG_2PI

    def sample(self, count: int, seed: int) -> NDArray[np.float32]:
        """Draw independent points (count, 2). The same seed yields the same points."""
        return np.random.default_rng(seed).standard_normal((count, 2), dtype=np.float32)


BASE_DISTRIBUTION = StandardNormal()
