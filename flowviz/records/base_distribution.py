"""The base distribution of a flow: where its particles are drawn, and the density that its stages transform."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LOG_2PI = float(np.log(2 * np.pi))


@dataclass(frozen=True)
class StandardNormal:
    """log p(x, y) = -(x² + y²) / 2 - log 2π: the standard normal distribution in the plane."""

    entropy: float = 1 + LOG_2PI  # nats

    def log_prob(self, points: Any) -> Any:
        """Return the log-density (n,) in nats at points (n, 2).

        It consists of arithmetic operators alone, so it takes NumPy arrays and TensorFlow tensors, and returns the same
        kind in the same precision.
        """
        x, y = points[:, 0], points[:, 1]
        return -0.5 * (x * x + y * y) - LOG_2PI

    def sample(self, count: int, seed: int) -> NDArray[np.float32]:
        """Return `count` independent draws (count, 2); the same seed gives the same draws."""
        return np.random.default_rng(seed).standard_normal((count, 2), dtype=np.float32)


BASE_DISTRIBUTION = StandardNormal()
