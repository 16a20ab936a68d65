"""Back to the last good state when numbers stop being finite."""

import numpy as np
from numpy.typing import NDArray

from flowviz.training.step import State

MOST_IN_A_ROW = 5
CHUNKS_BETWEEN_PICTURES = 10


class Guard:
    """Where the training is, where it can go back to, and the factor by which every recovery halves the learning rate.

    A state is `finite` by its own numbers and its losses, which every chunk checks; it is `sound` if in addition all
    particles stay finite on their way from the base to the target, which is checked now and then.
    """

    def __init__(self, state: State) -> None:
        self.finite, self.sound = (state, 0), (state, 0)  # each with its step
        self.rate_factor = 1.0
        self.recoveries = 0
        self._in_a_row = 0
        self._chunks = 0

    @property
    def state(self) -> State:
        """Where the training is now."""
        return self.finite[0]

    @property
    def step(self) -> int:
        """How many steps led to `state`."""
        return self.finite[1]

    @property
    def wants_picture(self) -> bool:
        """Whether it is time to check that particles stay finite; by chunks, not by the clock, to be repeatable."""
        return self._chunks % CHUNKS_BETWEEN_PICTURES == 0

    @property
    def gives_up(self) -> bool:
        """Whether going back did not help, several times in a row."""
        return self._in_a_row >= MOST_IN_A_ROW

    def take_chunk(self, state: State, step: int, losses: NDArray[np.float32]) -> bool:
        """Go to `state`, if a chunk led there by finite numbers; else stay, at half the rate."""
        if not (np.isfinite(losses).all() and state.finite()):
            self._recover()
            return False
        self.finite = state, step
        self._in_a_row = 0
        self._chunks += 1
        return True

    def take_picture(self, positions: NDArray[np.floating]) -> bool:
        """Remember this state as sound if its particles (stages, n, 2) are finite; else go back to the last one."""
        if not np.isfinite(positions).all():
            self.finite = self.sound
            self._recover()
            return False
        self.sound = self.finite
        return True

    def _recover(self) -> None:
        self.recoveries += 1
        self._in_a_row += 1
        self.rate_factor /= 2
