"""Importance weights: the density of the target, divided by that of the flow, at particles of the flow."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Importance:
    """Summary of the importance weights p / q of n particles, where p is the target and q the flow.

    Attributes:
        effective_share: Effective sample size (Σ w)² / Σ w², divided by n: 1 for a perfect flow. A flow that misses a
            part of the target altogether can have a high one, too, because no particle is there.
        log_normalizer: log Z = log(Σ w / n) in nats: 0 for a perfect flow, and negative if a part of the target, or of
            the particles, is missed.
    """

    effective_share: float
    log_normalizer: float

    @classmethod
    def of(cls, log_weights: NDArray[np.floating]) -> "Importance | None":
        """Return the summary of log-weights (n,) in nats. None if they are unknown, or if no particle has a weight."""
        if np.isnan(log_weights).any() or not len(log_weights) or not np.isfinite(highest := log_weights.max()):
            return None
        weights = np.exp(log_weights.astype(np.float64) - highest)
        total = weights.sum()
        share = total**2 / (weights**2).sum() / len(weights)
        return cls(float(share), float(highest + np.log(total / len(weights))))
