"""Back to the last good state when numbers stop being finite."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowviz.training.step import State

MOST_IN_A_ROW = 5


@dataclass
class Guard:
    """Remembers the last good state and the factor by which every recovery halves the learning rate."""

    good_state: State
    good_step: int = 0
    rate_factor: float = 1.0
    recoveries: int = 0
    in_a_row: int = 0

    def accepts(self, state: State, step: int, losses: NDArray[np.float32]) -> bool:
        """Whether a chunk that led to `state` is sound; if so it is remembered, otherwise the rate is halved."""
        if np.isfinite(losses).all() and state.finite():
            self.good_state, self.good_step, self.in_a_row = state, step, 0
            return True
        self.recoveries += 1
        self.in_a_row += 1
        self.rate_factor /= 2
        return False

    @property
    def gives_up(self) -> bool:
        """Whether going back did not help, several times in a row."""
        return self.in_a_row >= MOST_IN_A_ROW
